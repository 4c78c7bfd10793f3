"""Starts servers and load generators, each on its core, and reads what they cost."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench.figures import Load
from bench.machine import cpu_seconds, memory_mb, pinned

ROOT = Path(__file__).parent.parent
START_LIMIT = 120.0
"""Seconds; a first start trains the language model."""


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A running server. ``started``: seconds until its port answered."""

    pid: int
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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def lotse(bot: Path, var: Path, **environment: str) -> Iterator[Server]:
    """The service as it is run in earnest, on a database in ``var``."""
    port = free_port()
    settings = {
        "LOTSE_BOT": str(bot),
        "LOTSE_VAR": str(var),
        "LOTSE_WEB__PORT": str(port),
        "LOTSE_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LOTSE_LOG_LEVEL": "warning",
    }
    with server(
        [str(Path(sys.executable).parent / "lotse"), "serve"], port, "/readyz", settings | environment
    ) as running:
        yield running


@contextmanager
def server(command: Sequence[str], port: int, path: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Until the block ends. ``path`` is asked until anything answers. Raises RuntimeError if the program ends before that."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        preexec_fn=pinned(0),  # noqa: PLW1509 - no threads here
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(process, f"http://127.0.0.1:{port}{path}", began)
        yield Server(pid=process.pid, port=port, started=time.perf_counter() - began)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, began: float) -> None:
    while time.perf_counter() - began < START_LIMIT:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode} before it answered")
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

    def __init__(self, module: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"bench.{module}", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=pinned(1),  # noqa: PLW1509 - no threads here
        )

    def mark(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"the load generator ended with {self._process.wait()}; its error is above")
        return line

    def watch(self, pid: int) -> Run:
        """Let it run to its end."""
        assert self._process.stdin
        memory: dict[str, float] = {}
        cpu: dict[str, float] = {}
        while not (line := self.mark()).startswith("{"):
            memory[line], cpu[line] = memory_mb(pid), cpu_seconds(pid)
            self._process.stdin.write("\n")
            self._process.stdin.flush()
        load = msgspec.json.decode(line, type=Load)
        self.close()
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
