"""What really happened in conversations, for those who want to see it again: read only, for a command, not for a turn."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select, text
from sqlalchemy.engine import Row

from conversation.records import InboxRow
from conversation.state import Conversation
from store import codec, reads
from store.codec import decode, micros
from store.tables import conversations

_EVENTS = text("SELECT number, chat, event FROM inbox WHERE state = 'done' AND received_at >= :since ORDER BY number")
_SAID = text("EXISTS (SELECT 1 FROM messages WHERE messages.conversation = conversations.id AND author = 'customer')")


def recent(connection: Connection, limit: int) -> list[Conversation]:
    """The newest in which a customer said something, open or closed, the newest first; without those that can't be read."""
    query: Select[Any] = (
        select(conversations.c.id, conversations.c.state)
        .where(_SAID)
        .order_by(conversations.c.opened_at.desc(), conversations.c.id)
        .limit(limit)
    )
    rows = connection.execute(query)
    found, _ = reads.readable(rows, lambda row: decode(codec.conversations, row.state, f"conversation {row.id}"))
    return found


def events_of(connection: Connection, chats: Collection[str], since: datetime) -> dict[str, list[InboxRow]]:
    """All that happened in these chats since then, in order; without what can't be read. Events are kept for sixty days."""
    found: dict[str, list[InboxRow]] = {chat: [] for chat in chats}
    rows = (row for row in connection.execute(_EVENTS, {"since": micros(since)}) if row.chat in found)
    events, _ = reads.readable(rows, _event)
    for event in events:
        found[event.chat].append(event)
    return found


def _event(row: Row[Any]) -> InboxRow:
    return InboxRow(number=row.number, chat=row.chat, event=decode(codec.events, row.event, f"inbox {row.number}"))
