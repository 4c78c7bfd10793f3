"""Gives waiting chats to operators, in teams that want that. One worker at a time has this duty.

What it decides goes into the inbox like an operator's own claim: whoever comes second, a person or a router that does not know yet
that it is none any more, finds the chat taken. One decision about one state of a chat is stored once, whoever makes it again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import msgspec
import structlog

from conversation.errors import StoreError
from conversation.events import OperatorAssigned, OperatorEvent
from conversation.news import ATTENDANCE_TOPIC, DESK_TOPIC, News, TurnNews
from conversation.policy import Policy
from conversation.ports import Bus, Clock, Ids
from conversation.records import Card, InboxRow, Status
from engine.shell.seating import DeskReads, Seating
from handoff.routing import Assigned, route, waiters
from handoff.seats import Seat

EVERY: Final = 3.0
"""Seconds between two looks if nobody tells of anything: news may be lost."""
AGAIN: Final = 1.0
"""Seconds until a bus that broke is asked again."""
ON_ITS_WAY: Final = timedelta(seconds=30)
"""How long a decision may be under way; then the chat is looked at as if there was none."""
MANY: Final = 10_000
_decoder = msgspec.json.Decoder(News)
_log = structlog.get_logger(__name__)


class RoutingStore(DeskReads, Protocol):
    """What of the store a router needs."""

    async def unhandled(self, limit: int) -> Sequence[InboxRow]: ...

    async def set_status(self, operator: str, status: Status) -> None: ...


class Operate(Protocol):
    """``Intake.operate``."""

    async def __call__(self, chat: str, event: OperatorEvent, key: str) -> bool: ...


class Router:
    """``policy``: as it is now; ``sure``: whether nobody can have taken this worker's duty away."""

    def __init__(
        self,
        *,
        store: RoutingStore,
        seating: Seating,
        operate: Operate,
        policy: Callable[[], Policy],
        bus: Bus,
        clock: Clock,
        ids: Ids,
        sure: Callable[[], Awaitable[bool]],
    ) -> None:
        self._store = store
        self._seating = seating
        self._operate = operate
        self._policy = policy
        self._bus = bus
        self._clock = clock
        self._ids = ids
        self._sure = sure
        self._news = asyncio.Event()
        self._phases: dict[str, tuple[str, str]] = {}
        """Of the conversations that people have: as last heard of."""
        self._given: dict[str, OperatorAssigned] = {}
        """Conversation to whom it was given, and when this worker knew of it: not handled yet."""
        self._last: dict[str, datetime] = {}
        """When each operator got a chat last."""
        self._silent: dict[str, datetime] = {}
        """Conversation to when it was taken from one who was silent."""

    async def run(self) -> None:
        """As long as the duty is this worker's. Raises StoreError if it can't begin."""
        await self.take_up()
        async with asyncio.TaskGroup() as group:
            for topic in (DESK_TOPIC, ATTENDANCE_TOPIC):
                group.create_task(self._listen(topic))
            group.create_task(self._work())

    async def take_up(self) -> None:
        """What the router before decided and nobody has handled yet counts. Raises StoreError."""
        now = self._clock.now()
        events = [row.event for row in await self._store.unhandled(MANY)]
        decided = [event for event in events if isinstance(event, OperatorAssigned)]
        self._given = {event.conversation: msgspec.structs.replace(event, at=now) for event in decided}

    async def look(self) -> datetime | None:
        """Give what can be given; when time alone may change the answer. Raises StoreError."""
        policy = self._policy()
        if all(team.routing == "by_hand" for team in policy.teams.values()):
            return None
        cards = await self._store.cards()
        seats = await self._seating.seats(cards)
        now = self._clock.now()
        self._learn(cards, now)
        gone = await self._send_away(cards, seats, policy)
        there = [seat for seat in self._with_given(seats) if seat.operator not in gone]
        waiting = [card for card in cards if card.phase == "parked" and card.conversation not in self._given]
        routed = route(waiters(waiting, policy), there, policy, now)
        if routed.assigned and await self._sure():
            by_name = {card.conversation: card for card in waiting}
            for each in routed.assigned:
                await self._give(by_name[each.conversation], each, now)
        return routed.again

    async def _give(self, card: Card, found: Assigned, now: datetime) -> None:
        event = OperatorAssigned(
            id=self._ids.new(),
            at=now,
            operator=found.operator,
            name=found.name,
            conversation=card.conversation,
            why=found.why,
            team=card.team,
            prefer=card.prefer,
        )
        await self._operate(card.chat, event, f"routing:{card.conversation}:{card.version}")
        self._given[card.conversation] = event
        self._last[found.operator] = now
        _log.info("chat_assigned", conversation=card.conversation, operator=found.operator, why=found.why)

    def _learn(self, cards: Sequence[Card], now: datetime) -> None:
        waiting = {card.conversation: card for card in cards if card.phase == "parked"}
        self._given = {name: event for name, event in self._given.items() if _coming(event, waiting.get(name), now)}
        for card in cards:
            if card.phase == "with_operator":
                self._last[card.operator] = max(card.since, self._last.get(card.operator, card.since))

    def _with_given(self, seats: Sequence[Seat]) -> list[Seat]:
        """What is on its way to somebody fills their places already."""
        coming = [event.operator for event in self._given.values()]
        return [
            msgspec.structs.replace(
                seat, load=seat.load + coming.count(seat.operator), since=self._last.get(seat.operator, seat.since)
            )
            for seat in seats
        ]

    async def _send_away(self, cards: Sequence[Card], seats: Sequence[Seat], policy: Policy) -> set[str]:
        """Who let a customer wait until the chat was taken from them, and has answered nobody else, is not there, whatever the
        desk says: without this the next customer would be given to them. They choose to be available again themselves."""
        taken = {card.conversation: card for card in cards if card.phase == "parked" and card.avoid}
        fresh = [card for name, card in taken.items() if self._silent.get(name) != card.since]
        self._silent = {name: card.since for name, card in taken.items()}
        automatic = {name for name, team in policy.teams.items() if team.routing == "automatic"}
        answering = {card.operator for card in cards if card.phase == "with_operator" and not card.unanswered}
        takes = {seat.operator for seat in seats if seat.takes}
        gone = {card.avoid for card in fresh if card.team in automatic} & takes - answering
        for operator in sorted(gone):
            await self._store.set_status(operator, "away")
            _log.warning("operator_away", operator=operator, follows="a chat was taken from them: they said nothing")
        if gone:
            await self._bus.publish(ATTENDANCE_TOPIC, b"")
        return gone

    # ── when to look ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _work(self) -> None:
        while True:
            self._news.clear()
            again: datetime | None = None
            try:
                again = await self.look()
            except StoreError as error:
                _log.error("chats_not_routed", error=str(error))
            except Exception:
                _log.exception("chats_not_routed")
            await self._rest(again)

    async def _rest(self, again: datetime | None) -> None:
        """Until there is something new, or it is time."""
        seconds = EVERY if again is None else max(0.0, min(EVERY, (again - self._clock.now()).total_seconds()))
        sleep = asyncio.create_task(self._clock.sleep(seconds))
        news = asyncio.create_task(self._news.wait())
        try:
            await asyncio.wait({sleep, news}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            news.cancel()

    async def _listen(self, topic: str) -> None:
        """A subscription that fell behind or broke is followed by the next."""
        while True:
            try:
                subscription = await self._bus.subscribe(topic)
                try:
                    self._news.set()
                    async for payload in subscription:
                        if topic == ATTENDANCE_TOPIC or self._matters(payload):
                            self._news.set()
                finally:
                    await subscription.close()
            except Exception:
                _log.exception("routing_not_told", again_in=AGAIN)
                await self._clock.sleep(AGAIN)

    def _matters(self, payload: bytes) -> bool:
        """A chat began to wait, was taken, or left somebody: not each message of a live chat."""
        news = _decoder.decode(payload)
        if not isinstance(news, TurnNews):
            return False
        card = news.card
        before = self._phases.pop(card.conversation, None)
        if card.phase not in ("parked", "with_operator"):
            return before is not None
        self._phases[card.conversation] = (card.phase, card.operator)
        return card.phase == "parked" or before != (card.phase, card.operator)


def _coming(given: OperatorAssigned, card: Card | None, now: datetime) -> bool:
    """Whether a decision is still under way: the chat waits as it did then."""
    if card is None or card.since > given.at or now - given.at >= ON_ITS_WAY:
        return False
    return not given.team or (given.team, given.prefer) == (card.team, card.prefer)
