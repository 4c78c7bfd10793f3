"""All texts of a bot folder, whatever else may be wrong in it: translators work while a bot is being written."""

from collections.abc import Mapping
from typing import Final

from conversation.errors import ContentError
from conversation.value import Data
from dialogs.problems import BotError, Problem
from dialogs.reading.source import read_source
from dialogs.reading.translations import Leaf, Lock, Text, leaves, locale_file, lock_file, pair, read_lock, topics

Names = tuple[str, ...]
_READ: Final = ("bot.yaml", "dialogs/", "locales/")


class BotTexts:
    """The texts of one version of a bot folder."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Raises BotError with every file that can't be read."""
        self.files = files
        self.data: dict[str, Data] = {}
        problems: list[Problem] = []
        for name, raw in files.items():
            if name.startswith(_READ) and name.endswith(".yaml"):
                try:
                    self.data[name] = read_source(name, raw).data
                except BotError as error:
                    problems += error.problems
        if problems:
            raise BotError(problems)
        bot = _mapping(self.data.get("bot.yaml"))
        spoken = _mapping(bot.get("languages"))
        self.title = str(bot.get("title") or "Lotse")
        self.channels = tuple(str(name) for name in bot.get("channels") or ())
        self.source = str(spoken.get("source") or "")
        self.languages = tuple(str(language) for language in spoken.get("all") or ())
        if self.source not in self.languages:
            todo = "write `languages: {source: de, all: [de, en]}` into bot.yaml"
            raise ContentError(f"bot.yaml does not say which language the texts are written in first\n    → {todo}")

    def translated(self) -> tuple[str, ...]:
        """The languages besides the source."""
        return tuple(language for language in self.languages if language != self.source)

    def must_be_translated(self, language: str) -> None:
        """Raises ContentError for a language that this bot is not translated to."""
        if language not in self.translated():
            others = ", ".join(self.translated()) or "none yet: add one to `languages` in bot.yaml"
            what = "is written in" if language == self.source else "does not speak"
            raise ContentError(f"this bot {what} “{language}”; it is translated to: {others}")

    def topics(self) -> list[str]:
        return topics(self.data, self.source)

    def leaves(self, language: str, topic: str) -> dict[Names, Leaf]:
        return leaves(topic, language, self.data.get(locale_file(language, topic)))

    def texts(self, language: str) -> list[Text]:
        """Beside the source, in its order."""
        return [
            text
            for topic in self.topics()
            for text in pair(topic, self.leaves(self.source, topic), self.leaves(language, topic))
        ]

    def lock(self, language: str) -> Lock:
        """Raises ContentError."""
        return read_lock(self.files.get(lock_file(language)), language)

    def steps(self, topic: str) -> dict[str, Data]:
        """The steps of the dialog that the texts belong to."""
        return _mapping(_mapping(self.data.get(f"dialogs/{topic}.yaml")).get("steps"))


def _mapping(data: Data) -> dict[str, Data]:
    return data if isinstance(data, dict) else {}
