"""Lives of a conversation with a random bot: moves that mean something wherever it stands."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, TypeAlias

import msgspec
from hypothesis import strategies as st

from conversation.content import Content, Text
from conversation.effects import Effect
from conversation.events import (
    ActionDone,
    ActionFailed,
    CustomerChoseLanguage,
    CustomerEdited,
    CustomerPressed,
    CustomerSaid,
    CustomerUnreachable,
    Event,
    OperatorClaimed,
    OperatorClosed,
    OperatorHandedBack,
    OperatorReplied,
    TimerFired,
    Understood,
)
from conversation.state import Closed, Conversation, Parked, WithOperator, bot_speaks
from conversation.understanding import Entity, Intent, Understanding
from engine.rules import Rules
from tests.support.bots import buttons_of, fresh
from tests.support.life_model import Ledger
from tests.support.random_bots import Bot
from tests.support.random_inputs import COMMANDS, CONTENTS, FORGED, GOOD, JUNK, RESULTS, question_of

Move: TypeAlias = tuple[str, int]
"""What happens, and which of the many such things."""

_MOVES: Final = (
    *("answer",) * 14, "junk", "junk", "press", "content", "command", "command", "language", "timer", "timer", "stale",
    "action", "understood", "understood", "operator", "operator", "edit", "gone", "twice", "pause", "free", "free",
)  # fmt: skip


def moves(longest: int) -> st.SearchStrategy[list[Move]]:
    """Hypothesis would make nearly all lists short."""
    move = st.tuples(st.sampled_from(_MOVES), st.integers(0, 99))
    return st.one_of(st.lists(move, max_size=longest // 4), st.lists(move, min_size=longest // 2, max_size=longest))


class Life(Ledger):
    """One customer's life with a bot, held against the ledger. ``log``: before, event, after and effects of each step."""

    def __init__(self, rules: Rules, bot: Bot) -> None:
        super().__init__(rules)
        self.intents = [*bot.intents, "weather"]
        self.log: list[tuple[Conversation, Event, Conversation, tuple[Effect, ...]]] = []

    def take(self, event: Event) -> tuple[Effect, ...]:
        before = self.state
        effects = super().take(event)
        self.log.append((before, event, self.state, effects))
        run = self.state.run
        assert len(run.frames) <= 4
        if bot_speaks(self.state.phase) and not run.listening:
            assert all(frame.stage != "enter" for frame in run.frames)
        return effects

    def play(self, move: Move) -> None:
        kind, number = move
        over = isinstance(self.state.phase, Closed) and not (self.state.phase.reopen and number % 2)
        if over and kind not in ("stale", "operator", "action", "understood"):
            self.state = msgspec.structs.replace(fresh(at=self.now), id=f"c{self.events}", seq=self.state.seq)
        self.now += timedelta(seconds=(2, 1, 0, 5)[number % 4])
        event = self._event(kind, number)
        if event is not None:
            self.take(event)
            if kind == "twice":
                self.take(msgspec.structs.replace(event, id=self.key()))

    # ── one move ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _event(self, kind: str, number: int) -> Event | None:
        makers: Mapping[str, Callable[[int], Event | None]] = {
            "answer": self._sensible,
            "junk": lambda number: self._said(JUNK[number % len(JUNK)]),
            "free": lambda _: self._said("something that means something"),
            "command": lambda number: self._said(COMMANDS[number % len(COMMANDS)]),
            "content": lambda number: self._said(CONTENTS[number % len(CONTENTS)]),
            "press": self._pressed,
            "twice": self._pressed,
            "language": self._chosen,
            "timer": self._due,
            "stale": self._stale,
            "edit": lambda _: CustomerEdited(id=self.key(), at=self.now, of="x", content=Text(text="menu")),
            "gone": self._gone,
            "pause": self._pause,
            "action": self._any_action,
            "understood": self._any_understood,
            "operator": self._operator,
        }
        return makers[kind](number)

    def _chosen(self, number: int) -> Event:
        language = ("en", "de", "ru", "uk", "fr")[number % 5]
        return CustomerChoseLanguage(id=self.key(), at=self.now, language=language)

    def _gone(self, number: int) -> Event | None:
        return CustomerUnreachable(id=self.key(), at=self.now, reason="blocked") if number > 90 else None

    def _pause(self, number: int) -> None:
        self.now += timedelta(minutes=number * number)

    def _any_action(self, number: int) -> Event:
        request = self.requests[-1 - number % min(3, len(self.requests))] if self.requests else "none.a1"
        return self._acted(request, number)

    def _any_understood(self, number: int) -> Event:
        request = self.listens[-1 - number % min(2, len(self.listens))] if self.listens else "none"
        return self._understood(request, number)

    def _said(self, content: str | Content) -> CustomerSaid:
        content = Text(text=content) if isinstance(content, str) else content
        return CustomerSaid(id=self.key(), at=self.now, content=content)

    def _pressed(self, number: int) -> CustomerPressed:
        """A button of the newest menu or of an older one, or one that never was."""
        if number >= 70 or not self.menus:
            return CustomerPressed(id=self.key(), at=self.now, payload=FORGED[number % len(FORGED)], menu="e0.1")
        menu = self.menus[-1 - (number // 10) % min(7, len(self.menus))]
        button = buttons_of(menu)[number % len(buttons_of(menu))]
        return CustomerPressed(id=self.key(), at=self.now, payload=button.payload, label=button.label, menu=menu.id)

    def _due(self, late: int) -> TimerFired | None:
        if not self.timers:
            return None
        name, due = min(self.timers.items(), key=lambda item: item[1])
        self.now = max(self.now, due) + timedelta(seconds=late)
        return TimerFired(id=self.key(), at=self.now, name=name, due=due)

    def _stale(self, number: int) -> TimerFired | None:
        if not self.old_timers:
            return None
        name, due = self.old_timers[number % len(self.old_timers)]
        return None if self.timers.get(name) == due else TimerFired(id=self.key(), at=self.now, name=name, due=due)

    def _acted(self, request: str, number: int) -> Event:
        if number % 5 == 4:
            return ActionFailed(id=self.key(), at=self.now, request=request, reason="broken")
        result = RESULTS[number % len(RESULTS)] if number % 3 else RESULTS[0]
        return ActionDone(id=self.key(), at=self.now, request=request, result=result)

    def _understood(self, request: str, number: int) -> Understood:
        name, other = self.intents[number % len(self.intents)], self.intents[(number + 1) % len(self.intents)]
        score = (0.9, 0.6, 0.95, 0.2)[number % 4]
        intents = (Intent(name=name, score=score), Intent(name=other, score=(0.1, score)[number % 2]))
        values = (("number", "42"), ("code", "A-123"), ("text", "x"), ("date", "05.11.2026"), ("rating", "nine"))
        entity, value = values[number % len(values)]
        found = Understanding(
            language=("", "de", "en", "fr")[number // 10 % 4],
            language_score=0.9,
            intents=intents if number % 7 else (),
            entities=(Entity(name=entity, value=value, start=0, end=1),),
        )
        return Understood(id=self.key(), at=self.now, request=request, understanding=found)

    def _operator(self, number: int) -> Event:
        who, key, now = ("anna", "anna", "bert")[number % 3], self.key(), self.now
        at = "c-gone" if number > 95 else ""
        claimed = OperatorClaimed(id=key, at=now, operator=who, name=who, conversation=at)
        if isinstance(self.state.phase, Parked) and number % 4:
            return claimed
        reply = OperatorReplied(
            id=key, at=now, operator=who, name=who, content=Text(text="Hello"), client_id=f"r{number}"
        )
        back = OperatorHandedBack(id=key, at=now, operator=who, name=who, conversation=at)
        closed = OperatorClosed(id=key, at=now, operator=who, name=who, conversation=at)
        return (reply, reply, back, closed, claimed)[number % 5]

    def _sensible(self, number: int) -> Event | None:
        """What a customer, an operator or a back-end would do now."""
        phase, run = self.state.phase, self.state.run
        if isinstance(phase, WithOperator):
            how = OperatorClosed if number % 2 else OperatorHandedBack
            return how(id=self.key(), at=self.now, operator=phase.operator, name="A")
        if isinstance(phase, Parked) and number % 3 == 0:
            return OperatorClaimed(id=self.key(), at=self.now, operator="anna", name="A")
        if isinstance(phase, Parked) or "calm" in self.timers:
            return self._due(0)
        if run.listening:
            return self._understood(run.listening, number)
        if not run.frames:
            return self._said("hi")
        return self._acted(run.frames[-1].request, number) if run.frames[-1].stage == "doing" else self._answer(number)

    def _answer(self, number: int) -> Event | None:
        asked = question_of(self.bot, self.state)
        if asked is None:
            return self._due(0)
        good = GOOD.get(asked, ())
        menu = self.menus[-1] if self.menus else None
        if menu and (not good or number % 3 == 0):
            button = buttons_of(menu)[number % len(buttons_of(menu))]
            return self._said(button.label) if number % 2 else self._pressed(number % 10)
        return self._said(good[number % len(good)] if good else str(number % 4))
