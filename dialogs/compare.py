"""What is different between two versions of a bot, in words for the people who write it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from conversation.value import Value
from dialogs.kinds import Kind
from dialogs.model import Bot, Dialog, Line, Step, verb_name
from dialogs.saying.templates import Expression, Template
from dialogs.saying.texts import Entry

_BOT: Final = (
    "title",
    "languages",
    "source",
    "start",
    "channels",
    "commands",
    "thresholds",
    "policy",
    "currency",
    "actions",
)
_DIALOG: Final = ("title", "owner", "start", "fills", "intents", "personal", "kind")
_WORDS: Final = {
    "options": "option", "fields": "field", "ways": "goes on to", "answer": "asks for", "arguments": "with",
    "weights": "split", "busy_go": "busy: goes to", "busy_after": "busy after (s)", "seconds": "waits (s)",
    "items": "list", "silence": "silence:", "misses": "misses:", "set": "sets", "save": "saves as",
}  # fmt: skip
_SHOWN: Final = 70
"""Characters of a text that are shown."""


class Change(Value, frozen=True, kw_only=True):
    """``where``: ``bot.yaml``, a dialog, ``dialog/step``, or a language. ``kind``: ``step``, ``setting`` or ``text``."""

    kind: str
    where: str
    what: str


def compare(old: Bot, new: Bot) -> list[Change]:
    """Settings, then steps dialog by dialog, then texts language by language."""
    return [*_settings(old, new), *_dialogs(old, new), *_texts(old, new)]


def _settings(old: Bot, new: Bot) -> Iterator[Change]:
    for name in _BOT:
        for what in _differences(_flat(getattr(old, name), name), _flat(getattr(new, name), name)):
            yield Change(kind="setting", where="bot.yaml", what=what)


def _dialogs(old: Bot, new: Bot) -> Iterator[Change]:
    for name in (name for name in old.dialogs if name not in new.dialogs):
        yield Change(kind="step", where=name, what=f"the dialog is gone, with {len(old.dialogs[name].steps)} steps")
    for name, dialog in new.dialogs.items():
        was = old.dialogs.get(name)
        if was is None:
            yield Change(kind="step", where=name, what=f"a new dialog, {len(dialog.steps)} steps")
        else:
            yield from _steps(was, dialog)


def _steps(old: Dialog, new: Dialog) -> Iterator[Change]:
    for name in _DIALOG:
        for what in _differences(_flat(getattr(old, name), name), _flat(getattr(new, name), name)):
            yield Change(kind="setting", where=new.name, what=what)
    moved = {was: now for was, now in new.renamed.items() if was in old.steps and was not in new.steps}
    for name, step in old.steps.items():
        now = new.steps.get(moved.get(name, name))
        if now is None:
            yield Change(kind="step", where=f"{new.name}/{name}", what="removed")
            continue
        if name in moved:
            yield Change(kind="step", where=f"{new.name}/{name}", what=f"renamed to {now.name}")
        for what in _step(step, now, moved):
            yield Change(kind="step", where=f"{new.name}/{now.name}", what=what)
    for name in (name for name in new.steps if name not in old.steps and name not in moved.values()):
        yield Change(kind="step", where=f"{new.name}/{name}", what=f"new, `{verb_name(new.steps[name].verb)}`")


def _step(old: Step, new: Step, moved: Mapping[str, str]) -> Iterator[str]:
    """A way to a step that was only renamed is no change."""
    if type(old.verb) is not type(new.verb):
        yield f"`{verb_name(new.verb)}`, was `{verb_name(old.verb)}`"
        return
    before, after = _flat_step(old), _flat_step(new)
    yield from _differences({at: moved.get(value, value) for at, value in before.items()}, after)


def _flat_step(step: Step) -> dict[str, str]:
    body = {name: getattr(step, name) for name in step.__struct_fields__ if name not in ("name", "line", "verb", "say")}
    said = "" if step.say == step.name else step.say
    return {**_flat(step.verb, ""), **_flat(body, ""), **({"says": said} if said else {})}


def _differences(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for at in dict.fromkeys((*old, *new)):
        if old.get(at) != new.get(at):
            now, was = new.get(at, "nothing"), old.get(at, "nothing")
            yield f"{_in_words(at)} {_short(now)}, was {_short(was)}"


def _in_words(at: str) -> str:
    first, _, rest = at.partition(".")
    return " ".join(part for part in (_WORDS.get(first, first), rest.removesuffix(".go").replace(".", " ")) if part)


def _flat(value: Any, at: str) -> dict[str, str]:
    """Each leaf with the way to it; lists of named things by their names."""
    match value:
        case _ if value is None or (isinstance(value, str | tuple | list | dict | frozenset) and not value):
            return {}
        case Expression() | Template():
            return {at: value.source}
        case Kind():
            return {at: value.name + (f" {value.pattern}" if value.pattern else "")}
        case tuple() if isinstance(value[0], Line):
            return {at: ", ".join(_line(line) for line in value)}
        case tuple() | frozenset() | list():
            items = sorted(value) if isinstance(value, frozenset) else value
            if all(hasattr(item, "name") for item in items):
                order = {f"{at}": ", ".join(item.name for item in items)}
                parts = [_flat(item, f"{at}.{item.name}") for item in items]
                return {**order, **{key: leaf for part in parts for key, leaf in part.items()}}
            return {at: ", ".join(map(str, items))}
        case dict():
            parts = [_flat(item, f"{at}.{key}" if at else str(key)) for key, item in value.items()]
            return {key: leaf for part in parts for key, leaf in part.items()}
        case msgspec.Struct():
            names = [name for name in value.__struct_fields__ if name != "name"]
            return _flat({name: getattr(value, name) for name in names}, at)
        case _:
            return {at: str(value)}


def _line(line: Line) -> str:
    return f"{line.go} if {line.when.source}" if line.when else line.go


def _texts(old: Bot, new: Bot) -> Iterator[Change]:
    for language in new.languages:
        for dialog in dict.fromkeys((*old.dialogs, *new.dialogs, "_product")):
            before, after = old.texts.dialog(language, dialog), new.texts.dialog(language, dialog)
            for key in dict.fromkeys((*before, *after)):
                where = key if dialog == "_product" else f"{dialog}/{key}"
                for what in _entry(before.get(key), after.get(key)):
                    yield Change(kind="text", where=language, what=f"{where}{what}")


def _entry(old: Entry | None, new: Entry | None) -> Iterator[str]:
    before, after = _written(old), _written(new)
    for at in dict.fromkeys((*before, *after)):
        if before.get(at) != after.get(at):
            now = f"“{_short(after[at])}”" if at in after else "no text"
            was = f"was “{_short(before[at])}”" if at in before else "new"
            yield f"{at}: {now}, {was}"


def _written(entry: Entry | None) -> dict[str, str]:
    if entry is None:
        return {}
    found = {
        "" if form == "other" and len(entry.forms) == 1 else f" ({form})": " | ".join(each.source for each in variants)
        for form, variants in entry.forms.items()
    }
    found |= {f" option {name}": template.source for name, template in entry.options.items()}
    found |= {f" words for {name}": ", ".join(words) for name, words in entry.words.items()}
    found |= {f" field {name}": template.source for name, template in entry.fields.items()}
    singles = {" item": entry.item, " confirm": entry.confirm, " error": entry.error}
    found |= {at: template.source for at, template in singles.items() if template}
    for channel, own in entry.by_channel.items():
        found |= {f" on {channel}{at}": text for at, text in _written(own).items()}
    return found


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
