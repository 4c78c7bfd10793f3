"""Words that everybody writes, and how often: German, English, Russian and Ukrainian."""

import zlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("de", "en", "ru", "uk")

STEPS: Final = 2
"""How often a word is written: steps for each tenfold, from once in a thousand million words."""

_MOST: Final = 15
_SHIFT: Final = {"de": 4, "en": 0, "ru": 4, "uk": 0}
"""Half a byte for each language of an alphabet; 0 says that the language does not have the word."""


def packed(words: Mapping[str, Mapping[str, float]]) -> bytes:
    """``words``: language to word to the logarithm (of 10) of how often it is written in a thousand million words."""
    codes: dict[str, int] = {}
    for language in LANGUAGES:
        for word, often in words[language].items():
            codes[word] = codes.get(word, 0) | max(1, min(_MOST, round(STEPS * often))) << _SHIFT[language]
    lines: dict[int, list[str]] = {}
    for word in sorted(codes):
        lines.setdefault(codes[word], []).append(word)
    return "\n".join(f"{code} {' '.join(lines[code])}" for code in sorted(lines)).encode()


def unpacked(raw: bytes) -> dict[str, int]:
    known: dict[str, int] = {}
    for line in raw.decode().split("\n"):
        code, *words = line.split(" ")
        known.update(dict.fromkeys(words, int(code)))
    return known


@cache
def known_words() -> Mapping[str, int]:
    """In small letters; to each what ``often`` reads. What comes with the product, read once."""
    return unpacked(zlib.decompress((files("nlu") / "data" / "words.txt.zlib").read_bytes()))


def often(code: int, language: str) -> int:
    """In ``STEPS``; 0 if ``language`` does not have the word, or nobody knows its words."""
    return code >> _SHIFT[language] & 15 if language in _SHIFT else 0
