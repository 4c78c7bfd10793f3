"""Who is wanted in a chat by colleagues, or by a call-back that is due. Pure."""

from collections.abc import Sequence
from typing import Final, get_args

from conversation.calls import Call, CallKind
from conversation.content import Note
from conversation.events import Event, OperatorEvent
from conversation.message import Message
from conversation.state import Closed, Parked, Phase, WithOperator

MOST: Final = 20
"""Calls that a chat keeps; the oldest goes first."""
WORDS: Final = 200
"""Characters of one."""
_KINDS: Final[dict[str, CallKind]] = {"note": "mention", "consulted": "consult", "transferred": "transfer"}
_OPERATOR_EVENTS: Final = get_args(OperatorEvent)


def calls(before: tuple[Call, ...], event: Event, messages: Sequence[Message], phase: Phase) -> tuple[Call, ...]:
    """Those of ``before`` who have done nothing in the chat yet, and whom the event's ``messages`` want."""
    if isinstance(phase, Closed):
        return ()
    actor = event.operator if isinstance(event, _OPERATOR_EVENTS) else ""
    kept = [call for call in before if call.operator != actor]
    fresh = [call for message in messages for call in _wanted(message, phase) if call.operator not in ("", actor)]
    return tuple([*kept, *fresh][-MOST:]) if fresh or len(kept) != len(before) else before


def _wanted(message: Message, phase: Phase) -> list[Call]:
    if message.author != "system":
        return []
    if message.origin == "callback_due":
        return [Call(kind="callback", operator=_for(phase), text=message.name[:WORDS], seq=message.seq)]
    kind, content = _KINDS.get(message.origin), message.content
    if kind is None or not isinstance(content, Note):
        return []
    return [
        Call(kind=kind, operator=operator, by=message.name, text=content.text[:WORDS], seq=message.seq)
        for operator in dict.fromkeys(content.mentions)
    ]


def _for(phase: Phase) -> str:
    match phase:
        case Parked(prefer=prefer):
            return prefer
        case WithOperator(operator=operator):
            return operator
        case _:
            return ""
