"""The variables of a bot: where each gets its value, and what that looks like."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from dialogs.checks.material import Material
from dialogs.checks.types import (
    ANY,
    MOMENT,
    TEXT,
    YES_NO,
    ListOf,
    Record,
    Scalar,
    Type,
    infer,
    join,
    of_answer,
    of_fields,
)
from dialogs.model import ActionSpec, Ask, Bot, Dialog, Do, Form, Pick, Step
from dialogs.scene import BUILT_IN_NAMES

MAX_ROUNDS: Final = 8
"""Variables that are copied from each other are typed in rounds; longer chains end as ``any``."""


def built_in(bot: Bot) -> dict[str, Type]:
    team = Record(fields={"open": YES_NO, "next_open": MOMENT, "next_slots": ListOf(item=MOMENT)})
    hours = Record(fields=dict.fromkeys(bot.policy.teams, team))
    person = Record(fields=dict.fromkeys(("team", "operator", "outcome", "topic"), TEXT))
    return {
        "hours": hours,
        "now": MOMENT,
        "today": Scalar(name="date"),
        "channel": TEXT,
        "language": TEXT,
        "handoff": person,
    }


def given(spec: ActionSpec, m: Material) -> Record:
    """What an action answers with. ``may_be_empty`` in the catalogue names the fields that need not be there."""
    if spec.own:
        return of_fields(spec.gives, spec.may_be_empty)
    catalogue = m.data("actions/catalogue.yaml")
    entry = catalogue.get(spec.name) if isinstance(catalogue, dict) else None
    empty = entry.get("may_be_empty") if isinstance(entry, dict) else None
    return of_fields(spec.gives, [str(name) for name in empty or ()])


class Variables:
    """``types``: of everything that a condition or text may name, by name."""

    def __init__(self, m: Material) -> None:
        self.m = m

    @cached_property
    def written(self) -> Mapping[str, list[tuple[Dialog, Step]]]:
        """Variable → the steps that give it a value."""
        found: dict[str, list[tuple[Dialog, Step]]] = {}
        for dialog, step in self.m.steps():
            for name in written_by(step):
                found.setdefault(name, []).append((dialog, step))
        return found

    @cached_property
    def types(self) -> dict[str, Type]:
        fixed = built_in(self.m.bot)
        known: dict[str, Type] = dict(fixed)
        for _ in range(MAX_ROUNDS):
            found: dict[str, Type] = {}
            for _, step in self.m.steps():
                for name, type_ in self._writes(step, known):
                    found[name] = join(found.get(name), type_)
            typed = {**fixed, **{name: type_ for name, type_ in found.items() if name not in fixed}}
            if typed == known:
                break
            known = typed
        names = [*self.written, *self.m.bot.fillers]
        return {**dict.fromkeys(names, ANY), **known}

    def _writes(self, step: Step, known: Mapping[str, Type]) -> Iterator[tuple[str, Type]]:
        for name, expression in step.set.items():
            type_ = infer(expression.tree, known)
            if type_ is not None:
                yield name, type_
        type_ = self.saved(step, known)
        if step.save and type_ is not None:
            yield step.save, type_

    def saved(self, step: Step, known: Mapping[str, Type]) -> Type | None:
        """What a step's verb gives to ``save``."""
        match step.verb:
            case Do(action=action):
                spec = self.m.bot.actions.get(action)
                return given(spec, self.m) if spec else ANY
            case Ask(answer=kind):
                return of_answer(kind)
            case Form(fields=fields):
                optional = frozenset(field.name for field in fields if field.optional)
                return Record(fields={field.name: of_answer(field.kind) for field in fields}, empty=optional)
            case Pick(items=expression):
                found = infer(expression.tree, known)
                return found.item if isinstance(found, ListOf) else ANY
        return ANY


def written_by(step: Step) -> list[str]:
    return [*step.set, *([step.save] if step.save else [])]


def shadowed(name: str) -> bool:
    """Whether a variable of that name would hide a built-in one."""
    return name in BUILT_IN_NAMES
