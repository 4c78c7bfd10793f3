"""Customer, bot, operators and timers in any order: the bot never talks over a person, and a timer fires or is stopped."""

import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from conversation.content import Text
from conversation.effects import CancelTimer, Effect, Post, RunAction, SetTimer
from conversation.events import (
    ActionDone,
    ActionFailed,
    CustomerChoseLanguage,
    CustomerPressed,
    CustomerSaid,
    Event,
    Happened,
    OperatorAssigned,
    OperatorClaimed,
    OperatorClosed,
    OperatorConsulted,
    OperatorHandedBack,
    OperatorNoted,
    OperatorRan,
    OperatorReplied,
    OperatorTransferred,
    QueuePlace,
    TimerFired,
    Understood,
)
from conversation.state import Closed, Conversation, Parked, WithBot, WithOperator
from engine.step import step
from handoff.waiting import PLACE
from tests.support.bots import ENDS, MONDAY, Talk, fresh, main_bot, means

RULES: Final = main_bot(
    "  menu: {choose: {look: look, talk: human, pause: pause, leave: bye}}\n"
    "  look: {do: look_up, save: found, go: menu}\n"
    "  pause: {say: pause, wait: {event: paid, after: 2m, go: menu}, go: menu}\n"
    "  human: {handover: care, busy: {after: 4m, go: menu}, go: csat}\n"
    "  csat: {ask: rating, save: rating, silence: {after: 5m, go: bye}, go: bye}\n" + ENDS.replace("  human: {handover: care, go: bye}\n", ""),
    heads="intents: {leave: bye}",
)  # fmt: skip
WORDS: Final = (
    "look",
    "talk",
    "leave",
    "menu",
    "back",
    "stop",
    "human",
    "1",
    "2",
    "hello?",
    "this is urgent",
    "I am furious",
)
PRESSES: Final = ("!menu", "!human", "main/menu/look", "main/menu/talk", "=keep", "=bot", "=instead", "main/csat/1")
WHO: Final = ("anna", "bert")
LENGTH: Final = 16
"""Events of an interleaving, after the first words."""


