"""How wide words are in a sans-serif font that nobody knows beforehand: rather too wide than too narrow."""

from typing import Final

_NARROW: Final = frozenset("ijl|!.,:;'`·’‘() []{}/\\ftrI1-")
_WIDE: Final = frozenset("mwMWOQGЖШЩЮФМДжшщюфмыдЫ@%—…×→")


def width(text: str, size: float) -> float:
    """Pixels at a font of ``size`` pixels."""
    return sum(_em(character) for character in text) * size


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.4
    if character in _WIDE or ord(character) > 0x2FFF:
        return 1.02
    if "a" <= character <= "z" or character.isdigit():
        return 0.63
    return 0.74 if character.isupper() else 0.67


def cut(text: str, size: float, room: float) -> str:
    """As much of it as there is room for, with ``…`` for the rest."""
    if width(text, size) <= room:
        return text
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """At most so many lines."""
    lines: list[str] = []
    for word in text.split():
        if lines and width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        elif len(lines) < most:
            lines.append(word)
        else:
            lines[-1] += f" {word}"
            break
    return [cut(line, size, room) for line in lines]
