"""Writes an example into ``nlu/<language>.yaml``: one line more, every other character as it was."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.exchange.edit_yaml import edit
from app.exchange.save import save
from app.exchange.write_yaml import scalar
from conversation.errors import ContentError
from conversation.value import Data
from dialogs.answers.alike import alike
from dialogs.examples import file_of, sentences
from dialogs.reading.source import Source, read_source

_TRIES: Final = 5


def read_examples(folder: Path) -> dict[str, Source]:
    """Language to its file, as it is now. Raises BotError for one that can't be read."""
    found = sorted((folder / "nlu").glob("*.yaml"))
    return {path.stem: read_source(f"nlu/{path.name}", path.read_bytes()) for path in found}


def add_example(folder: Path, language: str, intent: str, text: str) -> str:
    """Where it stands now, ``nlu/de.yaml:12``. The file is read at this moment: what an editor saved meanwhile stays.

    Raises ContentError if the sentence is an example of another intent, BotError for a file that can't be read.
    """
    file = file_of(language)
    for _ in range(_TRIES):
        raw = _content(folder / file)
        source = read_source(file, raw)
        same = [each for each in sentences(language, source) if each.same == alike(text)]
        foreign = next((each for each in same if each.intent != intent), None)
        if foreign:
            raise ContentError(
                f"“{text}” is an example of {foreign.intent} already, in {foreign.place}:"
                " take it out there first, or accept it as that"
            )
        if same:
            return same[0].place
        changed = _below_each_other(file, edit(file, raw, _with(source.data, intent, text)), intent)
        if _content(folder / file) != raw:
            continue  # an editor saves it: theirs is read, and nothing is lost
        save(folder, {file: changed})
        written = sentences(language, read_source(file, changed))
        return next(each.place for each in written if each.intent == intent and each.same == alike(text))
    raise ContentError(f"{file} changes all the time: close what writes it, and try again")


def _below_each_other(file: str, raw: bytes, intent: str) -> bytes:
    """A new intent comes with its list in brackets: examples are easier to read, and to add to, one a line."""
    text = raw.decode("utf-8")
    found = re.search(rf"^( *){re.escape(scalar(intent, '', inside=True))}: \[.*\]\r?$", text, re.MULTILINE)
    data = read_source(file, raw).data
    if found is None or len(data["intents"][intent]) != 1:
        return raw
    head = found[0].partition(": [")[0]
    lines = f"{head}:\n{found[1]}  - {scalar(data['intents'][intent][0], '', inside=False)}"
    changed = (text[: found.start()] + lines + text[found.end() :]).encode()
    return changed if read_source(file, changed).data == data else raw


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _with(data: Data, intent: str, text: str) -> Mapping[str, Data]:
    whole = dict(data) if isinstance(data, dict) else {}
    intents = dict(whole.get("intents") or {})
    intents[intent] = [*(intents.get(intent) or ()), text]
    return {**whole, "intents": intents}
