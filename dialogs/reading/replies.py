"""``locales/<language>/_replies.yaml`` → the replies that operators have ready."""

from typing import Final

from dialogs.problems import Problem
from dialogs.reading.reader import Reader
from dialogs.reading.source import Source
from dialogs.saying.reply import Reply

_KEYS: Final = frozenset({"title", "text", "attach"})


def read_replies(source: Source, language: str, problems: list[Problem]) -> dict[str, Reply]:
    """By name, in the order of the file. The root key must be the language."""
    reader = Reader(source, problems)
    root = reader.mapping(reader.source.data, (), {language})
    found = {}
    for key, data in reader.mapping(root.get(language), (language,)).items():
        at = (language, key)
        name = reader.name(key, at)
        body = reader.mapping(data, at, _KEYS)
        text = reader.template(body.get("text"), (*at, "text"), "T09")
        if text is None or not text.source.strip():
            if body.get("text") is None or text is not None:
                reader.complain(at, f"the reply “{key}” has no text", "add `text:`, what the customer will read")
            continue
        found[name] = Reply(
            name=name,
            title=reader.text(body.get("title"), (*at, "title"), default=name.replace("_", " ")),
            text=text,
            attach=reader.text(body.get("attach"), (*at, "attach")),
        )
    return found
