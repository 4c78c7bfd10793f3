"""From a text to the symbols of ``lexicon``: what the words for days and times stand for."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from dialogs.answers.fold import fold
from dialogs.answers.lexicon import lexicon, phrases
from dialogs.answers.tables import Symbol

Numbers: TypeAlias = list[int]
Part: TypeAlias = Sequence[Symbol]

MAX_LENGTH: Final = 120
"""Characters; a longer text is no date."""
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|\S")
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_ORDINAL = re.compile(r"(?<=[0-9])-?(?:st|nd|rd|th|го|ого|ое)(?!\w)\.?")
_HOUR = re.compile(r"(?<=[0-9])-?(?:й|ій|ї|ої|та|ту|тя|тю|ша|га)(?!\w)")
"""Ukrainian "о 15-й" is an hour, "15-го" a day."""
_AM_PM = re.compile(r"(?<!\w)([ap])\. ?m(?!\w)\.?|(?<=[0-9])([ap])m?(?!\w)")
_SHORT = re.compile(r"(?<![^\W\d_])(uhr|std|min|ч|час|мин|год|хв|hrs?|mins?)\.")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_GLUED = re.compile(r"(?<=[0-9])-(?=[^\W\d_])")
_PUNCTUATION = frozenset(".:/-")
_SILENT = frozenset(".:/-|(t&")
_WEIGHTLESS = frozenset(",;!?")
_HEAVY: Final = 4
"""Letters from which a word in the middle of others is taken for what it says: "so" and "do" are also days of the week."""


def symbols(text: str, language: str) -> list[Symbol] | None:
    """None when a word means nothing here. A bar parts two numbers with a comma or a word without weight between them."""
    found: list[Symbol] | None = []
    for run, known in _runs(text, language):
        if not known:
            return None
        found = run
    return found


def inner_symbols(text: str, language: str) -> list[list[Symbol]]:
    """The stretches of a sentence that speak of days and times, without the words around them."""
    return [run for run, known in _runs(text, language) if known and run]


def _runs(text: str, language: str) -> Iterator[tuple[list[Symbol], bool]]:
    """Stretches of words that mean something, parted by ``([], False)`` for each that does not."""
    folded = _tidy(text) if len(text) <= MAX_LENGTH else "?x?"
    found: list[Symbol] = []
    apart = heavy = worded = False
    for match in _TOKEN.finditer(folded):
        word = match[0]
        meaning = _meaning(word, found, language)
        if meaning is None:
            if heavy:
                yield found, True
            yield [], False
            found, apart, heavy, worded = [], False, False, False
            continue
        spaced = folded[match.start() - 1 : match.start()] == " "
        dated = _ends_in_date(found) and (len(word) == 1 or (spaced and len(word) < 4))
        if _is_number(meaning) and found and found[-1][0] in "n." and (apart or dated):
            found.append(("|", 0))
        if worded and word.isalpha() and _is_number(meaning) and _adds(found, meaning):
            meaning = (("n", found.pop()[1] + meaning[0][1]), *meaning[1:])
        found.extend(meaning)
        apart, worded = not meaning, word.isalpha()
        heavy = heavy or bool(meaning and (word.isdecimal() or len(word) >= _HEAVY))
    yield found, True


def _tidy(text: str) -> str:
    folded = _DASHES.sub("-", fold(text).strip(" ,;!?"))
    folded = re.sub(r"(?<![0-9])[ .,;!?]+$", "", folded)
    folded = _AM_PM.sub(r"\1\2m", folded)
    folded = _HYPHEN.sub(" ", _SHORT.sub(r"\1", folded))
    for long, short in phrases():
        if long in folded:
            folded = re.sub(rf"(?<!\w){re.escape(long)}(?!\w)", short, folded)
    return _GLUED.sub("", _HOUR.sub("", _ORDINAL.sub(".", folded)))


def _is_number(meaning: tuple[Symbol, ...]) -> bool:
    return bool(meaning) and meaning[0][0] == "n"


def _adds(found: Part, meaning: tuple[Symbol, ...]) -> bool:
    """ "Twenty" and "first" are one number."""
    symbol, number = found[-1] if found else ("", 0)
    return symbol == "n" and number in (20, 30, 40, 50) and 0 < meaning[0][1] < 10


def _ends_in_date(found: Part) -> bool:
    """After "12.3. " a short number is a time; a year has two digits, without a space, or four."""
    return [symbol for symbol, _ in found[-4:]] == ["n", ".", "n", "."]


def _meaning(word: str, before: Part, language: str) -> tuple[Symbol, ...] | None:
    """Nothing for words without weight; None for a word that is not known."""
    if word.isdecimal():
        return None if len(word) > 4 or (len(word) > 2 and word[0] == "0") else (("n", int(word)),)
    if word in _PUNCTUATION:
        return ((word, 0),)
    if word in _WEIGHTLESS:
        return ()
    last, number = before[-1] if before else ("", 0)
    known = lexicon(language).get(word)
    if word == "am" and last != "n":  # German "am Montag", English "3 am"
        return ()
    if word == "morgen" and last and last in "wd":  # "Montag morgen", "heute morgen"
        return (("z", 812),)
    if word == "дня" and ("i", 0) not in before:  # "3 часа дня", but "через 3 дня"
        return (("z", 1218),)
    if known == (("v", 12),) and last == "n" and number >= 1000:  # "2026 года", but "3 года"
        return ()
    return known


def spell(part: Part) -> tuple[str, Numbers]:
    """The symbols as one word, to be matched, and the numbers of those that carry one."""
    return "".join(symbol for symbol, _ in part), [number for symbol, number in part if symbol not in _SILENT]


def plain(part: Part) -> list[Symbol]:
    """Without "from" and "until", which change nothing where no second time follows; numbers stay apart."""
    found: list[Symbol] = []
    dropped = False
    for symbol, number in part:
        if symbol in "(t":
            dropped = True
            continue
        if dropped and symbol == "n" and found and found[-1][0] in "n.":
            found.append(("|", 0))
        found.append((symbol, number))
        dropped = False
    return found


def unbarred(part: Part) -> Part:
    """Without the bars at its ends."""
    first = 1 if part and part[0][0] == "|" else 0
    last = len(part) - (1 if len(part) > first and part[-1][0] == "|" else 0)
    return part[first:last]
