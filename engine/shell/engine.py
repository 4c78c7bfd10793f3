"""A worker: what happens in the chats that are its own, and all that follows from it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from conversation.effects import SetTimer
from conversation.errors import StoreError
from conversation.events import CustomerEdited, CustomerPressed, CustomerSaid, CustomerUnreachable, QueuePlace
from conversation.meter import NO_METER, NO_TRACER, Meter, Tracer
from conversation.ports import Actions, Bus, Channel, Clock, Ids, Providers
from conversation.records import Accepted, Claimed, InboxRow, Saved, Send, Turn
from conversation.stores import EngineStore
from engine.shell.callbacks import Callbacks
from engine.shell.claims import Claims
from engine.shell.context import Contexts, NoProviders
from engine.shell.duty import Duty
from engine.shell.editions import Editions
from engine.shell.feed import Feed
from engine.shell.intake import Intake
from engine.shell.jobs import Jobs
from engine.shell.keep_up import keep_up
from engine.shell.members import EVERY, Members
from engine.shell.outbox import AmbiguousPolicy, Outbox, no_point
from engine.shell.pace import Pacer, unpaced
from engine.shell.stored import until_stored
from engine.shell.sweep import Left, Sweep
from engine.shell.timers import Timers
from engine.shell.turns import Turns

DRAIN: Final = 4.0
"""Seconds that a stop gives to the turns in hand; with what follows from them it takes at most 1.75 times as long."""

AGAIN: Final = 1.0
"""Seconds until a part that broke is begun again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What an engine works with. ``editions`` gives the versions of the bot; ``at`` is called at the points where crash
    tests stop the process.

    ``place`` names this process; ``gone``: whether the process of a place is known to have ended. ``beat``: seconds between
    two signs of life. ``pacer``: how fast channels may be sent to; without one as fast as they take it. ``chance``: see
    ``Outbox``.
    """

    store: EngineStore
    editions: Editions
    actions: Actions
    repeatable: Callable[[str], bool]
    own: Callbacks | None = None
    bus: Bus
    channels: Mapping[str, Channel]
    clock: Clock
    ids: Ids
    place: str = ""
    gone: Callable[[str], bool] = lambda _: False
    beat: float = EVERY
    providers: Providers = field(default_factory=NoProviders)
    policies: Mapping[str, AmbiguousPolicy] = field(default_factory=dict)
    pacer: Pacer | None = None
    chance: Callable[[], float] = lambda: 1.0
    at: Callable[[str], None] = no_point
    meter: Meter = NO_METER
    tracer: Tracer = NO_TRACER
    place_of: Callable[[str, str], Awaitable[QueuePlace | None]] | None = None
    """Of a conversation in its team's queue; without it, as the store has it."""


