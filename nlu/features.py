"""A text as named features: its words, word pairs, and character n-grams of its skeleton."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from types import MappingProxyType
from typing import Any

MAX_TEXT = 400
"""Characters of a text that are read for its intent: what somebody wants stands at the beginning."""

LONG = 4
"""Letters from which a synonym stands for all words that begin with it, as endings differ."""

_KNOWN = 4_000
"""Pieces of texts of which it is remembered how they are split, by language; 1 MB."""

_LETTERS = {
    **dict(zip("абвгдезийклмнопрстуфхцыэіґ", "abvgdeziiklmnoprstufhcyeig", strict=True)),
    "ж": "zh",
    "ч": "ch",
    "ш": "sh",
    "щ": "sch",
    "ъ": "",
    "ь": "",
    "ю": "yu",
    "я": "ya",
    "ї": "i",
    "є": "e",
    "ё": "e",
    "ß": "ss",
    "'": "",
    "’": "",
    "ʼ": "",
}
_LATIN = str.maketrans(_LETTERS)
_REPEATED = re.compile(r"(.)\1+")
_DIGIT = re.compile(r"[0-9]")
_MARKS = re.compile(r"[^\w\s]|_")
_LONG_RUN = re.compile(r"(?<=(?:[^\w\s]|_){3})(?:[^\w\s]|_)+")
_LONG_WORD = re.compile(r"\S{41,}")


def skeleton(word: str) -> str:
    """Lower case, Latin letters, no accents, no doubled letters: one form for typos, transliteration and е/ё/ß."""
    latin = word.lower().translate(_LATIN)
    plain = "".join(char for char in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(char))
    return _REPEATED.sub(r"\1", plain)


def calm(text: str) -> str:
    """As long as ``text``, with spaces for what makes spaCy's tokenizer slow, its time growing with the square of it:
    the fourth and further marks in a row, and every mark in a word of more than 40 characters."""
    short = _LONG_RUN.sub(lambda run: " " * len(run.group()), text)
    return _LONG_WORD.sub(lambda word: _MARKS.sub(" ", word.group()), short)


def clean(text: str) -> str:
    """Without control and direction characters, calm, spaces joined, digits alike, lower case, cut to ``MAX_TEXT``."""
    visible = text[:MAX_TEXT]
    if not visible.isprintable():
        visible = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in visible)
    return _DIGIT.sub("0", " ".join(calm(visible).split()).lower())


class Pipeline:
    """One language's vocabulary and its rule-based tokenizer: all of ``spacy.blank`` that is used here, and its imports only."""

    def __init__(self, language: str) -> None:
        import spacy.tokens  # noqa: F401 - first: spaCy's modules import each other in a circle
        from spacy.language import create_tokenizer
        from spacy.util import get_lang_class
        from spacy.vocab import create_vocab

        try:
            self.Defaults: Any = get_lang_class(language).Defaults
        except ImportError:  # spaCy has no rules for this language
            language, self.Defaults = "xx", get_lang_class("xx").Defaults
        self.vocab: Any = create_vocab(language, self.Defaults)
        self._tokenizer: Any = create_tokenizer()(self)  # type: ignore[arg-type]  # it reads the two attributes

        self._known = lru_cache(maxsize=_KNOWN)(self._split)

    def make_doc(self, text: str) -> Any:
        return self._tokenizer(text)

    def tokens(self, text: str) -> list[str]:
        """The words and marks of ``text``, which has single spaces: what stands between two is split by itself, and mostly was
        there before."""
        return [token for piece in text.split(" ") for token in self._known(piece)]

    def _split(self, piece: str) -> tuple[str, ...]:
        with self.memory_zone():
            return tuple(token.text for token in self.make_doc(piece) if not token.is_space)

    def memory_zone(self) -> AbstractContextManager[Any]:
        """Keeps customers' words out of spaCy's ever-growing vocabulary. What is made in it ends with it."""
        zone: AbstractContextManager[Any] = self.vocab.memory_zone()
        return zone


class Tokenizers:
    """spaCy's rule-based tokenizers, one per language; an unknown language is split by spaCy's general rules."""

    def __init__(self, languages: Iterable[str], synonyms: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
        """``synonyms``: word to others (small letters) that mean the same, and so do words that begin with one of LONG letters."""
        self._pipelines = {language: Pipeline(language) for language in languages}
        self._meant: dict[str, list[str]] = {}
        for word, others in synonyms.items():
            for other in others:
                self._meant.setdefault(skeleton(other), []).append(word.lower())

    def pipeline(self, language: str) -> Pipeline:
        return self._pipelines.get(language) or next(iter(self._pipelines.values()))

    def words(self, text: str, language: str) -> list[str]:
        """``text`` as ``clean`` leaves it. What its words are synonyms of follows them."""
        found = self.pipeline(language).tokens(text)
        return found + [meant for word in found for meant in self._synonyms(word)] if self._meant else found

    def _synonyms(self, word: str) -> list[str]:
        bare = skeleton(word[:40])
        for end in range(len(bare), LONG - 1, -1):
            if bare[:end] in self._meant:
                return self._meant[bare[:end]]
        return self._meant.get(bare, [])


def word_features(words: Sequence[str]) -> list[str]:
    """The beginnings of words: what Russian, Ukrainian and German endings leave."""
    return [f"w {_stem(word)}" for word in words]


def pair_features(words: Sequence[str]) -> list[str]:
    """Beginnings of two words that stand near each other, in their order."""
    stems = [_stem(word) for word in words]
    return [f"p {stem} {near}" for number, stem in enumerate(stems) for near in stems[number + 1 : number + 5]]


def character_features(words: Sequence[str]) -> list[str]:
    return [feature for word in words for feature in _ngrams(word)]


@lru_cache(maxsize=4_000)
def _stem(word: str) -> str:
    return skeleton(word[:40])[:5]


@lru_cache(maxsize=4_000)
def _ngrams(word: str) -> tuple[str, ...]:
    framed = f" {skeleton(word[:40])} "
    return tuple(framed[i : i + n] for n in range(2, 6) for i in range(len(framed) - n + 1))
