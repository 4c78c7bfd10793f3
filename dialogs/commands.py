"""The words that work everywhere: menu, a person, back, repeat, stop, another language."""

import re
from typing import Final

from dialogs.matching import folded, folded_words, match_word
from dialogs.model import Bot

LANGUAGE_NAMES: Final = {
    "de": ("Deutsch", "german", "немецкий", "німецька"),
    "en": ("English", "englisch", "английский", "англійська"),
    "ru": ("Русский", "russisch", "russian", "російська", "по-русски"),
    "uk": ("Українська", "ukrainisch", "ukrainian", "украинский", "українською"),
}
"""Each language's own name for itself first, then what others call it."""


def find_command(bot: Bot, language: str, text: str) -> str:
    """The command that the text is, or empty: ``/menu``, its word in the conversation's language, or any other's exactly."""
    if text.startswith("/"):
        name = re.split(r"[@ ]", text[1:], maxsplit=1)[0].casefold()
        return name if name in bot.commands else ""
    said = folded(text)
    for name, words in bot.texts.command_words(language).items():
        if name in bot.commands and match_word(said, words):
            return name
    for other in bot.languages:
        for name, words in bot.texts.command_words(other).items():
            if said and name in bot.commands and said in folded_words(words):
                return name
    return ""


def find_language(bot: Bot, text: str) -> str:
    """The language that the text names, if the bot speaks it."""
    said = folded(text)
    for language in bot.languages:
        if said and said in folded_words(LANGUAGE_NAMES.get(language, ())):
            return language
    return ""


def language_name(language: str) -> str:
    return LANGUAGE_NAMES.get(language, (language,))[0]
