"""Whether a SQLite file is sound, looked at before it is used: SQLite itself passes over a damaged log without a word.

A write-ahead log counts up to the first frame whose checksum is wrong. After a crash that is the torn end of a transaction that nobody
was told of. Two transactions in a row behind it mean that the disk lost something: the first was on the disk before the second began.
"""

import itertools
import os
import shutil
import struct
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from conversation.errors import StoreError

CHECKED: Final = 512 * 1024 * 1024
"""Bytes of a database that is looked through whole at each start; a larger one would keep people waiting."""
_HEADER, _FRAME = struct.Struct(">8I"), struct.Struct(">6I")
_MAGIC: Final = 0x377F0682
_WORD: Final = 0xFFFFFFFF


class DamagedError(StoreError):
    """What is on the disk is not what was written there."""


@dataclass(frozen=True, slots=True)
class _Frame:
    number: int
    commits: bool
    salt: tuple[int, int]
    sums: tuple[int, int]
    summed: bytes


def check(connection: Connection, path: Path) -> None:
    """Raises DamagedError: once for a damaged log, which is put aside, and always for a damaged file."""
    log = _read(Path(f"{path}-wal"))
    known = int(connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").one()[1])
    if log and log[:32] == _read(Path(f"{path}-wal"), 32):
        _check_log(log, max(0, known), path)
    if path.stat().st_size <= CHECKED:
        found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        if found != "ok":
            raise DamagedError(
                f"the database file {path} is damaged ({found.splitlines()[-1].strip()}): keep a copy of it, check the disk,"
                " and put a backup in its place"
            )


def _read(log: Path, most: int = -1) -> bytes:
    try:
        with log.open("rb") as file:
            return file.read(most)
    except FileNotFoundError:
        return b""


def _check_log(log: bytes, known: int, path: Path) -> None:
    """``known``: how many frames SQLite goes by."""
    if len(log) < _HEADER.size:
        return
    magic, _, page, _, salt1, salt2, *sums = _HEADER.unpack_from(log)
    big = bool(magic & 1)
    if magic & ~1 != _MAGIC or _sums(log[:24], (0, 0), big=big) != tuple(sums):
        raise _damaged(path, "its head can't be read, so nothing in it can")
    frames = [frame for frame in _frames(log, page, known) if frame.salt == (salt1, salt2)]
    lost = _transactions(frames, big=big)
    if lost >= 2:
        raise _damaged(path, f"at least {lost} transactions behind frame {known} can't be read")


def _frames(log: bytes, page: int, known: int) -> list[_Frame]:
    """Those behind the first ``known`` and the one after them, which SQLite found to be wrong."""
    size = _FRAME.size + page
    found = []
    for number in range(known, (len(log) - _HEADER.size) // size):
        start = _HEADER.size + number * size
        _, pages, salt1, salt2, sum1, sum2 = _FRAME.unpack_from(log, start)
        summed = log[start : start + 8] + log[start + _FRAME.size : start + size]
        found.append(_Frame(number, pages > 0, (salt1, salt2), (sum1, sum2), summed))
    return found


def _transactions(frames: list[_Frame], *, big: bool) -> int:
    """The most transactions in a row of frames that continue each other's checksums."""
    most = row = 0
    for before, frame in itertools.pairwise(frames):
        if before.number + 1 == frame.number and _sums(frame.summed, before.sums, big=big) == frame.sums:
            row += frame.commits
            most = max(most, row)
        else:
            row = 0
    return most


def _sums(data: bytes, start: tuple[int, int], *, big: bool) -> tuple[int, int]:
    """SQLite's checksum of a log, continued from ``start``."""
    words = array("I", data)
    if big != (struct.pack("=H", 1) == b"\x00\x01"):
        words.byteswap()
    first, second = start
    for index in range(0, len(words), 2):
        first = (first + words[index] + second) & _WORD
        second = (second + words[index + 1] + first) & _WORD
    return first, second


def _damaged(path: Path, what: str) -> DamagedError:
    """SQLite drops the log when this process lets go of it: a second name keeps it."""
    log = Path(f"{path}-wal")
    names = (Path(f"{log}.damaged{number or ''}") for number in itertools.count())
    kept = next(name for name in names if not name.exists())
    try:
        os.link(log, kept)
    except OSError:
        shutil.copy(log, kept)
    return DamagedError(
        f"the log {log} of the database is damaged: {what}. It is kept as {kept}. Check the disk; then put a backup in place"
        f" of {path.name}, or start again to go on with what was stored before the damage"
    )
