"""What all open desks of this process are told: read from the store once, kept up by the news, told to each page as far as it may know.

Whatever breaks or falls behind is read anew, and told as what changed: pages need not begin anew for that.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Final

import msgspec
import structlog

from conversation.errors import StoreError
from conversation.news import DESK_TOPIC, DeliveryNews, News, TurnNews
from conversation.ports import Subscription
from conversation.records import Card, Operator, Status
from handoff.rights import card_at_home
from handoff.routing import explain, waiters
from handoff.seats import seats as routed_seats
from web.deps import Deps
from web.desk.attendance import EVERY, TOPIC
from web.desk.board import LISTED, Board, Change, changes, explained, moves, seats_of, shown
from web.desk.choices import Choices, choices_of
from web.desk.dead_letters import LetterCount
from web.desk.listener import Listener
from web.desk.outgoing import CardChanged, Me, Resumed, SeatChanged, Snapshot
from web.desk.panel import preview_of
from web.desk.refusals import Refusals

REMEMBERED: Final = 2_000
"""Events that a page may have missed and still gets one by one."""
LEFT: Final = 5_000
"""Chats that left the list and whose version is remembered: late news of them do not bring them back."""
AGAIN: Final = 1.0
"""Seconds until a store or a bus that broke is asked again."""
BEGINNING: Final = 100
_decoder = msgspec.json.Decoder(News)
_log = structlog.get_logger(__name__)


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    change: Change | None = None
    seat: SeatChanged | None = None


class Feed:
    """One for a process; ``listen`` must run."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self.refusals = Refusals()
        self.listeners: set[Listener] = set()
        self.letters = LetterCount(deps, self.listeners)
        self._epoch = deps.ids.new()
        self._number = 0
        self._events: deque[_Event] = deque(maxlen=REMEMBERED)
        self._board = Board()
        self._cards: dict[str, Card] = {}
        self._left: OrderedDict[str, Card] = OrderedDict()
        self._operators: Sequence[Operator] = ()
        self._present: frozenset[str] = frozenset()
        self._rights: dict[str, int] = {}
        """By operator: the event at which they came to see other chats than before."""
        self._why: dict[str, str] = {}
        self._news: tuple[Subscription, Subscription] | None = None
        self._woken = asyncio.Event()
        self._lock = asyncio.Lock()
        self._seats_stale = True
        self._queue_stale = True
        self._choices: tuple[str, Choices] | None = None

    # ── who listens ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def join(self, listener: Listener, after: str) -> None:
        """The listener gets the snapshot, or what it missed after the event ``after``, and all that comes from now on.

        Raises StoreError when there is no list and none can be read.
        """
        await self._deps.presence.here(listener.operator.id)
        self._seat(listener.operator, present=True)
        await self._current()
        number = self._missed(listener.operator.id, after)
        if number is None:
            listener.put(self._snapshot(listener.operator))
        else:
            listener.put(Resumed(event=after, now=self._deps.clock.now()))
            for event in self._events:
                if event.number > number:
                    self._tell(listener, event, again=True)
        for card in self._cards.values():
            listener.call(card, since=0)
        self.listeners.add(listener)
        self.letters.tell(listener)
        await self._tell_others()

    async def set_status(self, operator: Operator, status: Status) -> None:
        """Raises StoreError."""
        await self._deps.store.set_status(operator.id, status)
        self._seat(msgspec.structs.replace(operator, status=status), present=True)
        await self._tell_others()

    async def _tell_others(self) -> None:
        await self._deps.bus.publish(TOPIC, self._epoch.encode())

    def _seat(self, operator: Operator, *, present: bool) -> None:
        """Known here without a look at the store: somebody came, left, or changed."""
        others = [each for each in self._operators if each.id != operator.id]
        self._operators = sorted([*others, operator], key=lambda each: each.id)
        self._present = self._present | {operator.id} if present else self._present - {operator.id}
        self._queue_stale = True
        self._woken.set()

    async def leave(self, listener: Listener) -> None:
        """Who has another window open is still there."""
        me = listener.operator.id
        self.listeners.discard(listener)
        if all(each.operator.id != me for each in self.listeners):
            await self._deps.presence.left(me)
            self._seat(listener.operator, present=False)
            await self._tell_others()

    def card(self, conversation: str) -> Card | None:
        """As the list has it now."""
        return self._board.cards.get(conversation)

    def load(self, operator: str) -> int:
        """Chats they hold."""
        return sum(card.operator == operator for card in self._cards.values() if card.phase == "with_operator")

    def _missed(self, operator: str, after: str) -> int | None:
        """The number of that event, if all that came later is remembered and would be told the same way; else None."""
        epoch, _, number = after.partition(":")
        if epoch != self._epoch or not number.isdecimal() or len(number) > 18:
            return None
        oldest = self._events[0].number - 1 if self._events else self._number
        known = oldest <= int(number) <= self._number and self._rights.get(operator, 0) <= int(number)
        return int(number) if known else None

    def _snapshot(self, operator: Operator) -> Snapshot:
        cards = [Change(after=card) for card in self._board.cards.values()]
        return Snapshot(
            event=f"{self._epoch}:{self._number}",
            operator=me_of(operator),
            cards=tuple(card for each in cards if (card := shown(operator, each))),
            seats=tuple(self._board.seats.values()),
            now=self._deps.clock.now(),
            bot=self._bot(),
        )

    def _bot(self) -> Choices:
        rules = self._deps.rules()
        if self._choices is None or self._choices[0] != rules.bot.version:
            self._choices = rules.bot.version, choices_of(rules, self._deps.clock.now())
        return self._choices[1]

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def listen(self) -> None:
        """Until cancelled."""
        ticking = asyncio.create_task(self._tick(), name="desk's clock")
        try:
            while True:
                try:
                    await self._current()
                    await self._woken.wait()
                except StoreError as error:
                    _log.error("desk_not_read", error=str(error))
                    await self._deps.clock.sleep(AGAIN)
                except Exception:
                    _log.exception("desk_not_kept_up", again_in=AGAIN)
                    await self._deps.clock.sleep(AGAIN)
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
            await self._unsubscribe()
            await self.letters.close()

    async def _tick(self) -> None:
        """Those who sit here say so; who does not say so any more, and why somebody still waits, changes with time alone."""
        while True:
            await self._deps.clock.sleep(EVERY)
            for operator in sorted({listener.operator.id for listener in self.listeners}):
                await self._deps.presence.here(operator)
            self._seats_stale = self._queue_stale = True
            self._woken.set()

    async def _current(self) -> None:
        """All news that are here are in the list, and told."""
        async with self._lock:
            self._woken.clear()
            if self._news is None:
                await self._begin()
            try:
                await self._take_news()
            except StopAsyncIteration:
                await self._unsubscribe()
                await self._begin()
            except BaseException:
                await self._unsubscribe()
                raise
            if self._seats_stale:
                await self._read_seats()
            self._publish()

    async def _begin(self) -> None:
        """Subscribe first, then read: nothing falls between."""
        bus = self._deps.bus
        news, attendance = await bus.subscribe(DESK_TOPIC), await bus.subscribe(TOPIC)
        try:
            self._cards = {card.conversation: card for card in await self._deps.store.cards()}
            await self._read_seats()
        except BaseException:
            await news.close()
            await attendance.close()
            raise
        self._left.clear()
        self.letters.changed()
        self._queue_stale = True
        self._news = news, attendance
        for subscription in self._news:
            subscription.watch(self._woken.set)
        self._woken.set()

    async def _unsubscribe(self) -> None:
        for subscription in self._news or ():
            await subscription.close()
        self._news = None

    async def _take_news(self) -> None:
        """Raises StopAsyncIteration when news may have been lost."""
        assert self._news is not None  # noqa: S101 - begun before
        news, attendance = self._news
        while attendance.pending:
            if await anext(aiter(attendance)) != self._epoch.encode():
                self._seats_stale = True
        while news.pending:
            match _decoder.decode(await anext(aiter(news))):
                case TurnNews() as turn:
                    await self._turn(turn)
                case DeliveryNews():
                    self.letters.changed()
                case _:
                    pass

    async def _turn(self, turn: TurnNews) -> None:
        self.refusals.keep(turn.refusals)
        for refusal in turn.refusals:
            for listener in self.listeners:
                if listener.operator.id == refusal.operator:
                    listener.put(refusal)
        card = turn.card
        if card.phase == "closed":
            self.letters.changed()
        known = self._cards.get(card.conversation) or self._left.get(card.conversation)
        if known is not None and known.version > card.version:
            return
        before = self._cards.pop(card.conversation, None)
        if card.phase in LISTED:
            self._left.pop(card.conversation, None)
            preview = card.preview or (before.preview if before else await self._preview(card))
            self._cards[card.conversation] = msgspec.structs.replace(card, preview=preview)
        else:
            self._left[card.conversation] = card
            if len(self._left) > LEFT:
                self._left.popitem(last=False)
        if "parked" in (card.phase, before.phase if before else "") or not _same_holder(before, card):
            self._queue_stale = True

    async def _preview(self, card: Card) -> str:
        """Of a chat that comes to the list without a word of the customer."""
        conversation = await self._deps.store.conversation(card.conversation)
        if conversation is None:
            return ""
        return preview_of(conversation, tuple(await self._deps.store.recent(card.chat, BEGINNING)))

    async def _read_seats(self) -> None:
        self._operators = await self._deps.store.operators()
        self._present = frozenset(await self._deps.presence.who())
        self._seats_stale = False
        self._queue_stale = True

    # ── what is told ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _publish(self) -> None:
        """The difference between the list as it was told and as it is."""
        policy = self._deps.rules().policy
        listed = {name: card_at_home(policy, card) for name, card in self._cards.items()}
        cards = tuple(listed.values())
        if self._queue_stale:
            there = routed_seats(self._operators, self._present, cards)
            self._why = dict(explain(waiters(cards, policy), there, policy, self._deps.clock.now()))
            self._queue_stale = False
        before = self._board
        ordered = sorted(explained(listed, self._why).items(), key=lambda item: (item[1].since, item[0]))
        self._board = Board(cards=dict(ordered), seats=seats_of(self._operators, self._present, cards))
        self._new_rights(before)
        for change in changes(before.cards, self._board.cards, self._left):
            self._emit(change=change)
        for seat in moves(before.seats, self._board.seats):
            self._emit(seat=SeatChanged(event="", seat=seat))

    def _emit(self, *, change: Change | None = None, seat: SeatChanged | None = None) -> None:
        self._number += 1
        event = _Event(number=self._number, change=change, seat=seat)
        self._events.append(event)
        for listener in tuple(self.listeners):
            self._tell(listener, event)

    def _tell(self, listener: Listener, event: _Event, *, again: bool = False) -> None:
        number = f"{self._epoch}:{event.number}"
        if event.seat is not None:
            listener.put(msgspec.structs.replace(event.seat, event=number))
        if event.change is None:
            return
        card = shown(listener.operator, event.change)
        if card is not None:
            listener.put(CardChanged(event=number, card=card))
            if not again:
                listener.told(event.change)

    def _new_rights(self, before: Board) -> None:
        """Who sees other chats from now on than before begins anew, with a snapshot."""
        for name, seat in self._board.seats.items():
            was = before.seats.get(name)
            if was is not None and (was.role, was.teams) != (seat.role, seat.teams):
                self._rights[name] = self._number + 1
                for listener in [each for each in self.listeners if each.operator.id == name]:
                    listener.end()


def me_of(operator: Operator) -> Me:
    return Me(
        operator=operator.id,
        name=operator.name,
        role=operator.role,
        teams=operator.teams,
        skills=operator.skills,
        languages=operator.languages,
        capacity=operator.capacity,
        status=operator.status,
    )


def _same_holder(before: Card | None, after: Card) -> bool:
    return before is not None and (before.phase, before.operator) == (after.phase, after.operator)
