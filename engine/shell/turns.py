"""A turn: load the conversation, step, save all of it in one transaction, then tell the others."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from itertools import islice, takewhile
from time import perf_counter
from typing import Final

import msgspec
import structlog

from conversation.effects import Amend, Effect, Understand
from conversation.errors import StaleError, StoreError, UnreadableError
from conversation.events import (
    CustomerChoseLanguage,
    CustomerPressed,
    CustomerSaid,
    CustomerUnreachable,
    Event,
    OperatorClaimed,
    QueuePlace,
    TimerFired,
    Understood,
)
from conversation.meter import NO_METER, NO_TRACER, Meter, Tracer
from conversation.ports import Channel, Clock, Ids, Nlu
from conversation.records import Chat, InboxRow, Saved, Snapshot, Turn
from conversation.run import Run
from conversation.state import Closed, Conversation, Parked, Phase
from conversation.stores import EngineStore
from conversation.understanding import Understanding
from engine.live import reopens
from engine.rules import Rules
from engine.shell.editions import Edition, Editions, choose
from engine.shell.feed import Feed
from engine.shell.lanes import Lanes
from engine.shell.stored import until_stored
from engine.step import rescue, step
from handoff.handled import handled

NLU_LIMIT: Final = 2.0
"""Seconds; then the bot goes on as if nothing was understood."""
CACHED: Final = 5_000
"""Chats whose newest state is kept in memory: it holds as long as the claim does under which it was saved."""
CROWD: Final = 100
"""Claims of one chat that are answered in one turn: all but the first are only told who has it."""
AT_ONCE: Final = 500
"""Turns that are worked on at the same time."""
_RETRY: Final = (0.1, 0.5, 1.0, 2.0, 3.0)

_log = structlog.get_logger(__name__)


class Turns:
    """``fence`` is that of this worker's claim of a chat. ``after`` gets what a saved turn left to do; ``doubt`` the chat of
    one that was refused; ``told`` a chat and what a saved turn made of its conversation. ``at`` is called at named points (for crash tests). ``place``: of a
    conversation in its team's queue."""

    def __init__(
        self,
        *,
        store: EngineStore,
        editions: Editions,
        channels: Mapping[str, Channel],
        feed: Feed,
        clock: Clock,
        ids: Ids,
        fence: Callable[[str], int | None],
        after: Callable[[Saved, Turn], None],
        doubt: Callable[[str], None],
        at: Callable[[str], None],
        told: Callable[[Chat, Conversation, Conversation], None] = lambda *_: None,
        meter: Meter = NO_METER,
        tracer: Tracer = NO_TRACER,
        place: Callable[[str, str], Awaitable[QueuePlace | None]] | None = None,
    ) -> None:
        self._meter = meter
        self._tracer = tracer
        self._place = place or (lambda conversation, _: store.place(conversation))
        self._store = store
        self._editions = editions
        self._channels = channels
        self._feed = feed
        self._clock = clock
        self._ids = ids
        self._fence = fence
        self._after = after
        self._doubt = doubt
        self._at = at
        self._told = told
        self._cache: OrderedDict[str, tuple[int, Snapshot]] = OrderedDict()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._along: set[int] = set()
        """Numbers of events that were answered along with an earlier one."""
        self.lanes: Lanes[InboxRow] = Lanes(self._handle, give_up=self._reject, clock=clock)

    def add(self, row: InboxRow) -> None:
        self.lanes.add(row)

    def numbers(self) -> frozenset[int]:
        """Of the rows that wait or are being worked on."""
        return self.lanes.numbers()

    async def _handle(self, row: InboxRow) -> None:
        """Until it is saved. What can't be saved now stays in the inbox, and this chat waits for it.

        Raises what a retry won't mend.
        """
        if row.number in self._along:
            self._along.discard(row.number)
            return
        for attempt in range(1_000_000):
            try:
                async with self._room:
                    with self._tracer.span("turn", chat=row.chat):
                        await self._turn(row)
                return
            except UnreadableError:
                raise
            except StaleError:
                # Somebody else's chat by now, or an older event must come first: the store knows.
                self._cache.pop(row.chat, None)
                self._doubt(row.chat)
                return
            except StoreError as error:
                _log.error("turn_not_saved", chat=row.chat, inbox=row.number, error=str(error))
                self._cache.pop(row.chat, None)
                await self._clock.sleep(_RETRY[min(attempt, len(_RETRY) - 1)])
            except Exception:
                self._cache.pop(row.chat, None)
                raise

    async def _reject(self, row: InboxRow, error: Exception) -> None:
        _log.error("event_rejected", chat=row.chat, inbox=row.number, error=error)
        self._meter.rejected()
        reason = f"{type(error).__name__}: {error}"
        await until_stored(
            self._clock, lambda: self._store.reject(row.number, reason), what=f"rejected event {row.number}"
        )

    async def _turn(self, row: InboxRow) -> None:
        fence = self._fence(row.chat)
        if fence is None:
            raise StaleError(row.chat)
        snapshot = self._cached(row.chat, fence) or await self._store.load(row.chat)
        start, edition = await self._begin(snapshot, row.event)
        event = row.event
        place = None
        if isinstance(start.phase, Parked):
            place = await self._place(start.id, start.phase.team)
            if isinstance(event, TimerFired):
                event = msgspec.structs.replace(event, place=place)
        end, effects = await self._step(start, event, edition)
        crowd = self._crowd(row)
        for other in crowd:
            end, more = await self._step(end, other.event, edition)
            effects = (*effects, *more)
        turn = self._record((row, *crowd), fence, snapshot, start=start, end=end, effects=effects)
        self._at("stepped")
        with self._tracer.span("save", chat=row.chat, conversation=end.id):
            saved = await self._store.save(turn)
        self._meter.turn(row.event, start.phase, end.phase, self._clock.now())
        self._at("saved")
        self._along.update(other.number for other in crowd)
        self._remember(snapshot, turn)
        self._after(saved, turn)
        self._told(snapshot.chat, start, turn.conversation)
        await self._tell(turn, start.phase, place)

    def _crowd(self, row: InboxRow) -> tuple[InboxRow, ...]:
        """Claims that wait right behind a claim: of fifty who want a chat the last would wait for as many commits."""
        if not isinstance(row.event, OperatorClaimed):
            return ()
        behind = islice(self.lanes.items(row.chat), 1, CROWD)
        return tuple(takewhile(lambda other: isinstance(other.event, OperatorClaimed), behind))

    async def _tell(self, turn: Turn, before: Phase, place: QueuePlace | None) -> None:
        """The turn is saved: whatever fails here must not have it done again."""
        end = turn.conversation
        try:
            if isinstance(end.phase, Parked) and not isinstance(before, Parked):
                place = await self._place(end.id, end.phase.team)
        except StoreError as error:
            _log.warning("place_not_read", conversation=end.id, error=str(error))
        try:
            await self._feed.turn(turn, before, place)
        except Exception:
            _log.exception("turn_not_published", conversation=end.id)

    async def _begin(self, snapshot: Snapshot, event: Event) -> tuple[Conversation, Edition]:
        """The open conversation, or what follows the last one after that was closed, and the version that takes the event."""
        last = snapshot.conversation
        if last is not None and not isinstance(last.phase, Closed):
            return await choose(self._editions, last, event)
        if last is not None and not isinstance(event, CustomerSaid | CustomerPressed | CustomerChoseLanguage):
            return await choose(self._editions, last, event)
        if last is not None and isinstance(last.phase, Closed) and last.phase.reopen:
            again, edition = await choose(self._editions, last, event)
            if reopens(again, event, edition.rules):
                return again, edition
        return await choose(self._editions, self._fresh(snapshot, event), event)

    def _fresh(self, snapshot: Snapshot, event: Event) -> Conversation:
        last, chat = snapshot.conversation, snapshot.chat
        return Conversation(
            id=self._ids.new(),
            chat=chat.id,
            channel=chat.channel,
            opened_at=event.at,
            seq=chat.seq,
            begins=chat.seq,
            language=chat.language,
            language_chosen=last.language_chosen if last else False,
            name=last.name if last else "",
            run=Run(left=last.run.left, forms=last.run.forms) if last else Run(),
            callback=last.callback if last else None,
            acquainted=(last.served or last.acquainted) if last else None,
        )

    async def _step(
        self, start: Conversation, event: Event, edition: Edition
    ) -> tuple[Conversation, tuple[Effect, ...]]:
        rules = edition.rules
        try:
            state, effects = self._advance(start, event, rules)
            asked = next((effect for effect in effects if isinstance(effect, Understand)), None)
            if asked is not None:
                answer = Understood(
                    id=f"{event.id}.u",
                    at=event.at,
                    request=asked.request,
                    message=asked.message,
                    understanding=await self._understand(asked, edition.nlu),
                )
                state, more = self._advance(state, answer, rules)
                effects = (*effects, *more)
                _tell_meaning(start.id, more)
        except Exception:
            _log.exception("step_failed", conversation=start.id, on=event.id)
            return rescue(start, event, rules)
        return state, effects

    def _advance(self, start: Conversation, event: Event, rules: Rules) -> tuple[Conversation, tuple[Effect, ...]]:
        began = perf_counter()
        with self._tracer.span("step", chat=start.chat, conversation=start.id):
            result = step(start, event, rules)
        self._meter.step(perf_counter() - began)
        return result

    async def _understand(self, asked: Understand, nlu: Nlu) -> Understanding:
        try:
            async with asyncio.timeout(NLU_LIMIT):
                return await nlu.understand(asked.text, asked.language)
        except TimeoutError:
            _log.warning("nlu_too_slow", limit=NLU_LIMIT)
            return Understanding()

    def _record(
        self,
        rows: tuple[InboxRow, ...],
        fence: int,
        snapshot: Snapshot,
        *,
        start: Conversation,
        end: Conversation,
        effects: tuple[Effect, ...],
    ) -> Turn:
        event = rows[0].event
        return Turn(
            handled=tuple(row.number for row in rows),
            base=start.version,
            conversation=msgspec.structs.replace(end, version=start.version + 1),
            effects=effects,
            outgoing=snapshot.chat.channel in self._channels,
            at=self._clock.now(),
            unreachable=event.reason if isinstance(event, CustomerUnreachable) else "",
            bulk=isinstance(event, TimerFired),
            fence=fence,
            left=handled(start, event, end),
        )

    def _cached(self, chat: str, fence: int) -> Snapshot | None:
        kept = self._cache.get(chat)
        return kept[1] if kept and kept[0] == fence else None

    def _remember(self, snapshot: Snapshot, turn: Turn) -> None:
        end = turn.conversation
        chat = msgspec.structs.replace(snapshot.chat, seq=end.seq, language=end.language)
        self._cache[chat.id] = turn.fence, Snapshot(chat=chat, conversation=end)
        self._cache.move_to_end(chat.id)
        if len(self._cache) > CACHED:
            self._cache.popitem(last=False)


def _tell_meaning(conversation: str, effects: tuple[Effect, ...]) -> None:
    """What became of a free text, and why: no word of it."""
    for effect in effects:
        meaning = effect.message.meaning if isinstance(effect, Amend) else None
        if meaning is not None and meaning.by is not None:
            _log.debug(
                "free_text",
                conversation=conversation,
                did=meaning.did,
                intent=meaning.intent,
                language=meaning.language,
                scores={intent.name: intent.score for intent in meaning.intents},
                layer=meaning.by.layer,
                model=meaning.by.model,
                passed={passed.layer: passed.why for passed in meaning.by.passed},
                mended=bool(meaning.by.read_as),
                milliseconds=meaning.by.milliseconds,
            )
