"""Russian and Ukrainian written in Latin letters, read back: every habit of spelling at once, the likeliest word wins."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlu.word_list import STEPS, known_words, often

Chances: TypeAlias = NDArray[np.int8]

ORDER: Final = 4
ALPHABETS: Final = {"ru": " абвгдежзийклмнопрстуфхцчшщъыьэюя", "uk": " абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'"}
"""``chances`` are over these letters; ё counts as е. The blank frames a word."""

UNIT: Final = 5.0
"""``chances`` hold 5 for each factor of e."""

_BEAM: Final = 8
_STRANGE: Final = 9.0
"""What a letter costs that the language does not have."""

_LONGEST_WORD: Final = 24
SOFT: Final = 1.0
"""What it costs that a soft sign was left out."""

KNOWN: Final = 0.7
"""What each tenfold is worth that a word is written more often than once in a thousand million words."""

_RARE: Final = 1.5
"""What a spelling costs that few people use."""

_COMMON = {
    "a": "а", "b": "б", "v": "в", "d": "д", "zh": "ж", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "t": "т",
    "u": "у", "f": "ф", "kh": "х", "ch": "ч", "sh": "ш щ", "shch": "щ", "sch": "щ", "ja": "я", "ya": "я", "ia": "я иа", "ju": "ю", "yu": "ю",
    "iu": "ю", "ts": "ц тс", "tz": "ц", "c": "ц к", "x": "х кс", "j": "й", "s": "с", "z": "з", "'": "ь", "ph": "ф", "ck": "к",
}  # fmt: skip
_SPELLED: Final[Mapping[str, Mapping[str, str]]] = {
    "ru": {**_COMMON, "g": "г", "e": "е э", "je": "е", "ye": "е", "yo": "е", "jo": "е", "i": "и й", "y": "ы й", "h": "х", "iy": "ий", "ij": "ий", "yj": "ый", "yy": "ый",
           "yi": "ый", "ii": "ий", "q": "к", "w": "в", "aj": "ай", "ej": "ей", "oj": "ой"},
    "uk": {**_COMMON, "g": "г ґ", "e": "е", "je": "є", "ye": "є", "ie": "є", "i": "і й и", "y": "и й", "h": "г х", "yi": "ї", "ji": "ї", "iy": "ій", "ij": "ій", "yj": "ий",
           "yy": "ий", "yo": "йо", "jo": "йо", "io": "ьо", "q": "к", "w": "в", "ii": "ії", "'": "ь '"},
}  # fmt: skip
_SELDOM: Final[Mapping[str, Mapping[str, str]]] = {
    "ru": {"c": "с", "j": "ж ь", "z": "ц", "s": "з", "ch": "х", "sch": "ш", "w": "ш", "tsch": "ч", "schtsch": "щ", "y": "у и", "'": "ъ", "x": "ж", "h": "ч",
           "i": "ы", "ey": "ей", "u": "ю", "a": "я", "q": "я", "zj": "ж", "tch": "ч", "shh": "щ", "je": "ье", "ye": "ье", "ja": "ья", "ya": "ья"},
    "uk": {"j": "ж ь", "z": "ц", "s": "з", "ch": "х", "tsch": "ч", "schtsch": "щ", "sch": "ш", "e": "є", "i": "ї", "i'": "ї", "u": "ю", "ie": "іє", "h": "", "c": "с",
           "y": "і ї", "yj": "ій", "ya": "ія", "ia": "ія", "zgh": "зг", "je": "ьє", "ye": "ьє", "iu": "ію", "yu": "ію", "x": "ж"},
}  # fmt: skip
_SOFTENED = frozenset("бвдзлмнпрстфцш")
"""Consonants after which a soft sign may have been left out."""


class Letters:
    """How likely each letter is after the three before it: ``chances`` (alphabet ** 4, in 1/``UNIT`` of a natural logarithm)."""

    def __init__(self, language: str, chances: Chances) -> None:
        alphabet = ALPHABETS[language]
        self._size = len(alphabet)
        self._numbers = {char: number for number, char in enumerate(alphabet)}
        self._chances = chances.tobytes()
        self._table = _table(language)
        self._language = language

    def likelihood(self, word: str) -> float:
        """The logarithm of how likely a lower-case word is in this language."""
        state, total = 0, 0.0
        for char in f"{word} ".replace("ё", "е"):
            number = self._numbers.get(char)
            if number is None:
                total -= _STRANGE
                number = 0
            else:
                total += _signed(self._chances[state * self._size + number]) / UNIT
            state = (state * self._size + number) % self._size**3
        return total

    def read(self, word: str) -> tuple[str, float]:
        """The likeliest Cyrillic word for a lower-case Latin one, and the logarithm of how likely; what is no letter stays."""
        size, numbers, chances = self._size, self._numbers, self._chances
        wide = size * size * size
        beams: list[dict[tuple[int, str], float]] = [{} for _ in range(len(word) + 1)]
        beams[0][(0, "")] = 0.0
        for place in range(len(word)):
            likely = sorted(beams[place].items(), key=lambda item: -item[1])[:_BEAM]
            for length, target, cost in _steps(self._table, word, place):
                beam = beams[place + length]
                for (state, made), score in likely:
                    after, total = state, score - cost
                    for char in target:
                        number = numbers.get(char, 0)
                        chance = chances[after * size + number]
                        total += (chance - 256 if chance > 127 else chance) / UNIT
                        after = (after * size + number) % wide
                    key = (after, made + target)
                    if total > beam.get(key, -1e9):
                        beam[key] = total
        everybodys = known_words()
        ended = {
            made: score
            + _signed(chances[state * size]) / UNIT
            + KNOWN * often(everybodys.get(made, 0), self._language) / STEPS
            for (state, made), score in beams[-1].items()
        }
        best = max(ended, key=lambda made: ended[made])
        return best, ended[best]


def _signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte


def _steps(table: Mapping[str, tuple[tuple[str, float], ...]], word: str, place: int) -> list[tuple[int, str, float]]:
    """What can stand at ``place``: (Latin letters used, Cyrillic letters, cost)."""
    found = [
        (length, target, cost)
        for length in range(1, min(7, len(word) - place) + 1)
        for target, cost in table.get(word[place : place + length], ())
    ]
    return found or [(1, word[place], 0.0)]


@lru_cache(maxsize=4)
def _table(language: str) -> Mapping[str, tuple[tuple[str, float], ...]]:
    """Latin letters to their readings with costs; a consonant may have lost its soft sign."""
    table: dict[str, dict[str, float]] = {}
    for spelled, cost in ((_SPELLED[language], 0.0), (_SELDOM[language], _RARE)):
        for latin, readings in spelled.items():
            for reading in readings.split():
                table.setdefault(latin, {}).setdefault(reading, cost)
    for readings_of in list(table.values()):
        for reading, cost in list(readings_of.items()):
            if reading[-1] in _SOFTENED:
                readings_of.setdefault(reading + "ь", cost + SOFT)
    return {latin: tuple(readings_of.items()) for latin, readings_of in table.items()}


@lru_cache(maxsize=4)
def letters_for(language: str) -> Letters:
    """Of a language in ``ALPHABETS``; read once from what comes with the product."""
    with (files("nlu") / "data" / "letters.npz").open("rb") as file, np.load(file, allow_pickle=False) as archive:
        three, contexts, rows = (archive[f"{language}_{name}"] for name in ("three", "contexts", "rows"))
    size = len(ALPHABETS[language])
    chances = np.tile(three.reshape(-1, size), (size, 1))
    chances[contexts] = rows
    return Letters(language, chances)


@lru_cache(maxsize=4_000)
def cyrillic(word: str, language: str) -> tuple[str, float]:
    """See ``Letters.read``; very long words are left alone."""
    return (word, 0.0) if len(word) > _LONGEST_WORD else letters_for(language).read(word)
