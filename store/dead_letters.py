"""What was not delivered: who looks for it, and what somebody decides on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.engine import Row

from conversation.content import plain_text
from conversation.deliveries import Settled, Unarrived, Undelivered
from conversation.records import Send
from store import codec
from store.codec import decode, micros, moment
from store.reads import open_sends_numbered, readable
from store.saves import PREVIEW
from store.statements import Bulk, Each, Params
from store.tables import chats, conversations, messages, outbox

_RESEND = Bulk(
    "UPDATE outbox SET state = 'pending', attempts = 0, error = '', decided = 0, due = v.column2"
    " FROM (VALUES {rows}) AS v WHERE outbox.number = v.column1 AND outbox.state IN ('failed', 'ambiguous')"
    " RETURNING outbox.number, outbox.chat",
    width=2,
    types=("BIGINT", "BIGINT"),
)
_REACH = Each("UPDATE chats SET unreachable = '' WHERE id = ?")
_SETTLE = Bulk(
    "UPDATE outbox SET decided = 1, state = CASE state WHEN 'ambiguous' THEN 'sent' ELSE state END"
    " WHERE state IN ('failed', 'ambiguous') AND decided = 0 AND number IN (VALUES {rows})"
    " RETURNING chat, message, state",
    width=1,
    types=("BIGINT",),
)
# Conditions in words, not parameters: only these let the database use a partial index.
_UNSENT = text("outbox.state <> 'sent'")
_WAITING = text("outbox.state IN ('failed', 'ambiguous') AND outbox.decided = 0")


def undelivered(
    connection: Connection, *, chat: str, channel: str, state: Unarrived | None, limit: int
) -> list[Undelivered]:
    """One whose message this version can't read is left out."""
    query = (
        select(outbox, chats.c.channel, messages.c.conversation, messages.c.at, messages.c.body)
        .add_columns(conversations.c.id.label("talk"), conversations.c.state.label("held"))
        .join(chats, chats.c.id == outbox.c.chat)
        .join(messages, messages.c.id == outbox.c.message)
        .outerjoin(conversations, conversations.c.id == messages.c.conversation)
        .where(_WAITING)
        .order_by(outbox.c.number.desc())
        .limit(limit)
    )
    if chat:
        query = query.where(outbox.c.chat == chat, _UNSENT)
    if channel:
        query = query.where(chats.c.channel == channel)
    if state:
        query = query.where(outbox.c.state == state)
    found, _ = readable(connection.execute(query), _undelivered)
    return found


def _undelivered(row: Row[Any]) -> Undelivered:
    said = plain_text(decode(codec.messages, row.body, f"message {row.message}").content)
    name = decode(codec.conversations, row.held, f"conversation {row.talk}").name if row.talk else ""
    return Undelivered(
        number=row.number,
        state=row.state,
        chat=row.chat,
        channel=row.channel,
        conversation=row.conversation,
        message=row.message,
        name=name,
        preview=" ".join(said[: 4 * PREVIEW].split())[:PREVIEW],
        at=moment(row.at),
        error=row.error,
    )


def count(connection: Connection) -> int:
    found: int = connection.execute(select(func.count()).select_from(outbox).where(_WAITING)).scalar_one()
    return found


def find(connection: Connection, chat: str, message: str) -> int | None:
    query = select(outbox.c.number).where(outbox.c.message == message, outbox.c.chat == chat)
    found: int | None = connection.execute(query).scalar()
    return found


def resend(connection: Connection, numbers: Sequence[int], now: datetime) -> list[Send]:
    """What is to be sent now. Who asks for that wants it tried, also where the customer could not be reached."""
    rows: list[Params] = [(number, micros(now)) for number in dict.fromkeys(numbers)]
    again = _RESEND.run(connection, rows)
    _REACH.run(connection, [(chat,) for chat in dict.fromkeys(row[1] for row in again)])
    return open_sends_numbered(connection, [row[0] for row in again])


def settle(connection: Connection, numbers: Sequence[int]) -> list[Settled]:
    rows: list[Params] = [(number,) for number in dict.fromkeys(numbers)]
    return [Settled(chat=chat, message=message, state=state) for chat, message, state in _SETTLE.run(connection, rows)]
