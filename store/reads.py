"""What is read: plain functions over a connection, one statement each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Select, func, select, text
from sqlalchemy.engine import Row

from conversation.cards import card_of
from conversation.errors import StoreError, UnreadableError
from conversation.events import QueuePlace
from conversation.message import Message
from conversation.records import (
    ActionCall,
    Card,
    Chat,
    InboxRow,
    Job,
    Send,
    SendState,
    Snapshot,
    Standing,
    Timer,
)
from conversation.state import Conversation
from store import codec
from store.codec import decode, micros, moment
from store.statements import Bulk
from store.tables import chats, conversations, inbox, jobs, messages, outbox, timers

T = TypeVar("T")
_log = structlog.get_logger(__name__)

_LOAD = Bulk(
    "SELECT chats.id, chats.channel, chats.account, chats.address, chats.conversation, chats.seq, chats.language,"
    " chats.unreachable, chats.customer, chats.read_seq, conversations.id AS newest, conversations.state"
    " FROM chats LEFT JOIN conversations ON conversations.id = chats.latest WHERE chats.id IN (VALUES {rows})",
    width=1,
    types=("TEXT",),
)
_STANDINGS = Bulk(
    "SELECT chats.id, chats.seq, conversations.id AS newest, conversations.version, conversations.preview,"
    " conversations.phase"
    " FROM chats JOIN conversations ON conversations.id = chats.latest WHERE chats.id IN (VALUES {rows})",
    width=1,
    types=("TEXT",),
)
# CROSS JOIN: SQLite then begins with the few conversations that people have.
_STANDINGS_OF_PEOPLE = text(
    "SELECT chats.id, chats.seq, conversations.id AS newest, conversations.version, conversations.preview,"
    " conversations.phase"
    " FROM conversations CROSS JOIN chats WHERE chats.id = conversations.chat AND chats.latest = conversations.id"
    " AND conversations.phase IN ('parked', 'with_operator')"
)
_UNHANDLED = Bulk(
    "SELECT number, chat, event FROM inbox WHERE state = 'new' AND chat IN (VALUES {rows})",
    width=1,
    types=("TEXT",),
)
_PLACE = text(
    "SELECT count(*) FROM conversations me JOIN conversations other ON other.team = me.team"
    " WHERE me.id = :id AND me.phase = 'parked' AND other.phase = 'parked'"
    " AND (other.since - other.priority * :step < me.since - me.priority * :step"
    " OR other.since - other.priority * :step = me.since - me.priority * :step"
    " AND (other.since < me.since OR other.since = me.since AND other.id <= me.id))"
)
# Conditions in words, not parameters: only these let the database use a partial index.
_NEW = text("inbox.state = 'new'")
_OPEN = text("outbox.state IN ('pending', 'sending')")
_UNSENT = text("outbox.state <> 'sent'")
_PEOPLE = text("conversations.phase IN ('parked', 'with_operator')")


def standings(connection: Connection, wanted: Sequence[str]) -> list[Standing]:
    rows = [*_STANDINGS.run(connection, [(chat,) for chat in wanted]), *connection.execute(_STANDINGS_OF_PEOPLE)]
    found = {
        row[0]: Standing(
            chat=row[0],
            seq=row[1],
            conversation=row[2],
            version=row[3],
            preview=row[4],
            people=row[5] in ("parked", "with_operator"),
        )
        for row in rows
    }
    return list(found.values())


def load(connection: Connection, wanted: Sequence[str]) -> dict[str, Snapshot | StoreError]:
    """Each chat that exists, with its newest conversation; the error of one that can't be read."""
    found: dict[str, Snapshot | StoreError] = {}
    for row in _LOAD.run(connection, [(chat,) for chat in wanted]):
        conversation, state = row[10:]
        try:
            newest = decode(codec.conversations, state, f"conversation {conversation}") if conversation else None
            found[row[0]] = Snapshot(chat=_chat(row), conversation=newest)
        except StoreError as error:
            found[row[0]] = error
    return found


