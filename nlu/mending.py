"""A text as it was meant: without what cannot be seen, in one alphabet, in the keyboard layout that was meant."""

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import numpy as np

from conversation.value import Value
from nlu.encoding import Floats
from nlu.language_model import LanguageModel, letters_of, shipped_model
from nlu.latin import ALPHABETS, cyrillic, letters_for

What: TypeAlias = Literal["", "invisible", "look-alikes", "keyboard", "latin"]
"""What was mended: signs without a picture; letters of another alphabet that look alike; a text typed on the wrong keyboard
layout; Russian or Ukrainian in Latin letters. Only the last two change what a reader would read."""

MAX_TEXT: Final = 400
"""Characters that are read for how a text was typed; the rest stays as it is."""

SURE: Final = 0.8
"""How likely a text must be typed otherwise than meant, before it is changed."""

WORTH: Final = 0.5
"""How likely what was read must be of one of the languages that it could have been meant in."""

BY_LETTERS: Final = 0.5
"""How much of the difference in likelihood counts that words have as Russian and as Ukrainian ones; 1 would be all of it."""

PLAUSIBLE: Final = -3.3
"""The logarithm of how likely a letter must be on average among its neighbours: of what only looks like keys hit at random."""

FOREIGN: Final = 0.1
"""How likely a language is that the bot does not speak, before a word is read, against one that it does."""

_WAYS: Final[Mapping[str, What]] = {"<latin": "latin", "<keys": "keyboard"}

_LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_GERMAN_KEYS = "qwertzuiopü+asdfghjklöäyxcvbnm,.^"
_KEYS: Final = {"ru": "йцукенгшщзхъфывапролджэячсмитьбюё", "uk": "йцукенгшщзхїфівапролджєячсмитьбюґ"}
_TWINS: Final = dict(zip("aeopcxyikAEOPCXKMHTBIY", "аеорсхуікАЕОРСХКМНТВІУ", strict=True))
_TWINS_BACK: Final = {cyrillic_one: latin for latin, cyrillic_one in _TWINS.items()}
_EMOJI = re.compile("[\u2190-\u2bff\ufe0f\u3030\u303d\U0001f000-\U0001faff]+")
_CODE = re.compile(r"(?<!\S)(?=[^\s0-9]{0,40}[0-9])(?=[0-9\W]{0,40}[^\W\d])\S{8,}")
_NUMBERED = re.compile(r"(?<!\S)(?=\S{0,40}[0-9])\S{6,}")
_MARK: Final = 1.0
"""The logarithm of how much likelier a letter must make a word, to be one rather than a comma."""

_SHORT: Final = 120
_FEW_CODES: Final = 3
"""Codes up to which they may be what the text is about."""

_SHOUTED: Final = 5
_DIGIT = re.compile("[0-9]")

_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile("[Ѐ-ԯ]")
_OTHER_LETTER = re.compile(r"[^\W\d_Ѐ-ԯ]")
_PIECE = re.compile(r"\S+")
_LEFT_ALONE = re.compile(r"[0-9@/\\_#№]|://")


class Mended(Value, frozen=True, kw_only=True):
    """``text``: as it was meant. ``language``: what its way of typing tells, else empty."""

    text: str
    what: What = ""
    language: str = ""


def mend(text: str, languages: Collection[str]) -> Mended:
    """``languages``: those that the bot speaks; a text is only ever turned into one of them. Never raises; linear in the text."""
    seen = visible(text)
    what: What = "invisible" if seen != text else ""
    seen = spoken_words(seen)
    head, rest = seen[:MAX_TEXT], seen[MAX_TEXT:]
    alike = one_alphabet(head)
    if alike != head:
        head, what = alike, "look-alikes"
    turned = _retyped(head, languages)
    if turned is None:
        return Mended(text=head + rest, what=what)
    return Mended(text=turned.text + rest, what=turned.what, language=turned.language)


