"""A conversation being changed by one event: the new state, and the effects so far. Lives only while a step runs."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import msgspec

from conversation.content import Button, Content, Example, Note, Prompt
from conversation.effects import Amend, CancelTimer, Effect, Post, RunAction, SetTimer, Understand
from conversation.events import Event, Understood
from conversation.message import Author, Message
from conversation.reasons import Rating
from conversation.run import Run
from conversation.state import Conversation, Parked, Phase, WithBot, WithOperator, bot_speaks
from conversation.understanding import Meaning
from conversation.value import Data
from dialogs.advance import Chose, Comprehended, Input, advance
from dialogs.outputs import Act, Finish, HandOver, Learn, Listen, Output, Sleep, Speak
from dialogs.saying.filters import View
from dialogs.scene import Scene, view_of
from dialogs.taken import Taken
from engine import errands
from engine.rules import Rules
from handoff import callbacks, live, waiting
from handoff.desk import park, waiting_timers
from handoff.routing import known_to

SILENCE, WAKE, CALM = "silence", "wake", "calm"
OF_BOT = (SILENCE, WAKE, CALM)

_NOBODY: Final[Mapping[str, Data]] = MappingProxyType({"team": "", "operator": "", "outcome": "", "topic": ""})


class Draft:
    """``now`` is the event's time."""

    def __init__(self, conversation: Conversation, event: Event, rules: Rules) -> None:
        self.state = conversation
        self.event = event
        self.rules = rules
        self.now: datetime = event.at
        self.effects: list[Effect] = []
        self.taken: tuple[Taken, ...] = ()
        self.said: Message | None = None
        """What the customer said that the bot is to answer."""
        self._posts = 0

    def change(self, **changes: object) -> None:
        self.state = msgspec.structs.replace(self.state, **changes)

    @property
    def view(self) -> View:
        return view_of(self.rules.bot, self.state.language, self.state.variables)

    # ── history ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def post(
        self,
        author: Author,
        content: Content,
        *,
        name: str = "",
        client_id: str = "",
        origin: str = "",
        edits: str = "",
    ) -> None:
        """Add a message: its id follows from the event's, so that a step taken again gives the same ones."""
        self._posts += 1
        message = Message(
            id=f"{self.event.id}.{self._posts}",
            seq=self.state.seq + 1,
            author=author,
            at=self.now,
            content=content,
            name=name,
            client_id=client_id,
            origin=origin,
            edits=edits,
        )
        self.change(seq=message.seq)
        self.effects.append(Post(message=message))
        if author == "customer":
            self.said = message

    def note(self, what: str, *, name: str = "", text: str = "", about: Note | None = None) -> None:
        """A line for the desk: what happened, and by whom. ``about``: more than a text."""
        content = about or (Note(text=text) if text else Prompt(text=""))
        self.post("system", content, origin=what, name=name)

    def say(self, key: str, *, buttons: Sequence[tuple[str, str]] = (), **variables: Data) -> None:
        """One of the product's own texts, in the bot's voice. ``buttons``: payload, and the key of the label."""
        if self.may_write:
            shown = tuple(Button(payload=payload, label=self.text(label)) for payload, label in buttons)
            self.post("bot", Prompt(text=self.text(key, **variables), buttons=shown), origin=f"_product/{key}")

    def text(self, key: str, **variables: Data) -> str:
        return self.rules.bot.texts.product(self.state.language, key, self.view, **variables)

    @property
    def may_write(self) -> bool:
        """Some channels take nothing any more when the customer has been silent for too long."""
        window, last = self.rules.reply_windows.get(self.state.channel), self.state.last_customer_at
        return window is None or last is None or self.now <= last + timedelta(seconds=window)

    # ── the back-end ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def run(self, call: RunAction, operator: str = "") -> None:
        """``operator``: who wants to know; empty for the dialogs."""
        self.change(ran=errands.asked(self.state.ran, call, self.now, operator))
        self.effects.append(call)

    # ── timers ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def set_timer(self, name: str, due: datetime) -> None:
        self.change(timers={**self.state.timers, name: due})
        self.effects.append(SetTimer(name=name, due=due))

    def set_timers(self, timers: Mapping[str, datetime]) -> None:
        for name, due in timers.items():
            self.set_timer(name, due)

    def cancel(self, prefixes: tuple[str, ...]) -> None:
        """Stop every timer whose name begins so."""
        if not self.state.timers:
            return
        stopped = [name for name in self.state.timers if prefixes and name.startswith(prefixes)]
        if stopped:
            self.change(timers={name: due for name, due in self.state.timers.items() if name not in stopped})
            self.effects.extend(CancelTimer(name=name) for name in stopped)

    def cancel_all(self) -> None:
        """But those of a call-back: what was promised does not depend on where the conversation is."""
        self.cancel(tuple(name for name in self.state.timers if not name.startswith(callbacks.TIMERS)))

    # ── phases ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def enter(self, phase: Phase) -> None:
        """Where the bot had kept the customer company, the dialogs stand again where they left for a person."""
        before = self.state.phase
        for_people = isinstance(phase, Parked | WithOperator) and not bot_speaks(phase)
        if for_people and isinstance(before, Parked) and before.meanwhile:
            self._stand_at(before)
        self.change(phase=phase)

    def leave_queue(self) -> None:
        """The bot has the word again, at the step that had asked for a person."""
        self.cancel_all()
        if isinstance(self.state.phase, Parked) and self.state.phase.meanwhile:
            self._stand_at(self.state.phase)
        self.enter(WithBot())
        self.change(unanswered=False)

    def _stand_at(self, parked: Parked) -> None:
        run = Run(frames=parked.frames, forms=self.state.run.forms, left=self.state.run.left)
        self.change(run=msgspec.structs.replace(run, happened=self.state.run.happened))

    def close(self, outcome: str) -> None:
        self.cancel_all()
        self.enter(live.closed(self.rules.policy, self.state.served, outcome, self.now))
        self.change(unanswered=False)
        self.note("ended", name=outcome)

    def park(self, team: str, expires: int | None) -> None:
        parked = park(self.rules.policy, team, self.now, expires)
        mood = self.state.mood
        raised = mood is not None and getattr(self.rules.policy.mood, mood.kind) != "off"
        before = known_to(self.state.served or self.state.acquainted, team, self.rules.policy, self.now)
        self.queue(msgspec.structs.replace(parked, priority=int(raised), prefer=before), "parked", name=team)

    def queue(self, parked: Parked, what: str, *, name: str = "", about: Note | None = None) -> None:
        """Into the queue, whose clocks begin now; those of the bot go on where it keeps the customer company. ``what``: as for ``note``."""
        if parked.meanwhile:
            self.cancel(("wait_",))
        else:
            self.cancel_all()
        self.enter(parked)
        self.change(unanswered=True)
        self.note(what, name=name, about=about)
        self.set_timers(waiting_timers(self.rules.policy, parked, start=self.now))
        self.look_at_place()

    def look_at_place(self) -> None:
        """Who is to be called back is told of no queue."""
        if isinstance(self.state.phase, Parked) and self.state.phase.callback is None:
            self.set_timer(waiting.PLACE, self.now + waiting.FIRST)

    # ── dialogs ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def dialogs(self, event: Input) -> None:
        """Let the dialogs take the event, and do what they ask for."""
        if self.state.run.given_up:
            self.say("moved")
        state = self.state
        scene = Scene(
            key=self.event.id,
            now=self.now,
            channel=state.channel,
            language=state.language,
            customer=state.chat,
            hours=self.rules.hours(self.now),
            handoff=handoff_of(state),
        )
        progress = advance(self.rules.bot, state.run, state.variables, scene, event)
        self._mean(progress.meaning)
        self.change(run=progress.run, variables=progress.variables)
        self._learn_rating(state.variables)
        self.taken += progress.taken
        self._learn_name(progress.variables)
        if progress.language:
            self.change(language=progress.language)
            chosen = state.language_chosen or not isinstance(event, Comprehended)
            self.change(language_chosen=chosen)
        elif isinstance(event, Chose):
            self.change(language_chosen=True)
        for output in progress.outputs:
            self._apply(output)
        if progress.understand and bot_speaks(self.state.phase):
            request = progress.run.listening
            asked = Understand(
                request=request, text=progress.understand, language=self.state.language, message=self.said
            )
            self.effects.append(asked)
        self._keep_listening()

    def _mean(self, meaning: Meaning | None) -> None:
        """The customer's message says what it was taken for: in this step, or once the language layer has answered."""
        if meaning is None:
            return
        if isinstance(self.event, Understood):
            if self.event.message is not None:
                self.effects.append(Amend(message=msgspec.structs.replace(self.event.message, meaning=meaning)))
            return
        for number, effect in enumerate(self.effects):
            if isinstance(effect, Post) and effect.message is self.said:
                self.said = msgspec.structs.replace(effect.message, meaning=meaning)
                self.effects[number] = Post(message=self.said)

    def _keep_listening(self) -> None:
        """What happened may have changed nothing (a word that only repeats, a choice of language): the bot still waits."""
        run, timers = self.state.run, self.state.timers
        if not bot_speaks(self.state.phase) or run.listening or not run.frames:
            return
        frame = run.frames[-1]
        found = self.rules.bot.step(frame.dialog, frame.step)
        if frame.stage == "waiting" and found and found.silence and timers.keys().isdisjoint(OF_BOT):
            self.wait_for_customer(found.silence.after)

    def _learn_name(self, variables: Mapping[str, Data]) -> None:
        """Who was identified has a name at the desk too."""
        if self.state.name:
            return
        for variable in self.rules.bot.fillers:
            value = variables.get(variable)
            if isinstance(value, dict) and isinstance(name := value.get("name"), str):
                self.change(name=name)
                return

    def _learn_rating(self, before: Mapping[str, Data]) -> None:
        """Stars, and the words to them where a text is kept under the same name with ``_reason``."""
        after = self.state.variables
        for name in self.rules.bot.ratings:
            stars = after.get(name)
            if stars is None:
                continue
            why = f"{name}_reason"
            words = after.get(why)
            if isinstance(stars, int) and stars != before.get(name):
                self.change(rating=Rating(stars=stars, at=self.now))
                self.note("rated", name=str(stars))
            if self.state.rating and isinstance(words, str) and words != before.get(why):
                self.change(rating=msgspec.structs.replace(self.state.rating, why=words))
                self.note("rated_why", text=words)

    def wait_for_customer(self, seconds: int) -> None:
        self.set_timer(SILENCE, self.now + timedelta(seconds=seconds))

    def _apply(self, output: Output) -> None:
        match output:
            case Speak(origin=origin, prompt=prompt):
                self.post("bot", prompt, origin=origin)
            case Listen(silence=silence):
                self.cancel((SILENCE, WAKE))
                if silence:
                    self.wait_for_customer(silence.after)
            case Act(request=request, action=action, arguments=arguments, limit=limit):
                self.cancel((SILENCE, WAKE))
                self.run(RunAction(request=request, name=action, arguments=arguments, limit=limit))
            case Sleep(seconds=seconds):
                self.cancel((SILENCE,))
                self.set_timer(WAKE, self.now + timedelta(seconds=seconds))
            case Learn(text=text, language=language, intent=intent, scores=scores):
                example = Example(text=text, language=language, intent=intent, scores=scores)
                self.post("system", example, origin="meant" if intent else "meant_nothing", name=intent)
            case HandOver(team=team, busy_after=busy_after):
                self._hand_over(team, busy_after)
            case Finish(outcome=outcome):
                self._finish(outcome)

    def _hand_over(self, team: str, busy_after: int | None) -> None:
        """Who waits already keeps the place."""
        if not isinstance(self.state.phase, Parked):
            self.park(team, busy_after)
            return
        self.cancel(OF_BOT)
        moved = team != self.state.phase.team
        self.change(phase=waiting.again(self.state.phase, team))
        self.note("parked" if moved else "waits_again", name=team)
        self.look_at_place()

    def wait_quietly(self, parked: Parked) -> None:
        """Only the queue is left of what the customer was doing."""
        self.cancel(OF_BOT)
        self.enter(waiting.again(parked, parked.team))
        self.note("waits_again", name=parked.team)
        self.look_at_place()

    def _finish(self, outcome: str) -> None:
        """The end of the dialogs; for who waits for a person only where that was what they wanted."""
        parked = self.state.phase
        if isinstance(parked, Parked) and outcome in waiting.STAYS:
            self.wait_quietly(parked)
            return
        if isinstance(parked, Parked):
            self.note("left_queue")
            if outcome != "stopped":
                self.say("waiting.left")
        self.close(outcome)


def handoff_of(state: Conversation) -> Mapping[str, Data]:
    """``handoff.…`` of the dialogs: what came of the last chat with a person."""
    last = state.served
    if last is None:
        return _NOBODY
    return {"team": last.team, "operator": last.name, "outcome": last.outcome, "topic": last.topic}
