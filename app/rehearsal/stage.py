"""A conversation on a stage: the whole step on a clock of its own. Who holds it answers for the language model and the back-ends."""

import copy
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from conversation.callback import Callback, Plan
from conversation.content import Contact, Content, Location, Media, Text
from conversation.effects import Post, RunAction, Understand
from conversation.errors import LotseError
from conversation.events import (
    ActionDone,
    ActionFailed,
    CustomerSaid,
    Event,
    Happened,
    OperatorClaimed,
    OperatorClosed,
    OperatorHandedBack,
    OperatorReplied,
    TimerFired,
    Understood,
)
from conversation.message import Message
from conversation.state import Closed, Conversation, Parked, WithOperator
from conversation.understanding import Understanding
from conversation.value import Data, Value
from dialogs.scene import Scene
from dialogs.taken import Taken
from dialogs.walking.walk import Walk
from engine.live import reopens
from engine.rules import Rules
from engine.step import trace

USUAL_TIME: Final = datetime(2026, 11, 2, 10, 0)  # noqa: DTZ001 - local to each bot's own zone
"""A Monday morning: when nobody says."""
BETWEEN: Final = timedelta(seconds=1)
"""From one message of the customer to the next: nobody is told to slow down."""
CUSTOMER: Final = "rehearsal"
THINGS: Final[Mapping[str, Content]] = {
    "photo": Media(type="photo", ref="photo-1", name="photo.jpg", mime="image/jpeg"),
    "file": Media(type="file", ref="file-1", name="file.pdf", mime="application/pdf"),
    "location": Location(latitude=52.52, longitude=13.405),
    "contact": Contact(phone="+493012345678", name="Eva", own=True),
    "sticker": Media(type="sticker", ref="sticker-1", mime="image/webp"),
}
"""What a customer can send besides words."""

Request: TypeAlias = Understand | RunAction


class Agreed(Value, frozen=True, kw_only=True):
    """What one of the product's own actions gives, and what it changes."""

    result: dict[str, Data]
    plan: Plan | None = None


Answer: TypeAlias = Understanding | dict[str, Data] | Agreed | None
"""To ``Understand`` an Understanding; to ``RunAction`` its result, None if it failed."""


class StageError(LotseError):
    """What was asked for can't happen where the conversation stands."""


