"""Bots made in a test from a few lines of YAML, and a customer who talks to one: the whole step, nothing around it."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from app.bot_folder import load_rules, product_texts, read_folder
from app.rehearsal.calendar import is_own, own_result
from conversation.content import Button, Content, Prompt, Text
from conversation.effects import Amend, Effect, Post, RunAction, Understand
from conversation.events import (
    ActionDone,
    ActionFailed,
    CustomerPressed,
    CustomerSaid,
    Event,
    OperatorClaimed,
    OperatorClosed,
    OperatorHandedBack,
    TimerFired,
    Understood,
)
from conversation.message import Message
from conversation.run import Frame
from conversation.state import Closed, Conversation
from conversation.understanding import Entity, Intent, Understanding
from conversation.value import Data
from dialogs.problems import BotError, Problem
from dialogs.reading.source import read_source
from engine.rules import Rules, compile_rules
from engine.step import step
from tests.support.repository import ROOT

NORDNETZ = ROOT / "examples/nordnetz"
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""10:00 in Berlin, on a working day."""

SETTINGS = """
title: Test
languages: {source: en, all: [en, de]}
time_zone: Europe/Berlin
start: main
commands:
  menu: {dialog: main, step: menu}
  human: {dialog: main, step: human, intent: want_human}
teams: {care: {hours: {mon-sun: ["00:00-24:00"]}}}
waiting: {remind: [2m], expires: 15m}
live: {customer_silent: {remind: 5m, close: 15m}, operator_silent: {remind: 2m, reassign: 5m}}
"""


def make_rules(files: Mapping[str, str]) -> Rules:
    """A bot from its files; what is left out comes from a small default. Raises BotError.

    Without files under ``locales/`` every text is its own key, and every label the option's name; without a catalogue,
    every action takes what it gets.
    """
    whole = {"bot.yaml": SETTINGS, **files}
    dialogs = {
        name.removeprefix("dialogs/"): read_source(name, text.encode()).data["steps"]
        for name, text in files.items()
        if name.startswith("dialogs/") and "/_" not in name
    }
    if not any(name.startswith("locales/") for name in whole):
        for language in ("en", "de"):
            for name, steps in dialogs.items():
                whole[f"locales/{language}/{name}"] = json.dumps({language: _texts(steps)})
    if "actions/catalogue.yaml" not in whole:
        bodies = [body for steps in dialogs.values() for body in steps.values() if "do" in body]
        takes = {body["do"]: {"takes": dict.fromkeys(body.get("with") or {}, "any")} for body in bodies}
        whole["actions/catalogue.yaml"] = json.dumps(takes)
    return compile_rules({name: text.encode() for name, text in whole.items()}, product_texts())


