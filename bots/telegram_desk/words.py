"""The desk's words, in the reader's language."""

from collections.abc import Mapping

from conversation.value import Data


class Words:
    """``texts``: language → the tree of its texts, the same in each."""

    def __init__(self, texts: Mapping[str, Data], usual: str) -> None:
        self._texts = texts
        self._usual = usual if usual in texts else "en"

    def language(self, wanted: str) -> str:
        """The nearest that there is: ``de-AT`` is read as ``de``."""
        plain = wanted.partition("-")[0].lower()
        return plain if plain in self._texts else self._usual

    def say(self, language: str, key: str, **values: str | int) -> str:
        """Plain text: where it becomes HTML, it is escaped there."""
        return (self.find(language, key) or key).format(**values)

    def find(self, language: str, key: str) -> str:
        """Empty where there is no such text."""
        found: Data = self._texts[self.language(language)]
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found if isinstance(found, str) else ""
