"""A disk that fills up, and one that can only be read any more, under a running process.

Two ways to a full disk. A small tmpfs is the real thing (ENOSPC, for the log's lines too), but mounting needs a right that containers
and ordinary users lack. A limit on the size of the process's files needs none: every write that makes a file longer fails half-way.
"""

import ctypes
import os
import resource
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

DATABASE = ("lotse.db", "lotse.db-wal", "lotse.db-shm")
_ROOM = 32 * 1024
_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1


class Disk(Protocol):
    """Where a process keeps its files."""

    var: Path

    def fill(self, pid: int) -> None:
        """From now on the process can store nothing more."""

    def free(self, pid: int) -> None: ...


class LimitedFiles:
    """No file of the process grows beyond a few pages. SIGXFSZ is ignored by Python, so writes fail as on a broken disk."""

    def __init__(self, var: Path) -> None:
        self.var = var

    def fill(self, pid: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (_ROOM, resource.RLIM_INFINITY))

    def free(self, pid: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class SmallDisk:
    """A tmpfs with a file on it that takes what is left."""

    def __init__(self, var: Path) -> None:
        self.var = var

    def fill(self, pid: int) -> None:  # noqa: ARG002 - the protocol's
        chunk = b"x" * 4096
        with (self.var / "filler").open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(chunk)
            except OSError:
                return

    def free(self, pid: int) -> None:  # noqa: ARG002 - the protocol's
        (self.var / "filler").unlink()


def _mounted(folder: Path) -> bool:
    """Whether a tmpfs could be put there."""
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@contextmanager
def disk(kind: str, folder: Path) -> Iterator[Disk]:
    """``kind``: ``limit``, or ``tmpfs``, which is a limit too where nothing can be mounted."""
    folder.mkdir()
    if kind == "limit" or not _mounted(folder):
        yield LimitedFiles(folder)
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=True)


def bound_by_rights() -> None:
    """To be run in a child before its program: rights of files count for root too."""
    if os.geteuid() == 0:
        _LIBC.prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0)


def lock(var: Path) -> None:
    """The database's files and their folder can only be read by who opens them from now on."""
    for path in (*(var / name for name in DATABASE if (var / name).exists()), var):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)


def unlock(var: Path) -> None:
    for path in (var, *(var / name for name in DATABASE if (var / name).exists())):
        path.chmod(stat.S_IMODE(path.stat().st_mode) | 0o200)
