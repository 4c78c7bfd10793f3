"""Debian's PostgreSQL and Redis as programs of a test: on free ports of this machine, in folders that go away with them.

Both die with the process that started them, even if that is killed. Neither waits for the disk: what a power cut leaves is
not tested with them.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.process import free_port

POSTGRES_PROGRAMS = Path("/usr/lib/postgresql/15/bin")
REDIS_PROGRAM = "redis-server"
PATIENCE = 30.0
"""Seconds until a server that does not answer fails the tests."""
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=32MB")


@contextmanager
def postgres() -> Iterator[str]:
    """URL of an empty database ``postgres`` whose user may make others; stopped and removed on leaving."""
    port = free_port()
    with _folder("postgres") as folder:
        data = folder / "data"
        words = (
            "--pgdata",
            str(data),
            "--username=lotse",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        subprocess.run(
            [*_as("postgres"), str(POSTGRES_PROGRAMS / "initdb"), *words], cwd=folder, check=True, capture_output=True
        )
        quick = [word for setting in QUICK for word in ("-c", setting)]
        places = ["-c", "listen_addresses=127.0.0.1", "-c", f"port={port}", "-k", str(folder)]
        command = [*_as("postgres"), str(POSTGRES_PROGRAMS / "postgres"), "-D", str(data), *places, *quick]
        with _running(command, folder) as server:
            asked = [str(POSTGRES_PROGRAMS / "pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={port}"]
            _wait(server, folder, lambda: subprocess.run(asked, check=False).returncode == 0)
            yield f"postgresql://lotse@127.0.0.1:{port}/postgres"


@dataclass(slots=True, kw_only=True)
class RedisServer:
    """A Redis that a test may kill, stop for a while, and start again on the same port."""

    url: str
    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def start(self) -> None:
        """Again, with nothing of what it knew."""
        self.process = _start_redis(self.port, self.folder)


@contextmanager
def redis() -> Iterator[RedisServer]:
    """Stopped and removed on leaving."""
    port = free_port()
    with _folder("redis") as folder:
        process = _start_redis(port, folder)
        server = RedisServer(url=f"redis://127.0.0.1:{port}", port=port, folder=folder, process=process)
        try:
            yield server
        finally:
            server.kill()


def _start_redis(port: int, folder: Path) -> subprocess.Popen[bytes]:
    words = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with (folder / "output.log").open("ab") as output:
        process = subprocess.Popen([*_as(""), REDIS_PROGRAM, *words], stdout=output, stderr=output)
    try:
        _wait(process, folder, lambda: _answers(port))
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _as(user: str) -> list[str]:
    """How a command begins so that it ends with the tests; PostgreSQL refuses to run as root."""
    words = ["setpriv", "--pdeathsig", "INT"]
    if user and os.geteuid() == 0:
        words += [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    return words


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    """Not below pytest's folders: another user must be able to reach it."""
    folder = Path(tempfile.mkdtemp(prefix=f"lotse-{name}-"))
    if name == "postgres" and os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "output.log").open("ab") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        yield process
    finally:
        # PostgreSQL's way to end its clients and then itself, in order.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], folder: Path, ready: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            log = (folder / "output.log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"{process.args!r} did not come up; its output:\n{log}")
        time.sleep(0.01)
