"""The texts of a bot taken apart: each piece of words with where it stands, and the steps that say it."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from conversation.value import Value
from dialogs.checks.material import Material
from dialogs.model import Choose, Dialog, Step
from dialogs.reading.source import Path
from dialogs.saying.templates import Template
from dialogs.saying.texts import Entry

Group: TypeAlias = tuple[str, ...]
"""Names a piece within its entry, the same in every language: ``("text",)``, ``("options", "human")``."""


class Piece(Value, frozen=True, kw_only=True):
    """``path``: below the entry's key in its file."""

    group: Group
    path: Path
    template: Template


class Spot(Value, frozen=True, kw_only=True):
    """A text key of a step in one language."""

    dialog: Dialog
    step: Step
    language: str
    key: str

    @property
    def file(self) -> str:
        return file_of(self.language, self.dialog.name)

    def path(self, piece: Piece) -> Path:
        """Where a piece of it stands in its file."""
        return (self.language, self.key, *piece.path)


def file_of(language: str, dialog: str) -> str:
    return f"locales/{language}/{dialog}.yaml"


def pieces(entry: Entry) -> Iterator[Piece]:
    """All words of an entry. A plain text stands where its ``text`` would: a line is found for both."""
    for form, variants in entry.forms.items():
        for number, template in enumerate(variants):
            yield Piece(group=("text",), path=("text", form, number), template=template)
    for part, templates in (("options", entry.options), ("fields", entry.fields)):
        for name, template in templates.items():
            yield Piece(group=(part, name), path=(part, name), template=template)
    for part, single in (("item", entry.item), ("confirm", entry.confirm), ("error", entry.error)):
        if single is not None:
            yield Piece(group=(part,), path=(part,), template=single)
    for channel, own in entry.by_channel.items():
        for piece in pieces(own):
            around = ("by_channel", channel)
            yield Piece(group=(*around, *piece.group), path=(*around, *piece.path), template=piece.template)


class Wording:
    """``said``: (dialog, text key) → the steps that say it."""

    def __init__(self, m: Material) -> None:
        self.m = m
        self.said: dict[tuple[str, str], list[Step]] = {}
        for dialog, step in m.steps():
            for key in keys_of(step):
                self.said.setdefault((dialog.name, key), []).append(step)

    def entry(self, language: str, dialog: Dialog, key: str) -> Entry | None:
        """What that language says by itself: without falling back to another."""
        return self.m.bot.texts.dialog(language, dialog.name).get(key)

    def of_step(self, language: str, dialog: Dialog, step: Step) -> Iterator[tuple[Spot, Entry]]:
        """The entries that a step uses, with where they stand."""
        for key in keys_of(step):
            entry = self.entry(language, dialog, key)
            if entry is not None:
                yield Spot(dialog=dialog, step=step, language=language, key=key), entry

    def labels(self, language: str, dialog: Dialog, step: Step) -> Mapping[str, Template]:
        """The labels of a menu by option."""
        key = self.labels_key(language, dialog, step)
        entry = self.entry(language, dialog, key)
        return entry.options if entry else {}

    def labels_key(self, language: str, dialog: Dialog, step: Step) -> str:
        """Where a menu's labels stand: under its own name, else with its text."""
        return step.name if self.entry(language, dialog, step.name) else step.say


def keys_of(step: Step) -> tuple[str, ...]:
    """The text keys of a step: what it says, and for a menu that says another step's text, its own labels."""
    if isinstance(step.verb, Choose) and step.say != step.name:
        return (step.say, step.name)
    return (step.say,) if step.say else ()
