"""A form being filled in: its answers come in any order, each can be corrected, and a summary may close it."""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from conversation.content import Content, Prompt, Text
from conversation.run import FormRun
from conversation.value import Data, Value
from dialogs.answers.remarks import begins_afresh, skips
from dialogs.hearing.forms import Change, Fill, Meaning, Which, correction, only_taker, several, strict, takes
from dialogs.hearing.matching import Choice, match
from dialogs.kinds import agreed, certain
from dialogs.model import Field, Form
from dialogs.outputs import Speak
from dialogs.saying import forms as form_texts
from dialogs.saying.forms import AFRESH, CANCEL, CHANGE, SKIP
from dialogs.saying.prompts import YES
from dialogs.walking import form_runs
from dialogs.walking.walk import Walk

Answers: TypeAlias = dict[str, Data]


class Heard(Value, frozen=True, kw_only=True):
    """``understood``: the words meant something to the form. ``done``: all answers, if that was the last of it."""

    understood: bool
    done: Answers | None = None


NOTHING = Heard(understood=False)


def asked(walk: Walk) -> Field | None:
    """The field whose answer is awaited; None at the summary, and where it is asked which answer to change."""
    verb, form = walk.step.verb, walk.frame.form
    if not isinstance(verb, Form) or form is None or form.correcting:
        return None
    return next((field for field in verb.fields if field.name == form.field), None)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def hear(walk: Walk, content: Content) -> Heard:
    """What a message means in the middle of a form."""
    verb, form, field = walk.step.verb, walk.frame.form, asked(walk)
    if not isinstance(verb, Form) or form is None:
        return NOTHING
    text = content.text if isinstance(content, Text) else ""
    key = _key(walk, verb, text) if text else ""
    if key:
        return Heard(understood=True, done=choose(walk, verb, form, key))
    ctx = walk.context(free=True)
    name = field.name if field else ""
    meant: Meaning | None = None
    if any(map(str.isalpha, text)):
        labelled = form_texts.labelled(walk.prompts, walk.frame, walk.step)
        meant = correction(text, labelled, form.answers, name, ctx)
    if meant is None:
        meant = _answers(walk, verb, form, content) if field else _at_summary(walk, verb, content)
    return _follow(walk, form, meant, content) if meant else NOTHING


def _key(walk: Walk, verb: Form, text: str) -> str:
    """Words that mean what a button means, at any time in the form."""
    field, form = asked(walk), walk.frame.form
    yes = agreed(Text(text=text), walk.context())
    if field and field.optional and (skips(text) or (yes is False and strict(field))):
        return SKIP
    if form and form.answers and begins_afresh(text):
        return AFRESH
    if (
        verb.cancelled
        and match(text, [Choice(key=CANCEL, label=walk.prompts.product("form.cancel"))])
        and not text.strip().isdecimal()
    ):
        return CANCEL
    if form and not form.field and not form.correcting and yes is not None:
        return YES if yes else CHANGE
    return ""


def _answers(walk: Walk, verb: Form, form: FormRun, content: Content) -> Meaning | None:
    """The answer that was asked for; one that another field alone takes; or several."""
    field, ctx = asked(walk), walk.context(free=True)
    if field is None:
        return None
    value = takes(field, content, ctx)
    if value is not None and strict(field):
        return Fill(values={field.name: value})
    text = content.text if isinstance(content, Text) else ""
    many = several(text, verb.fields, form.answers, field, ctx) if text else None
    if many is not None:
        return many
    others = [other for other in verb.fields if other is not field]
    open_ = [other for other in others if other.name not in form.answers]
    if value is not None:
        marked = any(char.isdigit() or char == "@" for char in text)
        taker = only_taker(open_, content, ctx) if marked else None
        known = taker is not None and _has_a_form(verb, taker[0])
        return Fill(values=dict([taker])) if taker and known else Fill(values={field.name: value})
    taker = only_taker(open_, content, ctx) or only_taker(others, content, ctx)
    return Fill(values=dict([taker])) if taker else None


def _has_a_form(verb: Form, name: str) -> bool:
    """Nobody means a free text by it: an e-mail address, a date; just a number might be one."""
    return any(field.name == name and field.kind.name not in ("number", "rating", "money") for field in verb.fields)


def _at_summary(walk: Walk, verb: Form, content: Content) -> Meaning | None:
    taker = only_taker(verb.fields, content, walk.context(free=True))
    return Fill(values=dict([taker])) if taker else None


def _follow(walk: Walk, form: FormRun, meant: Meaning, content: Content) -> Heard:
    match meant:
        case Which():
            return Heard(understood=True, done=_go_on(walk, msgspec.structs.replace(form, correcting=True)))
        case Change(field=name):
            return Heard(understood=True, done=_go_on(walk, form_runs.asking(form, name, mending=True)))
        case Fill(values=values):
            return Heard(understood=True, done=_fill(walk, form, values, content))


