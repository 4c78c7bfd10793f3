"""Processes of the service, for tests that start, kill and stop it."""

import asyncio
import os
import random
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from aiohttp import ClientError, ClientSession

ROOT = Path(__file__).resolve().parents[2]
_chance = random.SystemRandom()


def free_port() -> int:
    """A port that nobody listens on right now; a service that starts again must find it as it was.

    Below those that the system gives to outgoing connections: one of these could take it before the service does.
    """
    while True:
        port = _chance.randrange(15_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


async def healthy(url: str, *, seconds: float, asked: str = "/healthz") -> float:
    """Until ``asked`` answers; how many seconds that took. Raises TimeoutError."""
    began = time.monotonic()
    async with ClientSession() as session:
        while time.monotonic() - began < seconds:
            try:
                async with session.get(f"{url}{asked}") as response:
                    if response.status == 200:
                        return time.monotonic() - began
            except (ClientError, OSError):
                pass
            await asyncio.sleep(0.01)
    raise TimeoutError(f"{url} did not answer in {seconds} s")


@dataclass(slots=True, kw_only=True)
class Running:
    """A command of the service as a person starts it. ``start_seconds``: from the command to the first answer."""

    url: str
    process: asyncio.subprocess.Process
    start_seconds: float
    log: Path

    async def stop(self, number: int = signal.SIGTERM, *, seconds: float = 30.0) -> tuple[int, float]:
        """Exit code, and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        async with asyncio.timeout(seconds):
            code = await self.process.wait()
        return code, time.monotonic() - began

    def freeze(self) -> None:
        """As on a machine that is out of memory: it stands still and does not know it."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def lotse_serve(
    var: Path,
    settings: Mapping[str, str],
    *,
    port: int = 0,
    seconds: float = 60.0,
    command: Sequence[str] = ("serve",),
    before: Callable[[], None] | None = None,
    asked: str = "/healthz",
    log: str = "output.log",
) -> AsyncIterator[Running]:
    """``settings`` are environment variables; those of whoever runs the tests are not passed on. ``var`` is there.

    ``command``: what stands behind ``lotse``. ``before`` is run in the new process before its program. ``asked``: the page that
    says that it is up.
    """
    port = port or free_port()
    file = var / log
    environment = _environment(var, {"LOTSE_WEB__PORT": str(port), **settings})
    url = f"http://127.0.0.1:{port}"
    with file.open("ab") as output:
        began = time.monotonic()
        process = await _start(command, environment, output, before)
        try:
            await healthy(url, seconds=seconds, asked=asked)
            if process.returncode is not None:
                raise RuntimeError(
                    f"somebody else answers at {url}; the service wrote:\n{file.read_text(encoding='utf-8')}"
                )
            yield Running(url=url, process=process, start_seconds=time.monotonic() - began, log=file)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def lotse_ends(
    var: Path, settings: Mapping[str, str], *, seconds: float = 60.0, before: Callable[[], None] | None = None
) -> tuple[int, str]:
    """A service that can't start: its exit code, and what it said. Raises TimeoutError when it goes on."""
    log = var.parent / "refused.log"
    environment = _environment(var, {"LOTSE_WEB__PORT": str(free_port()), **settings})
    with log.open("wb") as output:
        process = await _start(("serve",), environment, output, before)
        try:
            async with asyncio.timeout(seconds):
                code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    return code, log.read_text(encoding="utf-8")


async def lotse_command(words: Sequence[str], var: Path, settings: Mapping[str, str]) -> int:
    """The exit code of a command that ends by itself."""
    with (var / "command.log").open("ab") as output:
        process = await _start(words, _environment(var, settings), output, None)
        return await process.wait()


def _environment(var: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Sentence encoders lay 80 MB into each ``var``: a test that has to do with them names them."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    return environment | {"LOTSE_VAR": str(var), "LOTSE_NLU__LAYERS": "[]", **settings}


async def _start(
    command: Sequence[str], environment: Mapping[str, str], output: IO[bytes], before: Callable[[], None] | None
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from app.cli import main; main()",
        *command,
        cwd=ROOT,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        preexec_fn=before,
    )
