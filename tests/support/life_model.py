"""What must hold through all the life of a conversation: who has the word, which timers run, what is still awaited."""

from datetime import datetime
from typing import Final

import msgspec
from hypothesis.stateful import RuleBasedStateMachine

from conversation.effects import CancelTimer, Effect, Post, Refuse, RunAction, SetTimer, Understand
from conversation.events import (
    CustomerEdited,
    CustomerPressed,
    CustomerSaid,
    Event,
    TimerFired,
    Understood,
)
from conversation.message import Message
from conversation.state import Closed, Conversation, Parked, WithBot, WithOperator, bot_speaks
from engine.live import reopens
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
TIMERS: Final[dict[type, set[str]]] = {
    WithBot: {"silence", "wake", "calm"},
    Parked: {"wait"},  # and the bot's own, while the customer passes the wait with it
    WithOperator: {"customer", "operator"},
    Closed: set(),
}
"""The first words of the timers that each phase may have."""


class Ledger:
    """What must hold after each event, whatever the bot. ``timers`` and ``asked`` follow from the effects alone."""

    def __init__(self, bot: Rules) -> None:
        self.bot = bot
        self.changed = False
        """The bot has been another one meanwhile."""
        self.now: datetime = MONDAY
        self.state: Conversation = fresh()
        self.timers: dict[str, datetime] = {}
        self.old_timers: list[tuple[str, datetime]] = []
        self.menus: list[Message] = []
        self.ids: set[str] = set()
        self.requests: list[str] = []
        self.listens: list[str] = []
        self.asked = ""
        self.events = 0

    # ── the step, and what always holds ──────────────────────────────────────────────────────────────────────────────

    def key(self) -> str:
        self.events += 1
        return f"e{self.events}"

    def take(self, event: Event) -> tuple[Effect, ...]:
        before = self.state
        given = msgspec.json.encode((before, event))
        after, effects = step(before, event, self.bot)
        assert msgspec.json.encode((before, event)) == given
        assert (after, effects) == step(before, event, self.bot)
        assert after.id == before.id
        self.state = msgspec.json.decode(msgspec.json.encode(after), type=Conversation)
        assert self.state == after
        self.check_history(event, before, effects)
        self.check_timers(event, effects)
        self.check_word(before, event, effects)
        self.check_place(before, event, effects)
        self.check_refusals(before, effects)
        self.check_waiting()
        self.check_listening(event, effects)
        return effects

    def check_history(self, event: Event, before: Conversation, effects: tuple[Effect, ...]) -> None:
        posts = [effect.message for effect in effects if isinstance(effect, Post)]
        said = [event.content] if isinstance(event, CustomerSaid | CustomerEdited) else []
        assert isinstance(event, CustomerPressed) or [p.content for p in posts if p.author == "customer"] == said
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
        phase = self.state.phase
        allowed = TIMERS[type(phase)] | (TIMERS[WithBot] if bot_speaks(phase) else set())
        assert {name.partition("_")[0] for name in self.timers} <= allowed
        if isinstance(phase, Parked) and phase.callback is None:
            assert {"wait_expire", "wait_place"} <= set(self.timers)
            assert self.timers["wait_expire"] == phase.expires

    def check_word(self, before: Conversation, event: Event, effects: tuple[Effect, ...]) -> None:
        spoke = any(isinstance(effect, Post) and effect.message.author == "bot" for effect in effects)
        if isinstance(self.state.phase, WithOperator):
            assert not spoke
        if reopens(before, event, self.bot):
            assert isinstance(before.phase, Closed)
            assert isinstance(self.state.phase, Parked)
            assert self.state.phase.prefer == before.phase.operator
            assert spoke
        elif isinstance(before.phase, Closed):
            assert self.state.phase == before.phase
            assert not spoke

    def check_place(self, before: Conversation, event: Event, effects: tuple[Effect, ...]) -> None:
        """Who waits does not lose the place to anything but an end, and where the bot kept them company it is silent at once."""
        was, now = before.phase, self.state.phase
        notes = [effect.message.origin for effect in effects if isinstance(effect, Post)]
        over = {"left_queue", "wait_expired"} & set(notes)  # who asks for a person once more begins another wait
        if isinstance(was, Parked) and isinstance(now, Parked) and not over:
            assert now.since == was.since
            assert now.priority >= was.priority
        if isinstance(was, Parked) and isinstance(now, Parked) and was.told and now.told and not over:
            assert now.told <= was.told or (isinstance(event, TimerFired) and "remind" in event.name)
        if isinstance(was, Parked) and isinstance(now, WithBot):
            assert over
        if isinstance(now, WithOperator | Parked) and not bot_speaks(now):
            frames = self.state.run.frames
            assert not frames or self.changed or frames[-1].stage in ("parked", "enter")
            assert not self.state.run.listening

    def check_refusals(self, before: Conversation, effects: tuple[Effect, ...]) -> None:
        if any(isinstance(effect, Refuse) for effect in effects):
            assert len(effects) == 1
            assert self.state == before

    def check_waiting(self) -> None:
        run, timers = self.state.run, self.state.timers
        if not bot_speaks(self.state.phase):
            return
        assert not {"customer_close", "operator_reassign"} & set(timers)
        assert isinstance(self.state.phase, Parked) or "wait_expire" not in timers
        if run.listening:
            assert run.listening in self.listens
        elif run.frames and run.frames[-1].stage == "waiting":
            assert {"silence", "wake", "calm"} & set(timers)
        elif run.frames:
            assert run.frames[-1].stage == "doing"
            assert run.frames[-1].request in self.requests

    def check_listening(self, event: Event, effects: tuple[Effect, ...]) -> None:
        """What is being understood stays awaited until the answer, the customer's next words, or a change of phase."""
        said = isinstance(event, CustomerSaid) or (isinstance(event, CustomerPressed) and effects)
        calm = isinstance(event, TimerFired) and event.name == "calm" and effects
        heard = (said or calm) and "calm" not in self.timers
        if heard or (isinstance(event, Understood) and event.request == self.asked):
            self.asked = ""
        for effect in effects:
            if isinstance(effect, Understand):
                self.asked = effect.request
        if bot_speaks(self.state.phase):
            assert self.state.run.listening == self.asked
        else:
            self.asked = ""

    def answered(self, effects: tuple[Effect, ...]) -> bool:
        """The customer hears or will hear something, or it is over."""
        spoke = any(isinstance(effect, Post) and effect.message.author == "bot" for effect in effects)
        asked = any(isinstance(effect, Understand | RunAction) for effect in effects)
        return spoke or asked or "calm" in self.timers or isinstance(self.state.phase, Closed)


