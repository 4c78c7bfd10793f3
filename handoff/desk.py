"""The transitions of a parked or live conversation, and the timers that go with them."""

from datetime import datetime, timedelta

import msgspec

from conversation.effects import RefusalReason, Refuse
from conversation.events import (
    OperatorAssigned,
    OperatorClaimed,
    OperatorClosed,
    OperatorEvent,
    OperatorHandedBack,
    OperatorReplied,
)
from conversation.policy import Policy
from conversation.state import Closed, Parked, Phase, WithBot, WithOperator
from handoff import callbacks

WARN_BEFORE = 120
"""Seconds before the end of the wait: "reply to keep your place"."""

# ── who has the word ─────────────────────────────────────────────────────────────────────────────────────────────────


def park(policy: Policy, team: str, at: datetime, expires: int | None = None) -> Parked:
    """Into the team's queue; ``expires`` (seconds) where the step says so, else as the company waits."""
    wait = policy.waiting.expires if expires is None else expires
    return Parked(team=team, since=at, expires=at + timedelta(seconds=wait), wait=wait)


def claim(phase: Phase, event: OperatorClaimed) -> WithOperator | Refuse:
    """The first claim of a parked chat wins; a second one by the same operator changes nothing."""
    match phase:
        case Parked():
            return held(phase, event)
        case WithOperator(operator=operator) if operator == event.operator:
            return phase
        case WithOperator():
            return _refuse(phase, event, "held_by_other")
        case WithBot():
            return _refuse(phase, event, "not_waiting")
        case Closed():
            return _refuse(phase, event, "closed")


def held(parked: Parked, event: OperatorClaimed | OperatorAssigned) -> WithOperator:
    """The waiting chat is the operator's."""
    return WithOperator(
        team=parked.team,
        operator=event.operator,
        name=event.name,
        since=event.at,
        queued=parked.since,
        why=event.why if isinstance(event, OperatorAssigned) else "",
        callback=parked.callback,
    )


def may_reply(phase: Phase, event: OperatorReplied) -> Refuse | None:
    """Only the holder speaks to the customer."""
    return _unless_holder(phase, event)


def release(phase: Phase, event: OperatorHandedBack) -> WithBot | Refuse:
    """Back to the bot."""
    return _unless_holder(phase, event) or WithBot()


def close(phase: Phase, event: OperatorClosed) -> WithBot | Refuse:
    """The person is done; the bot goes on where the dialog's ``handover`` says, and may end there."""
    if event.over and isinstance(phase, WithOperator):
        return WithBot()
    return _unless_holder(phase, event) or WithBot()


def requeue(
    policy: Policy, phase: Parked | WithOperator, at: datetime, *, team: str = "", prefer: str = "", avoid: str = ""
) -> Parked:
    """Into a queue once more, of ``team`` or the same one. The customer keeps the place they had; the wait begins anew."""
    match phase:
        case Parked():
            parked = keep_place(phase, at)
        case WithOperator(since=since, queued=queued, callback=callback):
            parked = msgspec.structs.replace(park(policy, phase.team, at), since=queued or since, callback=callback)
    team = team or phase.team
    parked = msgspec.structs.replace(parked, team=team, came=at, prefer=prefer, avoid=avoid, told=0)
    return callbacks.stays(parked, at) if parked.callback else parked


def keep_place(parked: Parked, at: datetime) -> Parked:
    """The customer answered the warning: the wait begins again, the place stays."""
    return msgspec.structs.replace(parked, expires=at + timedelta(seconds=parked.wait))


def _unless_holder(phase: Phase, event: OperatorEvent) -> Refuse | None:
    match phase:
        case WithOperator(operator=operator) if operator == event.operator:
            return None
        case Closed():
            return _refuse(phase, event, "closed")
        case WithBot() | Parked() | WithOperator():
            return _refuse(phase, event, "not_holder")


def _refuse(phase: Phase, event: OperatorEvent, reason: RefusalReason) -> Refuse:
    holder = phase.name or phase.operator if isinstance(phase, WithOperator) else ""
    return Refuse(operator=event.operator, event=event.id, reason=reason, holder=holder)


# ── timers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def waiting_timers(policy: Policy, parked: Parked, start: datetime | None = None) -> dict[str, datetime]:
    """Timers of a wait that begins at ``start`` (default: when the chat was parked).

    ``wait_remind_1`` …, ``wait_warn`` where the wait is longer than two minutes, ``wait_expire``. A reminder that would
    come with the warning or after the end is left out.
    """
    begin = parked.since if start is None else start
    warn = parked.expires - timedelta(seconds=WARN_BEFORE)
    reminders = {
        f"wait_remind_{number}": begin + timedelta(seconds=seconds)
        for number, seconds in enumerate(policy.waiting.remind, start=1)
    }
    timers = {name: due for name, due in reminders.items() if due < parked.expires and due != warn}
    if warn > begin:
        timers["wait_warn"] = warn
    return timers | {"wait_expire": parked.expires}


def live_timers(
    policy: Policy, since_customer: datetime | None, since_operator: datetime | None
) -> dict[str, datetime]:
    """Timers of a live chat, for the side whose turn it is: since when it is silent, None for the other side."""
    live = policy.live
    settings = (
        ("customer_remind", since_customer, live.customer_remind),
        ("customer_close", since_customer, live.customer_close),
        ("operator_remind", since_operator, live.operator_remind),
        ("operator_reassign", since_operator, live.operator_reassign),
    )
    return {
        name: since + timedelta(seconds=seconds)
        for name, since, seconds in settings
        if since is not None and seconds is not None
    }


def estimate(position: int, operators: int, mean_handle: float) -> int | None:
    """Seconds until the customer at ``position`` (from 1) is served; None while no operator is there."""
    if operators < 1:
        return None
    return int(((max(position, 1) - 1) // operators + 1) * mean_handle)
