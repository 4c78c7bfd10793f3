"""What a form says: its fields, its summary, which answer to change; and what customers may call a field."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from conversation.content import Prompt
from conversation.run import FormRun, Frame
from conversation.value import Data
from dialogs.hearing.forms import Labelled
from dialogs.hearing.matching import Choice
from dialogs.kinds import Kind
from dialogs.model import Field, Form, Step
from dialogs.saying.filters import show_date, show_money, show_number, show_time
from dialogs.saying.prompts import YES, Prompts
from dialogs.saying.texts import Entry

CHANGE, CANCEL, SKIP, AFRESH = "!change", "!cancel", "!skip", "!afresh"
_AND = re.compile(r"\s+(?:und|oder|and|or|и|или|та|і|й|або)\s+|\s*[/,(]\s*")
_WHOLE: Final = 4
"""Words of a label up to which each part of it is a name of its own: "street and number"."""


def prompt(prompts: Prompts, frame: Frame, step: Step, form: FormRun) -> tuple[str, Prompt]:
    """Text key and prompt of the form's next question: a field, which one to change, or the summary."""
    verb = step.verb
    assert isinstance(verb, Form)  # noqa: S101 - only a form's frame has a FormRun
    buttons = prompts.buttons(frame, choices(prompts, frame, step, form))
    entry = prompts.entry(frame.dialog, step.say)
    if form.correcting:
        return f"{step.say}.change", Prompt(text=prompts.product("form.which"), buttons=buttons)
    if form.field:
        return f"{step.say}.{form.field}", Prompt(text=field_text(prompts, entry, form.field), buttons=buttons)
    names = {**prompts.names, step.save: form.answers}
    text = (
        entry.confirm(names, prompts.view) if entry and entry.confirm else summary(prompts, frame, step, form.answers)
    )
    return f"{step.say}.confirm", Prompt(text=text, buttons=buttons)


def choices(prompts: Prompts, frame: Frame, step: Step, form: FormRun) -> list[Choice]:
    """What can be chosen at the form's question."""
    verb = step.verb
    fields = verb.fields if isinstance(verb, Form) else ()
    cancelled = isinstance(verb, Form) and bool(verb.cancelled)
    if form.correcting:
        entry = prompts.entry(frame.dialog, step.say)
        found = [Choice(key=f".{field.name}", label=label(prompts, entry, field.name)) for field in fields]
    elif form.field:
        optional = any(field.optional for field in fields if field.name == form.field)
        found = [Choice(key=SKIP, label=prompts.product("form.skip"))] if optional else []
    else:
        keys = ((YES, "form.yes"), (CHANGE, "form.change"), *(((CANCEL, "form.cancel"),) if cancelled else ()))
        found = [Choice(key=key, label=prompts.product(text)) for key, text in keys]
    afresh = [Choice(key=AFRESH, label=prompts.product("form.afresh"))] if form.resumed else []
    return [*found, *afresh]


def summary(prompts: Prompts, frame: Frame, step: Step, answers: dict[str, Data], only: Iterable[str] = ()) -> str:
    """Each answer on a line, under what its question is called; of those in ``only``, if it names any."""
    entry = prompts.entry(frame.dialog, step.say)
    verb, wanted = step.verb, set(only)
    fields = verb.fields if isinstance(verb, Form) else ()
    return "\n".join(
        f"{label(prompts, entry, field.name)}: {show(prompts, field.kind, answers[field.name])}"
        for field in fields
        if field.name in answers and (not wanted or field.name in wanted)
    )


def field_text(prompts: Prompts, entry: Entry | None, field: str) -> str:
    template = entry.fields.get(field) if entry else None
    return template(prompts.names, prompts.view) if template else field


def label(prompts: Prompts, entry: Entry | None, field: str) -> str:
    return field_text(prompts, entry, field).rstrip("?:. ")


def show(prompts: Prompts, kind: Kind, value: Data) -> str:
    """An answer as the customer would write it."""
    if value is None:
        return prompts.product("form.skipped")
    if isinstance(value, bool):
        return prompts.product("form.yes_word" if value else "form.no_word")
    if isinstance(value, dict):
        said = next((str(value[key]) for key in ("address", "words", "name", "ref") if value.get(key)), "")
        return said or ", ".join(str(value[key]) for key in ("latitude", "longitude") if key in value)
    if kind.pattern is not None:
        return str(value)
    match kind.name:
        case "date":
            return show_date(value, prompts.view)
        case "time":
            return show_time(value, prompts.view)
        case "time_slot":
            return prompts.label(value)
        case "money":
            return show_money(value, prompts.view)
        case "number":
            return show_number(value, prompts.view)
        case _:
            return str(value)


def labelled(prompts: Prompts, frame: Frame, step: Step) -> list[Labelled]:
    """The fields with all that they may be called, in any of the bot's languages: label, its parts, the editor's ``words``."""
    bot = prompts.bot
    entries = [bot.texts.entry(language, frame.dialog, step.say) for language in bot.languages]
    fields = step.verb.fields if isinstance(step.verb, Form) else ()
    return [Labelled(field=field, names=_names(prompts, entries, field)) for field in fields]


def _names(prompts: Prompts, entries: Iterable[Entry | None], field: Field) -> tuple[str, ...]:
    names = [
        name
        for entry in entries
        for name in _called(label(prompts, entry, field.name), entry.words.get(field.name, ()) if entry else ())
    ]
    return (*names, field.name.replace("_", " "))


@lru_cache(maxsize=2_048)
def _called(whole: str, words: tuple[str, ...]) -> tuple[str, ...]:
    parts = _AND.split(whole) if len(whole.split()) <= _WHOLE else []
    names = (whole, *(part.strip(" )") for part in parts), *words)
    return tuple(dict.fromkeys(found for found in names if found))
