"""What is wrong with plain data, and readers of its smallest parts that complain instead of raising."""

import re
from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from conversation.value import Value

Path: TypeAlias = tuple[str | int, ...]

_DURATION = re.compile(r"([0-9]{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Complaint(Value, frozen=True, kw_only=True):
    """``path`` leads to the place in the data; ``todo`` says what to write instead."""

    path: Path
    message: str
    todo: str


class Complaints:
    """Collects complaints while data is read; every reader gives a usable value or None."""

    def __init__(self) -> None:
        self.found: list[Complaint] = []

    def add(self, path: Path, message: str, todo: str) -> None:
        self.found.append(Complaint(path=path, message=message, todo=todo))

    def mapping(self, path: Path, data: Any, known: Collection[str] | None = None) -> dict[str, Any]:
        """The entries by name; with ``known``, others are complained about and left out. Nothing (None) is empty."""
        if data is None:
            return {}
        if not isinstance(data, Mapping):
            example = "" if known is None else f" with {', '.join(known)}"
            self.add(path, f"{shown(data)} is not a list of names and values", f"write names and values{example}")
            return {}
        entries = {str(key): value for key, value in data.items()}
        for key in [] if known is None else [key for key in entries if key not in known]:
            self.add((*path, key), f"{shown(key)} is not known here", f"use one of: {', '.join(known or ())}")
            del entries[key]
        return entries

    def sequence(self, path: Path, data: Any) -> list[Any]:
        """A list; a single value counts as a list of one."""
        if data is None:
            return []
        if isinstance(data, Mapping):
            self.add(path, f"{shown(data)} is not a list", "write a list: [...]")
            return []
        return list(data) if isinstance(data, list | tuple) else [data]

    def duration(self, path: Path, data: Any, *, least: int = 1) -> int | None:
        """Seconds, at least ``least``."""
        match = _DURATION.fullmatch(data.strip()) if isinstance(data, str) else None
        if match is None:
            self.add(path, f"{shown(data)} is not a length of time", "write a whole number and s, m, h or d, like 30m")
            return None
        seconds = int(match[1]) * _SECONDS[match[2]]
        if seconds < least:
            self.add(path, f"{shown(data)} is too short", f"write at least {least} s")
            return None
        if seconds > 366 * 86400:
            self.add(path, f"{shown(data)} is longer than a year", "write at most 366d")
            return None
        return seconds

    def whole(self, path: Path, data: Any, least: int, most: int) -> int | None:
        """A whole number between the two, both included."""
        if isinstance(data, bool) or not isinstance(data, int) or not least <= data <= most:
            self.add(path, f"{shown(data)} is not a whole number from {least} to {most}", "write one, like 2")
            return None
        return int(data)

    def words(self, path: Path, data: Any) -> str | None:
        if not isinstance(data, str) or not data.strip():
            self.add(path, f"{shown(data)} is not a name", "write a name")
            return None
        return data.strip()


def shown(data: Any) -> str:
    """What stands there, short enough for a message."""
    text = str(data) if isinstance(data, str | int | float) else type(data).__name__
    return f"`{text if len(text) <= 40 else text[:39] + '…'}`"
