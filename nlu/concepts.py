"""What the words of a sentence are about, whichever word it is said with: paraphrases of a few examples share concepts, not words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from conversation.value import Value
from nlu.features import skeleton
from nlu.ukrainian import russian_word, words_of_the_package

LANGUAGES: Final = ("en", "de", "ru")
"""The columns of the list. Ukrainian words are looked up by the Russian ones that mean the same."""

MAX_WORD: Final = 40
_LEAST: Final = 2
"""Letters that the skeleton of a beginning or inside of a word has at least."""

_CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
_UKRAINIAN: Final = re.compile("[іїєґ'’ʼ]")
_DATA: Final = Path(__file__).parent / "data" / "concepts.txt"


class Stems(Value, frozen=True, kw_only=True):
    """One language's words, as skeletons, to the concepts they stand for: whole words, beginnings of words, insides of words."""

    whole: Mapping[str, tuple[str, ...]]
    begin: Mapping[str, tuple[str, ...]]
    inside: Mapping[str, tuple[str, ...]]


def concepts(words: Sequence[str]) -> list[str]:
    """Names of what ``words`` (small letters) are about, in their order, each once.

    The language is not asked for: letters tell most of it, and a word that English and German share seldom means two things.
    (Cross-validation on thirteen sets found no difference to knowing it.)
    """
    return list(dict.fromkeys(name for word in words for name in _of(word)))


def concept_features(words: Sequence[str]) -> list[str]:
    return [f"c {name}" for name in concepts(words)]


@lru_cache(maxsize=4_000)
def _of(word: str) -> tuple[str, ...]:
    tables = concepts_of_the_package()
    if not _CYRILLIC.search(word):
        return (*find(word, tables["en"]), *find(word, tables["de"]))
    found = () if _UKRAINIAN.search(word) else find(word, tables["ru"])
    if found:
        return found
    russian = russian_word(word, words_of_the_package())
    return tuple(name for part in russian.split() for name in find(part, tables["ru"]))


def find(word: str, stems: Stems) -> tuple[str, ...]:
    """The longest beginning counts, and every inside; time grows with the square of a word's length, at most ``MAX_WORD``."""
    bare = skeleton(word[:MAX_WORD])
    names = list(stems.whole.get(bare, ()))
    for end in range(len(bare), _LEAST - 1, -1):
        if bare[:end] in stems.begin:
            names += stems.begin[bare[:end]]
            break
    if stems.inside:
        for start in range(len(bare)):
            for end in range(start + _LEAST, len(bare) + 1):
                names += stems.inside.get(bare[start:end], ())
    return tuple(dict.fromkeys(names))


@cache
def concepts_of_the_package() -> Mapping[str, Stems]:
    """By language. Blocks for ten milliseconds, once a process."""
    lines = (line for line in _DATA.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return read_concepts(lines)


def read_concepts(lines: Iterable[str]) -> Mapping[str, Stems]:
    """``lines``: ``concept | English | German | Russian``; a word stands for all that begin with it, ``=word`` for itself,
    ``~word`` for all that have it anywhere. Raises ValueError for a line of another form."""
    tables: dict[str, tuple[dict[str, tuple[str, ...]], ...]] = {language: ({}, {}, {}) for language in LANGUAGES}
    for line in lines:
        name, *columns = (part.strip() for part in line.split("|"))
        for language, column in zip(LANGUAGES, columns, strict=True):
            for entry in column.split():
                place = {"=": 0, "~": 2}.get(entry[0], 1)
                stem = skeleton(entry.lstrip("=~"))
                if not stem or (place and len(stem) < _LEAST):
                    raise ValueError(f"concept {name}: `{entry}` is too short to stand for words that have it")
                table = tables[language][place]
                table[stem] = (*table.get(stem, ()), name)
    return {language: Stems(whole=w, begin=b, inside=i) for language, (w, b, i) in tables.items()}
