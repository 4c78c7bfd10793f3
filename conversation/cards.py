"""A conversation as the desk lists it."""

from msgspec.structs import replace

from conversation.records import Card
from conversation.state import Closed, Conversation, Parked, Phase, WithBot, WithOperator


def phase_name(phase: Phase) -> str:
    """``with_bot``, ``parked``, ``with_operator`` or ``closed``."""
    return str(phase.__struct_config__.tag)


def card_of(conversation: Conversation, preview: str) -> Card:
    """``preview``: the customer's last words, or empty for those that the list has already."""
    phase = conversation.phase
    card = Card(
        conversation=conversation.id,
        chat=conversation.chat,
        channel=conversation.channel,
        name=conversation.name,
        language=conversation.language,
        phase=phase_name(phase),
        team="",
        operator="",
        operator_name="",
        since=conversation.opened_at,
        preview=preview,
        unanswered=conversation.unanswered,
        version=conversation.version,
        intent=conversation.reason.intent if conversation.reason else "",
        mood=conversation.mood.kind if conversation.mood else "",
        callback=conversation.callback.begin if conversation.callback else None,
        calls=conversation.calls,
    )
    return _in_phase(card, phase)


def _in_phase(card: Card, phase: Phase) -> Card:
    match phase:
        case WithBot():
            return card
        case Parked():
            return replace(
                card,
                team=phase.team,
                since=phase.came or phase.since,
                queued=phase.since,
                priority=phase.priority,
                prefer=phase.prefer,
                avoid=phase.avoid,
                callback=phase.callback.begin if phase.callback else card.callback,
            )
        case WithOperator():
            return replace(
                card,
                team=phase.team,
                operator=phase.operator,
                operator_name=phase.name,
                since=phase.since,
                queued=phase.queued,
                why=phase.why,
                consulted=phase.consulted,
                callback=phase.callback.begin if phase.callback else card.callback,
            )
        case Closed():
            return replace(card, since=phase.at)