def visible(text: str) -> str:
    """Without control, direction and zero-width characters; line ends and tabs stay. The joiners inside of emoji go too."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text if char in "\n\t\r" or unicodedata.category(char) not in ("Cc", "Cf"))


def spoken_words(text: str) -> str:
    """Without emoji beside words and without a pasted log's codes; what is shouted in capitals is said in small letters."""
    if not text.isascii() and _EMOJI.search(text):
        without = _EMOJI.sub(" ", text)
        text = without if any(char.isalpha() for char in without) else text
    if len(text) > _SHORT and len(_CODE.findall(text)) > _FEW_CODES:
        text = _NUMBERED.sub("", text)
    return text.capitalize() if _is_shouted(text[:MAX_TEXT]) else text


def _is_shouted(text: str) -> bool:
    """Words of capitals, more than a name such as IBAN has; what has digits is none."""
    if sum(map(str.isupper, text)) < _SHOUTED:
        return False
    letters = [char for word in text.split() if not _DIGIT.search(word) for char in word if char.isalpha()]
    return len(letters) >= _SHOUTED and sum(char.isupper() for char in letters) > 0.9 * len(letters)


def one_alphabet(text: str) -> str:
    """Words that mix Latin and Cyrillic letters, in the alphabet that all of their letters can be of."""
    if not _CYRILLIC.search(text) or not _OTHER_LETTER.search(text):
        return text
    mostly_cyrillic = 2 * sum("Ѐ" <= char <= "ԯ" for char in text) > sum(char.isalpha() for char in text)

    def turn(found: re.Match[str]) -> str:
        word = found.group()
        cyrillic_ones = sum("Ѐ" <= char <= "ԯ" for char in word)
        if cyrillic_ones == len(word) or not cyrillic_ones:
            lonely = len(word) == 1 and word in _TWINS and word.islower() and mostly_cyrillic
            return _TWINS[word] if lonely else word
        as_cyrillic = all("Ѐ" <= char <= "ԯ" or char in _TWINS for char in word)
        as_latin = all(char < "Ѐ" or char in _TWINS_BACK for char in word)
        if as_cyrillic and (mostly_cyrillic or not as_latin):
            return "".join(_TWINS.get(char, char) for char in word)
        if as_latin and not mostly_cyrillic:
            return "".join(_TWINS_BACK.get(char, char) for char in word)
        return word

    return _WORD.sub(turn, text)


def _retyped(text: str, languages: Collection[str]) -> Mended | None:
    """The text in the letters it was meant in, if it was typed otherwise; each reading is held against the model again."""
    model = shipped_model()
    framed = letters_of(text)
    if len(framed) < 5:
        return None
    odds = _odds(model, framed, languages)
    for way, columns in _columns(model.labels).items():
        if sum(odds[number] for number in columns.values()) >= SURE:
            chances = {language: odds[number] for language, number in columns.items()}
            return _best_reading(text, way, chances, languages, _WAYS[way])
    return None


def _best_reading(
    text: str, way: str, chances: Mapping[str, float], languages: Collection[str], what: What
) -> Mended | None:
    """Of the languages that could be meant, the one whose words look most like its own; nothing, if none looks like it."""
    turned = {language: each for language in chances if (each := _turned(text, language, way)) != text}
    if not turned:
        return None
    likely = {language: _likelihood(each, language) for language, each in turned.items()}
    most = max(likely.values())
    if most < PLAUSIBLE * sum(char.isalpha() for char in text):
        return None
    weighed = {language: chances[language] * math.exp(BY_LETTERS * (each - most)) for language, each in likely.items()}
    best = max(weighed, key=lambda language: weighed[language])
    model = shipped_model()
    after = dict(zip(model.labels, _odds(model, letters_of(turned[best]), languages), strict=True))
    akin = sum(after.get(language, 0.0) for language in weighed)
    return Mended(text=turned[best], what=what, language=best) if akin >= WORTH else None


