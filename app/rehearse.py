"""Plays transcripts against a bot: the whole step, with stubbed back-ends, on a clock of its own."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from app.transcript import BotSays, Buttons, Ends, Line, OperatorDoes, Saved, SilenceFor, Transcript, User
from bots.limits import limits_of
from bots.shape import MediaPart, Part, TextPart, shape
from conversation.content import Prompt, Text
from conversation.effects import Effect, Post, RunAction, Understand
from conversation.events import (
    ActionDone,
    ActionFailed,
    CustomerSaid,
    Event,
    OperatorClaimed,
    OperatorClosed,
    OperatorHandedBack,
    OperatorReplied,
    TimerFired,
    Understood,
)
from conversation.message import Message
from conversation.state import Closed, Conversation, Parked
from conversation.understanding import Intent, Understanding
from conversation.value import Data, Value
from engine.rules import Rules
from engine.step import step

USUAL_TIME: Final = datetime(2026, 11, 2, 10, 0)  # noqa: DTZ001 - local to each bot's own zone
"""A Monday morning: when a transcript does not say."""

Guess = Callable[[str, str], Understanding]
"""(text, language) → what it means; for texts that no ``Means:`` line explains."""


class Difference(Value, frozen=True, kw_only=True):
    """Where the bot does not do what the transcript says."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def rehearse(transcript: Transcript, rules: Rules, guess: Guess | None = None) -> Difference | None:
    """The first difference between transcript and bot, or None."""
    stage = _Stage(transcript, rules, guess)
    for line in transcript.lines:
        message = stage.play(line)
        if message:
            return Difference(file=transcript.file, line=line.line, message=message)
    rest = stage.unheard()
    return Difference(file=transcript.file, line=transcript.lines[-1].line, message=rest) if rest else None


