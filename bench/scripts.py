"""What the customers of a benchmark write, and how many messages answer each line."""

from typing import Final, TypeAlias

Script: TypeAlias = tuple[tuple[str, int], ...]

FORM: Final[Script] = (
    ("hello", 1),
    ("Mia Krause", 1),
    ("Hamburg", 1),
    ("a router", 1),
    ("040 1234567", 1),
    ("no, that is all", 1),
)
"""A whole conversation with ``bench/bot`` or its peer: five questions and a summary. Then it begins again."""

MENU_START: Final[Script] = (("hallo", 2),)
MENU: Final[Script] = (("4", 1), ("12345678", 1), ("menü", 1))
"""The Nordnetz example: into the change of address, one answer to the identification, back to the menu. No free text."""


class Course:
    """Where one customer is in a script: ``start`` once, then ``loop`` for ever."""

    __slots__ = ("_lines", "_loop", "_next")

    def __init__(self, start: Script, loop: Script) -> None:
        self._lines = start or loop
        self._loop = loop
        self._next = 0

    def line(self) -> tuple[str, int]:
        if self._next == len(self._lines):
            self._lines, self._next = self._loop, 0
        self._next += 1
        return self._lines[self._next - 1]


SCRIPTS: Final = {"form": ((), FORM), "menu": (MENU_START, MENU), "echo": ((), (("hello", 1),))}