class Engine:
    """Durable from the first event on: what ``intake`` took is handled once, whatever stops the process."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._store, self._clock, self._ids = tools.store, tools.clock, tools.ids
        self.worker = tools.ids.new()
        self.feed = Feed(tools.bus, tools.channels)
        self.members = Members(
            store=tools.store,
            clock=tools.clock,
            worker=self.worker,
            place=tools.place,
            gone=tools.gone,
            lost=self._lost,
            buried=self.feed.lost,
            every=tools.beat,
        )
        self.claims = Claims(
            store=tools.store,
            bus=tools.bus,
            clock=tools.clock,
            worker=self.worker,
            took=self._took,
            busy=self._busy,
            handling=lambda: self.turns.numbers(),  # noqa: PLW0108 - they are made below
            at=tools.at,
        )
        self.intake = Intake(
            store=tools.store,
            bus=tools.bus,
            feed=self.feed,
            ids=tools.ids,
            choose=self.members.choose,
            at=tools.at,
            tracer=tools.tracer,
            hands=self,
        )
        self.contexts = self._make_contexts()
        self.turns = self._make_turns()
        self.outbox = self._make_outbox()
        self.jobs = self._make_jobs()
        self.timers = self._make_timers()
        self.sweep = Sweep(
            tools.clock,
            Left("send", partial(tools.store.open_sends, worker=self.worker), self.outbox).look,
            Left("job", partial(tools.store.open_jobs, worker=self.worker), self.jobs).look,
        )
        self._tasks: list[asyncio.Task[None]] = []

    def _make_turns(self) -> Turns:
        tools = self._tools
        return Turns(
            store=tools.store,
            editions=tools.editions,
            channels=tools.channels,
            feed=self.feed,
            clock=tools.clock,
            ids=tools.ids,
            fence=self.claims.fence,
            after=self._after,
            doubt=self.claims.doubt,
            at=tools.at,
            told=self.contexts.turn,
            meter=tools.meter,
            tracer=tools.tracer,
            place=tools.place_of,
        )

    def _make_contexts(self) -> Contexts:
        tools = self._tools
        return Contexts(
            providers=tools.providers,
            store=tools.store.context,
            chats=tools.store,
            bus=tools.bus,
            clock=tools.clock,
            mine=self._mine,
            who=lambda chat: tuple(tools.editions.current(chat).rules.bot.fillers),
        )

    def _make_outbox(self) -> Outbox:
        tools = self._tools
        return Outbox(
            store=tools.store,
            channels=tools.channels,
            policies=tools.policies,
            feed=self.feed,
            clock=tools.clock,
            gone=self._gone,
            fence=self.claims.fence,
            sure=self.members.sure,
            at=tools.at,
            meter=tools.meter,
            tracer=tools.tracer,
            pacer=tools.pacer or unpaced(tools.clock),
            chance=tools.chance,
        )

    def _make_jobs(self) -> Jobs:
        tools = self._tools
        return Jobs(
            store=tools.store,
            actions=tools.actions,
            repeatable=tools.repeatable,
            own=tools.own,
            clock=tools.clock,
            ids=tools.ids,
            fence=self.claims.fence,
            done=self.take,
            at=tools.at,
            worker=self.worker,
        )

    def _make_timers(self) -> Timers:
        tools = self._tools
        return Timers(
            store=tools.store,
            clock=tools.clock,
            ids=tools.ids,
            fired=self.take,
            at=tools.at,
            worker=self.worker,
            mine=self._mine,
        )

    async def start(self) -> None:
        """Take up, in order, what earlier processes left. Raises StoreError."""
        await self.members.join()
        await self.claims.take_up()
        running = {
            "members": self.members.run,
            "claims": self.claims.run,
            "timers": self.timers.run,
            "context": self.contexts.listen,
            "sweep": self.sweep.run,
        }
        self._tasks = [
            asyncio.create_task(keep_up(self._clock, name, run, pause=AGAIN), name=name)
            for name, run in running.items()
        ]

    async def stop(self) -> None:
        """Finish what is in hand; the rest is in the store, and anybody's."""
        for task in self._tasks:
            if task.get_name() != "members":
                task.cancel()
        await self.turns.lanes.drain(DRAIN)
        await self.jobs.drain(DRAIN / 4)
        await self.turns.lanes.drain(DRAIN / 4)
        await self.outbox.drain(DRAIN / 4)
        await self.contexts.drain()
        await self.feed.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(StoreError):
            await self.members.leave()

    def duty(self, name: str, do: Callable[[], Awaitable[None]]) -> Duty:
        """What one worker at a time may do."""
        return Duty(store=self._store, clock=self._clock, worker=self.worker, name=name, do=do)

    def take(self, accepted: Accepted) -> None:
        """An event was stored: handle it if its chat is this worker's, or find out whose it is."""
        row = accepted.row
        if row is None:
            return
        mine = accepted.holder == self.worker
        if mine and accepted.opened:
            self.claims.hold(row.chat, accepted.fence)
        if mine and self.claims.fence(row.chat) == accepted.fence:
            self._add(row)
        else:
            self.claims.want([row.chat])

    def resume(self, sends: Sequence[Send]) -> None:
        """They are to be sent again. In chats that another worker holds its sweep finds them."""
        for send in sends:
            if self.claims.fence(send.chat) is not None:
                self.outbox.reachable(send.chat)
                self.outbox.add(send)
        self.claims.want(send.chat for send in sends if self.claims.fence(send.chat) is None)

    def _add(self, row: InboxRow) -> None:
        if isinstance(row.event, CustomerSaid | CustomerPressed | CustomerEdited):
            self.outbox.reachable(row.chat)
        self.turns.add(row)

    def _took(self, claimed: Claimed) -> None:
        """What is to be sent goes before what the turns to come will say."""
        for send in claimed.sends:
            self.outbox.add(send)
        for row in claimed.rows:
            self._add(row)
        for job in claimed.jobs:
            self.jobs.add(job)

    def _busy(self, chat: str) -> bool:
        return self.turns.lanes.has(chat) or self.outbox.lanes.has(chat) or self.jobs.busy(chat)

    def _mine(self, chat: str) -> bool:
        return self.claims.fence(chat) is not None or self.members.choose(chat) in ("", self.worker)

    def _lost(self) -> None:
        """Others gave this worker up: what it still has in hand will be refused, and must not be sent."""
        self.claims.forget()
        self.outbox.lose()

    def _after(self, saved: Saved, turn: Turn) -> None:
        self.claims.settled(turn.conversation.chat)
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
            self._clock, lambda: self._store.accept_own(chat, event, event.id, self.worker), what=f"loss of {chat}"
        )
        self.take(accepted)
