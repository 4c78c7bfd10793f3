"""Random lives of a conversation against a small model: who has the word, which timers run, what is still awaited."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from conversation.content import Location, Text
from conversation.effects import CancelTimer, Effect, Post, Refuse, RunAction, SetTimer, Understand
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
from conversation.message import Message
from conversation.state import Closed, Conversation, Parked, WithBot, WithOperator
from conversation.understanding import Intent, Understanding
from dialogs.hear import press_id
from engine.rules import Rules
from engine.step import step
from tests.support.bots import ENDS, MONDAY, buttons_of, fresh, main_bot

STEPS: Final = """
  menu: {choose: {look: look, form: form, name: name, pause: pause, list: list, account: account, person: human, leave: bye}}
  look: {do: look_up, with: {}, save: found, route: [{when: found.all, go: list}, {go: menu}]}
  list: {pick: found.all, save: item, failed: menu, go: rest}
  form: {form: {size: {ask: number}, day: {ask: text}}, save: answers, confirm: true, cancelled: menu, go: rest}
  name: {ask: text, save: name, go: rest}
  pause: {say: pause, wait: 3m, go: rest}
  account: {needs: account, say: account, go: rest}
  rest: {choose: {again: menu, done: bye}}
"""
ACCOUNT: Final = """
start: code
fills: account
defaults: {misses: {limit: 2, go: lost}, silence: {after: 5m, go: lost}, failed: lost}
steps:
  code: {ask: number, save: code, go: sure}
  sure: {choose: {right: found, wrong: code}}
  found: {set: {account: code}, end: filled}
  lost: {end: failed}
