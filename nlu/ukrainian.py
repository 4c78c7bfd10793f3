"""Ukrainian written as Russian, word by word, for sentence encoders that learnt Russian and no Ukrainian.

Not a translation for people: endings may be wrong and words may stand oddly. What counts is that the sentence lies near its meaning.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeAlias

from nlu.ukrainian_letters import cyrillic, likeness, sound, spellings, worn

MAX_TEXT: Final = 1_000
"""Characters that are read; the rest is left as it is."""

MAX_WORD: Final = 40
"""Letters of a word that is looked up; nothing that long is one."""

MENDED: Final = (6, 14)
"""Letters of a word in which a slip of a finger is looked for, least and most: it takes 0.2 ms."""

MENDED_WORDS: Final = 10
"""Words of a text, from its beginning, in which one is looked for."""

Index: TypeAlias = Mapping[str, tuple[str, ...]]

_DATA: Final = Path(__file__).parent / "data" / "ukrainian.tsv"
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’ʼ`][^\W\d_]+)*(?:-[^\W\d_]+(?:['’ʼ`][^\W\d_]+)*)*")
_CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
_RUSSIAN: Final = re.compile(r"[ыэёъ]")
_ALPHABET: Final = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'"
_APOSTROPHES: Final = str.maketrans("’ʼ`", "'''")


class Words:
    """``forms``: a Ukrainian form, or up to three joined by spaces, to Russian. ``worn``: the same without what is often misspelt.
    ``known``: the sound of a Russian word to the words that sound alike, the commonest first."""

    def __init__(self, forms: Mapping[str, str], known: Index) -> None:
        self.forms = forms
        self.known = known
        self.starts = frozenset(form.split(" ", 1)[0] for form in forms if " " in form)
        self.worn: dict[str, str] = {}
        for form, russian in forms.items():
            self.worn.setdefault(worn(form), russian)


def to_russian(text: str) -> str:
    """``text`` in small letters with Russian words for Ukrainian ones, at most eight times as long; raises nothing.

    A text in Latin letters only is read as transliterated. Words that can't be Ukrainian are left alone.
    """
    head, tail = text[:MAX_TEXT].lower().translate(_APOSTROPHES), text[MAX_TEXT:]
    if not _CYRILLIC.search(head):
        head = cyrillic(head)
    return "".join(_pieces(head)) + tail


def _pieces(text: str) -> Iterator[str]:
    """Words of it in Russian and what stands between them."""
    words = words_of_the_package()
    found = list(_WORD.finditer(text))
    end = number = 0
    while number < len(found):
        length, russian = _expression(text, found, number, words)
        yield text[end : found[number].start()]
        yield russian or _read(found[number].group(), number < MENDED_WORDS)
        end = found[number + length - 1].end()
        number += length
    yield text[end:]


def _expression(text: str, found: list[re.Match[str]], number: int, words: Words) -> tuple[int, str]:
    """How many words from here on are one expression, and its Russian; 1 and nothing if none is."""
    if found[number].group() not in words.starts:
        return 1, ""
    for length in (3, 2):
        group = found[number : number + length]
        between = [text[a.end() : b.start()] for a, b in pairwise(group)]
        if len(group) == length and set(between) == {" "}:
            russian = words.forms.get(" ".join(word.group() for word in group))
            if russian:
                return length, russian
    return 1, ""


@lru_cache(maxsize=4_000)
def _read(word: str, mend: bool) -> str:
    return russian_word(word, words_of_the_package(), mend=mend)


def russian_word(word: str, words: Words, *, mend: bool = False) -> str:
    """``word``: small letters. Its Russian by the table, by the sound of a Russian word, or by spelling; ``mend``: also by a form
    that is one slip of a finger away."""
    if len(word) > MAX_WORD or not _CYRILLIC.match(word):
        return word
    if word in words.forms:
        return words.forms[word]
    if "-" in word:
        return "-".join(russian_word(part, words, mend=mend) for part in word.split("-"))
    if _RUSSIAN.search(word):
        return word
    found = _by_sound(word, words.known) or words.worn.get(worn(word), "")
    return found or (_mended(word, words.forms) if mend else "") or spellings(word)[0]


def _mended(word: str, forms: Mapping[str, str]) -> str:
    """The Russian of a form that is one slip of a finger away; empty if none is, or if the word is too short or long to tell."""
    if not MENDED[0] <= len(word) <= MENDED[1]:
        return ""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    slips = (
        *(head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1),
        *(head + letter + tail for head, tail in cuts for letter in _ALPHABET),
        *(head + tail[1:] for head, tail in cuts if tail),
        *(head + letter + tail[1:] for head, tail in cuts if tail for letter in _ALPHABET),
    )
    return next((forms[slip] for slip in slips if slip in forms), "")


def _by_sound(word: str, known: Index) -> str:
    """The word of ``known`` that is spelt most like ``word`` would be in Russian; empty if none sounds so."""
    best, most = "", 0.6
    for place, spelling in enumerate(spellings(word)):
        for russian in known.get(sound(spelling), ()):
            alike = likeness(spelling, russian) - 0.02 * place
            if alike > most:
                best, most = russian, alike
    return best


@cache
def words_of_the_package() -> Words:
    """Blocks for 0.12 s and takes 16 MB, once a process."""
    forms: dict[str, str] = {}
    known: list[str] = []
    for line in _DATA.read_text("utf-8").splitlines():
        left, tab, right = line.partition("\t")
        if tab:
            forms[left] = right
        elif not line.startswith("#"):
            known.append(line)
    return Words(forms, index(known))


def index(known: Sequence[str]) -> Index:
    """``known``: Russian words, the commonest first."""
    found: dict[str, tuple[str, ...]] = {}
    for word in known:
        key = sound(word)
        found[key] = (*found.get(key, ()), word)
    return found
