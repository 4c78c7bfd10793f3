"""What must not come back from a translator: a text that could not be said."""

from app.exchange.placeholders import placeholders
from dialogs.reading.translations import Forms, Text, split_words
from dialogs.saying.templates import Template, TemplateError


def complaint(text: Text, new: Forms, *, whole: bool) -> str:
    """What is wrong with a translation and what to do, or nothing. ``whole``: ``new`` has all its plural forms."""
    if text.words:
        return "" if any(split_words(form) for form in new.values()) else "there is no word in it; write one a line"
    for form in new.values():
        try:
            Template(form)
        except TemplateError as error:
            return f"it can't be used: {error}; copy what stands in curly brackets from the source"
    wanted = frozenset[str]().union(*(placeholders(form) for form in text.source.values()))
    shown = frozenset[str]().union(*(placeholders(form) for form in new.values()))
    if shown - wanted:
        return f"the source does not show {_named(shown - wanted)}; use {_named(wanted) or 'no curly brackets'}"
    if whole and wanted - shown:
        return f"it does not show {_named(wanted - shown)}; copy it from the source"
    return ""


def _named(names: frozenset[str]) -> str:
    return ", ".join(f"{{{{ {name} }}}}" for name in sorted(names))
