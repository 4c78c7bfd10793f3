"""A form being filled in: its answers come in any order, each can be corrected, and a summary may close it."""

from typing import TypeAlias

import msgspec

from conversation.run import FormRun
from conversation.value import Data
from dialogs.model import Field, Form
from dialogs.prompts import CANCEL, CHANGE, YES
from dialogs.walk import Walk

Answers: TypeAlias = dict[str, Data]


def asked(walk: Walk) -> Field | None:
    """The field whose answer is awaited; None at the summary, and where it is asked which answer to change."""
    verb, form = walk.step.verb, walk.frame.form
    if not isinstance(verb, Form) or form is None or form.correcting:
        return None
    return next((field for field in verb.fields if field.name == form.field), None)


def answer(walk: Walk, form: FormRun, field: Field, value: Data) -> Answers | None:
    """Keep an answer and ask the next; all answers once nothing is left to ask or confirm."""
    answers = {**form.answers, field.name: value}
    verb = walk.step.verb
    fields = verb.fields if isinstance(verb, Form) else ()
    missing = next((field.name for field in fields if field.name not in answers), "")
    return _go_on(walk, FormRun(field=missing, answers=answers))


def choose(walk: Walk, verb: Form, form: FormRun, key: str) -> Answers | None:
    """A button of the summary or of the list of fields; all answers if the summary was confirmed."""
    if key == YES:
        return form.answers
    if key == CANCEL:
        walk.move(verb.cancelled, "cancelled")
        walk.proceed()
    elif key == CHANGE and len(verb.fields) > 1:
        _go_on(walk, msgspec.structs.replace(form, correcting=True))
    else:
        field = verb.fields[0].name if key == CHANGE else key[1:]
        _go_on(walk, FormRun(field=field, answers=form.answers))
    return None


def back(walk: Walk) -> bool:
    """To the answer before; False at the first one."""
    verb, form = walk.step.verb, walk.frame.form
    if not isinstance(verb, Form) or form is None:
        return False
    names = [field.name for field in verb.fields]
    at = names.index(form.field) if form.field else len(names)
    if form.correcting:
        _go_on(walk, FormRun(field=form.field, answers=form.answers))
        return True
    if at == 0:
        return False
    before = {name: value for name, value in form.answers.items() if name in names[: at - 1]}
    _go_on(walk, FormRun(field=names[at - 1], answers=before))
    return True


def _go_on(walk: Walk, form: FormRun) -> Answers | None:
    verb = walk.step.verb
    walk.note(form=form, misses=0)
    if isinstance(verb, Form) and not form.field and not form.correcting and not verb.confirm:
        return form.answers
    walk.ask_field()
    walk.listen()
    return None
