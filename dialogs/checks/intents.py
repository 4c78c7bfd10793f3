"""D20: what free text can mean is learnt in every language, and means one thing."""

from collections.abc import Iterator, Mapping
from typing import Final

from conversation.value import Data, Value
from dialogs.checks.material import Material
from dialogs.checks.structure import BOT_FILE, one_of
from dialogs.kinds import Kind
from dialogs.model import Ask, Choose, Form, Verb
from dialogs.problems import Problem
from dialogs.reading.source import Path

LEAST: Final = 5
ENOUGH: Final = 10
"""Examples of an intent in one language: fewer than the first can't be learnt from, fewer than the second badly."""


class Meaning(Value, frozen=True, kw_only=True):
    """One place where an intent leads on. ``leads``: where to, ``dialog/step``."""

    intent: str
    file: str
    path: Path
    leads: str
    step: str = ""
    menu: bool = False


def meanings(m: Material) -> Iterator[Meaning]:
    for command in m.bot.commands.values():
        if command.intent:
            yield Meaning(
                intent=command.intent,
                file=BOT_FILE,
                path=("commands", command.name, "intent"),
                leads=f"{command.dialog}/{command.step}",
            )
    for dialog in m.bot.dialogs.values():
        for intent, to in dialog.intents.items():
            yield Meaning(intent=intent, file=dialog.file, path=("intents", intent), leads=f"{dialog.name}/{to}")
        for step in dialog.steps.values():
            for option in step.verb.options if isinstance(step.verb, Choose) else ():
                if option.intent:
                    yield Meaning(
                        intent=option.intent,
                        file=dialog.file,
                        path=("steps", step.name, "choose", option.name, "intent"),
                        leads=f"{dialog.name}/{option.go}",
                        step=step.name,
                        menu=True,
                    )


def intents(m: Material) -> Iterator[Problem]:
    used: dict[str, Meaning] = {}
    for meaning in meanings(m):
        first = used.setdefault(meaning.intent, meaning)
        if first is not meaning and _clash(first, meaning):
            line = m.line(first.file, first.path)
            message = f"the intent “{meaning.intent}” leads somewhere else in {first.file}:{line} ({first.leads})"
            todo = "give one of the two an intent of its own"
            yield m.within(meaning.file, meaning.path, message, todo, step=meaning.step)
    if used:
        for language in m.bot.languages:
            yield from _learnt(m, language, used)
    yield from _entities(m)


def _clash(one: Meaning, other: Meaning) -> bool:
    """The same words may mean an option and what it leads to; two menus or two dialogs can't share them."""
    return one.leads != other.leads or (one.menu and other.menu)


def _learnt(m: Material, language: str, used: Mapping[str, Meaning]) -> Iterator[Problem]:
    file = f"nlu/{language}.yaml"
    data = m.data(file)
    known = data.get("intents") if isinstance(data, dict) else None
    if not isinstance(known, dict):
        names = ", ".join(sorted(used)[:5])
        message = f"there are no examples of what customers write in {language} for {names}"
        yield m.within(file, (), message, "add the file, with `intents:` and ten sentences or more for each")
        return
    for intent, meaning in used.items():
        examples = _count(known.get(intent))
        where = f"{meaning.file}:{m.line(meaning.file, meaning.path)}"
        if not examples:
            message = f"the intent “{intent}” (used by {where}) has no examples"
            yield m.within(
                file, ("intents",), message, f"add ten sentences that customers write, or {one_of(intent, known)}"
            )
        elif examples < ENOUGH:
            few = examples < LEAST
            message = f"the intent “{intent}” has {examples} examples: {'too few to learn from' if few else 'that is not many'}"
            todo = f"write {ENOUGH} or more, in customers' own words"
            yield m.within(file, ("intents", intent), message, todo, severity="error" if few else "warning")


def _count(data: Data) -> int:
    return len(set(map(str, data))) if isinstance(data, list) else 0


def _entities(m: Material) -> Iterator[Problem]:
    """A kind of answer names an entity that is found in every language."""
    asked = {kind.entity: kind.name for _, step in m.steps() for kind in _kinds(step.verb) if kind.entity}
    for language in m.bot.languages:
        file = f"nlu/{language}.yaml"
        data = m.data(file)
        known = data.get("entities") if isinstance(data, dict) else None
        if not isinstance(data, dict):
            continue  # told of above, where intents need it
        names = known if isinstance(known, dict) else {}
        for entity, kind in asked.items():
            if entity not in names:
                message = f"the entity “{entity}” of the kind of answer “{kind}” is not found in {language}"
                yield m.within(file, ("entities",), message, f"add it under `entities:`, or {one_of(entity, names)}")


def _kinds(verb: Verb) -> Iterator[Kind]:
    match verb:
        case Ask(answer=kind):
            yield kind
        case Form(fields=fields):
            for field in fields:
                yield field.kind
