"""The engine: everything that happens goes in at ``receive``; everything that follows is done here."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import structlog

from conversation.effects import Post, SetTimer
from conversation.events import CustomerUnreachable, OperatorEvent
from conversation.news import TypingNews
from conversation.ports import Actions, Bus, Channel, Chat, Clock, EngineStore, Ids, Inbound, Nlu, Saved, Turn
from engine.rules import Rules
from engine.shell.feed import Feed
from engine.shell.jobs import Jobs
from engine.shell.outbox import AmbiguousPolicy, Outbox, no_point
from engine.shell.pace import Pacer, unpaced
from engine.shell.stored import until_stored
from engine.shell.sweep import Left, Sweep
from engine.shell.timers import Timers
from engine.shell.turns import Turns

DRAIN: Final = 4.0
"""Seconds that a stop gives to the turns in hand; with what follows from them it takes at most 1.75 times as long."""

MANY: Final = 1_000_000
_log = structlog.get_logger(__name__)


class Engine:
    """Durable from the first event on: what ``receive`` took is handled once, whatever stops the process."""

    def __init__(
        self,
        *,
        store: EngineStore,
        rules: Callable[[], Rules],
        nlu: Nlu,
        actions: Actions,
        repeatable: Callable[[str], bool],
        bus: Bus,
        channels: Mapping[str, Channel],
        clock: Clock,
        ids: Ids,
        policies: Mapping[str, AmbiguousPolicy] | None = None,
        pacer: Pacer | None = None,
        chance: Callable[[], float] = lambda: 1.0,
        at: Callable[[str], None] = no_point,
    ) -> None:
        """``rules`` gives the live version of the bot; ``at`` is called at the points where crash tests stop the process.

        ``pacer``: how fast channels may be sent to; without one as fast as they take it. ``chance``: see ``Outbox``.
        """
        self._store = store
        self._clock = clock
        self._ids = ids
        self._at = at
        self.feed = Feed(bus, channels)
        self.turns = Turns(
            store=store,
            rules=rules,
            nlu=nlu,
            channels=channels,
            feed=self.feed,
            clock=clock,
            ids=ids,
            after=self._after,
            at=at,
        )
        self.outbox = Outbox(
            store=store,
            channels=channels,
            policies=policies or {},
            feed=self.feed,
            clock=clock,
            gone=self._gone,
            at=at,
            pacer=pacer or unpaced(clock),
            chance=chance,
        )
        self.jobs = Jobs(store=store, actions=actions, repeatable=repeatable, clock=clock, ids=ids, done=self.turns.add)
        self.timers = Timers(store=store, clock=clock, ids=ids, fired=self.turns.add, at=at)
        self.sweep = Sweep(
            clock,
            Left("event", store.unhandled, self.turns).look,
            Left("send", store.open_sends, self.outbox).look,
            Left("job", store.open_jobs, self.jobs).look,
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take up what an earlier process left, in order.

        All of it is read before any of it runs: what a turn adds meanwhile would be taken up twice, and before what is older.
        """
        rows = await self._store.unhandled(MANY)
        sends = await self._store.open_sends(MANY)
        jobs = await self._store.open_jobs(MANY)
        for send in sends:
            self.outbox.add(send)
        for row in rows:
            self.turns.add(row)
        for job in jobs:
            self.jobs.add(job)
        self._tasks = [
            asyncio.create_task(self.timers.run(), name="timers"),
            asyncio.create_task(self.sweep.run(), name="sweep"),
        ]
        if rows:
            _log.info("took_up_unhandled_events", count=len(rows))

    async def stop(self) -> None:
        """Finish what is in hand; the rest is in the store."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.turns.lanes.drain(DRAIN)
        await self.jobs.drain(DRAIN / 4)
        await self.turns.lanes.drain(DRAIN / 4)
        await self.outbox.drain(DRAIN / 4)
        await self.feed.close()

    async def receive(self, inbound: Inbound, chat: str = "") -> bool:
        """See ``conversation.ports.Receive``. ``chat``: the id that a new chat gets; empty = any."""
        accepted = await self._store.accept(inbound, chat or self._ids.new())
        self._at("accepted")
        if accepted.row is None:
            return False
        self.outbox.reachable(accepted.row.chat)
        self.turns.add(accepted.row)
        return True

    async def operate(self, chat: str, event: OperatorEvent, key: str) -> bool:
        """An operator's command; ``key`` makes a repeated one the same. False if it was known. Raises StoreError."""
        accepted = await self._store.accept_own(chat, event, key)
        self._at("operated")
        if accepted.row is None:
            return False
        self.turns.add(accepted.row)
        return True

    async def resend(self, numbers: Sequence[int]) -> int:
        """Try again what did not arrive, now and behind what waits in its chat: how many. Raises StoreError."""
        sends = await self._store.resend(numbers, self._clock.now())
        for send in sends:
            self.outbox.reachable(send.chat)
            self.outbox.add(send)
            await self.feed.decided(send.chat, send.message.id, "pending")
        return len(sends)

    async def settle(self, numbers: Sequence[int]) -> int:
        """What is unsure arrived; what failed is left so. How many. Raises StoreError."""
        settled = await self._store.settle(numbers)
        for each in settled:
            await self.feed.decided(each.chat, each.message, each.state)
        return len(settled)

    async def typing(self, news: TypingNews, chat: Chat | None = None) -> None:
        """Never stored. ``chat`` for an operator's typing: a messenger shows it too."""
        await self.feed.typing(news, chat)

    def _after(self, saved: Saved, turn: Turn) -> None:
        if any(isinstance(effect, Post) and effect.message.author == "customer" for effect in turn.effects):
            self.outbox.reachable(turn.conversation.chat)
        for send in saved.sends:
            self.outbox.add(send)
        for job in saved.jobs:
            self.jobs.add(job)
        for effect in turn.effects:
            if isinstance(effect, SetTimer):
                self.timers.set(effect.due)

    async def _gone(self, chat: str, reason: str) -> None:
        event = CustomerUnreachable(id=self._ids.new(), at=self._clock.now(), reason=reason)
        accepted = await until_stored(
            self._clock, lambda: self._store.accept_own(chat, event, event.id), what=f"loss of {chat}"
        )
        if accepted.row:
            self.turns.add(accepted.row)
