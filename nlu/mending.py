"""A text as it was meant: without what cannot be seen, in one alphabet, in the keyboard layout that was meant."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Final, Literal, TypeAlias

import numpy as np

from conversation.value import Value
from nlu.language_model import Floats, LanguageModel, letters_of, shipped_model
from nlu.latin import ALPHABETS, cyrillic

What: TypeAlias = Literal["", "invisible", "look-alikes", "keyboard", "latin"]
"""What was mended: signs without a picture; letters of another alphabet that look alike; a text typed on the wrong keyboard
layout; Russian or Ukrainian in Latin letters. Only the last two change what a reader would read."""

MAX_TEXT: Final = 400
"""Characters that are read for how a text was typed; the rest stays as it is."""

SURE: Final = 0.9
"""How likely a text must be typed otherwise than meant, before it is changed."""

_LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_GERMAN_KEYS = "qwertzuiopü+asdfghjklöäyxcvbnm,.^"
_KEYS: Final = {"ru": "йцукенгшщзхъфывапролджэячсмитьбюё", "uk": "йцукенгшщзхїфівапролджєячсмитьбюґ"}
_TWINS: Final = dict(zip("aeopcxyiAEOPCXKMHTBIY", "аеорсхуіАЕОРСХКМНТВІУ", strict=True))
_TWINS_BACK: Final = {cyrillic_one: latin for latin, cyrillic_one in _TWINS.items()}
_WORD = re.compile(r"[^\W\d_]+")
_PIECE = re.compile(r"\S+")
_LEFT_ALONE = re.compile(r"[0-9@/\\_#№]|://")
_MARKS_AROUND = re.compile(r"^([\"«»(!?]*)(.*?)([!?)\"«»]*|[.,:;…]+)$", re.DOTALL)


class Mended(Value, frozen=True, kw_only=True):
    """``text``: as it was meant. ``language``: what its way of typing tells, else empty."""

    text: str
    what: What = ""
    language: str = ""


def mend(text: str, languages: Collection[str]) -> Mended:
    """``languages``: those that the bot speaks; a text is only ever turned into one of them. Never raises; linear in the text."""
    seen = visible(text)
    what: What = "invisible" if seen != text else ""
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


def one_alphabet(text: str) -> str:
    """Words that mix Latin and Cyrillic letters, in the alphabet that all of their letters can be of."""
    if text.isascii():
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
        return "".join(_TWINS_BACK.get(char, char) for char in word) if as_latin else word

    return _WORD.sub(turn, text)


def _retyped(text: str, languages: Collection[str]) -> Mended | None:
    """The text in the letters it was meant in, if it was typed otherwise; each reading is held against the model again."""
    model = shipped_model()
    framed = letters_of(text)
    if len(framed) < 5:
        return None
    label, chance = _likeliest(model, model.logits(framed), languages)
    language, _, way = label.partition("<")
    if not way or chance < SURE:
        return None
    turned = _turned(text, language, way)
    if turned == text:
        return None
    after, sure = _likeliest(model, model.logits(letters_of(turned)), languages)
    if after != language or sure < 0.5:
        return None
    return Mended(text=turned, what="latin" if way == "latin" else "keyboard", language=language)


def _likeliest(model: LanguageModel, logits: Floats, languages: Collection[str]) -> tuple[str, float]:
    """The label that fits best and how sure it is, ways of typing only of ``languages``."""
    allowed = np.array(["<" not in label or label.partition("<")[0] in languages for label in model.labels])
    odds = np.where(allowed, np.exp(logits - logits.max()), 0.0)
    best = int(odds.argmax())
    return model.labels[best], float(odds[best] / odds.sum())


def _turned(text: str, language: str, way: str) -> str:
    match way:
        case "latin" if language in ALPHABETS:
            return _PIECE.sub(lambda piece: _from_latin(piece.group(), language), text)
        case "keys" if language in _KEYS:
            return _PIECE.sub(lambda piece: _from_keys(piece.group(), _layout(_LATIN_KEYS, _KEYS[language])), text)
        case "keys":
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


def _from_keys(piece: str, layout: Mapping[str, str]) -> str:
    """Numbers and addresses stay; marks at the end of a word are marks, inside of it they are letters."""
    if _LEFT_ALONE.search(piece):
        return piece
    return "".join(layout.get(char, char) for char in piece)


def _from_latin(piece: str, language: str) -> str:
    if _LEFT_ALONE.search(piece):
        return piece
    turned = []
    for part in re.split(r"([a-z'’`]*[a-z'’`])", piece, flags=re.IGNORECASE):
        plain = part.replace("’", "'").replace("`", "'")
        if plain[:1].isascii() and plain[:1].isalpha():
            quoted = plain.endswith("'") and piece.startswith("'")
            read = cyrillic((plain[:-1] if quoted else plain).lower(), language)
            part = read.capitalize() if plain[0].isupper() and not (plain.isupper() and len(plain) > 1) else read
            part = read.upper() if plain.isupper() and len(plain) > 1 else part
        turned.append(part)
    return "".join(turned)
