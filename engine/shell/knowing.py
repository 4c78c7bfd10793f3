"""What the desk gets of what back-ends know, and how it asks anew."""

from datetime import datetime

import msgspec

from conversation.knowing import Known, spoken
from conversation.news import CONTEXT_TOPIC, ContextNews
from conversation.ports import Bus
from conversation.records import ContextItem
from conversation.state import Closed, Conversation
from conversation.stores import ContextStore
from engine.rules import Rules
from engine.shell.context import wanted
from engine.summary import sentence


async def context_of(
    store: ContextStore, bus: Bus, rules: Rules, conversation: Conversation, *, language: str, now: datetime
) -> list[ContextItem]:
    """In the operator's language. What is missing is asked for on the way, and told of when it comes: a ``ContextNews`` in the chat's
    topic. Raises StoreError."""
    known = await store.of(conversation.id)
    if wanted(known, now) and not isinstance(conversation.phase, Closed):
        await refresh_context(bus, conversation.chat, conversation.id)
    return [_item(rules, each, language) for each in known]


async def refresh_context(bus: Bus, chat: str, conversation: str) -> None:
    """The back-end is asked again, by the worker that has the chat."""
    await bus.publish(CONTEXT_TOPIC, msgspec.json.encode(ContextNews(chat=chat, conversation=conversation)))


def _item(rules: Rules, known: Known, language: str) -> ContextItem:
    why = known.state if known.state in ("failed", "late") else ""
    return ContextItem(
        provider=known.provider,
        title=spoken(known.title, language),
        state=known.state,
        rows=tuple((spoken(name, language), spoken(value, language)) for name, value in known.rows),
        error=sentence(rules, f"context.{why}", language) if why else "",
        at=known.at,
    )
