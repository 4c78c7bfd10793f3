"""Dialogs as a picture shows them: steps with their words, and every way on with the reason it is taken for."""

import re
from collections.abc import Iterator
from typing import Final

from conversation.value import Value
from dialogs.model import Bot, CallDialog, Choose, Dialog, End, Form, Option, Random, Say, Step, verb_name
from dialogs.ways import ways_on

_TAG: Final = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_VALUE: Final = re.compile(r"\{\{\s*([\w.]*).*?\}\}", re.DOTALL)


class ShownWay(Value, frozen=True, kw_only=True):
    """``to``: a step of the same dialog, or ``dialog/step``. ``why`` as in docs/protocols.md; ``label``: option, condition, time."""

    to: str
    why: str
    label: str = ""


class ShownStep(Value, frozen=True, kw_only=True):
    """``text`` and labels in the language asked for; ``about``: the kind of answer, the action, the team, the outcome."""

    name: str
    verb: str
    text: str
    about: str
    ways: tuple[ShownWay, ...]
    intents: tuple[str, ...] = ()


class ShownDialog(Value, frozen=True, kw_only=True):
    name: str
    title: str
    start: str
    steps: tuple[ShownStep, ...]


def shown_dialogs(bot: Bot, language: str) -> tuple[ShownDialog, ...]:
    """All of a bot, the dialog that it starts with first."""
    dialogs = sorted(bot.dialogs.values(), key=lambda dialog: (dialog.name != bot.start, dialog.name))
    return tuple(shown_dialog(bot, dialog, language) for dialog in dialogs)


def shown_dialog(bot: Bot, dialog: Dialog, language: str) -> ShownDialog:
    steps = tuple(_step(bot, dialog, step, language) for step in dialog.steps.values())
    return ShownDialog(name=dialog.name, title=dialog.title, start=dialog.start, steps=steps)


def _step(bot: Bot, dialog: Dialog, step: Step, language: str) -> ShownStep:
    return ShownStep(
        name=step.name,
        verb=verb_of(step),
        text=plainly(text_of(bot, dialog, step, language).split("\n")[0]) if step.say else "",
        about=_about(step),
        ways=tuple(_ways(bot, dialog, step, language)),
        intents=tuple(intent for intent, name in dialog.intents.items() if name == step.name),
    )


def _ways(bot: Bot, dialog: Dialog, step: Step, language: str) -> Iterator[ShownWay]:
    verb = step.verb
    lines = [line.when.source if line.when else "otherwise" for line in step.ways]
    weights = [str(weight) for weight in verb.weights.values()] if isinstance(verb, Random) else []
    options = [plainly(label_of(bot, dialog, step, option.name, language)) for option in _options(step)]
    labels = {
        "option": iter(options),
        "route": iter([*(lines if len(lines) > 1 else []), *weights]),
        "misses": iter([f"{step.misses.limit}×" if step.misses else ""]),
        "silence": iter([_span(step.silence.after) if step.silence else ""]),
    }
    for foreign in foreign_ways(bot, step):
        yield ShownWay(to=foreign[0], why=foreign[1], label=step.needs if foreign[1] == "needs" else "")
    for to, why in ways_on(step):
        yield ShownWay(to=to, why=why, label=next(labels.get(why, iter("")), ""))


def foreign_ways(bot: Bot, step: Step) -> Iterator[tuple[str, str]]:
    """The first steps of other dialogs that this one runs, and why."""
    if step.needs in bot.fillers:
        filler = bot.fillers[step.needs]
        yield f"{filler}/{bot.dialogs[filler].start}", "needs"
    if isinstance(step.verb, CallDialog) and step.verb.dialog in bot.dialogs:
        yield f"{step.verb.dialog}/{bot.dialogs[step.verb.dialog].start}", "go"


def _options(step: Step) -> tuple[Option, ...]:
    return step.verb.options if isinstance(step.verb, Choose) else ()


def _about(step: Step) -> str:
    match step.verb:
        case End(outcome=outcome):
            return outcome
        case CallDialog(dialog=name):
            return name
        case verb:
            kind = getattr(verb, "answer", None)
            return str(kind.name if kind else getattr(verb, "action", "") or getattr(verb, "team", ""))


def verb_of(step: Step) -> str:
    """As an editor writes it; a step that only decides where to go has none and is a ``route``."""
    if isinstance(step.verb, Say) and not step.say and len(step.ways) > 1:
        return "route"
    return verb_name(step.verb)


def text_of(bot: Bot, dialog: Dialog, step: Step, language: str) -> str:
    """As the editor wrote it; plural forms and the fields of a form one below the other."""
    entry = bot.texts.entry(language, dialog.name, step.say)
    if entry is None:
        return ""
    lines = [template.source for variants in entry.forms.values() for template in variants]
    if isinstance(step.verb, Form):
        lines += [template.source for template in entry.fields.values()]
        lines += [entry.confirm.source] if entry.confirm else []
    return "\n".join(lines)


def label_of(bot: Bot, dialog: Dialog, step: Step, option: str, language: str) -> str:
    entry = bot.texts.entry(language, dialog.name, step.name) or bot.texts.entry(language, dialog.name, step.say)
    template = entry.options.get(option) if entry else None
    return template.source if template else option


def plainly(text: str) -> str:
    """A text without its conditions, and with ``‹name›`` for a value: for people who look at a picture."""
    return " ".join(_VALUE.sub(r"‹\1›", _TAG.sub("", text)).split())


def _span(seconds: int) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
