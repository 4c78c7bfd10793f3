"""When an operator's hold of a chat ends, and how: for estimates, routing and reports."""

from typing import Final

from conversation.events import (
    CustomerUnreachable,
    Event,
    OperatorClosed,
    OperatorHandedBack,
    OperatorTransferred,
    TimerFired,
)
from conversation.records import Handled
from conversation.state import Conversation, WithOperator

TIMERS: Final = {"operator_reassign": "reassigned", "customer_close": "silent"}


def handled(before: Conversation, event: Event, after: Conversation) -> Handled | None:
    """What is over when the event took the chat from whom had it; None if nobody had it, or has it still."""
    phase, now = before.phase, after.phase
    if not isinstance(phase, WithOperator):
        return None
    if isinstance(now, WithOperator) and (now.operator, now.since) == (phase.operator, phase.since):
        return None
    return Handled(
        conversation=before.id,
        chat=before.chat,
        team=phase.team,
        operator=phase.operator,
        intent=before.reason.intent if before.reason else "",
        began=phase.since,
        ended=max(event.at, phase.since),
        outcome=_outcome(event),
    )


def _outcome(event: Event) -> str:
    """``closed`` or the operator's own word, ``handed_back``, ``transferred``, ``reassigned`` from a silent operator, ``silent``
    customer, ``unreachable`` customer; ``other`` for what this table does not know."""
    match event:
        case OperatorClosed(outcome=outcome):
            return outcome or "closed"
        case OperatorHandedBack():
            return "handed_back"
        case OperatorTransferred():
            return "transferred"
        case CustomerUnreachable():
            return "unreachable"
        case TimerFired(name=name):
            return TIMERS.get(name, "other")
        case _:
            return "other"