def _fill(walk: Walk, form: FormRun, values: Mapping[str, Data], content: Content) -> Answers | None:
    verb, field = walk.step.verb, asked(walk)
    if not isinstance(verb, Form):
        return None
    if field and set(values) == {field.name}:
        seen = form_runs.shows_summary(verb, form)
        if not seen and not certain(field.kind, content, walk.context()):
            walk.propose(values[field.name])
            return None
        return answer(walk, form, field, values[field.name])
    unasked = tuple(name for name in values if not field or name != field.name)
    after = form_runs.answered(verb, form, values, unasked=() if verb.confirm else unasked)
    if after.field:
        _note(walk, {name: values[name] for name in unasked})
    if field and field.name not in values and form.field not in after.answers:
        after = form_runs.asking(after, form.field, mending=form.mending)
    elif field and field.name not in values:
        after = form_runs.asking(after, form.field, mending=True)
    return _go_on(walk, after)


def _note(walk: Walk, values: Mapping[str, Data]) -> None:
    """Say what was understood of what was not asked for."""
    answers = form_texts.summary(walk.prompts, walk.frame, walk.step, dict(values), only=values)
    text = walk.prompts.product("form.noted", answers=answers)
    walk.outputs.append(Speak(origin="_product/form.noted", prompt=Prompt(text=text)))


def named(walk: Walk, entities: Mapping[str, str]) -> Heard:
    """What a sentence names by the way: each for the one open field that it is for."""
    verb, form = walk.step.verb, walk.frame.form
    if not isinstance(verb, Form) or form is None:
        return NOTHING
    values: dict[str, Data] = {}
    for name, words in entities.items():
        fields = [field for field in verb.fields if (field.kind.entity or field.kind.name) == name]
        open_ = [field for field in fields if field.name not in form.answers or field.name == form.field]
        value = takes(open_[0], Text(text=words), walk.context(free=True)) if len(open_) == 1 else None
        if value is not None:
            values[open_[0].name] = value
    return Heard(understood=True, done=_fill(walk, form, values, Text(text=""))) if values else NOTHING


# ── answers and buttons ──────────────────────────────────────────────────────────────────────────────────────────────


def answer(walk: Walk, form: FormRun, field: Field, value: Data) -> Answers | None:
    """Keep an answer and ask the next; all answers once nothing is left to ask or confirm."""
    verb = walk.step.verb
    return _go_on(walk, form_runs.answered(verb, form, {field.name: value})) if isinstance(verb, Form) else None


def answers_itself(walk: Walk, text: str) -> bool:
    """A number that is typed at a field which takes numbers is the answer, not the number of a button."""
    field = asked(walk)
    if field is None or not strict(field) or walk.frame.proposed is not None or not text.strip(" .)").isdecimal():
        return False
    return takes(field, Text(text=text), walk.context(free=True)) is not None


def choose(walk: Walk, verb: Form, form: FormRun, key: str) -> Answers | None:
    """A button of the summary, of a field, or of the list of fields; all answers if the summary was confirmed."""
    field = asked(walk)
    if key == YES:
        return form.answers
    if key == CANCEL:
        close(walk)
        walk.move(verb.cancelled, "cancelled")
        walk.proceed()
    elif key == AFRESH:
        _go_on(walk, FormRun(field=verb.fields[0].name))
    elif key == SKIP and field:
        return answer(walk, form, field, None)
    elif key == CHANGE and len(verb.fields) > 1:
        _go_on(walk, msgspec.structs.replace(form, correcting=True))
    else:
        name = verb.fields[0].name if key == CHANGE else key[1:]
        _go_on(walk, form_runs.asking(form, name, mending=True))
    return None


def back(walk: Walk) -> bool:
    """To the answer before, or to where the form was; False at the first one."""
    verb, form = walk.step.verb, walk.frame.form
    if not isinstance(verb, Form) or form is None:
        return False
    names = [field.name for field in verb.fields]
    at = names.index(form.field) if form.field else len(names)
    if walk.frame.proposed is not None:
        _go_on(walk, form_runs.asking(form, form.field, mending=form.mending))
    elif form.correcting:
        _go_on(walk, form_runs.asking(form, form.field))
    elif form.mending:
        _go_on(walk, form_runs.asking(form, form_runs.missing(verb, form.answers)))
    elif at == 0:
        return False
    else:
        _go_on(walk, form_runs.asking(form, names[at - 1]))
    return True


def close(walk: Walk) -> None:
    """The form is done with: nothing of it is kept for later."""
    frame = walk.frame
    walk.note(form=None)
    walk.forms.pop(form_runs.place_of(frame), None)
    here = (frame.dialog, frame.step)
    walk.left = [left for left in walk.left if (left.frames[-1].dialog, left.frames[-1].step) != here]


def _go_on(walk: Walk, form: FormRun) -> Answers | None:
    verb = walk.step.verb
    walk.note(form=form, misses=0, proposed=None)
    if isinstance(verb, Form) and not form.field and not form.correcting and not form_runs.shows_summary(verb, form):
        return form.answers
    walk.ask_field()
    walk.listen()
    return None
