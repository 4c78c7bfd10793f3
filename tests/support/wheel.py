"""A contact centre in a table: conversations, their timers and a queue, on a clock that jumps from one event to the next.

Everything is the real step; only the store, the channel and the people are played.
"""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import msgspec

from conversation.content import Prompt
from conversation.effects import Effect, Post, RunAction, Understand
from conversation.events import ActionFailed, CustomerSaid, Event, QueuePlace, TimerFired, Understood
from conversation.message import Message
from conversation.state import Closed, Conversation, Parked, WithOperator
from conversation.understanding import Understanding
from engine.live import reopens
from engine.rules import Rules
from engine.step import step
from handoff.desk import estimate
from tests.support.bots import MONDAY, fresh


class Centre:
    """``said``: what the bot or a person said to a customer, by chat. ``crew`` and ``mean`` make the estimate."""

    def __init__(self, rules: Rules, *, crew: int = 5, mean: float = 300.0, at: datetime = MONDAY) -> None:
        self.rules = rules
        self.now = at
        self.states: dict[str, Conversation] = {}
        self.messages: dict[str, list[Message]] = {}
        self.fired: dict[str, int] = {}
        self.steps = 0
        self.talked_over = 0
        """Messages of the bot while a person held the chat."""
        self._crew = crew
        self._mean = mean
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count(1)

    # ── the clock ────────────────────────────────────────────────────────────────────────────────────────────────────

    def at(self, when: datetime, what: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (when, next(self._numbers), what))

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        self.at(self.now + timedelta(seconds=seconds), what)

    def run(self, until: datetime) -> None:
        """All that is due by then, in order: what is set while it runs, too."""
        while self._agenda and self._agenda[0][0] <= until:
            self.now, _, what = heapq.heappop(self._agenda)
            what()
        self.now = until

    # ── events ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def key(self) -> str:
        return f"x{next(self._numbers)}"

    def place(self, chat: str) -> QueuePlace | None:
        mine = self.states[chat].phase
        if not isinstance(mine, Parked):
            return None
        queue = [state.phase for state in self.states.values() if isinstance(state.phase, Parked)]
        ahead = sum((-each.priority, each.since) < (-mine.priority, mine.since) for each in queue)
        return QueuePlace(position=ahead + 1, wait=estimate(ahead + 1, self._crew, self._mean))

    def take(self, chat: str, event: Event) -> tuple[Effect, ...]:
        """One event of a chat, as a turn takes it: after an end it begins a new conversation or goes on with the old one."""
        state = self.states.get(chat)
        if state is None or (
            isinstance(state.phase, Closed)
            and isinstance(event, CustomerSaid)
            and not reopens(state, event, self.rules)
        ):
            seq = state.seq if state else 0
            state = msgspec.structs.replace(fresh(at=self.now), id=f"c{next(self._numbers)}", chat=chat, seq=seq)
        before = state
        after, effects = step(before, event, self.rules)
        self.steps += 1
        asked = next((effect for effect in effects if isinstance(effect, Understand)), None)
        if asked is not None:
            answer = Understood(id=f"{event.id}u", at=self.now, request=asked.request, understanding=Understanding())
            after, more = step(after, answer, self.rules)
            effects = (*effects, *more)
        self.states[chat] = after
        said = [effect.message for effect in effects if isinstance(effect, Post)]
        self.messages.setdefault(chat, []).extend(said)
        if isinstance(after.phase, WithOperator):
            self.talked_over += sum(message.author == "bot" for message in said)
        for name, due in after.timers.items():
            if before.timers.get(name) != due or before.id != after.id:
                self._set(chat, after.id, name, due)
        for effect in effects:
            if isinstance(effect, RunAction):
                self.after(1, lambda request=effect.request: self.fails(chat, request))  # type: ignore[misc]
        return effects

    def fails(self, chat: str, request: str) -> None:
        self.take(chat, ActionFailed(id=self.key(), at=self.now, request=request, reason="played"))

    def _set(self, chat: str, conversation: str, name: str, due: datetime) -> None:
        def fire() -> None:
            state = self.states[chat]
            if state.id == conversation and state.timers.get(name) == due:
                self.fired[name] = self.fired.get(name, 0) + 1
                place = self.place(chat)
                self.take(chat, TimerFired(id=self.key(), at=self.now, name=name, due=due, place=place))

        self.at(due, fire)

    def heard(self, chat: str) -> list[str]:
        """The origins of what the customer was told."""
        told = [message for message in self.messages.get(chat, []) if message.author in ("bot", "operator")]
        return [message.origin for message in told if isinstance(message.content, Prompt) and message.origin]
