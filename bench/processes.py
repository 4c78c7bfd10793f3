"""Starts servers and load generators, each on its core, and reads what they cost."""

import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import Final

import msgspec

from bench.figures import Load
from bench.machine import cpu_seconds, memory_mb, pinned

ROOT = Path(__file__).parent.parent
START_LIMIT = 120.0
"""Seconds; a first start trains the language model."""
PATIENCE: Final = 40.0
"""Times its seconds of measuring: how long a load generator may take, with all that it does before."""
SERVER: Final = 0
GENERATOR: Final = 1
"""The cores that a server and its load generator are kept on."""


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A running server: its processes, and the port of the one that listens. ``started``: seconds until it answered."""

    pids: tuple[int, ...]
    port: int
    started: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What a load generator saw, and what it cost the server: memory in MB at each of the generator's marks."""

    load: Load
    cpu_us: float
    memory: Mapping[str, float]


def free_port() -> int:
    """Below those that the system gives to outgoing connections: one of these could take it before the server does."""
    while True:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def lotse(bot: Path, var: Path, **environment: str) -> Iterator[Server]:
    """The service as it is run in earnest: one process, on a database in ``var`` if no other is named."""
    with lotse_processes(bot, var, ("serve",), place=SERVER, environment=environment) as running:
        yield running


@contextmanager
def lotse_processes(
    bot: Path, var: Path, commands: Sequence[str], *, place: int | None, environment: Mapping[str, str]
) -> Iterator[Server]:
    """``commands`` of lotse side by side; the first is the one that listens. ``place``: their core, None: any."""
    port = free_port()
    settings = {
        "LOTSE_BOT": str(bot),
        "LOTSE_VAR": str(var),
        "LOTSE_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LOTSE_LOG_LEVEL": "warning",
        "LOTSE_NLU__LAYERS": '["multilingual"]',  # what every install has; here MiniLM is installed for the tests
        **environment,
    }
    program = str(Path(sys.executable).parent / "lotse")

    def run(command: str, port: int) -> AbstractContextManager[Server]:
        return server([program, command], port, "/readyz", {**settings, "LOTSE_WEB__PORT": str(port)}, place=place)

    listening, *others = commands
    with ExitStack() as stack:
        running = stack.enter_context(run(listening, port))
        # A worker has a port too: there it says how it is.
        pids = [pid for command in others for pid in stack.enter_context(run(command, free_port())).pids]
        yield msgspec.structs.replace(running, pids=(*running.pids, *pids))


@contextmanager
def server(
    command: Sequence[str], port: int, path: str, environment: Mapping[str, str], *, place: int | None = SERVER
) -> Iterator[Server]:
    """Until the block ends. ``path`` is asked until anything answers. Raises RuntimeError if the program ends before that."""
    began = time.perf_counter()
    with process(command, environment, place=place) as started:
        _wait(started, " ".join([Path(command[0]).name, *command[1:]]), f"http://127.0.0.1:{port}{path}", began)
        yield Server(pids=(started.pid,), port=port, started=time.perf_counter() - began)


@contextmanager
def process(
    command: Sequence[str], environment: Mapping[str, str], *, place: int | None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program on its core, ended with the block."""
    started = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        preexec_fn=pinned(place) if place is not None else None,  # noqa: PLW1509 - no thread of ours starts programs
        stdout=subprocess.DEVNULL,
    )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _wait(process: subprocess.Popen[bytes], words: str, url: str, began: float) -> None:
    while time.perf_counter() - began < START_LIMIT:
        if process.poll() is not None:
            raise RuntimeError(f"`{words}` ended with {process.returncode} before it answered")
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - an address of ours
            return
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
    raise RuntimeError(f"{url} did not answer within {START_LIMIT:.0f} s")


class Generator:
    """A load generator: it stops at its marks (``idle open begin end``) until the server has been looked at."""

    def __init__(self, module: str, *arguments: str, place: int | None = GENERATOR) -> None:
        self._limit = PATIENCE * max(1.0, float(arguments[arguments.index("--seconds") + 1]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"bench.{module}", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=pinned(place) if place is not None else None,  # noqa: PLW1509 - no thread of ours starts programs
        )

    def mark(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"the load generator ended with {self._process.wait()}; its error is above")
        return line

    def result(self, look: Callable[[str], None]) -> str:
        """Let it run to its end: its last line, in JSON. ``look`` is called with each mark, while it waits."""
        assert self._process.stdin
        # A server that says nothing must not stop the benchmarks for ever.
        end = Timer(self._limit, self._process.kill)
        end.start()
        try:
            while not (line := self.mark()).startswith("{"):
                look(line)
                self._process.stdin.write("\n")
                self._process.stdin.flush()
        finally:
            end.cancel()
            self.close()
        return line

    def watch(self, *pids: int) -> Run:
        """Let it run to its end, and see what that costs these processes."""
        memory: dict[str, float] = {}
        cpu: dict[str, float] = {}

        def look(mark: str) -> None:
            memory[mark], cpu[mark] = memory_mb(*pids), cpu_seconds(*pids)

        load = msgspec.json.decode(self.result(look), type=Load)
        return Run(load=load, cpu_us=(cpu["end"] - cpu["begin"]) / load.turns * 1e6, memory=memory)

    def close(self) -> None:
        self._process.terminate()
        self._process.communicate()


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder on the disk of the repository: a database in memory would hide what durability costs."""
    (ROOT / "var").mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=ROOT / "var") as folder:
        yield Path(folder)