class _Stage:
    def __init__(self, transcript: Transcript, rules: Rules, guess: Guess | None) -> None:
        self.transcript = transcript
        self.rules = rules
        self.guess = guess
        zone = ZoneInfo(rules.policy.time_zone)
        self.now = (transcript.time or USUAL_TIME).replace(tzinfo=zone).astimezone(UTC)
        self.count = 0
        self.said: list[Message] = []
        self.last: Message | None = None
        self.state = Conversation(
            id="rehearsal",
            chat="rehearsal",
            channel=transcript.channel,
            opened_at=self.now,
            language=transcript.language or rules.bot.source,
            language_chosen=True,
            variables=transcript.known,
        )

    # ── the events ───────────────────────────────────────────────────────────────────────────────────────────────────

    def key(self) -> str:
        self.count += 1
        return f"r{self.count}"

    def take(self, event: Event) -> None:
        """One event and all that follows from it. State is written and read back, as the store does."""
        state, effects = step(self.state, event, self.rules)
        self.state = msgspec.json.decode(msgspec.json.encode(state), type=Conversation)
        for effect in effects:
            self.follow(effect)

    def follow(self, effect: Effect) -> None:
        match effect:
            case Post(message=message) if message.author == "bot":
                self.said.append(message)
            case Understand(request=request, text=text, language=language):
                understanding = self.meaning(text, language)
                self.take(Understood(id=self.key(), at=self.now, request=request, understanding=understanding))
            case RunAction(request=request, name=name):
                result = self.result(name)
                if result is None:
                    self.take(
                        ActionFailed(id=self.key(), at=self.now, request=request, reason="the transcript says so")
                    )
                else:
                    self.take(ActionDone(id=self.key(), at=self.now, request=request, result=result))
            case _:
                pass

    def result(self, action: str) -> dict[str, Data] | None:
        """The stub; without one, an action that gives nothing succeeds, and one that gives something fails."""
        if action in self.transcript.actions:
            return self.transcript.actions[action]
        spec = self.rules.bot.actions.get(action)
        return {} if spec and not spec.gives else None

    def meaning(self, text: str, language: str) -> Understanding:
        intent = self.transcript.means.get(text)
        if intent:
            return Understanding(language=language, intents=(Intent(name=intent, score=1.0),))
        return self.guess(text, language) if self.guess else Understanding()

    def fire(self, name: str) -> None:
        due = self.state.timers[name]
        self.take(TimerFired(id=self.key(), at=self.now, name=name, due=due))

    def wait(self, seconds: int) -> None:
        """Let time pass, and every timer fire when it is due."""
        until = self.now + timedelta(seconds=seconds)
        while self.state.timers:
            name, due = min(self.state.timers.items(), key=lambda item: item[1])
            if due > until:
                break
            self.now = max(self.now, due)
            self.fire(name)
        self.now = until

    # ── the lines ────────────────────────────────────────────────────────────────────────────────────────────────────

    def play(self, line: Line) -> str:
        """What is different here, or nothing."""
        match line:
            case BotSays():
                return self.hear(line)
            case Buttons(labels=labels):
                return self.compare_buttons(labels)
            case Saved(name=name, value=value):
                found = self.state.variables.get(name)
                return "" if found == value else f"{name} is {found!r}, not {value!r}"
            case Ends(outcome=outcome):
                return self.unheard() or self.compare_end(outcome)
        rest = self.unheard()
        if rest:
            return rest
        match line:
            case User(text=text):
                self.take(CustomerSaid(id=self.key(), at=self.now, content=Text(text=text)))
            case SilenceFor(seconds=seconds):
                self.wait(seconds)
            case OperatorDoes(what=what):
                return self.operator(what)
        return ""

    def unheard(self) -> str:
        if not self.said:
            return ""
        return f"the bot also says [{_key(self.said[0])}]: {_words(self.said[0])!r}"

    def hear(self, line: BotSays) -> str:
        if not self.said:
            return f"the bot says nothing, [{line.key}] was expected"
        self.last = self.said.pop(0)
        if _key(self.last) != line.key:
            return f"the bot says [{_key(self.last)}], not [{line.key}]: {_words(self.last)!r}"
        limits = limits_of(self.transcript.channel)
        shown = _squeeze("\n".join(_shown(part) for part in shape(self.last, limits)))
        if line.text is not None and not _fits(line.text, shown):
            return f"[{line.key}] is {shown!r}, not {line.text!r}"
        return ""

    def compare_buttons(self, labels: tuple[str, ...]) -> str:
        content = self.last.content if self.last else None
        found = tuple(_squeeze(button.label) for button in content.buttons) if isinstance(content, Prompt) else ()
        return "" if found == labels else f"the buttons are {' | '.join(found) or 'none'}"

    def compare_end(self, outcome: str) -> str:
        phase = self.state.phase
        if not isinstance(phase, Closed):
            return "the conversation goes on"
        return "" if phase.outcome == outcome else f"it ends {phase.outcome}"

    def operator(self, what: str) -> str:
        if what == "busy":
            if "wait_expire" not in self.state.timers:
                return "nobody waits for an operator here"
            self.fire("wait_expire")
            return ""
        who = {"operator": "rehearsal", "name": "Rehearsal"}
        if isinstance(self.state.phase, Parked):
            self.take(OperatorClaimed(id=self.key(), at=self.now, **who))
        if what == "closes":
            self.take(OperatorClosed(id=self.key(), at=self.now, **who))
        elif what == "back":
            self.take(OperatorHandedBack(id=self.key(), at=self.now, **who))
        else:
            self.take(OperatorReplied(id=self.key(), at=self.now, content=Text(text=what), client_id=self.key(), **who))
        return ""


def _key(message: Message) -> str:
    return message.origin.partition("/")[2]


def _words(message: Message) -> str:
    return message.content.text if isinstance(message.content, Prompt | Text) else ""


def _shown(part: Part) -> str:
    match part:
        case TextPart(text=text):
            return text
        case MediaPart(media=media):
            return media.caption
        case _:
            return ""


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _fits(pattern: str, text: str) -> bool:
    parts = [re.escape(_squeeze(part)) for part in pattern.split("...")]
    return re.fullmatch(r"\s*.*?\s*".join(parts), text, re.DOTALL) is not None
