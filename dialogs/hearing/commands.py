"""The words that work everywhere: menu, a person, back, repeat, stop, another language."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from dialogs.hearing.matching import TYPO_FROM, folded, one_typo
from dialogs.model import Bot

LANGUAGE_NAMES: Final = {
    "de": ("Deutsch", "german", "немецкий", "немецком", "по-немецки", "німецька", "німецькою"),
    "en": ("English", "englisch", "английский", "английском", "по-английски", "англійська", "англійською"),
    "ru": ("Русский", "russisch", "russian", "русском", "по-русски", "російська", "російською"),
    "uk": ("Українська", "ukrainisch", "ukrainian", "украинский", "украинском", "по-украински", "українською"),
}
"""Each language's own name for itself first, then what others call it."""
_MAX_ASKED: Final = 60
_PLEASE: Final = ("bitte", "please", "пожалуйста", "будь ласка")
_INTO: Final = ("auf", "in", "на")
_END: Final = rf"(.*?)(?:[ ,]+(?:{'|'.join(_PLEASE)}))?"
_ASKED_FOR: Final = re.compile(rf"(?:(?:{'|'.join((*_PLEASE, *_INTO))})[ ,]+)*{_END}")
_WITH_PLEASE: Final = re.compile(rf"(?:(?:{'|'.join(_PLEASE)})[ ,]+)?{_END}")


def find_command(bot: Bot, language: str, text: str) -> str:
    """The command that the text is, or empty: ``/menu``, its word in the conversation's language, or any other's exactly."""
    if text.startswith("/"):
        name = re.split(r"[@ ]", text[1:], maxsplit=1)[0].casefold()
        return name if name in bot.commands else ""
    said = folded(text)
    return _spoken_command(bot, language, said) or _spoken_command(bot, language, _curt(said))


def _curt(said: str) -> str:
    """Without a "please" around it; empty where there is none."""
    found = _WITH_PLEASE.fullmatch(said) if said.startswith(_PLEASE) or said.endswith(_PLEASE) else None
    return found[1] if found and found[1] != said else ""


def _spoken_command(bot: Bot, language: str, said: str) -> str:
    if not said:
        return ""
    own = _spoken(bot, language)
    if said in own:
        return own[said]
    near = _of_length(bot, language)
    for length in range(len(said) - 1, len(said) + 2):
        for word in near.get(length, ()):
            if one_typo(said, word):
                return own[word]
    return next((name for other in bot.languages if (name := _spoken(bot, other).get(said))), "")


def find_language(bot: Bot, text: str) -> str:
    """The language that the text names or asks for ("auf Deutsch, bitte"), if the bot speaks it."""
    said, named = folded(text), _named(bot.languages)
    if said in named or len(said) > _MAX_ASKED or not (said.startswith((*_PLEASE, *_INTO)) or said.endswith(_PLEASE)):
        return named.get(said, "")
    asked = _ASKED_FOR.fullmatch(said)
    return named.get(asked[1], "") if asked else ""


@lru_cache(maxsize=32)
def _of_length(bot: Bot, language: str) -> Mapping[int, tuple[str, ...]]:
    """Length to the words, folded, in which a typo is let pass."""
    words = [word for word in _spoken(bot, language) if len(word) >= TYPO_FROM]
    return {length: tuple(word for word in words if len(word) == length) for length in set(map(len, words))}


@lru_cache(maxsize=32)
def _spoken(bot: Bot, language: str) -> Mapping[str, str]:
    """Each word, folded, to its command; where two have the same, to the first."""
    spoken = bot.texts.command_words(language).items()
    words = [(folded(word), name) for name, words in spoken if name in bot.commands for word in words]
    found: dict[str, str] = {}
    for word, name in words:
        found.setdefault(word, name)
    return found


@lru_cache(maxsize=32)
def _named(languages: tuple[str, ...]) -> Mapping[str, str]:
    return {folded(name): language for language in reversed(languages) for name in LANGUAGE_NAMES.get(language, ())}


def language_name(language: str) -> str:
    return LANGUAGE_NAMES.get(language, (language,))[0]