"""
HEADS: Final = "intents: {look_up: look, leave: bye, rename: name}"


def bot(steps: str, heads: str = HEADS) -> Rules:
    return main_bot(steps + ENDS, heads=heads, account=ACCOUNT)


VERSIONS: Final = (
    bot(STEPS),
    bot(STEPS.replace("  name:", "  title:").replace("name: name", "name: title"), HEADS.replace(": name", ": title") + "\nrenamed: {name: title}"),
    bot(STEPS.replace("ask: text, save: name", "form: {first: {ask: text}, last: {ask: text}}, save: name").replace("wait: 3m, ", "")),
    bot("  menu: {choose: {person: human, leave: bye}}\n", "intents: {leave: bye}"),
    bot(STEPS.replace("look: {do: look_up, with: {}, save: found, ", "look: {say: look, ").replace("size:", "weight:")),
)  # fmt: skip
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
        "/menu",
        "",
    ]
)
TIMERS: Final[dict[type, set[str]]] = {
    WithBot: {"silence", "wake"},
    Parked: {"wait"},
    WithOperator: {"customer", "operator"},
    Closed: set(),
}
"""The first words of the timers that each phase may have."""
OPERATORS: Final = st.sampled_from(("anna", "bert"))
INTENTS: Final = st.dictionaries(
    st.sampled_from(("look_up", "leave", "rename", "want_human", "weather")), st.floats(0, 1), max_size=3
)


class Life(RuleBasedStateMachine):
    """``holder`` is the model's own idea of who has the word; ``timers`` and ``awaited`` follow from the effects alone."""

    def __init__(self) -> None:
        super().__init__()
        self.bot = VERSIONS[0]
        self.now: datetime = MONDAY
        self.state: Conversation = fresh()
        self.holder = "bot"
        self.timers: dict[str, datetime] = {}
        self.old_timers: list[tuple[str, datetime]] = []
        self.menus: list[Message] = []
        self.ids: set[str] = set()
        self.requests: list[str] = []
        self.listens: list[str] = []
        self.asked = ""
        self.changed = False
        self.events = 0

    # ── the step, and what always holds ──────────────────────────────────────────────────────────────────────────────

    def key(self) -> str:
        self.events += 1
        return f"e{self.events}"

    def take(self, event: Event) -> tuple[Effect, ...]:
        before = self.state
        after, effects = step(before, event, self.bot)
        assert (after, effects) == step(before, event, self.bot)
        assert after.id == before.id
        self.state = msgspec.json.decode(msgspec.json.encode(after), type=Conversation)
        assert self.state == after
        self.check_history(before, effects)
        self.check_timers(event, effects)
        self.check_word(before, effects)
        self.check_refusals(before, effects)
        self.check_waiting()
        self.check_listening(event, effects)
        return effects

    def check_history(self, before: Conversation, effects: tuple[Effect, ...]) -> None:
        posts = [effect.message for effect in effects if isinstance(effect, Post)]
        assert [post.seq for post in posts] == list(range(before.seq + 1, before.seq + 1 + len(posts)))
        assert self.state.seq == before.seq + len(posts)
        for post in posts:
            assert post.id not in self.ids
            self.ids.add(post.id)
            if post.author == "bot" and buttons_of(post):
                self.menus.append(post)
        self.requests += [effect.request for effect in effects if isinstance(effect, RunAction)]
        self.listens += [effect.request for effect in effects if isinstance(effect, Understand)]

    def check_timers(self, event: Event, effects: tuple[Effect, ...]) -> None:
        if isinstance(event, TimerFired) and self.timers.get(event.name) == event.due:
            del self.timers[event.name]
        for effect in effects:
            match effect:
                case SetTimer(name=name, due=due):
                    assert due > self.now
                    self.timers[name] = due
                    self.old_timers.append((name, due))
                case CancelTimer(name=name):
                    del self.timers[name]
        assert self.timers == self.state.timers
        assert {name.partition("_")[0] for name in self.timers} <= TIMERS[type(self.state.phase)]

    def check_word(self, before: Conversation, effects: tuple[Effect, ...]) -> None:
        spoke = any(isinstance(effect, Post) and effect.message.author == "bot" for effect in effects)
        if isinstance(self.state.phase, WithOperator):
            assert not spoke
        if isinstance(before.phase, Closed):
            assert self.state.phase == before.phase
            assert not spoke

    def check_refusals(self, before: Conversation, effects: tuple[Effect, ...]) -> None:
        if any(isinstance(effect, Refuse) for effect in effects):
            assert len(effects) == 1
            assert self.state == before

    def check_waiting(self) -> None:
        run, timers = self.state.run, self.state.timers
        if not isinstance(self.state.phase, WithBot):
            return
        assert not {"wait_expire", "customer_close", "operator_reassign"} & set(timers)
        if run.listening:
            assert run.listening in self.listens
        elif run.frames and run.frames[-1].stage == "waiting":
            assert {"silence", "wake"} & set(timers)
        elif run.frames:
            assert run.frames[-1].stage == "doing"
            assert run.frames[-1].request in self.requests

    def check_listening(self, event: Event, effects: tuple[Effect, ...]) -> None:
        """What is being understood stays awaited until the answer, the customer's next words, or a change of phase."""
        heard = isinstance(event, CustomerSaid) or (isinstance(event, CustomerPressed) and effects)
        if heard or (isinstance(event, Understood) and event.request == self.asked):
            self.asked = ""
        for effect in effects:
            if isinstance(effect, Understand):
                self.asked = effect.request
        if isinstance(self.state.phase, WithBot):
            assert self.state.run.listening == self.asked
        else:
            self.asked = ""

    def answered(self, effects: tuple[Effect, ...]) -> bool:
        """The customer hears or will hear something, or it is over."""
        spoke = any(isinstance(effect, Post) and effect.message.author == "bot" for effect in effects)
        asked = any(isinstance(effect, Understand | RunAction) for effect in effects)
        return spoke or asked or isinstance(self.state.phase, Closed)

    # ── customers ────────────────────────────────────────────────────────────────────────────────────────────────────

    @initialize()
    def first_words(self) -> None:
        self.take(CustomerSaid(id=self.key(), at=self.now, content=Text(text="42")))

    @rule(text=WORDS)
    def says(self, text: str) -> None:
        self.reopen()
        effects = self.take(CustomerSaid(id=self.key(), at=self.now, content=Text(text=text)))
        assert isinstance(effects[0], Post)
        assert effects[0].message.author == "customer"
        if self.holder == "bot":
            assert self.answered(effects)
        self.bot_moved()

    @rule()
    def sends_a_place(self) -> None:
        self.reopen()
        effects = self.take(CustomerSaid(id=self.key(), at=self.now, content=Location(latitude=1, longitude=2)))
        assert self.holder != "bot" or self.answered(effects)
        self.bot_moved()

    @precondition(lambda self: self.menus)
    @rule(data=st.data(), newest=st.booleans())
    def presses(self, data: st.DataObject, newest: bool) -> None:
        self.reopen()
        menu = self.menus[-1] if newest else data.draw(st.sampled_from(self.menus))
        button = data.draw(st.sampled_from(buttons_of(menu)))
        again = self.state.run.answered == press_id(menu.id, button.payload)
        before = self.state
        effects = self.take(CustomerPressed(id=self.key(), at=self.now, payload=button.payload, menu=menu.id))
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

    def reopen(self) -> None:
        """As the shell does: words after the end open a new conversation in the same chat."""
        if isinstance(self.state.phase, Closed):
            self.state = msgspec.structs.replace(fresh(at=self.now), id=f"c{self.events}", seq=self.state.seq)
            self.holder = "bot"

    def bot_moved(self) -> None:
        """What the dialogs may do to the phase of a chat that no operator holds."""
        if self.holder in ("bot", "parked"):
            assert not isinstance(self.state.phase, WithOperator)
            self.holder = {WithBot: "bot", Parked: "parked", Closed: "closed"}[type(self.state.phase)]
        elif self.holder != "closed":
            assert isinstance(self.state.phase, WithOperator)
            assert self.state.phase.operator == self.holder

    # ── operators ────────────────────────────────────────────────────────────────────────────────────────────────────

    def refused(self, effects: tuple[Effect, ...], reason: str) -> None:
        assert [effect.reason for effect in effects if isinstance(effect, Refuse)] == [reason]

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
    def acts_on_another_conversation(self, operator: str) -> None:
        event = OperatorClaimed(id=self.key(), at=self.now, operator=operator, name="A", conversation="c-gone")
        self.refused(self.take(event), "closed")

    # ── time, back-ends, understanding ───────────────────────────────────────────────────────────────────────────────

    @rule(seconds=st.integers(1, 2000))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.timers)
    @rule(late=st.integers(0, 100))
    def timer_fires(self, late: int) -> None:
        name, due = min(self.timers.items(), key=lambda item: item[1])
        self.now = max(self.now, due) + timedelta(seconds=late)
        effects = self.take(TimerFired(id=self.key(), at=self.now, name=name, due=due))
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
        before = self.state
        if found is None:
            effects = self.take(ActionFailed(id=self.key(), at=self.now, request=request, reason="broken"))
        else:
            effects = self.take(ActionDone(id=self.key(), at=self.now, request=request, result=found))
        if awaited and self.holder == "bot":
            assert self.answered(effects)
        elif not self.changed:
            assert not effects
            assert self.state == before
        self.bot_moved()

    @precondition(lambda self: self.listens)
    @rule(data=st.data(), scores=INTENTS, language=st.sampled_from(("", "de", "fr")))
    def is_understood(self, data: st.DataObject, scores: dict[str, float], language: str) -> None:
        request = data.draw(st.one_of(st.just(self.listens[-1]), st.sampled_from(self.listens)))
        awaited = self.holder == "bot" and self.state.run.listening == request
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
        self.reopen()
        self.take(CustomerSaid(id=self.key(), at=self.now, content=Text(text=text)))
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
