"""Events into the inbox: each delivery once, in the order they came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from conversation.events import Event
from conversation.ports import Accepted, Inbound, InboxRow, Job, Timer
from store.codec import encode, micros
from store.statements import Bulk, Each, Params

_OPEN_CHATS = Bulk(
    "INSERT INTO chats (id, channel, account, address) VALUES {rows}"
    " ON CONFLICT (channel, account, address) DO NOTHING RETURNING id",
    width=4,
)
_FIND_CHATS = Bulk(
    "SELECT chats.id, chats.channel, chats.account, chats.address FROM (VALUES {rows}) AS v JOIN chats"
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

    @property
    def lane(self) -> str:
        """A timer must not overtake the turn that moves it."""
        return self.chat if self.timer else ""


def from_customer(inbound: Inbound, chat: str) -> Arrival:
    event = inbound.event
    return Arrival(
        channel=inbound.channel,
        account=inbound.account,
        key=inbound.external_id,
        chat=chat,
        address=inbound.address,
        event=event,
        body=encode(event),
    )


def from_own(chat: str, event: Event, key: str) -> Arrival:
    return Arrival(channel="", account="own", key=key, chat=chat, event=event, body=encode(event))


def from_job(job: Job, event: Event) -> Arrival:
    key = job.call.key
    return Arrival(channel="", account="job", key=key, chat=job.chat, event=event, body=encode(event), job=job.number)


def from_timer(timer: Timer, event: Event) -> Arrival:
    setting = (timer.conversation, timer.name, micros(timer.due))
    return Arrival(
        channel="", account="timer", key=event.id, chat=timer.chat, event=event, body=encode(event), timer=setting
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
            rows[key] = (*key, _chat(arrival, chats), micros(arrival.event.at), arrival.body)
    stored: dict[int, InboxRow] = {}
    for number, channel, account, external_id in _STORE.run(connection, list(rows.values())):
        arrival = first[channel, account, external_id]
        stored[id(arrival)] = InboxRow(number=number, chat=_chat(arrival, chats), event=arrival.event)
    _DROP_JOBS.run(connection, [(arrival.job,) for arrival in arrivals if arrival.job is not None])
    return [Accepted(row=stored[id(arrival)]) if id(arrival) in stored else _NOTHING for arrival in arrivals]


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


def _chat(arrival: Arrival, chats: Mapping[tuple[str, str, str], str]) -> str:
    if arrival.address is None:
        return arrival.chat
    return chats[arrival.channel, arrival.account, arrival.address]


def _chats(connection: Connection, arrivals: Sequence[Arrival]) -> dict[tuple[str, str, str], str]:
    """The chat of each address; opens those that are new."""
    fresh: dict[tuple[str, str, str], str] = {}
    for arrival in arrivals:
        if arrival.address is not None:
            fresh.setdefault((arrival.channel, arrival.account, arrival.address), arrival.chat)
    found = _find_chats(connection, list(fresh))
    missing = [place for place in fresh if place not in found]
    if missing:
        _OPEN_CHATS.run(connection, sorted((fresh[place], *place) for place in missing))
        found |= _find_chats(connection, missing)
    return found


def _find_chats(connection: Connection, places: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], str]:
    return {(row[1], row[2], row[3]): row[0] for row in _FIND_CHATS.run(connection, places)}
