"""What understanding costs: time of the processor and memory, each in processes that do nothing else."""

import os
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Final

import msgspec

from app.measured.probe import Found, Order, resident_mb
from app.measured.setup import Setup
from conversation.errors import ContentError, LotseError
from nlu.measuring.languages import messages
from nlu.measuring.rows import Goal, Row

MESSAGES: Final = 2_100
"""Texts that are understood for the time of one, the first hundred not counted."""
LIMIT: Final = 300.0
"""Seconds that a process may take."""
LOCAL: Final[Mapping[str, str]] = {"LOTSE_NLU__LAYERS": "[]"}
"""Settings with which nothing above the floor is asked."""
EVERY: Final[Mapping[str, str]] = {"LOTSE_NLU__LAYERS": '["multilingual"]'}
"""Those with which every install has its layers, and no others."""
ALL: Final[Mapping[str, str]] = {"LOTSE_NLU__LAYERS": '["*"]'}


class ProbeError(LotseError):
    """A process for measuring did not come to its end. The message holds its last words."""


def one_message(setup: Setup) -> list[Row]:
    """Texts of the sets if there are any, else the bot's own sentences that were held back."""
    texts = _texts(setup)
    rows = []
    for surroundings, by in ((LOCAL, "local"), (EVERY, "every install"), (ALL, "all that is installed")):
        found = _ask("predict", Order(bot=str(setup.bot), texts=texts), surroundings)
        goals = {"p50": Goal(figure=0.6, most=True), "p99": Goal(figure=2.0, most=True)} if by == "local" else {}
        for measured, figure in (("p50", found.p50_ms), ("p99", found.p99_ms), ("longest", found.longest_ms)):
            rows.append(
                Row(
                    name="one message",
                    by=by if by == "local" else f"{by}: {found.by}",
                    measured=f"{measured}, processor time",
                    figure=figure,
                    unit="ms",
                    texts=found.number,
                    goal=goals.get(measured),
                    seed=setup.seed,
                )
            )
    return rows


def _texts(setup: Setup) -> tuple[str, ...]:
    if setup.folder is not None:
        texts = [row.text for row in messages(setup.folder)[0]]
    elif setup.held_out is not None:
        lines = setup.held_out.read_text(encoding="utf-8").splitlines()
        texts = [line.strip().removeprefix("- ").strip("'\"") for line in lines if line.strip().startswith("- ")]
    else:
        raise ContentError("there are no messages to measure with: name a folder of sets, or --held-out")
    dice = random.Random(setup.seed)  # noqa: S311 - a repeatable order, no secret
    dice.shuffle(texts)
    return tuple(texts[:MESSAGES])


def training(setup: Setup) -> list[Row]:
    found = _ask("train", Order(bot=str(setup.bot)), LOCAL)
    note = f"{found.wall_seconds:.1f} s by the clock, imports included"
    return [
        Row(
            name="training the bot",
            by=f"local: {found.by}",
            measured="processor time",
            figure=found.seconds,
            unit="s",
            goal=Goal(figure=10.0, most=True),
            note=note,
        )
    ]


def detector(_: Setup) -> list[Row]:
    found = _ask("detect", Order(bot=""), LOCAL)
    return [
        Row(
            name="language",
            by="the detector, four languages",
            measured="memory added",
            figure=found.memory_mb,
            unit="MB",
            goal=Goal(figure=50.0, most=True),
        )
    ]


def service(setup: Setup) -> list[Row]:
    """The whole service with the bot, and with the bot without its examples, both when they have started and answer."""
    with TemporaryDirectory() as scratch:
        bare = Path(scratch) / "bare"
        shutil.copytree(setup.bot, bare)
        shutil.rmtree(bare / "nlu")
        without = _serve(bare, Path(scratch) / "without", LOCAL)
        rows = []
        for surroundings, by in ((LOCAL, "local"), (EVERY, "every install"), (ALL, "all that is installed")):
            var = Path(scratch) / by.split()[0]
            _serve(setup.bot, var, surroundings)  # trains
            figure = _serve(setup.bot, var, surroundings) - without
            goal = Goal(figure=150.0, most=True) if by == "local" else None
            note = f"over {without:.0f} MB without examples"
            rows.append(
                Row(name="service", by=by, measured="memory added", figure=figure, unit="MB", goal=goal, note=note)
            )
    return rows


def _ask(what: str, order: Order, surroundings: Mapping[str, str]) -> Found:
    """Raises ProbeError."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "app.measured.probe", what],
        input=msgspec.json.encode(order),
        capture_output=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **surroundings},
        timeout=LIMIT,
        check=False,
    )
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise ProbeError(f"the process that measures `{what}` ended with {done.returncode}: {words[-1]}")
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Found)


def _serve(bot: Path, var: Path, surroundings: Mapping[str, str]) -> float:
    """MB of ``lotse serve`` when it answers. Raises ProbeError."""
    port = _free_port()
    settings = {
        "LOTSE_BOT": str(bot),
        "LOTSE_VAR": str(var),
        "LOTSE_RUN": "folder",
        "LOTSE_DATABASE__URL": "",
        "LOTSE_WEB__HOST": "127.0.0.1",
        "LOTSE_WEB__PORT": str(port),
        "LOTSE_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LOTSE_LOG_LEVEL": "error",
        "OPENBLAS_NUM_THREADS": "1",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    with TemporaryFile() as said:  # a pipe that nobody reads would stop it when it is full
        running = subprocess.Popen(
            [sys.executable, "-c", "from app.cli import main; main()", "serve"],
            env={**kept, **settings, **surroundings},
            cwd=bot,  # no .env of whoever runs this
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        try:
            _wait(running, f"http://127.0.0.1:{port}/readyz", said)
            return resident_mb(running.pid)
        finally:
            running.terminate()
            with suppress(subprocess.TimeoutExpired):
                running.wait(20)
            running.kill()
            running.wait()


def _wait(running: "subprocess.Popen[bytes]", url: str, said: IO[bytes]) -> None:
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        if running.poll() is not None:
            said.seek(0)
            words = " ".join(said.read().decode(errors="replace").split())[-200:]
            raise ProbeError(f"`lotse serve` ended with {running.returncode} before it answered: {words}")
        with suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - an address of ours
            return
        time.sleep(0.05)
    raise ProbeError(f"{url} did not answer within {LIMIT:.0f} s")


def _free_port() -> int:
    """Below those that the system gives to outgoing connections."""
    while True:
        port = random.randrange(15_000, 32_000)  # noqa: S311 - no secret
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