def find_chat(connection: Connection, channel: str, account: str, address: str) -> Chat | None:
    query = select(chats).where(chats.c.channel == channel, chats.c.account == account, chats.c.address == address)
    row = connection.execute(query).first()
    return _chat(row) if row else None


def _chat(row: Row[Any]) -> Chat:
    return Chat(
        id=row.id,
        channel=row.channel,
        account=row.account,
        address=row.address,
        conversation=row.conversation,
        seq=row.seq,
        language=row.language,
        unreachable=row.unreachable,
        customer=row.customer,
        read_seq=row.read_seq,
    )


def readable(rows: Iterable[Row[Any]], value: Callable[[Row[Any]], T]) -> tuple[list[T], list[tuple[Row[Any], str]]]:
    """The values of the rows, and the rows that this version can't read, each with the reason: one keeps no other back."""
    values: list[T] = []
    bad: list[tuple[Row[Any], str]] = []
    for row in rows:
        try:
            values.append(value(row))
        except UnreadableError as error:
            _log.error("row_put_aside", error=str(error))
            bad.append((row, str(error)))
    return values, bad


def unhandled(connection: Connection, limit: int) -> tuple[list[InboxRow], list[tuple[int, str]]]:
    """And the numbers of those that can't be read, with the reason."""
    query = select(inbox.c.number, inbox.c.chat, inbox.c.event).where(_NEW).order_by(inbox.c.number).limit(limit)
    rows, bad = readable(connection.execute(query), _inbox_row)
    return rows, [(row.number, reason) for row, reason in bad]


def unhandled_of(connection: Connection, wanted: Sequence[str]) -> tuple[list[InboxRow], list[tuple[int, str]]]:
    """The waiting events of these chats, oldest first, and the numbers of those that can't be read, with the reason."""
    rows, bad = readable(_UNHANDLED.run(connection, [(chat,) for chat in wanted]), _inbox_row)
    return sorted(rows, key=lambda row: row.number), [(row.number, reason) for row, reason in bad]


def _inbox_row(row: Row[Any]) -> InboxRow:
    return InboxRow(number=row.number, chat=row.chat, event=decode(codec.events, row.event, f"inbox {row.number}"))


_SENDS = (
    select(outbox, chats.c.channel, chats.c.account, chats.c.address, messages.c.body)
    .join(chats, chats.c.id == outbox.c.chat)
    .join(messages, messages.c.id == outbox.c.message)
    .where(_OPEN)
    .order_by(outbox.c.number)
)


def open_sends(
    connection: Connection, limit: int, worker: str | None = None
) -> tuple[list[Send], list[tuple[int, str]]]:
    """And the numbers of those that can't be read, with the reason."""
    query = _SENDS.limit(limit)
    return _sends(connection, query if worker is None else query.where(chats.c.worker == worker))


def open_sends_of(connection: Connection, wanted: Sequence[str]) -> tuple[list[Send], list[tuple[int, str]]]:
    """Those of these chats."""
    return _sends(connection, _SENDS.where(outbox.c.chat.in_(wanted)))


def open_sends_numbered(connection: Connection, numbers: Sequence[int]) -> list[Send]:
    """Those that can be read; the others are found by whoever looks for open ones."""
    return _sends(connection, _SENDS.where(outbox.c.number.in_(numbers)))[0]


def _sends(connection: Connection, query: Select[Any]) -> tuple[list[Send], list[tuple[int, str]]]:
    sends, bad = readable(connection.execute(query), _send)
    return sends, [(row.number, reason) for row, reason in bad]


def _send(row: Row[Any]) -> Send:
    return Send(
        number=row.number,
        chat=row.chat,
        channel=row.channel,
        account=row.account,
        address=row.address,
        message=decode(codec.messages, row.body, f"message {row.message}"),
        state=row.state,
        attempts=row.attempts,
        due=moment(row.due),
        error=row.error,
        bulk=bool(row.bulk),
    )


def open_jobs(connection: Connection, limit: int, worker: str | None = None) -> list[Job]:
    query = select(jobs).order_by(jobs.c.number).limit(limit)
    if worker is not None:
        query = query.join(chats, chats.c.id == jobs.c.chat).where(chats.c.worker == worker)
    return _jobs(connection, query)


