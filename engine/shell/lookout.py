"""While the bus brings no news of other processes, they are read from the store: once a second, for all open pages together.
So are those that a worker took along when it ended.

What the store does not hold, that somebody types for one, is not seen meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

import msgspec
import structlog

from conversation.cards import card_of
from conversation.errors import StoreError, UnreadableError
from conversation.events import QueuePlace
from conversation.news import DESK_TOPIC, LOST_TOPIC, QUEUE_TOPIC, QueueNews, TurnNews, chat_topic
from conversation.ports import Clock, Subscription
from conversation.records import Snapshot, Standing
from conversation.state import Conversation, Parked
from engine.shell.feed import works

EVERY: Final = 1.0
"""Seconds between two looks, and between two questions whether the bus is there."""
AT_ONCE: Final = 4
"""Places in a queue that are looked up at a time."""
_CHAT: Final = chat_topic("")
_log = structlog.get_logger(__name__)


class Reads(Protocol):
    """What of the store is needed."""

    async def standings(self, chats: Sequence[str]) -> Sequence[Standing]: ...

    async def load(self, chat: str) -> Snapshot: ...

    async def place(self, conversation: str) -> QueuePlace | None: ...


class Ears(Protocol):
    """A bus that can fall silent. ``up``: it brings the news of others. ``deliver`` and ``end``: in this process only."""

    @property
    def up(self) -> bool: ...

    def topics(self) -> tuple[str, ...]: ...

    def deliver(self, topic: str, payload: bytes) -> None: ...

    def end(self, topic: str) -> None: ...

    async def subscribe(self, topic: str) -> Subscription: ...


class Lookout:
    """For a process that has open pages."""

    def __init__(
        self,
        *,
        store: Reads,
        bus: Ears,
        clock: Clock,
        place: Callable[[str, str], Awaitable[QueuePlace | None]] | None = None,
    ) -> None:
        self._store = store
        self._place_of = place or (lambda conversation, _: store.place(conversation))
        self._bus = bus
        self._clock = clock
        self._seen: dict[str, Standing] = {}
        self._blind = False
        self._lost = False
        self._room = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._keep_looking())

    async def _listen(self) -> None:
        while True:
            try:
                subscription = await self._bus.subscribe(LOST_TOPIC)
                try:
                    async for _ in subscription:
                        self.miss()
                finally:
                    await subscription.close()
            except Exception:
                _log.exception("losses_not_heard")
            await self._clock.sleep(EVERY)

    def miss(self) -> None:
        """A worker ended: the next look tells the pages how far their chats are."""
        self._lost = True

    async def _keep_looking(self) -> None:
        while True:
            await self._clock.sleep(EVERY)
            try:
                await self.look()
            except StoreError as error:
                _log.error("news_not_looked_for", error=error)

    async def look(self) -> None:
        """Tell the pages what is new since the last look; nothing where the bus does that. Raises StoreError.

        The desks' first look is at a new list: whatever changed before it is on that.
        """
        if self._bus.up:
            self._blind, self._seen = False, {}
            if self._lost:
                await self._recover()
            return
        watched = self._watched()
        found = {standing.chat: standing for standing in await self._store.standings(sorted(watched))}
        gone = [chat for chat, before in self._seen.items() if before.people and chat not in found]
        if gone:
            found |= {standing.chat: standing for standing in await self._store.standings(gone)}
        news = [found[chat] for chat in found if self._seen.get(chat) != found[chat]]
        if self._blind:
            await asyncio.gather(*(self._tell(standing, on_desk=True) for standing in news))
        else:
            _log.warning("bus_is_silent", follows=f"news of other processes are read from the store every {EVERY:g} s")
            await asyncio.gather(*(self._tell(one, on_desk=False) for one in news if one.chat in watched))
            self._bus.end(DESK_TOPIC)
        self._seen, self._blind = found, True

    async def _recover(self) -> None:
        """What a worker that is gone saved and did not tell, for all pages; desks get a new list."""
        self._lost = False
        try:
            found = await self._store.standings(sorted(self._watched()))
        except StoreError:
            self._lost = True
            raise
        await asyncio.gather(*(self._tell(standing, on_desk=False) for standing in found))
        self._bus.end(DESK_TOPIC)

    def _watched(self) -> set[str]:
        return {topic.removeprefix(_CHAT) for topic in self._bus.topics() if topic.startswith(_CHAT)}

    async def _tell(self, standing: Standing, *, on_desk: bool) -> None:
        try:
            snapshot = await self._store.load(standing.chat)
        except UnreadableError:
            return  # it is told where its turns fail
        conversation = snapshot.conversation
        if conversation is None:
            return
        place = await self._place(conversation)
        news = TurnNews(
            chat=standing.chat,
            card=card_of(conversation, standing.preview),
            place=place,
            working=works(conversation),
            seq=snapshot.chat.seq,
        )
        payload = msgspec.json.encode(news)
        self._bus.deliver(chat_topic(standing.chat), payload)
        before = self._seen.get(standing.chat)
        if on_desk and (standing.people or (before and before.people)):
            self._bus.deliver(DESK_TOPIC, payload)
        if before and before.people and not isinstance(conversation.phase, Parked):
            self._bus.deliver(QUEUE_TOPIC, msgspec.json.encode(QueueNews(team="")))

    async def _place(self, conversation: Conversation) -> QueuePlace | None:
        if not isinstance(conversation.phase, Parked):
            return None
        async with self._room:
            return await self._place_of(conversation.id, conversation.phase.team)