class _Chance:
    """One random life: whatever may come next, comes next."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.now = MONDAY
        self.state = fresh()
        self.events = 0
        self.requests: list[str] = []
        self.listens: list[str] = []
        self.past: list[tuple[str, object]] = []
        self.spoke_over = 0
        self.held = 0
        """Steps at whose end a person held the chat."""

    def key(self) -> dict[str, object]:
        self.events += 1
        return {"id": f"e{self.events}", "at": self.now}

    def next(self) -> Event:
        dice, key = self.dice, self.key()
        who = {**key, "operator": (name := dice.choice(WHO)), "name": name.title()}
        make: tuple[Callable[[], Event], ...] = (
            lambda: CustomerSaid(**key, content=Text(text=dice.choice(WORDS))),  # type: ignore[arg-type]
            lambda: CustomerSaid(**key, content=Text(text=dice.choice(WORDS))),  # type: ignore[arg-type]
            lambda: CustomerPressed(**key, payload=dice.choice(PRESSES), menu=f"m{dice.randrange(3)}"),  # type: ignore[arg-type]
            lambda: CustomerChoseLanguage(**key, language=dice.choice(("en", "de"))),  # type: ignore[arg-type]
            lambda: OperatorClaimed(**who),  # type: ignore[arg-type]
            lambda: OperatorClaimed(**who),  # type: ignore[arg-type]
            lambda: OperatorReplied(**who, content=Text(text="hi"), client_id="k"),  # type: ignore[arg-type]
            lambda: OperatorHandedBack(**who),  # type: ignore[arg-type]
            lambda: OperatorClosed(**who, outcome="solved"),  # type: ignore[arg-type]
            lambda: OperatorAssigned(**who, why="least_loaded"),  # type: ignore[arg-type]
            lambda: OperatorTransferred(**who, team="care", to=dice.choice(("", "bert")), reason="knows more"),  # type: ignore[arg-type]
            lambda: OperatorConsulted(**who, colleague="cleo", colleague_name="Cleo"),  # type: ignore[arg-type]
            lambda: OperatorNoted(**who, text="careful", client_id="n"),  # type: ignore[arg-type]
            lambda: OperatorRan(**who, action="look_up"),  # type: ignore[arg-type]
            lambda: self._timer(key),
            lambda: self._timer(key),
            lambda: self._old_timer(key),
            lambda: ActionDone(**key, request=self._one(self.requests), result={}),  # type: ignore[arg-type]
            lambda: ActionFailed(**key, request=self._one(self.requests), reason="late"),  # type: ignore[arg-type]
            lambda: Understood(**key, request=self._one(self.listens), understanding=means(leave=0.9)),  # type: ignore[arg-type]
            lambda: Happened(**key, name="paid"),  # type: ignore[arg-type]
        )
        return dice.choice(make)()

    def _one(self, known: list[str]) -> str:
        return self.dice.choice(known[-2:]) if known else "none"

    def _timer(self, key: dict[str, object]) -> Event:
        if not self.state.timers:
            return CustomerSaid(**key, content=Text(text="talk"))  # type: ignore[arg-type]
        name, due = min(self.state.timers.items(), key=lambda item: item[1])
        self.now = max(self.now, due)
        place = QueuePlace(position=self.dice.randrange(1, 9), wait=self.dice.choice((None, 240)))
        waits = place if isinstance(self.state.phase, Parked) else None
        return TimerFired(id=str(key["id"]), at=self.now, name=name, due=due, place=waits)

    def _old_timer(self, key: dict[str, object]) -> Event:
        name, due = self.dice.choice(self.past) if self.past else ("silence", MONDAY)
        return TimerFired(**key, name=name, due=due)  # type: ignore[arg-type]

    def live(self, length: int) -> None:
        self.take(CustomerSaid(**self.key(), content=Text(text="42")))  # type: ignore[arg-type]
        for _ in range(length):
            self.now += timedelta(seconds=self.dice.choice((0, 1, 3, 40, 200)))
            self.take(self.next())

    def take(self, event: Event) -> None:
        before = self.state
        if isinstance(before.phase, Closed) and self.dice.random() < 0.5:
            before = fresh(at=self.now)
        self.past.extend(before.timers.items())
        self.state, effects = step(before, event, RULES)
        said = [effect.message.author for effect in effects if isinstance(effect, Post)]
        self.requests += [effect.request for effect in effects if isinstance(effect, RunAction)]
        self.listens += [self.state.run.listening] if self.state.run.listening else []
        if isinstance(self.state.phase, WithOperator):
            self.held += 1
            self.spoke_over += said.count("bot")


@pytest.mark.timeout(3600)
def test_in_any_order_of_customer_bot_operators_and_timers_the_bot_is_silent_while_a_person_has_the_chat(
    request: pytest.FixtureRequest,
) -> None:
    lives = 100_000 if request.config.getoption("--full") else 1_500
    spoken = held = steps = 0
    for seed in range(lives):
        life = _Chance(seed)
        life.live(LENGTH)
        spoken, held, steps = spoken + life.spoke_over, held + life.held, steps + life.events
    print(json.dumps({"interleavings": lives, "steps": steps, "with_a_person": held, "bot_messages_there": spoken}))  # noqa: T201 - the figures of the run
    assert spoken == 0
    assert held > lives  # the test is about something


# ── the answer in the instant of the time-out ────────────────────────────────────────────────────────────────────────


def _parked() -> Conversation:
    talk = Talk(RULES)
    talk.say("hi", "talk")
    return talk.state


def _meanwhile() -> Conversation:
    talk = Talk(RULES, state=_parked())
    talk.say("menu")
    return talk.state


def _asked() -> Conversation:
    talk = Talk(RULES)
    talk.say("hi")
    return talk.state


def _owing() -> Conversation:
    talk = Talk(RULES, state=_parked())
    talk.claim()
    return talk.state


def _owed() -> Conversation:
    return step(_owing(), OperatorReplied(id="r", at=MONDAY, operator="anna", name="Anna", content=Text(text="hi"), client_id="r"), RULES)[0]  # fmt: skip


_NOW: Final[dict[str, Any]] = {"id": "answer", "operator": "anna", "name": "Anna"}
RACES: Final[tuple[tuple[Callable[[], Conversation], str, Callable[..., Event]], ...]] = (
    (_asked, "silence", lambda at: CustomerSaid(id="answer", at=at, content=Text(text="look"))),
    (_asked, "silence", lambda at: CustomerSaid(id="answer", at=at, content=Text(text="stop"))),
    (_parked, "wait_expire", lambda at: OperatorClaimed(at=at, **_NOW)),
    (_parked, "wait_expire", lambda at: CustomerSaid(id="answer", at=at, content=Text(text="still here"))),
    (_parked, "wait_expire", lambda at: CustomerPressed(id="answer", at=at, payload="=keep", menu="m")),
    (_parked, "wait_expire", lambda at: CustomerPressed(id="answer", at=at, payload="=instead", menu="m")),
    (_parked, "wait_expire", lambda at: CustomerSaid(id="answer", at=at, content=Text(text="stop"))),
    (_parked, PLACE, lambda at: OperatorClaimed(at=at, **_NOW)),
    (_meanwhile, "silence", lambda at: OperatorClaimed(at=at, **_NOW)),
    (_meanwhile, "silence", lambda at: CustomerSaid(id="answer", at=at, content=Text(text="human"))),
    (_meanwhile, "wait_expire", lambda at: OperatorClaimed(at=at, **_NOW)),
    (_owing, "operator_reassign", lambda at: OperatorReplied(at=at, content=Text(text="hi"), client_id="k", **_NOW)),
    (_owing, "operator_reassign", lambda at: OperatorClosed(at=at, **_NOW)),
    (_owing, "operator_reassign", lambda at: OperatorHandedBack(at=at, **_NOW)),
    (_owed, "customer_close", lambda at: CustomerSaid(id="answer", at=at, content=Text(text="thanks"))),
    (_owed, "customer_close", lambda at: OperatorClosed(at=at, **_NOW)),
)


def _stops(effects: tuple[Effect, ...], timer: str) -> bool:
    return any(isinstance(effect, CancelTimer | SetTimer) and effect.name == timer for effect in effects)


def _race(before: Conversation, timer: str, answer: Event, *, first: str, late: timedelta) -> tuple[bool, bool]:
    """(the timer had an effect, the answer stopped or moved it), with the two in that order, ``late`` apart."""
    due = before.timers[timer]
    fire = TimerFired(id="fire", at=due + late, name=timer, due=due, place=None)
    if first == "answer":
        state, effects = step(before, answer, RULES)
        stopped = _stops(effects, timer)
        after, nothing = step(state, fire, RULES)
        return (after, nothing) != (state, ()), stopped
    state, effects = step(before, fire, RULES)
    assert timer not in state.timers or state.timers[timer] != due
    _, more = step(state, answer, RULES)
    again, nothing = step(state, fire, RULES)
    assert (again, nothing) == (state, ())
    cancelled = any(isinstance(effect, CancelTimer) and effect.name == timer for effect in more)
    return True, cancelled and timer not in state.timers


@pytest.mark.timeout(600)
def test_an_answer_in_the_instant_of_the_time_out_stops_it_or_comes_after_it_never_both_never_neither(
    request: pytest.FixtureRequest,
) -> None:
    rounds = 10_000 if request.config.getoption("--full") else 1_000
    dice, won = random.Random(7), {"answer": 0, "fire": 0}
    starts = {make: make() for make, _, _ in RACES}
    for _ in range(rounds):
        make, timer, answer = dice.choice(RACES)
        before, first = starts[make], dice.choice(("answer", "fire"))
        at = before.timers[timer] + timedelta(microseconds=dice.choice((-1, 0, 0, 1)))
        fired, stopped = _race(before, timer, answer(at), first=first, late=timedelta(microseconds=dice.randrange(3)))
        assert fired != stopped, (make.__name__, timer, first)
        won[first] += 1
    print(json.dumps({"races": rounds, **won}))  # noqa: T201 - the figures of the run
    assert min(won.values()) > rounds // 3


def test_whoever_comes_first_there_is_an_end_or_somebody_has_the_word() -> None:
    for make, timer, answer in RACES:
        before = make()
        due = before.timers[timer]
        fire, said = TimerFired(id="fire", at=due, name=timer, due=due), answer(due)
        for events in ((fire, said), (said, fire)):
            state = before
            for event in events:
                state, _ = step(state, event, RULES)
            phase = state.phase
            assert isinstance(phase, WithBot | Parked | WithOperator | Closed)
            doing = bool(state.run.frames) and state.run.frames[-1].stage == "doing"
            assert isinstance(phase, Closed) or state.timers or doing or state.run.listening, (make.__name__, timer)
