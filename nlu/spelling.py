"""Words with one slip of the finger in them: by the words of the bot's own examples, and those that everybody writes."""

import re
import zlib
from collections.abc import Collection, Iterator
from functools import cache
from importlib.resources import files
from typing import Final

SHORTEST: Final = 5
"""Letters of a word that may have one wrong: shorter words are too near to each other."""

_LONGEST: Final = 24
_MOST_WORDS: Final = 8
"""Unknown words of a text that are looked at: each costs 0.06 ms."""

_WORD = re.compile(r"[^\W\d_]+")
_KEYED = re.compile(r"[;'\[]?[^\W\d_]+(?:[;'\[][^\W\d_]+)*")
_SWAPPED = re.compile("[yzYZ;'\\[]")
_GERMAN_KEYS: Final = str.maketrans("yzYZ;'[", "zyZYöäü")
"""What a German key gives on an English keyboard, and the reverse for the letters."""

_ALPHABETS: Final = ("abcdefghijklmnopqrstuvwxyzäöüß", "абвгґдеєёжзиіїйклмнопрстуфхцчшщъыьэюя")


class Speller:
    """``words``: those of the examples, in small letters."""

    def __init__(self, words: Collection[str]) -> None:
        self._own = frozenset(words)

    def spelled(self, text: str) -> str:
        """With each unknown word that is one slip from one known word alone as that word; the bot's own words come first. Words
        of German keys on an English keyboard, or the reverse, as they were meant."""
        left = _MOST_WORDS

        def turn(found: re.Match[str]) -> str:
            nonlocal left
            word = found.group()
            if not SHORTEST - 1 <= len(word) <= _LONGEST or left <= 0 or self._is_known(word):
                return word
            left -= 1
            meant = self._meant(word.lower())
            return meant.capitalize() if meant and word[0].isupper() else meant or word

        return _WORD.sub(turn, _KEYED.sub(self._on_german_keys, text) if _SWAPPED.search(text) else text)

    def _on_german_keys(self, found: re.Match[str]) -> str:
        """The same keys on the other one of the German and the English keyboard, if that is a word and this is none."""
        word: str = found.group()
        turned = word.translate(_GERMAN_KEYS)
        inside = word.strip(";'[")
        if turned == word or self._is_known(inside) or not self._is_known(turned):
            return word
        return turned

    def _is_known(self, word: str) -> bool:
        low = word.lower()
        return low in self._own or low in known_words()

    def _meant(self, typed: str) -> str:
        near = set(one_slip_away(typed))
        for known in (self._own, known_words()):
            found = {word for word in near & known if len(word) >= SHORTEST}
            if found:
                return found.pop() if len(found) == 1 else ""
        return ""


def one_slip_away(typed: str) -> Iterator[str]:
    """All words that ``typed`` may be with one letter left out, put in, changed, or swapped with the next; the first is right."""
    alphabet = _ALPHABETS["Ѐ" <= typed[0] <= "ԯ"]
    for place in range(1, len(typed) + 1):
        head, tail = typed[:place], typed[place:]
        yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in alphabet:
            yield head + letter + tail
            yield head + letter + tail[1:]


@cache
def known_words() -> frozenset[str]:
    """Of German, English, Russian and Ukrainian, in small letters: what comes with the product, read once."""
    raw = (files("nlu") / "data" / "words.txt.zlib").read_bytes()
    return frozenset(zlib.decompress(raw).decode().split("\n"))
