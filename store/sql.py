"""The store on a SQL database: what ``conversation.ports`` asks for, on SQLite and PostgreSQL."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Self, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from conversation.deliveries import Settled, Unarrived, Undelivered
from conversation.events import Event, QueuePlace
from conversation.message import Message
from conversation.meter import NO_METER, Meter
from conversation.records import (
    Accepted,
    Card,
    Chat,
    Claimed,
    Held,
    Inbound,
    InboxRow,
    Job,
    Operator,
    Peer,
    Saved,
    Send,
    SendState,
    SendUpdate,
    Session,
    Snapshot,
    Standing,
    Status,
    Timer,
    Turn,
    Waiting,
)
from conversation.state import Conversation
from conversation.stores import ContextStore
from store import accounts, arrivals, claims, dead_letters, figures, reads, recordings, saves
from store.bundles import SqlBundles
from store.calendar import SqlCalendar
from store.candidates import SqlCandidates
from store.codec import micros, words
from store.database import Database, connect
from store.failures import explain
from store.knowing import SqlContext
from store.loader import Loader
from store.migrate import make_file, must_fit, upgrade
from store.people import SqlPeople
from store.statements import Bulk, Each
from store.topics import SqlTopics
from store.url import existing, parse, where
from store.versions import versions
from store.watched import Watched
from store.writer import Writer

T = TypeVar("T")

_REJECT = Each("UPDATE inbox SET state = 'rejected', error = ? WHERE number = ? AND state = 'new'")
_START_JOB = Bulk(
    "UPDATE jobs SET started = 1 FROM (VALUES {rows}) AS v WHERE jobs.number = v.column1"
    " AND EXISTS (SELECT 1 FROM chats WHERE chats.id = jobs.chat AND chats.fence = v.column2) RETURNING jobs.number",
    width=2,
    types=("BIGINT", "BIGINT"),
)
# What was sent stays sent, and what failed only turns out to have been sent: reports come late and out of order. Whoever
# sent it says so; anything else is up to the holder of the chat.
_UPDATE_SEND = Bulk(
    "UPDATE outbox SET state = v.column2, attempts = v.column3, due = v.column4, external_id = v.column5, error = v.column6"
    " FROM (VALUES {rows}) AS v WHERE outbox.number = v.column1 AND outbox.state <> 'sent' AND (v.column2 = 'sent'"
    " OR outbox.state <> 'failed'"
    " AND EXISTS (SELECT 1 FROM chats WHERE chats.id = outbox.chat AND chats.fence = v.column7)) RETURNING outbox.number",
    width=7,
    types=("BIGINT", "TEXT", "BIGINT", "BIGINT", "TEXT", "TEXT", "BIGINT"),
)
_FAIL_SEND = Each("UPDATE outbox SET state = 'failed', error = ? WHERE number = ? AND state IN ('pending', 'sending')")
_MOVE_CHAT = Each(
    "UPDATE chats SET address = ? WHERE id = ? AND NOT EXISTS (SELECT 1 FROM chats other"
    " WHERE other.channel = chats.channel AND other.account = chats.account AND other.address = ?)"
)
_KEEP_SECRET = Bulk("INSERT INTO secrets (name, value) VALUES {rows} ON CONFLICT (name) DO NOTHING RETURNING name", 2)
_FIND_SECRET = Bulk("SELECT value FROM secrets WHERE name IN (VALUES {rows})", 1, ("TEXT",))

_TIDY_AT_ONCE = 500
"""Rows: a write that takes long holds up every turn."""
_TIDY_INBOX = text(
    "DELETE FROM inbox WHERE number IN (SELECT number FROM inbox WHERE state = 'done' AND received_at < :before"
    " ORDER BY received_at LIMIT :most)"
)
_TIDY_CONTEXT = text(
    "DELETE FROM context WHERE conversation IN (SELECT known.conversation FROM context known"
    " JOIN conversations ON conversations.id = known.conversation WHERE conversations.phase = 'closed' LIMIT :most)"
)
"""The worker of a conversation clears them away at its end, if it lives to."""


class SqlStore:
    """``EngineStore`` and ``DeskStore`` on one database. Made by ``open``; ``close`` it: its threads outlive a forgotten one."""

    def __init__(self, database: Database, place: str, *, at: Callable[[str], None], meter: Meter = NO_METER) -> None:
        self._database = Watched(database)
        self._place = place
        self._writer = Writer(self._database, place, at=at, meter=meter)
        self._loader = Loader(self._read)
        self.bundles = SqlBundles(self._read, self._writer)
        self.context: ContextStore = SqlContext(self._read, self._writer)
        self.people = SqlPeople(self._read, self._writer)
        self.calendar = SqlCalendar(self._read, self._writer)
        self.topics = SqlTopics(self._read, self._writer)
        self.candidates = SqlCandidates(self._read, self._writer)

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        busy_seconds: float = 5.0,
        at: Callable[[str], None] = lambda _: None,
        meter: Meter = NO_METER,
    ) -> Self:
        """The store at ``sqlite:///path`` or ``postgresql://…``, with its tables brought up to date.

        ``busy_seconds``: how long a write waits for another program's lock. ``at``: see ``Writer`` and ``upgrade``.
        Raises StoreError if the database can't be used, SchemaError if it is of a newer version.
        """
        target = parse(url)
        await make_file(target)
        database = connect(target, busy_seconds)
        try:
            await upgrade(database, where(target), at)
        except BaseException:
            await database.close()
            raise
        return cls(database, where(target), at=at, meter=meter)

    @classmethod
    async def look(cls, url: str, *, busy_seconds: float = 5.0) -> Self:
        """As ``open``, for those who only read: makes no file and changes no table.

        Raises NoDatabaseError if there is nothing yet, SchemaError if the tables are of another version.
        """
        target = parse(url)
        existing(target)
        store = cls(connect(target, busy_seconds), where(target), at=lambda _: None)
        try:
            must_fit(await store._read(versions), where(target))
        except BaseException:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        """Writes what waits, then lets the database go."""
        await self._writer.close()
        await self._database.close()

    async def _read(self, do: Callable[[Connection], T]) -> T:
        try:
            return await self._database.read(do)
        except (SQLAlchemyError, OSError) as error:
            raise explain(error, self._place) from error

    # ── for whoever watches the service ──────────────────────────────────────────────────────────────────────────────

    async def ping(self) -> None:
        """Raises StoreError if the database can't be read; or written, if that failed the last time."""
        try:
            await self._database.ping()
        except (SQLAlchemyError, OSError) as error:
            raise explain(error, self._place) from error

    async def figures(self, now: datetime) -> figures.Figures:
        return await self._read(lambda connection: figures.figures(connection, now))

    async def recordings(self, limit: int) -> Sequence[tuple[Conversation, Sequence[InboxRow]]]:
        """The newest conversations with all that happened in their chats since each began, the newest first."""
        told = await self._read(lambda connection: recordings.recent(connection, limit))
        if not told:
            return ()
        since, chats = min(each.opened_at for each in told), {each.chat for each in told}
        events = await self._read(lambda connection: recordings.events_of(connection, chats, since))
        return [(each, [row for row in events[each.chat] if row.event.at >= each.opened_at]) for each in told]

    # ── the engine's half ────────────────────────────────────────────────────────────────────────────────────────────

    async def accept(self, inbound: Inbound, chat: str, worker: str = "") -> Accepted:
        return await self._writer.arrive(arrivals.from_customer(inbound, chat, worker))

    async def accept_own(self, chat: str, event: Event, key: str, worker: str = "") -> Accepted:
        return await self._writer.arrive(arrivals.from_own(chat, event, key, worker))

    async def unhandled(self, limit: int) -> Sequence[InboxRow]:
        """An event that this version can't read is put aside."""
        rows, bad = await self._read(lambda connection: reads.unhandled(connection, limit))
        await self._put_aside(bad)
        return rows

    async def _put_aside(self, bad: Sequence[tuple[int, str]]) -> None:
        for number, reason in bad:
            await self.reject(number, reason)

    # ── who works on what ────────────────────────────────────────────────────────────────────────────────────────────

    async def join(self, worker: str, place: str) -> None:
        await self._writer.call(lambda connection: claims.join(connection, worker, place))

    async def beat(self, worker: str) -> Sequence[Peer]:
        return await self._writer.call(lambda connection: claims.beat(connection, worker))

    async def peers(self) -> Sequence[Peer]:
        return await self._read(claims.peers)

    async def bury(self, worker: str, beat: int) -> bool:
        return await self._writer.call(lambda connection: claims.bury(connection, worker, beat))

    async def leave(self, worker: str) -> None:
        await self._writer.call(lambda connection: claims.leave(connection, worker))

    async def claim(self, worker: str, chats: Sequence[str], known: Mapping[str, int] | None = None) -> Claimed:
        """A row that this version can't read is put aside."""
        found = await self._read(lambda connection: claims.holders(connection, chats))
        free = {chat: worker for chat, holder, _ in found if not holder}
        taken = await self._writer.call(lambda connection: claims.hold(connection, free)) if free else {}
        held = {chat: fence for chat, holder, fence in found if holder == worker} | taken
        rows, bad = await self._read(lambda connection: reads.unhandled_of(connection, list(held)))
        await self._put_aside(bad)
        new = taken if known is None else [chat for chat, fence in held.items() if known.get(chat) != fence]
        sends, jobs = await self._unfinished(list(new))
        return Claimed(
            held=tuple(Held(chat=chat, fence=fence) for chat, fence in held.items()),
            rows=tuple(rows),
            sends=tuple(sends),
            jobs=tuple(jobs),
            others={chat: holder for chat, holder, _ in found if holder not in ("", worker)},
        )

    async def _unfinished(self, new: Sequence[str]) -> tuple[Sequence[Send], Sequence[Job]]:
        if not new:
            return (), ()
        sends, jobs, bad = await self._read(lambda connection: claims.unfinished(connection, new))
        await self._fail_sends(bad)
        return sends, jobs

    async def release(self, worker: str, held: Sequence[Held]) -> None:
        await self._writer.call(lambda connection: claims.release(connection, worker, held))

    async def waiting(self, worker: str, limit: int) -> Waiting:
        return await self._read(lambda connection: claims.waiting(connection, worker, limit))

    async def take_duty(self, worker: str, duty: str) -> bool:
        return await self._writer.call(lambda connection: claims.take_duty(connection, worker, duty))

    # ── turns and what follows from them ─────────────────────────────────────────────────────────────────────────────

    async def load(self, chat: str) -> Snapshot:
        return await self._loader.load(chat)

    async def save(self, turn: Turn) -> Saved:
        return await self._writer.save(saves.prepare(turn))

    async def reject(self, number: int, reason: str) -> None:
        await self._writer.change(_REJECT, (words(reason), number))

    async def open_sends(self, limit: int, worker: str | None = None) -> Sequence[Send]:
        """One whose message this version can't read fails: the desk shows it so."""
        sends, bad = await self._read(lambda connection: reads.open_sends(connection, limit, worker))
        await self._fail_sends(bad)
        return sends

    async def _fail_sends(self, bad: Sequence[tuple[int, str]]) -> None:
        for number, reason in bad:
            await self._writer.change(_FAIL_SEND, (words(reason), number))

    async def update_send(self, update: SendUpdate) -> bool:
        """A send that is ``sent`` stays so; one that ``failed`` can only turn out to be sent."""
        external_id, error = words(update.external_id), words(update.error)
        row = (update.number, update.state, update.attempts, micros(update.due), external_id, error, update.fence)
        return await self._writer.check(_UPDATE_SEND, row)

    async def move_chat(self, chat: str, address: str) -> None:
        await self._writer.change(_MOVE_CHAT, (words(address), chat, words(address)))

    async def resend(self, numbers: Sequence[int], now: datetime) -> Sequence[Send]:
        return await self._writer.call(lambda connection: dead_letters.resend(connection, numbers, now))

    async def settle(self, numbers: Sequence[int]) -> Sequence[Settled]:
        return await self._writer.call(lambda connection: dead_letters.settle(connection, numbers))

    async def open_jobs(self, limit: int, worker: str | None = None) -> Sequence[Job]:
        return await self._read(lambda connection: reads.open_jobs(connection, limit, worker))

    async def start_job(self, number: int, fence: int = 0) -> bool:
        return await self._writer.check(_START_JOB, (number, fence))

    async def finish_job(self, job: Job, event: Event, worker: str = "") -> Accepted:
        return await self._writer.arrive(arrivals.from_job(job, event, worker))

    async def due_timers(self, until: datetime, limit: int) -> Sequence[Timer]:
        return await self._read(lambda connection: reads.due_timers(connection, until, limit))

    async def next_timer(self) -> datetime | None:
        return await self._read(reads.next_timer)

    async def fire(self, timer: Timer, event: Event, worker: str = "") -> Accepted:
        return await self._writer.arrive(arrivals.from_timer(timer, event, worker))

    async def place(self, conversation: str, step: int = 300) -> QueuePlace | None:
        return await self._read(lambda connection: reads.place(connection, conversation, step))

    async def tidy(self, before: datetime, now: datetime) -> int:
        some = {"before": micros(before), "most": _TIDY_AT_ONCE}
        gone: int = await self._writer.call(lambda connection: connection.execute(_TIDY_INBOX, some).rowcount)
        await self._writer.change(accounts.TIDY_SESSIONS, (micros(now),))
        await self._writer.call(lambda connection: connection.execute(_TIDY_CONTEXT, {"most": _TIDY_AT_ONCE}).rowcount)
        return gone

    # ── the desk's half ──────────────────────────────────────────────────────────────────────────────────────────────

    async def find_chat(self, channel: str, account: str, address: str) -> Chat | None:
        return await self._read(lambda connection: reads.find_chat(connection, channel, account, address))

    async def standings(self, chats: Sequence[str]) -> Sequence[Standing]:
        return await self._read(lambda connection: reads.standings(connection, chats))

    async def history(self, chat: str, after: int, limit: int) -> Sequence[Message]:
        return await self._read(lambda connection: reads.history(connection, chat, after, limit))

    async def recent(self, chat: str, limit: int) -> Sequence[Message]:
        return await self._read(lambda connection: reads.recent(connection, chat, limit))

    async def message(self, chat: str, message: str) -> Message | None:
        return await self._read(lambda connection: reads.message(connection, chat, message))

    async def conversation(self, conversation: str) -> Conversation | None:
        return await self._read(lambda connection: reads.conversation(connection, conversation))

    async def cards(self) -> Sequence[Card]:
        return await self._read(reads.cards)

    async def find_operator(self, operator: str) -> Operator | None:
        return await self._read(lambda connection: accounts.find(connection, operator))

    async def put_operator(self, operator: Operator) -> None:
        await self._writer.call(lambda connection: accounts.put(connection, operator))

    async def set_status(self, operator: str, status: Status) -> None:
        await self._writer.change(accounts.SET_STATUS, accounts.status_row(operator, status))

    async def add_operator(self, operator: Operator, before: Callable[[], None]) -> bool:
        return await self._writer.call(lambda connection: accounts.add(connection, operator, before))

    async def drop_operator(self, operator: str) -> None:
        await self._writer.call(lambda connection: accounts.drop(connection, operator))
        await self.topics.unlink(operator)

    async def operators(self) -> Sequence[Operator]:
        return await self._read(accounts.every)

    async def put_session(self, session: Session) -> None:
        await self._writer.change(accounts.PUT_SESSION, accounts.session_row(session))

    async def find_session(self, token: str, now: datetime, unused: timedelta | None = None) -> Operator | None:
        return await self._read(lambda connection: accounts.find_session(connection, token, now, unused))

    async def see_session(self, token: str, now: datetime) -> None:
        await self._writer.change(accounts.SEE_SESSION, (micros(now), token, micros(now)))

    async def drop_session(self, token: str) -> None:
        await self._writer.change(accounts.DROP_SESSION, (token,))

    async def drop_sessions(self, operator: str) -> None:
        await self._writer.change(accounts.DROP_SESSIONS, (operator,))

    async def secret(self, name: str, fresh: bytes) -> bytes:
        def keep(connection: Connection) -> bytes:
            _KEEP_SECRET.run(connection, [(name, fresh)])
            return bytes(_FIND_SECRET.run(connection, [(name,)])[0][0])

        return await self._writer.call(keep)

    async def send_states(self, chat: str) -> Mapping[str, SendState]:
        return await self._read(lambda connection: reads.send_states(connection, chat))

    async def undelivered(
        self, *, chat: str = "", channel: str = "", state: Unarrived | None = None, limit: int = 100
    ) -> Sequence[Undelivered]:
        return await self._read(
            lambda connection: dead_letters.undelivered(
                connection, chat=chat, channel=channel, state=state, limit=limit
            )
        )

    async def count_undelivered(self) -> int:
        return await self._read(dead_letters.count)

    async def find_send(self, chat: str, message: str) -> int | None:
        return await self._read(lambda connection: dead_letters.find(connection, chat, message))