class Stage:
    """State is written and read back after every event, as the store does. ``pending``: what must be answered first."""

    def __init__(
        self,
        rules: Rules,
        *,
        language: str = "",
        channel: str = "webchat",
        at: datetime | None = None,
        known: Mapping[str, Data] | None = None,
        language_open: bool = False,
        customer: str = "",
    ) -> None:
        """``at``: local to the bot, a working day's morning if left out. ``language_open``: the first words may choose it."""
        self.rules = rules
        self.channel = channel
        self.known = dict(known or {})
        self.language_open = language_open
        self.customer = customer or CUSTOMER
        self.now = (at or USUAL_TIME).replace(tzinfo=ZoneInfo(rules.policy.time_zone)).astimezone(UTC)
        self.messages: tuple[Message, ...] = ()
        self.taken: tuple[Taken, ...] = ()
        self.ok: frozenset[str] = frozenset()
        self.broken: frozenset[str] = frozenset()
        self.pending: tuple[Request, ...] = ()
        self._count = 0
        self.state = self._fresh(language or rules.bot.source)

    def _fresh(self, language: str, callback: Callback | None = None) -> Conversation:
        return Conversation(
            callback=callback,
            id="rehearsal",
            chat=self.customer,
            channel=self.channel,
            opened_at=self.now,
            language=language,
            language_chosen=not self.language_open,
            variables=self.known,
        )

    def copy(self) -> "Stage":
        """As it is now: what happens on the one does not happen on the other."""
        return copy.copy(self)

    @property
    def over(self) -> bool:
        return isinstance(self.state.phase, Closed)

    # ── events ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def take(self, event: Event) -> None:
        """One event. What it asks for is ``pending`` afterwards."""
        state, effects, taken = trace(self.state, event, self.rules)
        self.state = msgspec.json.decode(msgspec.json.encode(state), type=Conversation)
        self.taken += taken
        self.messages += tuple(effect.message for effect in effects if isinstance(effect, Post))
        self.pending += tuple(effect for effect in effects if isinstance(effect, Understand | RunAction))

    def say(self, content: Content) -> None:
        """The customer's words; after the end they begin a new conversation, or go on with a chat that a person had."""
        self.now += BETWEEN
        words = CustomerSaid(id=self._key(), at=self.now, content=content)
        if self.over and not reopens(self.state, words, self.rules):
            self.state = self._fresh(self.state.language, self.state.callback)
        self.take(words)

    def send(self, what: str) -> None:
        """One of ``THINGS``."""
        self.say(THINGS[what])

    def answer(self, answer: Answer) -> None:
        """To the first of what is pending."""
        request, self.pending = self.pending[0], self.pending[1:]
        if isinstance(request, Understand):
            found = answer if isinstance(answer, Understanding) else Understanding()
            self.take(Understood(id=self._key(), at=self.now, request=request.request, understanding=found))
        elif isinstance(answer, dict | Agreed):
            self.ok |= {request.name}
            did = answer if isinstance(answer, Agreed) else Agreed(result=answer)
            done = ActionDone(id=self._key(), at=self.now, request=request.request, result=did.result, plan=did.plan)
            self.take(done)
        else:
            self.broken |= {request.name}
            self.take(ActionFailed(id=self._key(), at=self.now, request=request.request, reason="as the stage says"))

    def fire(self, until: datetime) -> bool:
        """The next timer that is due until then; False if there is none. The clock is then at ``until``."""
        name, due = min(self.state.timers.items(), key=lambda item: item[1], default=("", until))
        if not name or due > until:
            self.now = until
            return False
        self.now = max(self.now, due)
        self._fire(name)
        return True

    def _fire(self, name: str) -> None:
        self.take(TimerFired(id=self._key(), at=self.now, name=name, due=self.state.timers[name]))

    def happen(self, name: str, data: dict[str, Data]) -> None:
        """Something outside."""
        self.take(Happened(id=self._key(), at=self.now, name=name, data=data))

    def operate(self, what: str) -> None:
        """``closes``, ``busy`` (nobody comes), ``back``, or the operator's words. Raises StageError where nobody waits."""
        if what == "busy":
            if "wait_expire" not in self.state.timers:
                raise StageError("nobody waits for an operator here")
            self._fire("wait_expire")
            return
        if not isinstance(self.state.phase, Parked | WithOperator):
            raise StageError("nobody waits for an operator here")
        who: dict[str, Any] = {"operator": "operator", "name": "Operator"}
        if isinstance(self.state.phase, Parked):
            self.take(OperatorClaimed(id=self._key(), at=self.now, **who))
        if what == "closes":
            self.take(OperatorClosed(id=self._key(), at=self.now, **who))
        elif what == "back":
            self.take(OperatorHandedBack(id=self._key(), at=self.now, **who))
        else:
            words = Text(text=what)
            self.take(OperatorReplied(id=self._key(), at=self.now, content=words, client_id=self._key(), **who))

    def _key(self) -> str:
        self._count += 1
        return f"r{self._count}"

    # ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def walk(self) -> Walk:
        """Where the conversation stands, to ask what can be said there; nothing done to it lasts."""
        state = self.state
        scene = Scene(
            key=f"r{self._count}",
            now=self.now,
            channel=state.channel,
            language=state.language,
            customer=state.chat,
            hours=self.rules.hours(self.now),
        )
        return Walk(self.rules.bot, state.run, state.variables, scene)

    @property
    def local_time(self) -> datetime:
        """The clock on the company's wall."""
        return self.now.astimezone(ZoneInfo(self.rules.policy.time_zone))


def settle(stage: Stage, answer: Callable[[Request], Answer]) -> None:
    """Answer all that is pending, and what follows from it."""
    while stage.pending:
        stage.answer(answer(stage.pending[0]))


def pass_time(stage: Stage, seconds: float, answer: Callable[[Request], Answer]) -> None:
    """Let time pass, and every timer fire when it is due."""
    until = stage.now + timedelta(seconds=seconds)
    while stage.fire(until):
        settle(stage, answer)
