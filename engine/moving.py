"""From one version of the bot to the next: which of them a running conversation goes by. Pure."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from conversation.events import CustomerChoseLanguage, CustomerPressed, CustomerSaid, Event
from conversation.state import Conversation, WithBot
from dialogs.follow import Follows, at_home, follow, standing
from engine.rules import Rules

STAYS: Final = timedelta(hours=72)
"""How long a conversation may stay on a version that nobody new gets."""


def move(
    conversation: Conversation, event: Event, now: Rules, past: Rules | None, left_at: datetime | None
) -> tuple[Conversation, Rules]:
    """The conversation as it takes the event, and by which version.

    ``now``: what its customer would get if new; ``past``: the version that it is on, None if it is gone; ``left_at``: when the
    last pointer left that. Where only words changed it moves at once; else with what the customer says next, if it can.
    """
    if not conversation.run.frames:
        return _on(conversation, now), now
    if past is None:
        return _without_past(conversation, now), now
    if past.structure == now.structure:
        return _on(conversation, now), now
    if isinstance(event, CustomerSaid | CustomerPressed | CustomerChoseLanguage):
        found = follow(now.flow, past.flow, conversation.run, conversation.variables)
        if isinstance(found, Follows):
            return msgspec.structs.replace(_on(conversation, now), run=found.run), now
    if left_at and event.at - left_at >= STAYS and isinstance(conversation.phase, WithBot):
        run = msgspec.structs.replace(at_home(now.bot, conversation.run), given_up=True)
        return msgspec.structs.replace(_on(conversation, now), run=run), now
    return conversation, past


def _on(conversation: Conversation, rules: Rules) -> Conversation:
    return msgspec.structs.replace(conversation, bundle=rules.bot.version)


def _without_past(conversation: Conversation, now: Rules) -> Conversation:
    """Nothing says what its steps were: what is there under the same name counts as the same."""
    run = standing(now.bot, conversation.run)
    lost = any(frame.stage == "enter" for frame in run.frames)
    return msgspec.structs.replace(
        _on(conversation, now), run=msgspec.structs.replace(run, given_up=lost and bool(conversation.bundle))
    )
