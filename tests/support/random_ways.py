"""Ways out of wherever a conversation stands: to a person, to an end, or left to itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from conversation.content import Button, Text
from conversation.effects import Post, Understand
from conversation.events import (
    ActionDone,
    ActionFailed,
    CustomerPressed,
    CustomerSaid,
    Event,
    OperatorClaimed,
    OperatorClosed,
    TimerFired,
    Understood,
)
from conversation.state import Closed, Conversation, Parked, WithBot, WithOperator, bot_speaks
from conversation.understanding import Understanding
from engine.rules import Rules
from engine.step import step
from handoff.waiting import PLACE
from tests.support.bots import buttons_of
from tests.support.random_inputs import GOOD, NOTHING, RESULTS, question_of
from tests.support.random_lives import Life


class Way:
    """A conversation that somebody tries to lead somewhere: its state, and the buttons shown last."""

    def __init__(self, rules: Rules, state: Conversation, now: datetime, buttons: tuple[Button, ...] = ()) -> None:
        self.rules = rules
        self.state = state
        self.now = now
        self.buttons = buttons

    @property
    def place(self) -> object:
        """What decides where the ways lead from here, but for the variables."""
        run = self.state.run
        frames = [(frame.dialog, frame.step, frame.stage, frame.misses, frame.reminders) for frame in run.frames]
        form = run.frames[-1].form if run.frames else None
        return (
            type(self.state.phase),
            bot_speaks(self.state.phase),
            tuple(frames),
            form and (form.field, form.correcting),
            bool(run.frames) and run.frames[-1].proposed is not None,
            run.listening,
            msgspec.json.encode(run.guess),
        )

    def then(self, event: Event) -> "Way":
        """After the event; what is asked of the NLU layer means nothing to it."""
        state, effects = step(self.state, event, self.rules)
        buttons = self.buttons
        for effect in effects:
            if isinstance(effect, Post) and effect.message.author == "bot" and buttons_of(effect.message):
                buttons = buttons_of(effect.message)
        way = Way(self.rules, state, event.at, buttons)
        asked = next((effect.request for effect in effects if isinstance(effect, Understand)), "")
        if asked:
            return way.then(Understood(id=f"{event.id}u", at=event.at, request=asked, understanding=Understanding()))
        return way

    def says(self, words: str) -> "Way":
        return self.then(CustomerSaid(id="s1", at=self.now, content=Text(text=words)))

    def fired(self, name: str, key: str) -> TimerFired:
        due = self.state.timers[name]
        return TimerFired(id=key, at=max(due, self.now), name=name, due=due)

    def soonest(self, key: str) -> TimerFired | None:
        """Without the looks at the queue: they lead nowhere, and never stop before something else ends the wait."""
        timers = {name: due for name, due in self.state.timers.items() if name != PLACE}
        name = min(timers, key=lambda timer: timers[timer], default="")
        return self.fired(name, key) if name else None

    def events(self, key: str) -> Iterator[Event]:
        """What can happen next by the step's own ways: no command words."""
        phase, run, now = self.state.phase, self.state.run, self.now + timedelta(seconds=2)
        if isinstance(phase, Parked):
            yield self.fired("wait_expire", key)
            yield OperatorClaimed(id=key, at=now, operator="anna", name="A")
        elif isinstance(phase, WithOperator):
            yield OperatorClosed(id=key, at=now, operator=phase.operator, name="A")
        elif run.listening:
            yield Understood(id=key, at=now, request=run.listening, understanding=Understanding())
        elif not run.frames or "calm" in self.state.timers:
            yield self.soonest(key) or CustomerSaid(id=key, at=now, content=Text(text="hi"))
        elif run.frames[-1].stage == "doing":
            request = run.frames[-1].request
            yield ActionFailed(id=key, at=now, request=request, reason="broken")
            yield from (ActionDone(id=key, at=now, request=request, result=result) for result in RESULTS[:2])
        else:
            yield from self._answers(key, now)

    def _answers(self, key: str, now: datetime) -> Iterator[Event]:
        for timer in self.state.timers:
            yield self.fired(timer, key)
        asked = question_of(self.rules, self.state)
        if asked is not None:
            yield CustomerSaid(id=key, at=now, content=NOTHING)
            good = [Text(text=word) if isinstance(word, str) else word for word in GOOD.get(asked, ())]
            yield from (CustomerSaid(id=key, at=now, content=content) for content in good)
            yield from (CustomerPressed(id=key, at=now, payload=button.payload) for button in self.buttons)


def _promises(event: Event, goal: type[Closed] | type[Parked]) -> bool:
    """Silence soon leads to an end, and what is not understood to a person."""
    if goal is Closed:
        return isinstance(event, TimerFired | OperatorClosed)
    return isinstance(event, CustomerSaid) and event.content == NOTHING


def leads_to(way: Way, goal: type[Closed] | type[Parked], *, bound: int = 4_000) -> bool:
    """Can it be led there? Whatever looks promising first; at most ``bound`` events are tried."""
    met, ahead, tried = {way.place}, [way], 0
    while ahead:
        here = ahead.pop()
        if isinstance(here.state.phase, goal) or (goal is Parked and isinstance(here.state.phase, WithOperator)):
            return True
        if isinstance(here.state.phase, Closed):
            continue
        for event in sorted(here.events(f"w{tried}"), key=lambda event: _promises(event, goal)):
            tried += 1
            following = here.then(msgspec.structs.replace(event, id=f"w{tried}"))
            if isinstance(following.state.phase, goal):
                return True
            if following.place not in met:
                met.add(following.place)
                ahead.append(following)
        if tried > bound:
            return False
    return False


def alone(way: Way, *, bound: int = 100) -> bool:
    """Does it come to an end by itself, with a customer and operators who say nothing, and back-ends that fail?"""
    for number in range(bound):
        if isinstance(way.state.phase, Closed):
            return True
        run = way.state.run
        event: Event | None = way.soonest(f"a{number}")
        if isinstance(way.state.phase, WithBot) and run.listening:
            event = Understood(id=f"a{number}", at=way.now, request=run.listening, understanding=Understanding())
        elif isinstance(way.state.phase, WithBot) and run.frames and run.frames[-1].stage == "doing":
            event = ActionFailed(id=f"a{number}", at=way.now, request=run.frames[-1].request, reason="broken")
        if event is None:
            return not run.frames
        way = way.then(event)
    return False


def way_from(life: Life) -> Way:
    """Where the life's last turn ends: what the NLU layer was asked is answered within the turn, with nothing here."""
    buttons = buttons_of(life.menus[-1]) if life.menus else ()
    way = Way(life.bot, life.state, life.now, buttons)
    request = life.state.run.listening
    if not isinstance(life.state.phase, WithBot) or not request:
        return way
    return way.then(Understood(id="w0", at=life.now, request=request, understanding=Understanding()))
