"""A team of operators behind the engine alone: who is there, and a router that gives them chats."""

from conversation.content import Text
from conversation.events import OperatorClaimed, OperatorClosed, OperatorEvent, OperatorReplied
from conversation.policy import Policy, Routing, RoutingMode, Team
from conversation.ports import Bus, Presence
from conversation.records import Card, Operator, Status
from engine.shell.router import Router
from engine.shell.seating import Seating
from store.presence import MemoryPresence
from tests.support.engines import Process, sure
from tests.support.hand_clock import HandClock

TEAM = "desk"
"""Of the counting bot."""


def policy(mode: RoutingMode = "automatic", routing: Routing | None = None) -> Policy:
    return Policy(time_zone="UTC", teams={TEAM: Team(name=TEAM, routing=mode)}, routing=routing or Routing())


class Office:
    """``bus``: see ``Process``. A second office on the same store has ``presence`` in common with the first."""

    def __init__(
        self, process: Process, bus: Bus, presence: Presence | None = None, rules: Policy | None = None
    ) -> None:
        self.process = process
        self.presence = presence or MemoryPresence(process.clock)
        self.rules = rules or policy()
        self.router = Router(
            store=process.store,
            seating=Seating(store=process.store, presence=self.presence, clock=process.clock),
            operate=process.engine.intake.operate,
            policy=lambda: self.rules,
            bus=bus,
            clock=process.clock,
            ids=process.engine._ids,
            sure=sure,
        )
        self.there: set[str] = set()
        self._numbers = 0

    async def come(
        self, *names: str, capacity: int = 2, status: Status = "available", languages: tuple[str, ...] = ()
    ) -> None:
        for name in names:
            operator = Operator(
                id=name, name=name.title(), password="", capacity=capacity, status=status, languages=languages
            )
            await self.process.store.put_operator(operator)
            self.there.add(name)
            await self.presence.here(name)

    async def ask_for_a_person(self, *customers: str) -> None:
        """Each is in the queue afterwards, in this order."""
        for customer in customers:
            self.turn(1)
            for word in ("hi", "human"):
                self._numbers += 1
                await self.process.receive(f"{customer}-{self._numbers}", customer, word)
                await self.process.settled()

    def turn(self, seconds: float) -> None:
        """What happens one after the other has different times."""
        if isinstance(self.process.clock, HandClock):
            self.process.clock.turn(seconds)

    async def cards(self) -> dict[str, Card]:
        """By the customer's address."""
        found = await self.process.store.cards()
        chats = {(await self.process.store.load(card.chat)).chat.address: card for card in found}
        return dict(chats)

    async def look(self) -> None:
        """One look of the router, and all that follows from it."""
        for name in self.there:
            await self.presence.here(name)
        await self.router.look()
        await self.process.settled()

    async def held(self) -> dict[str, str]:
        """Customer to operator, of those who have one."""
        return {name: card.operator for name, card in (await self.cards()).items() if card.operator}

    async def operate(self, customer: str, operator: str, what: str, key: str = "") -> None:
        """The operator does something with a chat: ``claim``, ``close``, or else says it."""
        card = (await self.cards())[customer]
        event = self.event(card, operator, what)
        await self.process.engine.intake.operate(card.chat, event, key or event.id)
        await self.process.settled()

    def event(self, card: Card, operator: str, what: str) -> OperatorEvent:
        id_, at = self.process.engine._ids.new(), self.process.clock.now()
        name, conversation = operator.title(), card.conversation
        if what == "claim":
            return OperatorClaimed(id=id_, at=at, operator=operator, name=name, conversation=conversation)
        if what == "close":
            return OperatorClosed(id=id_, at=at, operator=operator, name=name, conversation=conversation)
        return OperatorReplied(
            id=id_,
            at=at,
            operator=operator,
            name=name,
            conversation=conversation,
            content=Text(text=what),
            client_id=id_,
        )
