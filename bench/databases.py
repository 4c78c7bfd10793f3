"""Debian's PostgreSQL and Redis for a benchmark: on free ports of this machine, in folders that go away with them.

Unlike the tests' own, this PostgreSQL waits for the disk with every commit.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from bench.processes import free_port, process

PROGRAMS: Final = Path("/usr/lib/postgresql/15/bin")
PATIENCE: Final = 30.0
"""Seconds until a server that does not answer counts as broken."""


class MissingError(RuntimeError):
    """A program that the machine does not have."""


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a database of its own, without the name at its end. Raises MissingError."""
    _need(PROGRAMS / "postgres")
    port = free_port()
    folder = Path(mkdtemp(prefix="lotse-bench-"))
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        shutil.chown(folder, "postgres", "postgres")
    data = str(folder / "data")
    try:
        words = ("--username=lotse", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        making = [*_as_postgres(), str(PROGRAMS / "initdb"), "-D", data, *words]
        subprocess.run(making, cwd=folder, check=True, capture_output=True)
        settings = (f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "fsync=on")
        quiet = ("log_min_messages=fatal",)
        serving = [*_as_postgres(), str(PROGRAMS / "postgres"), "-D", data, *_options((*settings, *quiet))]
        # SIGTERM waits for clients: all of them have gone by then.
        with process(serving, {}, place=None):
            asked = [str(PROGRAMS / "pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={port}"]
            _wait("PostgreSQL", lambda: subprocess.run(asked, check=False).returncode == 0)
            yield f"postgresql://lotse@127.0.0.1:{port}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server: str, name: str) -> str:
    """The URL of an empty database."""
    making = [str(PROGRAMS / "psql"), "--quiet", f"{server}/postgres", "--command", f"CREATE DATABASE {name}"]
    subprocess.run(making, check=True, capture_output=True)
    return f"{server}/{name}"


@contextmanager
def redis() -> Iterator[str]:
    """The URL of a Redis that keeps nothing. Raises MissingError."""
    program = shutil.which("redis-server")
    _need(Path(program or "/usr/bin/redis-server"))
    port = free_port()
    words = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    with process(["/usr/bin/env", "redis-server", *words], {}, place=None):
        _wait("Redis", lambda: _answers(port))
        yield f"redis://127.0.0.1:{port}"


def _need(program: Path) -> None:
    if not program.exists():
        raise MissingError(f"this machine has no {program}: scripts/test-tools fetches it on Debian")


def _wait(name: str, ready: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > end:
            raise RuntimeError(f"{name} did not answer within {PATIENCE:.0f} s")
        time.sleep(0.02)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _options(settings: Sequence[str]) -> list[str]:
    return [word for setting in settings for word in ("-c", setting)]


def _as_postgres() -> list[str]:
    if os.geteuid():
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
