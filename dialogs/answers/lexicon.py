"""The words for days, months, numbers and times of day in the languages that Lotse speaks.

A word stands for symbols, each one letter with a number:

    d  day from today        w  weekday, 0 = Monday     m  month 1-12      n  number          .  ordinal mark
    u  unit of n days        v  unit of n months        y  unit of n minutes                  i  "in" two weeks
    x  next (0), the one after (1)                      h  "o'clock"       a  before noon 0, after 12
    b  half of the hour that begins                     k  noon 12, midnight 0                q  minutes (15, 30)
    p  past, after           o  to, before              l  less: "без" ten three              j  now
    z  part of the day: 1318 is from 13 to 18           f  its first half 0, its second 1
    (  from, between         t  until                   &  and
"""

from collections.abc import Mapping
from functools import lru_cache

from dialogs.answers import words_de, words_en, words_ru, words_uk
from dialogs.answers.fold import fold
from dialogs.answers.tables import Symbol, Table

_TABLES: Mapping[str, Table] = {
    "de": words_de.WORDS,
    "en": words_en.WORDS,
    "ru": words_ru.WORDS,
    "uk": words_uk.WORDS,
}
_DAY_ENDINGS = ("tag", "woch", "abend")
_PHRASES: Mapping[str, str] = {**words_de.PHRASES, **words_en.PHRASES, **words_ru.PHRASES, **words_uk.PHRASES}


def _words(table: Table) -> dict[str, tuple[Symbol, ...]]:
    found: dict[str, tuple[Symbol, ...]] = {}
    for symbol, numbers in table.items():
        for number, words in numbers.items():
            for word in fold_words(words):
                if symbol == "-":
                    found.setdefault(word, ())
                elif symbol == "#":
                    found.setdefault(word, (("n", number), (".", 0)))
                else:
                    found.setdefault(word, ((symbol, number),))
    return found


def fold_words(words: str) -> list[str]:
    """Words separated by spaces, each as people's text is compared."""
    return [fold(word) for word in words.split()]


@lru_cache(maxsize=16)
def lexicon(language: str) -> Mapping[str, tuple[Symbol, ...]]:
    """Word to symbols, all languages; where two disagree, ``language`` decides. A word without weight has no symbols."""
    order = [*(code for code in _TABLES if code != language), *([language] if language in _TABLES else [])]
    merged: dict[str, tuple[Symbol, ...]] = {}
    for code in order:
        merged |= _words(_TABLES[code])
    halves = {f"пол{word}": (("b", 0), *symbols) for word, symbols in _words({"#": words_ru.WORDS["#"]}).items()}
    return merged | halves | _compounds()


def _compounds() -> dict[str, tuple[Symbol, ...]]:
    """ "Freitagnachmittag"."""
    days = {
        word: symbols for word, symbols in _words({"w": words_de.WORDS["w"]}).items() if word.endswith(_DAY_ENDINGS)
    }
    parts = {fold(word): (("z", number),) for word, number in words_de.PARTS.items()}
    return {day + part: (*when, *symbols) for day, when in days.items() for part, symbols in parts.items()}


@lru_cache(maxsize=1)
def phrases() -> tuple[tuple[str, str], ...]:
    """Word groups and the words that stand for each, the longest first."""
    folded = ((fold(long), fold(short)) for long, short in _PHRASES.items())
    return tuple(sorted(folded, key=lambda pair: -len(pair[0])))