def open_jobs_of(connection: Connection, wanted: Sequence[str]) -> list[Job]:
    """Those of these chats."""
    return _jobs(connection, select(jobs).where(jobs.c.chat.in_(wanted)))


def _jobs(connection: Connection, query: Select[Any]) -> list[Job]:
    jobs_, bad = readable(connection.execute(query), _job)
    return sorted([*jobs_, *(_lost_job(row) for row, _ in bad)], key=lambda job: job.number)


def _job(row: Row[Any]) -> Job:
    call = decode(codec.calls, row.call, f"job {row.number}")
    return Job(number=row.number, chat=row.chat, conversation=row.conversation, call=call, started=bool(row.started))


def _lost_job(row: Row[Any]) -> Job:
    """A call that can't be read: one without a name that may have been made. It can only be answered as failed."""
    call = ActionCall(name="", arguments={}, key=row.key, limit=0.0, chat=row.chat, language="")
    return Job(number=row.number, chat=row.chat, conversation=row.conversation, call=call, started=True)


def due_timers(connection: Connection, until: datetime, limit: int) -> list[Timer]:
    """Those due at ``until`` or before, the longest overdue first."""
    query = (
        select(timers.c.chat, timers.c.conversation, timers.c.name, timers.c.due)
        .where(timers.c.due <= micros(until))
        .order_by(timers.c.due, timers.c.conversation, timers.c.name)
        .limit(limit)
    )
    return [
        Timer(chat=chat, conversation=conversation, name=name, due=moment(due))
        for chat, conversation, name, due in connection.execute(query)
    ]


def next_timer(connection: Connection) -> datetime | None:
    due = connection.execute(select(func.min(timers.c.due))).scalar()
    return None if due is None else moment(due)


def place(connection: Connection, conversation: str, step: int) -> QueuePlace | None:
    """In the order of ``handoff.routing.rank``."""
    position = connection.execute(_PLACE, {"id": conversation, "step": step * 1_000_000}).scalar_one()
    return QueuePlace(position=position) if position else None


def _bodies(connection: Connection, query: Select[Any]) -> list[Message]:
    return [decode(codec.messages, row.body, f"message {row.id}") for row in connection.execute(query)]


def history(connection: Connection, chat: str, after: int, limit: int) -> list[Message]:
    query = (
        select(messages.c.id, messages.c.body)
        .where(messages.c.chat == chat, messages.c.seq > after)
        .order_by(messages.c.seq)
        .limit(limit)
    )
    return _bodies(connection, query)


def recent(connection: Connection, chat: str, limit: int) -> list[Message]:
    query = (
        select(messages.c.id, messages.c.body)
        .where(messages.c.chat == chat)
        .order_by(messages.c.seq.desc())
        .limit(limit)
    )
    return _bodies(connection, query)[::-1]


def message(connection: Connection, chat: str, wanted: str) -> Message | None:
    query = select(messages.c.id, messages.c.body).where(messages.c.chat == chat, messages.c.id == wanted)
    return next(iter(_bodies(connection, query)), None)


def conversation(connection: Connection, wanted: str) -> Conversation | None:
    query = select(conversations.c.state).where(conversations.c.id == wanted)
    state = connection.execute(query).scalar()
    return None if state is None else decode(codec.conversations, state, f"conversation {wanted}")


def cards(connection: Connection) -> list[Card]:
    query = (
        select(conversations.c.id, conversations.c.preview, conversations.c.state)
        .where(_PEOPLE)
        .order_by(conversations.c.since, conversations.c.id)
    )
    found, _ = readable(
        connection.execute(query),
        lambda row: card_of(decode(codec.conversations, row.state, f"conversation {row.id}"), row.preview),
    )
    return found


def send_states(connection: Connection, chat: str) -> Mapping[str, SendState]:
    query = select(outbox.c.message, outbox.c.state).where(outbox.c.chat == chat, _UNSENT).order_by(outbox.c.number)
    return {row.message: row.state for row in connection.execute(query)}
