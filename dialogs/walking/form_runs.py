"""The state of a form between two answers. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from conversation.run import FormRun, Frame, LeftForm
from conversation.value import Data
from dialogs.model import Field, Form

KEPT: Final = timedelta(hours=24)
"""How long what was left, a form or a whole task, can be gone on with."""
MAX_KEPT: Final = 5
"""More forms are forgotten, the oldest first."""


def missing(verb: Form, answers: Mapping[str, Data]) -> str:
    """The first field without an answer; empty if none is. A field that was skipped has one: None."""
    return next((field.name for field in verb.fields if field.name not in answers), "")


def shows_summary(verb: Form, form: FormRun) -> bool:
    """Also where the editor wants none: nothing that was not asked for is used unseen."""
    return verb.confirm or bool(form.prefilled)


def begun(verb: Form, left: FormRun | None, named: Mapping[str, Data], good: Callable[[Field, Data], bool]) -> FormRun:
    """With what it had when it was left, as far as that is still ``good``, and what the customer ``named`` before."""
    had = left.answers if left else {}
    kept = {field.name: had[field.name] for field in verb.fields if field.name in had and good(field, had[field.name])}
    answers = {**kept, **named}
    return FormRun(field=missing(verb, answers), answers=answers, prefilled=tuple(answers), resumed=bool(kept))


def answered(verb: Form, form: FormRun, values: Mapping[str, Data], *, unasked: tuple[str, ...] = ()) -> FormRun:
    """``unasked``: those of the values that the customer was not asked for."""
    answers = {**form.answers, **values}
    seen = tuple(name for name in form.prefilled if name not in values)
    return FormRun(field=missing(verb, answers), answers=answers, prefilled=(*seen, *unasked))


def asking(form: FormRun, field: str, *, mending: bool = False) -> FormRun:
    return FormRun(field=field, answers=form.answers, prefilled=form.prefilled, mending=mending)


def place_of(frame: Frame) -> str:
    """By which a form that was left is known."""
    return f"{frame.dialog}/{frame.step}"


def kept(forms: Mapping[str, LeftForm], now: datetime) -> dict[str, LeftForm]:
    """Those that can still be gone on with."""
    if not forms:
        return {}
    fresh = {place: left for place, left in forms.items() if now - left.at < KEPT}
    newest = sorted(fresh.items(), key=lambda item: item[1].at)[-MAX_KEPT:]
    return dict(newest)


def left_at(form: FormRun, now: datetime) -> LeftForm:
    return LeftForm(form=msgspec.structs.replace(form, correcting=False, mending=False, resumed=False), at=now)
