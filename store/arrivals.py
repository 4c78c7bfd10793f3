"""Events into the inbox: each delivery once, in the order they came."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlalchemy import Connection

from conversation.events import Event
from conversation.records import Accepted, Inbound, InboxRow, Job, Timer
from store import claims
from store.codec import encode, micros
from store.statements import Bulk, Each, Params

_OPEN_CHATS = Bulk(
    "INSERT INTO chats (id, channel, account, address) VALUES {rows}"
    " ON CONFLICT (channel, account, address) DO NOTHING RETURNING id",
    width=4,
)
_FIND_CHATS = Bulk(
    "SELECT chats.id, chats.worker, chats.fence, chats.channel, chats.account, chats.address"
    " FROM (VALUES {rows}) AS v JOIN chats"
    " ON chats.channel = v.column1 AND chats.account = v.column2 AND chats.address = v.column3",
    width=3,
    types=("TEXT", "TEXT", "TEXT"),
)
_STORE = Bulk(
    "INSERT INTO inbox (channel, account, external_id, chat, received_at, event) VALUES {rows}"
    " ON CONFLICT (channel, account, external_id) DO NOTHING RETURNING number, channel, account, external_id",
    width=6,
)
_TAKE_TIMERS = Bulk(
    "WITH v AS (VALUES {rows}) DELETE FROM timers WHERE conversation IN (SELECT column1 FROM v)"
    " AND (conversation, name, due) IN (SELECT column1, column2, column3 FROM v) RETURNING conversation, name, due",
    width=3,
    types=("TEXT", "TEXT", "BIGINT"),
)
_DROP_JOBS = Each("DELETE FROM jobs WHERE number = ?")

_NOTHING = Accepted(row=None)

_Name: TypeAlias = str | tuple[str, str, str]
"""A chat by its id, or by the channel, account and address of its customer."""


@dataclass(frozen=True, slots=True)
class _Chat:
    """A chat, and who holds it."""

    id: str
    worker: str
    fence: int
    opened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An event to store. (``channel``, ``account``, ``key``) is unique; an ``address`` means that ``chat`` is the id of a new chat."""

    channel: str
    account: str
    key: str
    chat: str
    event: Event
    body: bytes
    address: str | None = None
    timer: tuple[str, str, int] | None = None
    job: int | None = None
    worker: str = ""

    @property
    def lane(self) -> str:
        """A timer must not overtake the turn that moves it."""
        return self.chat if self.timer else ""

    @property
    def place(self) -> tuple[str, str, str]:
        """Of the customer."""
        return (self.channel, self.account, self.address or "")


def from_customer(inbound: Inbound, chat: str, worker: str) -> Arrival:
    event = inbound.event
    return Arrival(
        channel=inbound.channel,
        account=inbound.account,
        key=inbound.external_id,
        chat=chat,
        address=inbound.address,
        event=event,
        body=encode(event),
        worker=worker,
    )


def from_own(chat: str, event: Event, key: str, worker: str) -> Arrival:
    return Arrival(channel="", account="own", key=key, chat=chat, event=event, body=encode(event), worker=worker)


def from_job(job: Job, event: Event, worker: str) -> Arrival:
    return Arrival(
        channel="",
        account="job",
        key=job.call.key,
        chat=job.chat,
        event=event,
        body=encode(event),
        job=job.number,
        worker=worker,
    )


def from_timer(timer: Timer, event: Event, worker: str) -> Arrival:
    return Arrival(
        channel="",
        account="timer",
        key=event.id,
        chat=timer.chat,
        event=event,
        body=encode(event),
        timer=(timer.conversation, timer.name, micros(timer.due)),
        worker=worker,
    )


def store(connection: Connection, arrivals: Sequence[Arrival]) -> list[Accepted]:
    """What became of each arrival, in their order. Of equal ones the first is the delivery."""
    standing = _take_timers(connection, arrivals)
    chats = _chats(connection, standing)
    rows: dict[tuple[str, str, str], Params] = {}
    first: dict[tuple[str, str, str], Arrival] = {}
    for arrival in standing:
        key = (arrival.channel, arrival.account, arrival.key)
        if key not in first:
            first[key] = arrival
            rows[key] = (*key, chats[_name(arrival)].id, micros(arrival.event.at), arrival.body)
    stored: dict[int, Accepted] = {}
    for number, channel, account, external_id in _STORE.run(connection, list(rows.values())):
        arrival = first[channel, account, external_id]
        chat = chats[_name(arrival)]
        row = InboxRow(number=number, chat=chat.id, event=arrival.event)
        stored[id(arrival)] = Accepted(row=row, holder=chat.worker, fence=chat.fence, opened=chat.opened)
    _DROP_JOBS.run(connection, [(arrival.job,) for arrival in arrivals if arrival.job is not None])
    return [stored.get(id(arrival), _NOTHING) for arrival in arrivals]


def _take_timers(connection: Connection, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """The arrivals without those of timers that were moved, or are gone."""
    settings = {arrival.timer for arrival in arrivals if arrival.timer}
    if not settings:
        return list(arrivals)
    taken = {tuple(row) for row in _TAKE_TIMERS.run(connection, sorted(settings))}
    standing = []
    for arrival in arrivals:
        if arrival.timer in taken:
            taken.discard(arrival.timer)
            standing.append(arrival)
        elif arrival.timer is None:
            standing.append(arrival)
    return standing


def _name(arrival: Arrival) -> _Name:
    return arrival.chat if arrival.address is None else arrival.place


def _chats(connection: Connection, arrivals: Sequence[Arrival]) -> dict[_Name, _Chat]:
    """The chat of each arrival, by its id or the customer's place, and who holds it; opens those that are new."""
    fresh: dict[tuple[str, str, str], Arrival] = {}
    for arrival in arrivals:
        if arrival.address is not None:
            fresh.setdefault(arrival.place, arrival)
    found: dict[_Name, _Chat] = _find_chats(connection, list(fresh), frozenset())
    missing = [place for place in fresh if place not in found]
    if missing:
        found |= _find_chats(connection, missing, _open_chats(connection, [fresh[place] for place in missing]))
    wanted = {_name(arrival): arrival.worker for arrival in arrivals if arrival.worker}
    known = sorted({arrival.chat for arrival in arrivals if arrival.address is None})
    found |= {chat: _Chat(chat, worker, fence) for chat, worker, fence in claims.holders(connection, known)}
    found |= {chat: _Chat(chat, "", 0) for chat in known if chat not in found}
    free = {chat.id: wanted[name] for name, chat in found.items() if name in wanted and not chat.worker}
    taken = claims.hold(connection, free)
    return {
        name: replace(chat, worker=free[chat.id], fence=taken[chat.id]) if chat.id in taken else chat
        for name, chat in found.items()
    }


def _open_chats(connection: Connection, arrivals: Sequence[Arrival]) -> frozenset[str]:
    """The ids of those that were opened; another process may have been first."""
    rows: list[Params] = [
        (arrival.chat, *arrival.place) for arrival in sorted(arrivals, key=lambda arrival: arrival.place)
    ]
    return frozenset(row[0] for row in _OPEN_CHATS.run(connection, rows))


def _find_chats(
    connection: Connection, places: Sequence[tuple[str, str, str]], opened: frozenset[str]
) -> dict[_Name, _Chat]:
    return {
        (channel, account, address): _Chat(chat, worker, fence, opened=chat in opened)
        for chat, worker, fence, channel, account, address in _FIND_CHATS.run(connection, places)
    }
