"""A call-back that was agreed: kept with the conversation until it is due, whatever becomes of that; then it is the team's.

Its two timers are there as long as it is to come. They are named in the newest conversation of the chat only.
"""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from conversation.callback import Callback, Plan
from conversation.content import Button, Prompt
from conversation.events import OperatorPlanned, TimerFired
from conversation.state import Closed, Parked, WithBot, WithOperator
from dialogs.answers.phone import show_phone
from engine.draft import Draft
from handoff import callbacks

MOVE, CALL_OFF = "callback_move", "callback_cancel"
"""Commands that a bot may have: `bot.yaml` says to which steps they lead."""
COMMANDS: Final = (MOVE, CALL_OFF)


def take_along(draft: Draft) -> None:
    """A new conversation has the call-back of the one before, and no timers yet."""
    callback = draft.state.callback
    if callback is not None and callbacks.DUE not in draft.state.timers:
        draft.set_timers(callbacks.timers(draft.rules.policy, callback, draft.now))


# ── agreed ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def agree(draft: Draft, plan: Plan) -> None:
    """The team's calendar has changed: the conversation has what stands in it."""
    draft.cancel((callbacks.TIMERS,))
    callback = plan.callback
    if callback is not None and not callback.zone:
        callback = msgspec.structs.replace(callback, zone=draft.view.zone)
    was, phase = draft.state.callback, draft.state.phase
    if isinstance(phase, Parked | WithOperator) and phase.callback is not None:
        was = phase.callback
        _drop_due(draft, phase)
    draft.change(callback=callback)
    if callback is not None:
        draft.set_timers(callbacks.timers(draft.rules.policy, callback, draft.now))
        draft.note("callback_planned", name=_clock(draft, callback.begin))
    elif was is not None:
        draft.note("callback_off", name=_clock(draft, was.begin))


def _drop_due(draft: Draft, phase: Parked | WithOperator) -> None:
    """It was due, and has another time now or none: who waited for nothing else leaves the queue."""
    if isinstance(phase, Parked) and phase.wait == callbacks.STAYS:
        draft.cancel_all()
        draft.enter(WithBot())
        draft.change(unanswered=False)
    else:
        draft.enter(msgspec.structs.replace(phase, callback=None))


def planned(draft: Draft, event: OperatorPlanned) -> None:
    """An operator booked it, or called it off, on behalf of the customer, who is told.

    It is the chat's, whichever of its conversations was on the screen: the team's calendar has it already.
    """
    phase = draft.state.phase
    was = draft.state.callback or (phase.callback if isinstance(phase, Parked | WithOperator) else None)
    over = isinstance(phase, Closed)
    agree(draft, Plan(callback=event.callback))
    if event.callback is not None:
        _tell(draft, "callback.moved" if was else "callback.planned", draft.state.callback, by=event.name)
    elif was is not None:
        _tell(draft, "callback.called_off", was, by=event.name)
    if over:
        draft.change(unanswered=False)


# ── due ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def fired(draft: Draft, event: TimerFired) -> bool:
    """Whether the timer, which is still set, was one of a call-back's."""
    callback = draft.state.callback
    if event.name == callbacks.REMIND and callback is not None:
        _remind(draft, callback)
    elif event.name == callbacks.DUE and callback is not None:
        _due(draft, callback, first=event.due == callback.begin)
    return event.name.startswith(callbacks.TIMERS)


def mind(draft: Draft, callback: Callback) -> None:
    """It is due, and the customer is about to say another time or none. Who says neither is called all the same: it is due again soon."""
    draft.change(callback=callback)
    draft.set_timer(callbacks.DUE, draft.now + callbacks.MIND)


def _remind(draft: Draft, callback: Callback) -> None:
    """One that comes when the time is there already says nothing new."""
    if draft.now >= callback.begin:
        return
    commands = draft.rules.bot.commands
    labels = {MOVE: "callback.another_time", CALL_OFF: "callback.call_off"}
    buttons = {f"!{name}": label for name, label in labels.items() if name in commands}
    _tell(draft, "callback.remind", callback, buttons=buttons)


def _due(draft: Draft, callback: Callback, *, first: bool) -> None:
    """``first``: nobody was told yet that it comes later."""
    policy = draft.rules.policy
    back = callbacks.postponed(policy, callback, draft.now)
    if back is not None and back > draft.now:
        draft.set_timer(callbacks.DUE, back)
        if first:
            draft.note("callback_late", name=_clock(draft, back))
            _tell(draft, "callback.late", msgspec.structs.replace(callback, begin=back))
        return
    draft.cancel((callbacks.TIMERS,))
    draft.change(callback=None)
    phase = draft.state.phase
    draft.note("callback_due", name=show_phone(callback.phone) or _clock(draft, callback.begin))
    if isinstance(phase, WithOperator):
        draft.enter(msgspec.structs.replace(phase, callback=callback))
        return
    queued = callbacks.queued(policy, callback, draft.now)
    if isinstance(phase, Parked):
        draft.cancel(("wait_warn", "wait_expire"))
        draft.enter(callbacks.stays(msgspec.structs.replace(phase, callback=callback), draft.now))
    else:
        draft.cancel_all()
        draft.enter(queued)
        draft.change(unanswered=True)
    _tell(draft, "callback.sorry" if callbacks.is_late(callback, draft.now) else "callback.due", callback)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _clock(draft: Draft, moment: datetime) -> str:
    """For the desk, which shows it in the reader's language and on the reader's clock, as all its times."""
    return moment.astimezone(ZoneInfo(draft.rules.policy.time_zone)).isoformat(timespec="minutes")


def _tell(
    draft: Draft, key: str, callback: Callback | None, *, by: str = "", buttons: dict[str, str] | None = None
) -> None:
    """To the customer, in the bot's voice; while a person has the chat in theirs, or only as a note where nobody said it."""
    if callback is None:
        return
    texts, view = draft.rules.bot.texts, draft.view
    zone = callback.zone or view.zone
    view = msgspec.structs.replace(view, zone=zone)
    key = f"{key}_phone" if callback.phone and key != "callback.called_off" else key
    text = texts.product(
        draft.state.language, key, view, begin=callback.begin.isoformat(), phone=show_phone(callback.phone)
    )
    shown = tuple(
        Button(payload=payload, label=texts.product(draft.state.language, label, view))
        for payload, label in (buttons or {}).items()
    )
    held = isinstance(draft.state.phase, WithOperator)
    if (held and not by) or not draft.may_write:
        draft.note(key.removesuffix("_phone").replace(".", "_"), name=_clock(draft, callback.begin))
    else:
        prompt = Prompt(text=text, buttons=shown)
        draft.post("operator" if held else "bot", prompt, name=by if held else "", origin=f"_product/{key}")
