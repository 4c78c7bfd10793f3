"""Planted defects: what the tests of this folder must notice, or they prove nothing. The product knows nothing of them."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import msgspec

from conversation.effects import CancelTimer, Post, SetTimer
from conversation.events import Event
from conversation.message import Message
from conversation.records import Accepted, Held, Inbound, Saved, SendUpdate, Snapshot, Timer, Turn
from engine.shell.engine import Engine
from engine.shell.lanes import Lanes
from store.sql import SqlStore

Defect: TypeAlias = Literal[
    "",
    "acknowledges_first",
    "no_unique_key",
    "released_early",
    "lane_of_a_message",
    "timers_in_memory",
    "sent_before_the_call",
    "resumes_one_late",
    "seq_of_old",
]
LATE: Final = 0.1
"""Seconds that the hasty store lets what it confirmed lie in memory."""
OPEN: Final = 0.01
"""Seconds between the release of a chat and the commit that should have come before it."""
MANY: Final = 1_000_000


class AcknowledgesFirst(SqlStore):
    """Says "stored" at once and writes a little later, in order."""

    def begin(self, take: Callable[[Accepted], None]) -> None:
        self._late: deque[tuple[Inbound, str, str]] = deque()
        self._take = take
        self._writing = asyncio.create_task(self._write())

    async def accept(self, inbound: Inbound, chat: str, worker: str = "") -> Accepted:
        self._late.append((inbound, chat, worker))
        return Accepted(row=None)

    async def _write(self) -> None:
        while True:
            await asyncio.sleep(LATE)
            while self._late:
                self._take(await super().accept(*self._late.popleft()))


class NoUniqueKey(SqlStore):
    """Every delivery is a new one."""

    _count = 0

    async def accept(self, inbound: Inbound, chat: str, worker: str = "") -> Accepted:
        self._count += 1
        key = f"{inbound.external_id}#{inbound.event.id}#{self._count}"
        return await super().accept(msgspec.structs.replace(inbound, external_id=key), chat, worker)


class ReleasedEarly(SqlStore):
    """A chat is given back before its turn is committed, and what is written under an older fence counts as well."""

    async def save(self, turn: Turn) -> Saved:
        chat = turn.conversation.chat
        for peer in await self.peers():
            await self.release(peer.worker, [Held(chat=chat, fence=turn.fence)])
        await asyncio.sleep(OPEN)
        return await super().save(msgspec.structs.replace(turn, fence=await self._newest(chat)))

    async def update_send(self, update: SendUpdate) -> bool:
        chat = await self._read(
            lambda connection: connection.exec_driver_sql(
                f"SELECT chat FROM outbox WHERE number = {update.number}"  # noqa: S608 - a number
            ).scalar_one()
        )
        return await super().update_send(msgspec.structs.replace(update, fence=await self._newest(chat)))

    async def _newest(self, chat: str) -> int:
        fence: int = await self._read(
            lambda connection: connection.exec_driver_sql(
                f"SELECT fence FROM chats WHERE id = '{chat}'"  # noqa: S608 - an id of ours
            ).scalar_one()
        )
        return fence


class TimersInMemory(SqlStore):
    """Timers are kept by the process that set them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._due: dict[tuple[str, str], Timer] = {}

    async def save(self, turn: Turn) -> Saved:
        rest = tuple(effect for effect in turn.effects if not isinstance(effect, SetTimer | CancelTimer))
        saved = await super().save(msgspec.structs.replace(turn, effects=rest))
        conversation = turn.conversation
        for effect in turn.effects:
            match effect:
                case SetTimer(name=name, due=due):
                    self._due[conversation.id, name] = Timer(
                        chat=conversation.chat, conversation=conversation.id, name=name, due=due
                    )
                case CancelTimer(name=name):
                    self._due.pop((conversation.id, name), None)
                case _:
                    pass
        return saved

    async def due_timers(self, until: datetime, limit: int) -> Sequence[Timer]:
        return [timer for timer in self._due.values() if timer.due <= until][:limit]

    async def next_timer(self) -> datetime | None:
        return min((timer.due for timer in self._due.values()), default=None)

    async def fire(self, timer: Timer, event: Event, worker: str = "") -> Accepted:
        if self._due.get((timer.conversation, timer.name)) != timer:
            return Accepted(row=None)
        del self._due[timer.conversation, timer.name]
        return await self.accept_own(timer.chat, event, event.id, worker)


class SentBeforeTheCall(SqlStore):
    """A message counts as sent from the moment it is to be sent."""

    async def update_send(self, update: SendUpdate) -> bool:
        if update.state == "sending":
            update = msgspec.structs.replace(update, state="sent")
        return await super().update_send(update)


class ResumesOneLate(SqlStore):
    """A page that comes back gets what follows the message after its last one."""

    async def history(self, chat: str, after: int, limit: int) -> Sequence[Message]:
        return await super().history(chat, after + 1 if after else 0, limit)


class SeqOfOld(SqlStore):
    """A message's place follows from what this process remembers of the chat, whoever wrote to it since: nobody looks at the
    version, and a place that is taken stays with who has it."""

    async def save(self, turn: Turn) -> Saved:
        conversation = turn.conversation
        known = await self.conversation(conversation.id)
        taken = {message.seq for message in await self.history(conversation.chat, 0, MANY)}
        effects = tuple(each for each in turn.effects if not isinstance(each, Post) or each.message.seq not in taken)
        base = known.version if known else 0
        return await super().save(msgspec.structs.replace(turn, base=base, effects=effects))


STORES: Final[Mapping[Defect, type[SqlStore]]] = {
    "acknowledges_first": AcknowledgesFirst,
    "no_unique_key": NoUniqueKey,
    "released_early": ReleasedEarly,
    "timers_in_memory": TimersInMemory,
    "sent_before_the_call": SentBeforeTheCall,
    "resumes_one_late": ResumesOneLate,
    "seq_of_old": SeqOfOld,
}


def plant(defect: Defect, engine: Engine) -> None:
    """What must be changed in a worker that is up; the rest is in its store."""
    match defect:
        case "acknowledges_first":
            assert isinstance(engine._store, AcknowledgesFirst)
            engine._store.begin(engine.take)
        case "lane_of_a_message":
            for lanes in (engine.turns.lanes, engine.outbox.lanes):
                _split(lanes)
        case "seq_of_old":
            turns = engine.turns

            def remembered(chat: str, fence: int) -> Snapshot | None:
                kept = turns._cache.get(chat)
                return kept[1] if kept else None

            turns._cached = remembered  # type: ignore[method-assign]
        case _:
            pass


def _split(lanes: Lanes[Any]) -> None:
    """Each item has a lane of its own, instead of each chat."""

    def add(item: Any) -> None:
        if item.number in lanes._numbers:
            return
        lanes._numbers.add(item.number)
        lane = lanes._lanes[str(item.number)] = deque([item])
        task = asyncio.create_task(lanes._run(str(item.number), lane))
        lanes._tasks.add(task)
        task.add_done_callback(lanes._tasks.discard)

    lanes.add = add  # type: ignore[method-assign]
