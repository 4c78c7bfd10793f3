"""Who works on which chat: a chat is one worker's at a time, and every change of hands gives it a higher fence."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select, text, update

from conversation.records import Held, Job, Peer, Send, Waiting
from store import reads
from store.statements import Bulk, Each, Params
from store.tables import chats, duties, workers

_HOLDERS = Bulk(
    "SELECT id, worker, fence FROM chats WHERE id IN (VALUES {rows})",
    width=1,
    types=("TEXT",),
)
# A row that somebody else is changing is skipped: two workers never wait for each other's chats. Who was given up holds nothing
# any more, and nobody is given up while this is on its way: what a process sent before its end would stay its own for ever.
_HOLD = Bulk(
    "WITH v AS (VALUES {rows}), living AS (SELECT workers.id FROM workers WHERE workers.id IN (SELECT column2 FROM v)"
    "{share}), free AS (SELECT chats.id FROM chats JOIN v ON v.column1 = chats.id"
    " WHERE chats.worker = '' AND v.column2 IN (SELECT id FROM living){skip_locked})"
    " UPDATE chats SET fence = chats.fence + 1, worker = (SELECT v.column2 FROM v WHERE v.column1 = chats.id)"
    " WHERE chats.id IN (SELECT id FROM free) RETURNING chats.id, chats.fence",
    width=2,
    types=("TEXT", "TEXT"),
)
_RELEASE = Bulk(
    "UPDATE chats SET worker = '', fence = chats.fence + 1 FROM (VALUES {rows}) AS v"
    " WHERE chats.id = v.column1 AND chats.fence = v.column2 AND chats.worker = v.column3 RETURNING chats.id",
    width=3,
    types=("TEXT", "BIGINT", "TEXT"),
)
_EVENTS = text(
    "SELECT inbox.number, inbox.chat FROM inbox JOIN chats ON chats.id = inbox.chat"
    " WHERE inbox.state = 'new' AND chats.worker IN ('', :worker) ORDER BY inbox.number LIMIT :most"
)
_SENDS = text(
    "SELECT outbox.chat FROM outbox JOIN chats ON chats.id = outbox.chat"
    " WHERE outbox.state IN ('pending', 'sending') AND chats.worker = '' ORDER BY outbox.number LIMIT :most"
)
_JOBS = text(
    "SELECT jobs.chat FROM jobs JOIN chats ON chats.id = jobs.chat"
    " WHERE chats.worker = '' ORDER BY jobs.number LIMIT :most"
)
_TAKE_DUTY = Bulk(
    "WITH v AS (VALUES {rows}), living AS (SELECT workers.id FROM workers WHERE workers.id IN (SELECT column2 FROM v){share})"
    " INSERT INTO duties (name, worker) SELECT column1, column2 FROM v WHERE column2 IN (SELECT id FROM living)"
    " ON CONFLICT (name) DO UPDATE SET worker = excluded.worker WHERE duties.worker IN ('', excluded.worker) RETURNING name",
    width=2,
    types=("TEXT", "TEXT"),
)
# A process that froze within a statement is not told from one that sends the rest of it: no time limit of PostgreSQL's ends
# that. Whoever of us is slow and not frozen does its transaction again.
_END_STILL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
    " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND wait_event = 'ClientRead'"
    " AND state_change < clock_timestamp() - interval '1 second'"
)
_JOIN = Each("INSERT INTO workers (id, place) VALUES (?, ?) ON CONFLICT (id) DO NOTHING")


def holders(connection: Connection, wanted: Sequence[str]) -> list[tuple[str, str, int]]:
    """Chat, worker (empty: nobody) and fence of those that exist."""
    return [(row[0], row[1], row[2]) for row in _HOLDERS.run(connection, [(chat,) for chat in wanted])]


def hold(connection: Connection, wanted: Mapping[str, str]) -> dict[str, int]:
    """Chat to worker → the fences of those that were free and are that worker's now."""
    rows: list[Params] = sorted(wanted.items())
    return {row[0]: row[1] for row in _HOLD.run(connection, rows)}


def release(connection: Connection, worker: str, held: Sequence[Held]) -> None:
    """Each as long as its fence is the highest."""
    _RELEASE.run(connection, [(each.chat, each.fence, worker) for each in held])


def waiting(connection: Connection, worker: str, limit: int) -> Waiting:
    """See ``EngineStore.waiting``."""
    words = {"worker": worker, "most": limit}
    events = tuple((row[0], row[1]) for row in connection.execute(_EVENTS, words))
    left = [row[0] for query in (_SENDS, _JOBS) for row in connection.execute(query, {"most": limit})]
    return Waiting(events=events, chats=tuple(dict.fromkeys(left)))


def unfinished(connection: Connection, wanted: Sequence[str]) -> tuple[list[Send], list[Job], list[tuple[int, str]]]:
    """The open sends and calls of chats that changed hands, and the numbers of sends that can't be read, with the reason."""
    sends, bad = reads.open_sends_of(connection, wanted)
    return sends, reads.open_jobs_of(connection, wanted), bad


def join(connection: Connection, worker: str, place: str) -> None:
    _JOIN.run(connection, [(worker, place)])


def beat(connection: Connection, worker: str) -> list[Peer]:
    """One more, and all who are at work."""
    connection.execute(update(workers).where(workers.c.id == worker).values(beat=workers.c.beat + 1))
    return peers(connection)


def peers(connection: Connection) -> list[Peer]:
    query = select(workers.c.id, workers.c.place, workers.c.beat).order_by(workers.c.id)
    return [Peer(worker=row.id, place=row.place, beat=row.beat) for row in connection.execute(query)]


def bury(connection: Connection, worker: str, seen: int) -> bool:
    """False if it has gone on since its beat was ``seen``."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_END_STILL)
    if not connection.execute(workers.delete().where(workers.c.id == worker, workers.c.beat == seen)).rowcount:
        return False
    _free(connection, worker)
    return True


def leave(connection: Connection, worker: str) -> None:
    connection.execute(workers.delete().where(workers.c.id == worker))
    _free(connection, worker)


def _free(connection: Connection, worker: str) -> None:
    """Nothing that the worker still does under its old fences counts."""
    mine = chats.c.worker == worker
    connection.execute(update(chats).where(mine).values(worker="", fence=chats.c.fence + 1))
    connection.execute(update(duties).where(duties.c.worker == worker).values(worker=""))


def take_duty(connection: Connection, worker: str, duty: str) -> bool:
    return bool(_TAKE_DUTY.run(connection, [(duty, worker)]))
