"""The engine alone: real rules, real SQLite, a messenger that takes everything; no pages and no back-end."""

import asyncio
import itertools
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from app.bot_folder import load_rules
from app.clock import RandomIds
from conversation.content import Content, Media, Text, plain_text
from conversation.errors import ActionError, RefusedError
from conversation.events import CustomerSaid
from conversation.message import Message
from conversation.ports import Actions, Bus, Clock, Nlu, Providers
from conversation.records import ActionCall, Chat, Inbound
from conversation.understanding import Understanding
from conversation.value import Data
from engine.rules import Rules
from engine.shell.callbacks import Callbacks
from engine.shell.context import NoProviders
from engine.shell.editions import Editions, OneEdition
from engine.shell.engine import Engine, Tools
from store.bus import MemoryBus
from store.sql import SqlStore
from tests.support.connector_surroundings import TurnedClock
from tests.support.customers import until
from tests.support.hand_clock import HandClock

BOT = Path(__file__).parents[1] / "crash" / "bot"
RULES = load_rules(BOT)
CHANNEL = "messenger"


def held(_: str) -> int:
    """A fence: every chat is this worker's."""
    return 0


async def sure() -> bool:
    """Nobody gave this worker up."""
    return True


class Deaf:
    async def understand(self, text: str, language: str) -> Understanding:  # noqa: ARG002 - the port's
        return Understanding()


class NoBackEnd:
    async def run(self, call: ActionCall) -> Mapping[str, Data]:
        raise ActionError(call.name, "broken", "this bot has no back-end")


class Sends:
    """A messenger that takes everything."""

    name, account = CHANNEL, "bot"

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    async def send(self, address: str, message: Message, key: str) -> str:
        await asyncio.sleep(0)
        self.sent.append((address, plain_text(message.content)))
        return key

    async def typing(self, address: str) -> None:  # noqa: ARG002 - the port's
        return

    async def fetch(self, media: Media) -> tuple[str, bytes]:
        raise RefusedError(f"there is no file {media.ref}")


class Process:
    """What a process of the service has: its own engine, its own connections to the database. Timers fire when told to.

    ``dead``: the places of processes that have ended, as all of them know it.
    """

    _places = itertools.count(1)

    def __init__(
        self,
        store: SqlStore,
        clock: Clock,
        channel: Sends,
        bus: Bus | None = None,
        dead: set[str] | None = None,
        *,
        rules: Rules = RULES,
        nlu: Nlu | None = None,
        actions: Actions | None = None,
        editions: Editions | None = None,
        providers: Providers | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.channel = channel
        self.place = f"process-{next(self._places)}"
        self.dead = set[str]() if dead is None else dead
        tools = Tools(
            store=store,
            editions=editions or OneEdition(lambda: rules, nlu or Deaf()),
            actions=actions or NoBackEnd(),
            repeatable=lambda _: False,
            own=Callbacks(store=store.calendar, rules=lambda _: rules, clock=clock),
            bus=bus or MemoryBus(),
            channels={CHANNEL: channel},
            clock=clock,
            ids=RandomIds(clock),
            place=self.place,
            gone=self.dead.__contains__,
            providers=providers or NoProviders(),
        )
        self.engine = Engine(tools)
        self._joined = False

    async def join(self) -> None:
        """At work, as if started, but for what runs by the clock."""
        if not self._joined:
            self._joined = True
            await self.engine.members.join()

    def wait(self, time: timedelta) -> None:
        """By the test's own clock."""
        assert isinstance(self.clock, HandClock | TurnedClock)
        self.clock.moment += time

    def dies(self) -> None:
        """Others see that it has ended."""
        self.dead.add(self.place)

    async def receive(self, number: str, address: str, text: str) -> bool:
        await self.join()
        return await self.engine.intake.receive(self.inbound(number, address, text))

    def inbound(self, number: str, address: str, text: str) -> Inbound:
        """A redelivery is read anew: it has another id and another time."""
        content: Content = Text(text=text)
        event = CustomerSaid(id=self.engine._ids.new(), at=self.clock.now(), content=content, language="en")
        return Inbound(channel=CHANNEL, account="bot", external_id=number, address=address, event=event)

    async def settled(self) -> None:
        """Until nothing is left that this process may do."""
        await self.join()
        lanes = self.engine.turns.lanes, self.engine.outbox.lanes
        while True:
            await until(lambda: not any(lane.busy for lane in lanes), what="all work was done")
            await self.engine.claims.take_up()
            if not any(lane.busy for lane in lanes):
                return

    async def chat(self, address: str) -> Chat:
        found = await self.store.find_chat(CHANNEL, "bot", address)
        assert found is not None
        return found

    async def history(self, address: str) -> list[tuple[str, str]]:
        lines = await self.store.history((await self.chat(address)).id, 0, 100_000)
        assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
        return [(line.author, plain_text(line.content)) for line in lines if line.author != "system"]
