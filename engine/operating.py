"""What operators do with a chat besides taking it, answering, and letting it go: assigned, noted, passed on, asked in, hands lent."""

from typing import Final

import msgspec

from conversation.content import Note
from conversation.effects import RefusalReason, Refuse, RunAction
from conversation.events import (
    OperatorAssigned,
    OperatorConsulted,
    OperatorEvent,
    OperatorJoined,
    OperatorNoted,
    OperatorRan,
    OperatorTransferred,
)
from conversation.reasons import Ran
from conversation.state import Closed, Parked, WithOperator
from conversation.value import Data
from engine.draft import Draft
from handoff.desk import held, requeue

LIMIT: Final = 30.0
"""Seconds that an action may take which an operator runs: somebody waits, but nobody else is held up."""
RESULT_LENGTH: Final = 2_000
"""Characters of a result that a note shows."""


def work(
    draft: Draft, event: OperatorNoted | OperatorTransferred | OperatorConsulted | OperatorRan | OperatorJoined
) -> None:
    """What colleagues do among themselves; the customer hears at most that somebody else comes."""
    match event:
        case OperatorNoted():
            _noted(draft, event)
        case OperatorTransferred():
            _transferred(draft, event)
        case OperatorConsulted():
            _consulted(draft, event)
        case OperatorRan():
            _ran(draft, event)
        case OperatorJoined(place=place, joined=joined):
            draft.note("joined" if joined else "parted", name=event.name, about=Note(text="", to=place))


def assigned(draft: Draft, event: OperatorAssigned) -> bool:
    """True if the chat is the operator's now. Who took it meanwhile keeps it, where it was passed on it waits: nobody need be told."""
    phase = draft.state.phase
    if not isinstance(phase, Parked):
        return False
    if event.team and (event.team, event.prefer) != (phase.team, phase.prefer):
        return False
    draft.cancel_all()
    draft.enter(held(phase, event))
    draft.note("assigned", name=event.name, about=Note(text="", mentions=(event.operator,)))
    draft.change(unanswered=True)
    return True


def _noted(draft: Draft, event: OperatorNoted) -> None:
    """Whoever has the chat, and also after its end."""
    note = Note(text=event.text, mentions=event.mentions)
    draft.post("system", note, name=event.name, client_id=event.client_id, origin="note")


def _transferred(draft: Draft, event: OperatorTransferred) -> None:
    """To the queue of a team, or in this team's for one person. The customer keeps their place in time."""
    phase = draft.state.phase
    if not isinstance(phase, Parked | WithOperator):
        refuse(draft, event, "closed" if isinstance(phase, Closed) else "not_waiting")
    elif isinstance(phase, WithOperator) and phase.operator != event.operator and not event.over:
        refuse(draft, event, "not_holder", holder=phase.name or phase.operator)
    elif event.team and event.team not in draft.rules.policy.teams:
        refuse(draft, event, "unknown")
    else:
        _pass_on(draft, phase, event)


def _pass_on(draft: Draft, phase: Parked | WithOperator, event: OperatorTransferred) -> None:
    parked = requeue(draft.rules.policy, phase, draft.now, team=event.team, prefer=event.to)
    to = event.to_name or event.to or event.team
    about = Note(text=event.reason, mentions=(event.to,) if event.to else (), to=to)
    draft.queue(parked, "transferred", name=event.name, about=about)
    if isinstance(phase, WithOperator):
        draft.say("waiting.again")


def _consulted(draft: Draft, event: OperatorConsulted) -> None:
    """By the holder, or by a colleague who was asked in and knows somebody better."""
    phase = draft.state.phase
    if not isinstance(phase, WithOperator):
        refuse(draft, event, "closed" if isinstance(phase, Closed) else "not_holder")
    elif event.operator not in (phase.operator, *phase.consulted) and not event.over:
        refuse(draft, event, "not_holder", holder=phase.name or phase.operator)
    else:
        asked = tuple(dict.fromkeys((*phase.consulted, event.colleague)))
        draft.enter(msgspec.structs.replace(phase, consulted=asked))
        note = Note(text=event.question, mentions=(event.colleague,), to=event.colleague_name or event.colleague)
        draft.note("consulted", name=event.name, about=note)


# ── actions of the back-end ──────────────────────────────────────────────────────────────────────────────────────────


def _ran(draft: Draft, event: OperatorRan) -> None:
    """The customer's dialog is not moved by it."""
    phase = draft.state.phase
    if not isinstance(phase, WithOperator):
        refuse(draft, event, "closed" if isinstance(phase, Closed) else "not_holder")
    elif phase.operator != event.operator:
        refuse(draft, event, "not_holder", holder=phase.name or phase.operator)
    elif event.action not in draft.rules.bot.actions:
        refuse(draft, event, "unknown")
    else:
        draft.note("running", name=event.name, about=Note(text=_shown(event.arguments), to=event.action))
        call = RunAction(request=f"{event.id}.run", name=event.action, arguments=dict(event.arguments), limit=LIMIT)
        draft.run(call, event.operator)


def answered(draft: Draft, ran: Ran, result: dict[str, Data] | None, reason: str = "") -> None:
    """A note for the operator who asked. ``result`` None: it failed, because of ``reason``."""
    note = Note(text=reason if result is None else _shown(result), to=ran.name)
    draft.note("run_failed" if result is None else "run_done", about=note)


def _shown(data: dict[str, Data]) -> str:
    lines = [f"{name}: {value}" for name, value in data.items() if value not in (None, "", [], {})]
    return "\n".join(lines)[:RESULT_LENGTH]


def refuse(draft: Draft, event: OperatorEvent, reason: RefusalReason, holder: str = "") -> None:
    draft.effects.append(Refuse(operator=event.operator, event=event.id, reason=reason, holder=holder))
