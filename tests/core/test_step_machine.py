"""Random lives of a conversation against a small model: who has the word, which timers run, what is still awaited."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from conversation.content import Location, Text
from conversation.effects import Post, Refuse
from conversation.events import (
    ActionDone,
    ActionFailed,
    CustomerChoseLanguage,
    CustomerEdited,
    CustomerPressed,
    CustomerSaid,
    CustomerUnreachable,
    OperatorAssigned,
    OperatorClaimed,
    OperatorClosed,
    OperatorConsulted,
    OperatorHandedBack,
    OperatorNoted,
    OperatorReplied,
    OperatorTransferred,
    QueuePlace,
    TimerFired,
    Understood,
)
from conversation.state import Closed, Parked, WithOperator, bot_speaks
from conversation.understanding import Intent, Understanding
from dialogs.hearing.hear import press_id
from engine.rules import Rules
from tests.support.bots import buttons_of
from tests.support.life_model import VERSIONS, Model

WORDS: Final = st.sampled_from(
    [
        "hi",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "menu",
        "back",
        "repeat",
        "stop",
        "human",
        "language",
        "Deutsch",
        "English",
        "look",
        "form",
        "name",
        "5",
        "42",
        "yes",
        "right",
        "again",
        "done",
        "???",
        "I am furious",
        "this is urgent",
        "Ask the assistant",
        "Keep my place",
        "/menu",
        "",
    ]
)
PLACES: Final = st.one_of(
    st.none(), st.builds(QueuePlace, position=st.integers(1, 40), wait=st.one_of(st.none(), st.integers(0, 5000)))
)
OPERATORS: Final = st.sampled_from(("anna", "bert"))
INTENTS: Final = st.dictionaries(
    st.sampled_from(("look_up", "leave", "rename", "want_human", "weather")), st.floats(0, 1), max_size=3
)


class Life(Model):
    """Whatever may happen to a conversation, in any order."""

    # ── customers ────────────────────────────────────────────────────────────────────────────────────────────────────

    @initialize()
    def first_words(self) -> None:
        self.take(CustomerSaid(id=self.key(), at=self.now, content=Text(text="42")))

    @rule(text=WORDS)
    def says(self, text: str) -> None:
        event = CustomerSaid(id=self.key(), at=self.now, content=Text(text=text))
        self.reopen(event)
        company = self.word_of_bot
        effects = self.take(event)
        assert isinstance(effects[0], Post)
        assert effects[0].message.author == "customer"
        if company:
            assert self.answered(effects)
        self.bot_moved()

    @rule()
    def sends_a_place(self) -> None:
        event = CustomerSaid(id=self.key(), at=self.now, content=Location(latitude=1, longitude=2))
        self.reopen(event)
        effects = self.take(event)
        assert self.holder != "bot" or self.answered(effects)
        self.bot_moved()

    @precondition(lambda self: self.menus)
    @rule(data=st.data(), newest=st.booleans())
    def presses(self, data: st.DataObject, newest: bool) -> None:
        menu = self.menus[-1] if newest else data.draw(st.sampled_from(self.menus))
        button = data.draw(st.sampled_from(buttons_of(menu)))
        event = CustomerPressed(id=self.key(), at=self.now, payload=button.payload, menu=menu.id)
        self.reopen(event)
        again = self.state.run.answered == press_id(menu.id, button.payload)
        before = self.state
        effects = self.take(event)
        if again:
            assert not effects
            assert self.state.run == before.run
        elif self.holder == "bot":
            assert self.answered(effects)
        self.bot_moved()

    @rule()
    def edits(self) -> None:
        effects = self.take(CustomerEdited(id=self.key(), at=self.now, of="x", content=Text(text="menu")))
        assert [type(effect) for effect in effects] == [Post]

    @rule(language=st.sampled_from(("en", "de", "fr")))
    def chooses_language(self, language: str) -> None:
        self.take(CustomerChoseLanguage(id=self.key(), at=self.now, language=language))
        assert self.state.language in ("en", "de")

    @rule(really=st.integers(0, 9))
    def is_gone(self, really: int) -> None:
        if really == 0:
            self.take(CustomerUnreachable(id=self.key(), at=self.now, reason="blocked"))
            self.holder = "closed"
            assert isinstance(self.state.phase, Closed)

    # ── operators ────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(operator=OPERATORS)
    def claims(self, operator: str) -> None:
        effects = self.take(OperatorClaimed(id=self.key(), at=self.now, operator=operator, name=operator))
        if self.holder == "parked":
            self.holder = operator
            assert not any(isinstance(effect, Refuse) for effect in effects)
        elif self.holder == operator:
            assert not effects
        else:
            self.refused(effects, {"bot": "not_waiting", "closed": "closed"}.get(self.holder, "held_by_other"))
        self.bot_moved()

    @rule(operator=OPERATORS)
    def replies(self, operator: str) -> None:
        content = Text(text="Good day")
        event = OperatorReplied(id=self.key(), at=self.now, operator=operator, name="A", content=content, client_id="r")
        effects = self.take(event)
        if self.holder == operator:
            assert [effect.message.author for effect in effects if isinstance(effect, Post)] == ["operator"]
        else:
            self.refused(effects, "closed" if self.holder == "closed" else "not_holder")
        self.bot_moved()

    @rule(operator=OPERATORS, how=st.sampled_from((OperatorHandedBack, OperatorClosed)))
    def lets_go(self, operator: str, how: type[OperatorHandedBack] | type[OperatorClosed]) -> None:
        effects = self.take(how(id=self.key(), at=self.now, operator=operator, name=operator))
        if self.holder == operator:
            assert self.answered(effects)
            self.holder = "bot"
        else:
            self.refused(effects, "closed" if self.holder == "closed" else "not_holder")
        self.bot_moved()

    @rule(operator=OPERATORS)
    def is_given_it(self, operator: str) -> None:
        event = OperatorAssigned(id=self.key(), at=self.now, operator=operator, name=operator, why="only")
        effects = self.take(event)
        if self.holder == "parked":
            self.holder = operator
        else:
            assert not effects
        self.bot_moved()

    @rule(operator=OPERATORS, to=st.sampled_from(("", "anna", "bert")))
    def passes_it_on(self, operator: str, to: str) -> None:
        event = OperatorTransferred(
            id=self.key(), at=self.now, operator=operator, name=operator, team="" if to else "care", to=to, reason="r"
        )
        company = bot_speaks(self.state.phase)
        effects = self.take(event)
        if self.holder in ("parked", operator):
            assert not any(isinstance(effect, Refuse) for effect in effects)
            assert isinstance(self.state.phase, Parked)
            assert self.state.phase.prefer == to
            assert bot_speaks(self.state.phase) == company
            self.holder = "parked"
        else:
            self.refused(effects, {"bot": "not_waiting", "closed": "closed"}.get(self.holder, "not_holder"))
        self.bot_moved()

    @rule(operator=OPERATORS)
    def writes_a_note(self, operator: str) -> None:
        event = OperatorNoted(id=self.key(), at=self.now, operator=operator, name=operator, text="n", client_id="n")
        before = self.state.phase
        assert [type(effect) for effect in self.take(event)] == [Post]
        assert self.state.phase == before

    @rule(operator=OPERATORS)
    def asks_a_colleague(self, operator: str) -> None:
        event = OperatorConsulted(
            id=self.key(), at=self.now, operator=operator, name=operator, colleague="cleo", colleague_name="Cleo"
        )
        effects = self.take(event)
        if self.holder == operator:
            assert isinstance(self.state.phase, WithOperator)
            assert "cleo" in self.state.phase.consulted
        else:
            self.refused(effects, "closed" if self.holder == "closed" else "not_holder")
        self.bot_moved()

    @rule(operator=OPERATORS)
    def acts_on_another_conversation(self, operator: str) -> None:
        event = OperatorClaimed(id=self.key(), at=self.now, operator=operator, name="A", conversation="c-gone")
        self.refused(self.take(event), "closed")

    # ── time, back-ends, understanding ───────────────────────────────────────────────────────────────────────────────

    @rule(seconds=st.integers(1, 2000))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.timers)
    @rule(late=st.integers(0, 100), place=PLACES)
    def timer_fires(self, late: int, place: QueuePlace | None) -> None:
        name, due = min(self.timers.items(), key=lambda item: item[1])
        self.now = max(self.now, due) + timedelta(seconds=late)
        place = place if isinstance(self.state.phase, Parked) else None
        effects = self.take(TimerFired(id=self.key(), at=self.now, name=name, due=due, place=place))
        if name == "operator_reassign":
            self.holder = "parked"
        elif name == "customer_close":
            self.holder = "closed"
        elif self.holder == "bot":
            assert self.answered(effects)
        self.bot_moved()

    @precondition(lambda self: self.old_timers)
    @rule(data=st.data())
    def stale_timer_fires(self, data: st.DataObject) -> None:
        name, due = data.draw(st.sampled_from(self.old_timers))
        if self.timers.get(name) != due:
            before = self.state
            assert not self.take(TimerFired(id=self.key(), at=self.now, name=name, due=due))
            assert self.state == before

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), found=st.sampled_from((None, {}, {"all": []}, {"all": [{"name": "A"}, {"name": "B"}]})))
    def back_end_answers(self, data: st.DataObject, found: dict[str, object] | None) -> None:
        request = data.draw(st.one_of(st.just(self.requests[-1]), st.sampled_from(self.requests)))
        awaited = any(frame.stage == "doing" and frame.request == request for frame in self.state.run.frames[-1:])
        before, company = self.state, self.word_of_bot
        if found is None:
            effects = self.take(ActionFailed(id=self.key(), at=self.now, request=request, reason="broken"))
        else:
            effects = self.take(ActionDone(id=self.key(), at=self.now, request=request, result=found))
        if awaited and company:
            assert self.answered(effects)
        elif not self.changed:  # nobody waits for it any more, but a person may read it
            assert not effects
            assert msgspec.structs.replace(self.state, ran=before.ran) == before
            assert [each.request for each in self.state.ran] == [each.request for each in before.ran]
        self.bot_moved()

    @precondition(lambda self: self.listens)
    @rule(data=st.data(), scores=INTENTS, language=st.sampled_from(("", "de", "fr")))
    def is_understood(self, data: st.DataObject, scores: dict[str, float], language: str) -> None:
        request = data.draw(st.one_of(st.just(self.listens[-1]), st.sampled_from(self.listens)))
        awaited = self.word_of_bot and self.state.run.listening == request
        intents = tuple(Intent(name=name, score=score) for name, score in scores.items())
        found = Understanding(language=language, language_score=0.9, intents=intents)
        effects = self.take(Understood(id=self.key(), at=self.now, request=request, understanding=found))
        assert self.answered(effects) if awaited else not effects
        self.bot_moved()

    @rule(rules=st.sampled_from(VERSIONS), really=st.integers(0, 3))
    def bot_is_changed(self, rules: Rules, really: int) -> None:
        if really == 0 and rules is not self.bot:
            self.bot, self.changed = rules, True

    @precondition(lambda self: self.holder == "bot")
    @rule(
        words=st.sampled_from(
            (("menu", "look"), ("menu", "look", "menu", "look"), ("menu", "look", "menu", "what is it"))
        )
    )
    def wanders(self, words: tuple[str, ...]) -> None:
        """Into a back-end call and out again, before its answer comes."""
        for text in words:
            self.take(CustomerSaid(id=self.key(), at=self.now, content=Text(text=text)))
        self.bot_moved()


class Handovers(Life):
    """Begins in the queue, and comes back to it."""

    @rule()
    def wants_a_person(self) -> None:
        self.says_now("human")

    @rule(operator=OPERATORS, text=WORDS)
    def is_served(self, operator: str, text: str) -> None:
        """A claim, words from the customer, and whatever timers are due by then."""
        self.claims_now(operator)
        if self.holder in ("anna", "bert"):
            before = self.state.seq
            self.says_now(text)
            assert self.state.seq == before + 1

    def says_now(self, text: str) -> None:
        event = CustomerSaid(id=self.key(), at=self.now, content=Text(text=text))
        self.reopen(event)
        self.take(event)
        self.bot_moved()

    def claims_now(self, operator: str) -> None:
        self.take(OperatorClaimed(id=self.key(), at=self.now, operator=operator, name=operator))
        if self.holder == "parked":
            self.holder = operator
        self.bot_moved()


@pytest.fixture
def effort(request: pytest.FixtureRequest) -> Callable[[int], settings]:
    def sized(steps: int) -> settings:
        examples = 3000 if request.config.getoption("--deep") else 300
        return settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )

    return sized


@pytest.mark.timeout(1800)
def test_any_life_of_a_conversation_agrees_with_the_model(effort: Callable[[int], settings]) -> None:
    run_state_machine_as_test(Life, settings=effort(30))


@pytest.mark.timeout(1800)
def test_two_operators_and_a_customer_in_any_order_never_hear_the_bot_in_between(
    effort: Callable[[int], settings],
) -> None:
    """The same life with more of people: most steps are claims, replies, returns and timers."""
    run_state_machine_as_test(Handovers, settings=effort(25))