def _likelihood(text: str, language: str) -> float:
    if language not in ALPHABETS:
        return 0.0
    letters = letters_for(language)
    return sum(letters.likelihood(word) for word in _WORD.findall(text.lower()))


def _odds(model: LanguageModel, framed: str, languages: Collection[str]) -> list[float]:
    """How likely each label is; ways of typing only of ``languages``, other languages as unlikely as they are for this bot."""
    logits = model.logits(framed)
    odds = _usual(model.labels, frozenset(languages)) * np.exp(logits - logits.max())
    odds /= odds.sum()
    found: list[float] = odds.tolist()
    return found


@lru_cache(maxsize=4)
def _columns(labels: tuple[str, ...]) -> Mapping[str, Mapping[str, int]]:
    """Way of typing to language to the place of their label."""
    return {
        way: {label.removesuffix(way): number for number, label in enumerate(labels) if label.endswith(way)}
        for way in _WAYS
    }


@lru_cache(maxsize=64)
def _usual(labels: tuple[str, ...], languages: frozenset[str]) -> Floats:
    """How likely each label is before a word is read."""
    split = [label.partition("<") for label in labels]
    chances = [1.0 if language in languages else 0.0 if way else FOREIGN for language, _, way in split]
    return np.array(chances, np.float32)


def _turned(text: str, language: str, way: str) -> str:
    match way:
        case "<latin" if language in ALPHABETS:
            return _PIECE.sub(lambda piece: _from_latin(piece.group(), language), text)
        case "<keys" if language in _KEYS:
            return _PIECE.sub(
                lambda piece: _from_keys(piece.group(), _layout(_LATIN_KEYS, _KEYS[language]), language), text
            )
        case "<keys":
            cyrillic_keys = _KEYS["uk" if any(char in "іїєґ" for char in text.lower()) else "ru"]
            latin_keys = _GERMAN_KEYS if language == "de" else _LATIN_KEYS
            return _PIECE.sub(lambda piece: _from_keys(piece.group(), _layout(cyrillic_keys, latin_keys)), text)
        case _:
            return text


def _layout(typed: str, meant: str) -> Mapping[str, str]:
    low = dict(zip(typed, meant, strict=True))
    shifted = str.maketrans("[];',.`", "{}:\"<>~")  # fmt: skip
    high = {key.upper() if key.isalpha() else key.translate(shifted): value.upper() for key, value in low.items()}
    return {**high, **low}


def _from_keys(piece: str, layout: Mapping[str, str], language: str = "") -> str:
    """Numbers and addresses stay. A mark at the end of a word is a letter only if the word is likelier with it."""
    if _LEFT_ALONE.search(piece):
        return piece
    turned = "".join(layout.get(char, char) for char in piece)
    if language in ALPHABETS and len(piece) > 1 and piece[-1] in ",.;" and turned[-1].isalpha():
        letters, word = letters_for(language), turned.lower()
        if letters.likelihood(word[:-1]) - _MARK > letters.likelihood(word):
            return turned[:-1] + piece[-1]
    return turned


def _from_latin(piece: str, language: str) -> str:
    if _LEFT_ALONE.search(piece):
        return piece
    parts = re.split(r"([a-z'’`]*[a-z'’`])", piece, flags=re.IGNORECASE)
    return "".join(_word_from_latin(part, language, quoted=piece.startswith("'")) for part in parts)


def _word_from_latin(part: str, language: str, *, quoted: bool) -> str:
    """In the capitals of ``part``; marks stay as they are."""
    plain = part.replace("’", "'").replace("`", "'")
    if not (plain[:1].isascii() and plain[:1].isalpha()):
        return part
    read, _ = cyrillic((plain[:-1] if quoted and plain.endswith("'") else plain).lower(), language)
    if plain.isupper() and len(plain) > 1:
        return read.upper()
    return read.capitalize() if plain[0].isupper() else read
