"""Words that everybody writes, and how often: German, English, Russian and Ukrainian."""

import zlib
from collections.abc import Mapping, Sequence
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
    words_in_order = sorted(codes)
    numbers = bytes(codes[word] for word in words_in_order)
    return len(numbers).to_bytes(4) + numbers + "\n".join(words_in_order).encode()


def unpacked(raw: bytes) -> dict[str, int]:
    """In alphabetical order."""
    words = raw[4 + (count := int.from_bytes(raw[:4])) :].decode().split("\n")
    return dict(zip(words, raw[4 : 4 + count], strict=True))


@cache
def known_words() -> Mapping[str, int]:
    """In small letters and alphabetical order; to each what ``often`` reads. What comes with the product, read once."""
    return unpacked(zlib.decompress((files("nlu") / "data" / "words.txt.zlib").read_bytes()))


@cache
def in_order() -> Sequence[str]:
    """The same words."""
    return list(known_words())


def often(code: int, language: str) -> int:
    """In ``STEPS``; 0 if ``language`` does not have the word, or nobody knows its words."""
    return code >> _SHIFT[language] & 15 if language in _SHIFT else 0
