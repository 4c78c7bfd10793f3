"""``locales/<language>/*.yaml`` → Texts."""

from conversation.value import Data
from dialogs.problems import Problem
from dialogs.reading.reader import Reader
from dialogs.reading.source import Path, Source
from dialogs.saying.templates import Template
from dialogs.saying.texts import Entry

_ENTRY = {"text", "options", "words", "fields", "item", "confirm", "error", "by_channel"}
PLURALS = {"zero", "one", "two", "few", "many", "other"}


def read_locale(source: Source, language: str, problems: list[Problem]) -> dict[str, Entry]:
    """One topic's texts in one language: key → entry. The root key must be the language."""
    reader = Reader(source, problems)
    return {key: _entry(reader, data, (language, key)) for key, data in _root(reader, language).items()}


def read_global(
    source: Source, language: str, problems: list[Problem]
) -> tuple[dict[str, Entry], dict[str, tuple[str, ...]]]:
    """``_global.yaml`` or the product's own texts: flat keys (``errors.date``), and the words of the commands."""
    reader = Reader(source, problems)
    root = _root(reader, language)
    words = reader.mapping(root.get("commands"), (language, "commands"))
    commands = {name: _words(reader, data, (language, "commands", name)) for name, data in words.items()}
    entries: dict[str, Entry] = {}
    for key, data in root.items():
        if key != "commands":
            _flatten(reader, data, (language, key), key, entries)
    return entries, commands


def _root(reader: Reader, language: str) -> dict[str, Data]:
    data = reader.mapping(reader.source.data, ())
    for key in data:
        if key != language:
            reader.complain(
                (key,), f"the file's first key is “{key}”", f"write `{language}:`: it is in that language's folder"
            )
    return reader.mapping(data.get(language), (language,))


def _flatten(reader: Reader, data: Data, path: Path, key: str, entries: dict[str, Entry]) -> None:
    if isinstance(data, dict) and not set(data) <= PLURALS:
        for name, inner in data.items():
            _flatten(reader, inner, (*path, name), f"{key}.{name}", entries)
    else:
        entries[key] = Entry(forms=_forms(reader, data, path))


def _entry(reader: Reader, data: Data, path: Path) -> Entry:
    if not isinstance(data, dict):
        return Entry(forms=_forms(reader, data, path))
    body = reader.mapping(data, path, _ENTRY)
    channels = reader.mapping(body.get("by_channel"), (*path, "by_channel"))
    words = reader.mapping(body.get("words"), (*path, "words"))
    return Entry(
        forms=_forms(reader, body.get("text"), (*path, "text")),
        options=_templates(reader, body.get("options"), (*path, "options")),
        words={name: _words(reader, item, (*path, "words", name)) for name, item in words.items()},
        fields=_templates(reader, body.get("fields"), (*path, "fields")),
        item=reader.template(body.get("item"), (*path, "item"), "T09"),
        confirm=reader.template(body.get("confirm"), (*path, "confirm"), "T09"),
        error=reader.template(body.get("error"), (*path, "error"), "T09"),
        by_channel={name: _entry(reader, item, (*path, "by_channel", name)) for name, item in channels.items()},
    )


def _forms(reader: Reader, data: Data, path: Path) -> dict[str, tuple[Template, ...]]:
    if data is None:
        return {}
    if isinstance(data, dict):
        found = reader.mapping(data, path, PLURALS, "T02")
        return {form: _variants(reader, item, (*path, form)) for form, item in found.items()}
    return {"other": _variants(reader, data, path)}


def _variants(reader: Reader, data: Data, path: Path) -> tuple[Template, ...]:
    if not isinstance(data, list):
        template = reader.template(data, path, "T09")
        return (template,) if template else ()
    found = [reader.template(item, (*path, index), "T09") for index, item in enumerate(data)]
    return tuple(template for template in found if template)


def _templates(reader: Reader, data: Data, path: Path) -> dict[str, Template]:
    found = {name: reader.template(item, (*path, name), "T09") for name, item in reader.mapping(data, path).items()}
    return {name: template for name, template in found.items() if template}


def _words(reader: Reader, data: Data, path: Path) -> tuple[str, ...]:
    return tuple(reader.text(item, (*path, index)) for index, item in enumerate(reader.items(data, path)))