def _texts(steps: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, body in steps.items():
        speaks = {"choose", "ask", "pick", "form", "handover"} & set(body)
        key = body.get("say") or (name if speaks else "")
        if key:
            found[key] = {
                "text": key,
                "options": {option: option.replace("_", " ") for option in body.get("choose") or {}},
                "fields": {field: f"{field}?" for field in body.get("form") or {}},
                "confirm": f"{key}: {{{{ {body.get('save') or 'none'} }}}}",
                "item": "{{ item.name }}",
            }
    return found


def main_bot(steps: str, *, heads: str = "", **more: str) -> Rules:
    """A bot of one dialog, ``main``, that begins at ``menu``; ``more``: other dialogs by name."""
    main = f"start: menu\ndefaults: {{{DEFAULTS}}}\n{heads}\nsteps:\n{steps}"
    return make_rules({"dialogs/main.yaml": main, **{f"dialogs/{name}.yaml": text for name, text in more.items()}})


DEFAULTS = "misses: {limit: 3, go: human}, silence: {after: 10m, reminders: 1, go: asleep}, failed: human"
ENDS = """
  human: {handover: care, go: bye}
  bye: {say: bye, end: solved}
  asleep: {end: silent}
"""


def problems_of(files: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """All that is wrong with a bot folder's files."""
    try:
        compile_rules(files, product_texts())
    except BotError as error:
        return error.problems
    return ()


@cache
def nordnetz() -> Rules:
    return load_rules(NORDNETZ)


@cache
def nordnetz_files() -> Mapping[str, bytes]:
    return read_folder(NORDNETZ)


def means(**scores: float) -> Understanding:
    """``means(report_outage=0.9)``."""
    best = sorted(scores.items(), key=lambda item: -item[1])
    return Understanding(intents=tuple(Intent(name=name, score=score) for name, score in best))


def fresh(*, language: str = "en", channel: str = "webchat", at: datetime = MONDAY, **variables: Data) -> Conversation:
    """A conversation before its first message."""
    return Conversation(
        id="c1", chat="chat1", channel=channel, opened_at=at, language=language, variables=dict(variables)
    )


class Talk:
    """One customer and one bot. Each method returns the text keys of what the bot said to it.

    ``actions``: name to result, None = it fails; an action that is not named stays unanswered until ``act``,
    but for the product's own ones.
    ``understand``: what free texts mean; by default nothing.
    """

    def __init__(
        self,
        rules: Rules,
        *,
        actions: Mapping[str, dict[str, Data] | None] | None = None,
        understand: Callable[[str], Understanding] = lambda _: Understanding(),
        state: Conversation | None = None,
    ) -> None:
        self.rules = rules
        self.actions = actions or {}
        self.understand = understand
        self.state = state or fresh()
        self.now = MONDAY
        self.messages: list[Message] = []
        self.effects: list[Effect] = []
        self.requests: list[RunAction] = []
        self._events = 0

    # ── events ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def event_id(self) -> str:
        self._events += 1
        return f"e{self._events}"

    def take(self, event: Event) -> list[str]:
        """Step, follow what it asks for, and write and read the state as a store does."""
        heard = len(self.messages)
        self._take(event)
        return [key_of(message) for message in self.messages[heard:] if message.author == "bot"]

    def _take(self, event: Event) -> None:
        state, effects = step(self.state, event, self.rules)
        self.state = msgspec.json.decode(msgspec.json.encode(state), type=Conversation)
        self.effects.extend(effects)
        for effect in effects:
            match effect:
                case Post(message=message):
                    self.messages.append(message)
                case Amend(message=message):
                    self.messages = [message if each.id == message.id else each for each in self.messages]
                case Understand(request=request, text=text, message=said):
                    answer = self.understand(text)
                    found = Understood(id=self.event_id(), at=self.now, request=request, understanding=answer)
                    self._take(msgspec.structs.replace(found, message=said))
                case RunAction(name=name):
                    self.requests.append(effect)
                    if name in self.actions:
                        self._take(self._answer(effect, self.actions[name]))
                    elif is_own(self.rules, name):
                        self._take(self._own(effect))

    def _own(self, request: RunAction) -> Event:
        did = own_result(self.rules, self.state, self.now, request)
        if did is None:
            return self._answer(request, None)
        done = ActionDone(id=self.event_id(), at=self.now, request=request.request, result=did.result)
        return msgspec.structs.replace(done, plan=did.plan)

    def _answer(self, request: RunAction, result: dict[str, Data] | None) -> Event:
        if result is None:
            return ActionFailed(id=self.event_id(), at=self.now, request=request.request, reason="test")
        return ActionDone(id=self.event_id(), at=self.now, request=request.request, result=result)

    def act(self, result: dict[str, Data] | None, request: int = -1) -> list[str]:
        """The back-end's answer to a request; None = it failed."""
        return self.take(self._answer(self.requests[request], result))

    def say(self, *texts: str | Content) -> list[str]:
        """Say them one after the other; the keys of the answer to the last."""
        said: list[str] = []
        for text in texts:
            content = Text(text=text) if isinstance(text, str) else text
            said = self.take(CustomerSaid(id=self.event_id(), at=self.now, content=content))
        return said

    def press(self, label: str, *, menu: Message | None = None) -> list[str]:
        """Press the button with that label on ``menu``, or on the newest message that has any."""
        shown = menu or self.menu
        button = next(button for button in buttons_of(shown) if button.label == label)
        return self.press_payload(button.payload, menu=shown.id)

    def press_payload(self, payload: str, *, menu: str = "") -> list[str]:
        return self.take(CustomerPressed(id=self.event_id(), at=self.now, payload=payload, menu=menu))

    def silence(self, minutes: float) -> list[str]:
        """Time passes, and each timer fires when it is due."""
        until, said = self.now + timedelta(minutes=minutes), []
        while self.state.timers and min(self.state.timers.values()) <= until:
            name, due = min(self.state.timers.items(), key=lambda item: item[1])
            self.now = max(self.now, due)
            said += self.take(TimerFired(id=self.event_id(), at=self.now, name=name, due=due))
        self.now = until
        return said

    def claim(self, operator: str = "anna") -> list[str]:
        return self.take(OperatorClaimed(id=self.event_id(), at=self.now, operator=operator, name=operator.title()))

    def close(self, operator: str = "anna") -> list[str]:
        return self.take(OperatorClosed(id=self.event_id(), at=self.now, operator=operator, name=operator.title()))

    def hand_back(self, operator: str = "anna") -> list[str]:
        return self.take(OperatorHandedBack(id=self.event_id(), at=self.now, operator=operator, name=operator.title()))

    # ── what was seen ────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def bot_messages(self) -> list[Message]:
        return [message for message in self.messages if message.author == "bot"]

    @property
    def last(self) -> str:
        """The words of the bot's last message."""
        return words_of(self.bot_messages[-1])

    @property
    def menu(self) -> Message:
        """The newest message with buttons."""
        return next(message for message in reversed(self.bot_messages) if buttons_of(message))

    @property
    def labels(self) -> list[str]:
        """The buttons of the bot's last message."""
        return [button.label for button in buttons_of(self.bot_messages[-1])]

    @property
    def at(self) -> str:
        """The innermost step, ``dialog/step``; empty before the start and after the end."""
        return f"{self.frame.dialog}/{self.frame.step}" if self.state.run.frames else ""

    @property
    def frame(self) -> Frame:
        return self.state.run.frames[-1]

    @property
    def outcome(self) -> str:
        """How it ended; empty while it goes on."""
        return self.state.phase.outcome if isinstance(self.state.phase, Closed) else ""


def entities(**values: str) -> tuple[Entity, ...]:
    return tuple(Entity(name=name, value=value, start=0, end=1) for name, value in values.items())


def key_of(message: Message) -> str:
    """A bot message's text key, without its dialog."""
    return message.origin.partition("/")[2]


def words_of(message: Message) -> str:
    return message.content.text if isinstance(message.content, Prompt | Text) else ""


def buttons_of(message: Message) -> tuple[Button, ...]:
    return message.content.buttons if isinstance(message.content, Prompt) else ()