class Model(Ledger, RuleBasedStateMachine):
    """``holder`` is the model's own idea of who has the word."""

    def __init__(self) -> None:
        RuleBasedStateMachine.__init__(self)
        Ledger.__init__(self, VERSIONS[0])
        self.holder = "bot"

    # ── what the rules ask ────────────────────────────────────────────────────────────────────────────────────────────

    def reopen(self, event: Event) -> None:
        """As the shell does: words after the end open a new conversation in the same chat, unless they go on with the old one."""
        if reopens(self.state, event, self.bot):
            self.holder = "parked"
        elif isinstance(self.state.phase, Closed):
            self.state = msgspec.structs.replace(fresh(at=self.now), id=f"c{self.events}", seq=self.state.seq)
            self.holder = "bot"

    @property
    def word_of_bot(self) -> bool:
        """Alone with the customer, or for as long as nobody is free."""
        return self.holder == "bot" or (self.holder == "parked" and bot_speaks(self.state.phase))

    def bot_moved(self) -> None:
        """What the dialogs may do to the phase of a chat that no operator holds."""
        if self.holder in ("bot", "parked"):
            assert not isinstance(self.state.phase, WithOperator)
            self.holder = {WithBot: "bot", Parked: "parked", Closed: "closed"}[type(self.state.phase)]
        elif self.holder != "closed":
            assert isinstance(self.state.phase, WithOperator)
            assert self.state.phase.operator == self.holder

    def refused(self, effects: tuple[Effect, ...], reason: str) -> None:
        assert [effect.reason for effect in effects if isinstance(effect, Refuse)] == [reason]
