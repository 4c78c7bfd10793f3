"""The texts of a bot: found by language, dialog and key; rendered with a conversation's data."""

from collections.abc import Mapping
from typing import Final

from conversation.value import Data, Value
from dialogs.saying.filters import View, plural_form
from dialogs.saying.templates import Template

PRODUCT: Final = "_product"
"""Where the product's own texts stand, under those of ``_global.yaml``."""
SUMMARY: Final = "_summary"
"""Where the sentences for operators stand: ``summary.yaml`` of the product."""
OWN: Final = "_global"
"""Where those of ``_global.yaml`` stand alone."""


class Entry(Value, frozen=True, kw_only=True):
    """One text key. ``forms``: plural form to its variants, said by turns; ``other`` alone for a text without plural."""

    forms: dict[str, tuple[Template, ...]] = {}
    options: dict[str, Template] = {}
    words: dict[str, tuple[str, ...]] = {}
    fields: dict[str, Template] = {}
    item: Template | None = None
    confirm: Template | None = None
    error: Template | None = None
    by_channel: dict[str, "Entry"] = {}


class Texts:
    """Falls back to the bot's source language, then to the key itself: a customer always gets words."""

    def __init__(
        self,
        entries: Mapping[str, Mapping[str, Mapping[str, Entry]]],
        words: Mapping[str, Mapping[str, tuple[str, ...]]],
        source: str,
    ) -> None:
        """``entries``: language → dialog → key → entry; ``words``: language → command → its words."""
        self._entries = entries
        self._words = words
        self._source = source

    def entry(self, language: str, dialog: str, key: str) -> Entry | None:
        for tongue in (language, self._source):
            found = self._entries.get(tongue, {}).get(dialog, {}).get(key)
            if found:
                return found
        return None

    def say(
        self,
        entry: Entry | None,
        key: str,
        *,
        variables: Mapping[str, Data],
        view: View,
        channel: str = "",
        count: Data = None,
        turn: int = 0,
    ) -> str:
        """The text of an entry, with the plural form that ``count`` asks for and the variant whose ``turn`` it is."""
        if entry is None:
            return key
        own = entry.by_channel.get(channel)
        forms = own.forms if own and own.forms else entry.forms
        variants = _pick(forms, plural_form(view.language, count))
        return variants[turn % len(variants)](variables, view).strip() if variants else ""

    def own(self, language: str, key: str) -> bool:
        """Whether the bot has its own words in place of the product's."""
        return key in self._entries.get(language, {}).get(OWN, {})

    def product(self, language: str, key: str, view: View, **variables: Data) -> str:
        """A text of the product (``reminder``, ``errors.date``), or what ``_global.yaml`` puts in its place."""
        for tongue in (language, self._source, "en"):
            found = self._entries.get(tongue, {}).get(PRODUCT, {}).get(key)
            if found:
                return self.say(found, key, variables=variables, view=view, count=variables.get("count"))
        return key

    def command_words(self, language: str) -> Mapping[str, tuple[str, ...]]:
        return self._words.get(language, {})

    def dialog(self, language: str, dialog: str) -> Mapping[str, Entry]:
        return self._entries.get(language, {}).get(dialog, {})


def _pick(forms: Mapping[str, tuple[Template, ...]], form: str) -> tuple[Template, ...]:
    """``other`` may be left out where the language writes it like ``few`` (Russian and Ukrainian: 1,5 часа)."""
    for name in (form, "other", "few", "many", "one"):
        if name in forms:
            return forms[name]
    return ()
