"""Where everything comes in: an event is stored, then whoever has the chat is told of it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from conversation.events import Happened, OperatorEvent
from conversation.meter import NO_TRACER, Tracer
from conversation.news import ReadNews, TypingNews
from conversation.ports import Bus, Ids
from conversation.records import Accepted, Chat, Inbound, Send
from conversation.stores import EngineStore
from engine.shell.claims import wake
from engine.shell.feed import Feed


class Hands(Protocol):
    """The worker of this process."""

    @property
    def worker(self) -> str: ...

    def take(self, accepted: Accepted) -> None:
        """An event of a chat that is this worker's."""
        ...

    def resume(self, sends: Sequence[Send]) -> None:
        """Messages that are to be sent again."""
        ...


class Intake:
    """``hands`` is None in a process without a worker. ``choose``: the worker who shall have a chat that nobody holds."""

    def __init__(
        self,
        *,
        store: EngineStore,
        bus: Bus,
        feed: Feed,
        ids: Ids,
        choose: Callable[[str], str],
        at: Callable[[str], None],
        tracer: Tracer = NO_TRACER,
        hands: Hands | None = None,
    ) -> None:
        self._store = store
        self._bus = bus
        self._feed = feed
        self._ids = ids
        self._choose = choose
        self._at = at
        self._tracer = tracer
        self._hands = hands
        self._worker = hands.worker if hands else ""

    async def receive(self, inbound: Inbound, chat: str = "") -> bool:
        """See ``conversation.ports.Receive``. ``chat``: the id that a new chat gets; empty = any."""
        with self._tracer.span("accept", chat=chat):
            accepted = await self._store.accept(inbound, chat or self._ids.new(), self._worker)
        self._at("accepted")
        return await self.hand_on(accepted)

    async def operate(self, chat: str, event: OperatorEvent, key: str) -> bool:
        """An operator's command; ``key`` makes a repeated one the same. False if it was known. Raises StoreError."""
        return await self._own(chat, event, key)

    async def happen(self, chat: str, event: Happened, key: str) -> bool:
        """Something outside, in a chat that exists. ``key`` as in ``operate``, and another one. Raises StoreError."""
        return await self._own(chat, event, key)

    async def _own(self, chat: str, event: OperatorEvent | Happened, key: str) -> bool:
        with self._tracer.span("accept", chat=chat):
            accepted = await self._store.accept_own(chat, event, key, self._worker)
        self._at("operated")
        return await self.hand_on(accepted)

    async def resend(self, numbers: Sequence[int], now: datetime) -> int:
        """Try again what did not arrive, behind what waits in its chat: how many. Raises StoreError."""
        sends = await self._store.resend(numbers, now)
        for send in sends:
            await self._feed.decided(send.chat, send.message.id, "pending")
        if self._hands:
            self._hands.resume(sends)
            return len(sends)
        for chat in dict.fromkeys(send.chat for send in sends):
            worker = self._choose(chat)
            if worker:
                await wake(self._bus, worker, chat)
        return len(sends)

    async def settle(self, numbers: Sequence[int]) -> int:
        """What is unsure arrived; what failed is left so. How many. Raises StoreError."""
        settled = await self._store.settle(numbers)
        for each in settled:
            await self._feed.decided(each.chat, each.message, each.state)
        return len(settled)

    async def typing(self, news: TypingNews, chat: Chat | None = None) -> None:
        """Never stored. ``chat`` for an operator's typing: a messenger shows it too."""
        await self._feed.typing(news, chat)

    async def read(self, news: ReadNews) -> None:
        """It is stored already: whoever shows the chat is told."""
        await self._feed.read(news)

    async def hand_on(self, accepted: Accepted) -> bool:
        """To whoever holds the chat, or shall. False for an event that was known."""
        if accepted.row is None:
            return False
        if self._hands and accepted.holder == self._worker:
            self._hands.take(accepted)
            return True
        worker = accepted.holder or self._choose(accepted.row.chat)
        if worker:
            await wake(self._bus, worker, accepted.row.chat)
        return True
