"""A new bot folder, and the schemas in one that is there."""

from collections.abc import Sequence
from importlib.resources import files as package_files
from importlib.resources.abc import Traversable
from typing import Final

from app.exchange.bot_texts import BotTexts
from app.exchange.state import accept
from app.exchange.write_yaml import scalar
from conversation.errors import ContentError
from dialogs.reading.translations import lock_file, write_lock

SPOKEN: Final = ("de", "en", "ru", "uk")
"""The languages that Lotse's own texts are in."""
_HIDDEN: Final = {"vscode": ".vscode"}
"""Folders whose names begin with a dot only where they are used."""


def new_bot(folder: str, languages: Sequence[str], title: str) -> dict[str, bytes]:
    """The files of a bot that runs, by their names inside the folder. The first language is the source.

    Raises ContentError for a language that Lotse does not speak, or a title that is no line of words.
    """
    unknown = [language for language in languages if language not in SPOKEN]
    if unknown or not languages or len(set(languages)) != len(languages):
        what = f"“{', '.join(unknown)}” is none of Lotse's languages" if unknown else "name each language once"
        raise ContentError(f"{what}; write --languages with some of {','.join(SPOKEN)}, the first one is written first")
    if not title.strip() or any(character in title for character in '\n\r\t{}%"\\') or not title.isprintable():
        raise ContentError('the title must be a line of words without { } % " and \\')
    words = {"@SOURCE@": languages[0], "@ALL@": ", ".join(languages), "@FOLDER@": folder}
    found = schemas()
    for name, raw in _tree(package_files("app.starter") / "bot").items():
        if _wanted(name, languages):
            text = raw.decode()
            shown = scalar(title, "", inside=False) if name == "bot.yaml" else title
            for mark, value in (words | {"@TITLE@": shown}).items():
                text = text.replace(mark, value)
            found[name] = text.encode()
    texts = BotTexts(found)
    for language in texts.translated():
        found[lock_file(language)] = write_lock(accept(texts, language, ())[0])
    return found


def schemas() -> dict[str, bytes]:
    """``schemas/*.json``: what a text editor completes words from."""
    return {f"schemas/{name}": raw for name, raw in _tree(package_files("app.starter") / "schemas").items()}


def _wanted(name: str, languages: Sequence[str]) -> bool:
    """Whether a file is for one of the languages, or for all."""
    folder, _, rest = name.partition("/")
    match folder:
        case "locales":
            return rest.partition("/")[0] in languages
        case "nlu" | "tests":
            return rest.split(".")[-2] in languages
        case _:
            return True


def _tree(folder: Traversable) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            name = _HIDDEN.get(entry.name, entry.name)
            found |= {f"{name}/{inner}": raw for inner, raw in _tree(entry).items()}
        else:
            found[entry.name] = entry.read_bytes()
    return found
