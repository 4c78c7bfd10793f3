"""A conversation being changed by one event: the new state, and the effects so far. Lives only while a step runs."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from conversation.content import Content, Example, Prompt
from conversation.effects import CancelTimer, Effect, Post, RunAction, SetTimer, Understand
from conversation.events import Event
from conversation.message import Author, Message
from conversation.state import Closed, Conversation, Phase, WithBot
from conversation.value import Data
from dialogs.advance import Chose, Comprehended, Input, advance
from dialogs.outputs import Act, Finish, HandOver, Learn, Listen, Output, Sleep, Speak
from dialogs.saying.filters import View
from dialogs.scene import Scene, view_of
from dialogs.taken import Taken
from engine.rules import Rules
from handoff import callbacks
from handoff.desk import park, waiting_timers

SILENCE, WAKE, CALM = "silence", "wake", "calm"


class Draft:
    """``now`` is the event's time."""

    def __init__(self, conversation: Conversation, event: Event, rules: Rules) -> None:
        self.state = conversation
        self.event = event
        self.rules = rules
        self.now: datetime = event.at
        self.effects: list[Effect] = []
        self.taken: tuple[Taken, ...] = ()
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

    def note(self, what: str, *, name: str = "") -> None:
        """A line for the desk: what happened, and by whom."""
        self.post("system", Prompt(text=""), origin=what, name=name)

    def say(self, key: str, **variables: Data) -> None:
        """One of the product's own texts, in the bot's voice."""
        text = self.rules.bot.texts.product(self.state.language, key, self.view, **variables)
        self.post("bot", Prompt(text=text), origin=f"_product/{key}")

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
        self.change(phase=phase)

    def close(self, outcome: str) -> None:
        self.cancel_all()
        self.enter(Closed(outcome=outcome, at=self.now))
        self.change(unanswered=False)
        self.note("ended", name=outcome)

    def park(self, team: str, expires: int | None) -> None:
        parked = park(self.rules.policy, team, self.now, expires)
        self.cancel_all()
        self.enter(parked)
        self.change(unanswered=True)
        self.note("parked", name=team)
        self.set_timers(waiting_timers(self.rules.policy, parked))

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
        )
        progress = advance(self.rules.bot, state.run, state.variables, scene, event)
        self.change(run=progress.run, variables=progress.variables)
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
        if progress.understand and isinstance(self.state.phase, WithBot):
            request = progress.run.listening
            self.effects.append(Understand(request=request, text=progress.understand, language=self.state.language))
        self._keep_listening()

    def _keep_listening(self) -> None:
        """What happened may have changed nothing (a word that only repeats, a choice of language): the bot still waits."""
        run, timers = self.state.run, self.state.timers
        if not isinstance(self.state.phase, WithBot) or run.listening or not run.frames:
            return
        frame = run.frames[-1]
        found = self.rules.bot.step(frame.dialog, frame.step)
        if frame.stage == "waiting" and found and found.silence and timers.keys().isdisjoint((SILENCE, WAKE, CALM)):
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
                self.effects.append(RunAction(request=request, name=action, arguments=arguments, limit=limit))
            case Sleep(seconds=seconds):
                self.cancel((SILENCE,))
                self.set_timer(WAKE, self.now + timedelta(seconds=seconds))
            case Learn(text=text, language=language, intent=intent, scores=scores):
                example = Example(text=text, language=language, intent=intent, scores=scores)
                self.post("system", example, origin="meant" if intent else "meant_nothing", name=intent)
            case HandOver(team=team, busy_after=busy_after):
                self.park(team, busy_after)
            case Finish(outcome=outcome):
                self.close(outcome)
