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
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.process import free_port

POSTGRES_PROGRAMS = Path("/usr/lib/postgresql/15/bin")
REDIS_PROGRAM = "redis-server"
PATIENCE = 30.0
"""Seconds until a server that does not answer fails the tests."""
QUICK = ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=32MB")
"""A commit still reaches the system before it is confirmed: a server that is killed has lost nothing."""


@dataclass(slots=True, kw_only=True)
class Server:
    """A server that a test may kill, stop for a while, and start again on the same port."""

    url: str
    port: int
    _command: list[str]
    _folder: Path
    _ready: Callable[[], bool]
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Returns when it answers. Raises RuntimeError with what it wrote."""
        log = self._folder / "output.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(self._command, cwd=self._folder, stdout=output, stderr=output)
        end = time.monotonic() + PATIENCE
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop(signal.SIGKILL)
                written = log.read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"{self._command} did not come up; it wrote:\n{written}")
            time.sleep(0.01)

    def stop(self, number: int) -> None:
        self.process.send_signal(number)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def postgres() -> Iterator[Server]:
    """Its URL names the empty database ``postgres``, whose user may make others; stopped and removed on leaving."""
    port = free_port()
    with _folder("postgres") as folder:
        data = str(folder / "data")
        words = ("-D", data, "--username=lotse", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        making = [*_as("postgres"), str(POSTGRES_PROGRAMS / "initdb"), *words]
        subprocess.run(making, cwd=folder, check=True, capture_output=True)
        places = ["-c", "listen_addresses=127.0.0.1", "-c", f"port={port}", "-k", str(folder)]
        quick = [word for setting in QUICK for word in ("-c", setting)]
        asked = [str(POSTGRES_PROGRAMS / "pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={port}"]
        server = Server(
            url=f"postgresql://lotse@127.0.0.1:{port}/postgres",
            port=port,
            _command=[*_as("postgres"), str(POSTGRES_PROGRAMS / "postgres"), "-D", data, *places, *quick],
            _folder=folder,
            _ready=lambda: subprocess.run(asked, check=False).returncode == 0,
        )
        # SIGINT is PostgreSQL's word for: end the clients, then yourself, in order.
        with _running(server, signal.SIGINT):
            yield server


@contextmanager
def redis() -> Iterator[Server]:
    """Stopped and removed on leaving; it keeps nothing when it is started again."""
    port = free_port()
    with _folder("redis") as folder:
        words = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
        server = Server(
            url=f"redis://127.0.0.1:{port}",
            port=port,
            _command=[*_as(""), REDIS_PROGRAM, *words],
            _folder=folder,
            _ready=lambda: _answers(port),
        )
        # A Redis that a test put to sleep hears nothing else.
        with _running(server, signal.SIGKILL):
            yield server


@contextmanager
def _running(server: Server, ending: int) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        server.stop(ending)


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
