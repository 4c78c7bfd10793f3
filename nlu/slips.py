"""Words of a list with one slip of the finger in them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from conversation.understanding import Entity

SHORTEST: Final = 5
"""Letters of a word from which one may be wrong."""

_MOST_WORDS: Final = 60
"""Words of a text that are looked at."""

_WORD = re.compile(r"[^\W_]+(?:['’ʼ-][^\W_]+)*")
_ALIKE = str.maketrans({"ё": "е", "ß": "ss", "ä": "a", "ö": "o", "ü": "u", "’": "'", "ʼ": "'"})


class SlipFinder:
    """``values``: entity to its values, each with what customers write for it. Phrases of up to three words; the first letter
    must be right; what one slip makes two values of is none."""

    def __init__(self, values: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self._meant: dict[str, set[tuple[str, str]]] = {}
        self._shorter: dict[str, set[str]] = {}
        for name, listed in values.items():
            for value, phrases in listed.items():
                for phrase in (value, *phrases):
                    self._learn(_folded(phrase), name, value)
        self._lengths = sorted({phrase.count(" ") + 1 for phrase in self._meant})

    def _learn(self, phrase: str, name: str, value: str) -> None:
        if len(phrase) >= SHORTEST and phrase.count(" ") < 3:
            self._meant.setdefault(phrase, set()).add((name, value))
            for each in shorter(phrase):
                self._shorter.setdefault(each, set()).add(phrase)

    def find(self, text: str) -> Iterator[Entity]:
        words = [(match.start(), match.end()) for match in _WORD.finditer(text)][:_MOST_WORDS]
        for length in self._lengths:
            for first in range(len(words) - length + 1):
                start, end = words[first][0], words[first + length - 1][1]
                meant = self._one_slip_away(_folded(text[start:end]))
                if len(meant) == 1:
                    name, value = next(iter(meant))
                    yield Entity(name=name, value=value, start=start, end=end)

    def _one_slip_away(self, typed: str) -> set[tuple[str, str]]:
        if typed in self._meant:
            return self._meant[typed]
        if not SHORTEST - 1 <= len(typed) <= 60:
            return set()
        near = {phrase for each in shorter(typed) for phrase in self._shorter.get(each, ()) if one_slip(typed, phrase)}
        return {meant for phrase in near for meant in self._meant[phrase]}


def _folded(text: str) -> str:
    return " ".join(text.lower().translate(_ALIKE).split())


def shorter(phrase: str) -> set[str]:
    """Itself and each way to leave one letter out but the first: two phrases one slip apart have one of these in common."""
    return {phrase, *(phrase[:place] + phrase[place + 1 :] for place in range(1, len(phrase)))}


def one_slip(typed: str, meant: str) -> bool:
    """One letter left out, put in, changed, or swapped with the next."""
    if abs(len(typed) - len(meant)) > 1 or typed[0] != meant[0]:
        return False
    place = next(
        (at for at, pair in enumerate(zip(typed, meant, strict=False)) if pair[0] != pair[1]),
        min(len(typed), len(meant)),
    )
    rest, wanted = typed[place:], meant[place:]
    swapped = len(rest) == len(wanted) and rest[:2] == wanted[:2][::-1] and rest[2:] == wanted[2:]
    return rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:] or swapped
