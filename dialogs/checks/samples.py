"""T09: every text is tried out with made-up values of the right types."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from conversation.value import Data
from dialogs.checks.data import variables
from dialogs.checks.expressions import Name, single_braces
from dialogs.checks.material import Material
from dialogs.checks.types import Type, class_of, sample, type_of
from dialogs.checks.wording import Piece, Spot, Wording, file_of, pieces
from dialogs.problems import Problem
from dialogs.saying.filters import View
from dialogs.saying.templates import RENDER_ERRORS, Template, render_together
from dialogs.scene import view_of

_SHOWS: Final[Mapping[str, frozenset[str]]] = {
    "date": frozenset({"date", "time_slot"}),
    "datetime": frozenset({"date", "time_slot"}),
    "time": frozenset({"time", "time_slot"}),
    "money": frozenset({"number"}),
    "number": frozenset({"number"}),
    "list": frozenset({"list"}),
}
"""Filter → the classes of values that it can show."""
_UNKNOWN: Final[tuple[Data, ...]] = ("Muster", 5)
"""What may stand for a value of which nothing is known."""
_TOGETHER: Final = 100
"""Texts that are tried out at once."""


class Samples:
    """What all texts say with made-up values for the variables of a bot."""

    def __init__(self, m: Material) -> None:
        self.m = m
        self.types = variables(m).types
        self.views = {language: view_of(m.bot, language, {}) for language in m.bot.languages}
        self._values: tuple[dict[str, Data], ...] = tuple({} for _ in _UNKNOWN)
        self._shown: dict[int, str] = {}
        for language in m.bot.languages:
            self._show_all(language)

    def text(self, template: Template, language: str, *, item: Type | None = None) -> str:
        """What a customer may read; empty if it can't be shown."""
        try:
            return self.attempt(template, language, item=item)
        except RENDER_ERRORS:
            return ""

    def attempt(self, template: Template, language: str, *, item: Type | None = None) -> str:
        """With the first values that do. Raises one of RENDER_ERRORS, that of the first values, if none do."""
        shown = template.source if template.tree is None else self._shown.get(id(template))
        if shown is not None:
            return shown
        view: View = self.views[language]
        try:
            return template.attempt(self._given(template.names, item), view)
        except RENDER_ERRORS:
            for guess in range(1, len(_UNKNOWN)):
                try:
                    return template.attempt(self._given(template.names, item, guess), view)
                except RENDER_ERRORS:
                    continue
            raise

    def _show_all(self, language: str) -> None:
        """Many at once, which is several times as fast. What fails is left for ``attempt``."""
        for item, templates in self._alike(language):
            for chunk in (templates[n : n + _TOGETHER] for n in range(0, len(templates), _TOGETHER)):
                names = frozenset(name for template in chunk for name in template.names)
                try:
                    shown = render_together(chunk, self._given(names, item), self.views[language])
                except RENDER_ERRORS:
                    continue
                self._shown.update((id(template), text) for template, text in zip(chunk, shown, strict=True))

    def _alike(self, language: str) -> Iterable[tuple[Type | None, list[Template]]]:
        """The texts of a language, by what ``item`` is in them."""
        words = self.m.once(Wording)
        found: dict[bytes, tuple[Type | None, list[Template]]] = {}
        met: set[int] = set()
        for dialog, step in self.m.steps():
            for _, entry in words.of_step(language, dialog, step):
                for piece in pieces(entry):
                    if piece.template.tree is not None and id(piece.template) not in met:
                        met.add(id(piece.template))
                        item = variables(self.m).saved(step, self.types) if piece.group == ("item",) else None
                        found.setdefault(msgspec.json.encode(item), (item, []))[1].append(piece.template)
        return found.values()

    def _given(self, names: frozenset[str], item: Type | None, guess: int = 0) -> dict[str, Data]:
        """Values for some variables: a bot may have thousands. ``guess``: which of _UNKNOWN stands for what can be anything."""
        known = self._values[guess]
        for name in names:
            if name not in known and name in self.types:
                known[name] = sample(self.types[name], _UNKNOWN[guess])
        values = {name: known[name] for name in names if name in known}
        return values if item is None else {**values, "item": sample(item, _UNKNOWN[guess])}


def braces(m: Material) -> Iterator[Problem]:
    """A placeholder in single braces is a text to the engine, and never meant so."""
    for language in m.bot.languages:
        for dialog in m.bot.dialogs.values():
            for key, entry in m.bot.texts.dialog(language, dialog.name).items():
                for piece in pieces(entry):
                    for name in single_braces(piece.template):
                        message = f"customers would read “{{{name}}}” as it stands here: a placeholder has two braces"
                        path = (language, key, *piece.path)
                        yield m.within(file_of(language, dialog.name), path, message, f"write {{{{ {name} }}}}")


def rendering(m: Material) -> Iterator[Problem]:
    words = m.once(Wording)
    told: set[tuple[str, str, str]] = set()
    for dialog, step in m.steps():
        for language in m.bot.languages:
            for spot, entry in words.of_step(language, dialog, step):
                if (language, dialog.name, spot.key) not in told:
                    told.add((language, dialog.name, spot.key))
                    for piece in pieces(entry):
                        if piece.template.tree is not None:
                            yield from _tried(m, spot, piece)


def _tried(m: Material, spot: Spot, piece: Piece) -> Iterator[Problem]:
    types = variables(m).types
    item = variables(m).saved(spot.step, types) if piece.group == ("item",) else None
    file, path = spot.file, spot.path(piece)
    for name, filter_ in sorted(m.reading(piece.template).formats):
        given = _type(name, types, item)
        if given is not None and class_of(given) not in (*_SHOWS[filter_], "any"):
            message = f"“{'.'.join(name)}” is a {class_of(given)}, and can't be shown with `{filter_}`"
            todo = f"leave out `| {filter_}`, or show another value"
            yield m.within(file, path, message, todo, step=spot.step.name)
            return
    try:
        shown = m.once(Samples).attempt(piece.template, spot.language, item=item)
    except RENDER_ERRORS as error:
        message = f"this text can't be shown ({error}), tried with made-up values"
        yield m.within(file, path, message, "mend what stands in {{ … }} or {% … %}", step=spot.step.name)
        return
    if not shown.strip():
        message = "nothing is left of this text when it is shown, tried with made-up values"
        yield m.within(file, path, message, "let it say something whatever the values are", step=spot.step.name)


def _type(name: Name, types: Mapping[str, Type], item: Type | None) -> Type | None:
    return type_of(name, types if item is None else {**types, "item": item})
