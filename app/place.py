"""Where a process runs, in words that another process of the same machine can check.

What can't be checked here (another machine, another container) is taken for alive: whether it is shows in its beat.
"""

import os
import socket
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")


def here() -> str:
    """Machine, its start, the space of process numbers, number and start of this process."""
    return " ".join((socket.gethostname(), _boot(), _space(), str(os.getpid()), _began(os.getpid()) or "?"))


def gone(place: str) -> bool:
    """Whether that process has certainly ended."""
    parts = place.split(" ")
    if len(parts) != 5 or parts[0] != socket.gethostname():
        return False
    _, boot, space, number, began = parts
    if boot != _boot():
        return True
    if space != _space() or not number.isdigit() or "?" in (boot, space, began):
        return False
    return _began(int(number)) != began


def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "?"


def _space() -> str:
    """Containers have spaces of their own: number 7 of another one is another process."""
    try:
        return (_PROC / "self/ns/pid").readlink().name
    except OSError:
        return "?"


def _began(number: int) -> str | None:
    """Ticks since the machine started: a number that is given again has another start. None: there is no such process."""
    try:
        stat = (_PROC / str(number) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]
