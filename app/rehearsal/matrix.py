"""A transcript in other languages and on other channels: what the customer means is said there as one would.

Steps, what was saved and how it ends must be the same everywhere; words only in the transcript's own language.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product
from typing import Final, Literal, TypeAlias

import msgspec

from app.rehearsal.samples import YES_NO
from app.rehearsal.stage import Stage
from app.rehearse import Guess, Played, Player, fits, shown_on, wrong_head
from app.transcript import BotSays, Buttons, Transcript, User
from bots.limits import limits_of
from bots.shape import MediaPart, TextPart, shape
from conversation.content import Button, Prompt, Text
from conversation.message import Message
from conversation.state import WithBot
from conversation.understanding import Understanding
from conversation.value import Data, Value
from dialogs.hearing.commands import find_command, find_language
from dialogs.hearing.matching import Choice, match
from dialogs.kinds import Kind, Parsed, parse
from dialogs.model import Ask
from dialogs.walking import forms
from engine.rules import Rules

Place: TypeAlias = tuple[str, str]
"""Language and channel."""

_DAYS: Final = {
    "de": ("heute", "morgen", "übermorgen"),
    "en": ("today", "tomorrow", "the day after tomorrow"),
    "ru": ("сегодня", "завтра", "послезавтра"),
    "uk": ("сьогодні", "завтра", "післязавтра"),
}


class Meaning(Value, frozen=True, kw_only=True):
    """What a customer's words were. ``key``: of the choice or command; ``value``: of the answer."""

    kind: Literal["words", "command", "button", "choice", "answer"]
    text: str
    key: str = ""
    value: Data = None


def places(transcript: Transcript, rules: Rules, languages: Sequence[str], channels: Sequence[str]) -> list[Place]:
    """Its own place, then all others of these; its own language or channel where none are given."""
    own = (transcript.language or rules.bot.source, transcript.channel)
    return list(dict.fromkeys([own, *product(languages or own[:1], channels or own[1:])]))


def play_everywhere(
    transcript: Transcript, rules: Rules, guess: Guess | None, where: Sequence[Place]
) -> Iterator[tuple[Place, Played]]:
    """In its own place, the first of these; if it holds there, in the others."""
    wrong = wrong_head(transcript, rules)
    if wrong:
        nothing: frozenset[str] = frozenset()
        yield where[0], Played(difference=wrong, taken=(), ok=nothing, failed=nothing, languages=nothing)
        return
    listener = _Listener(transcript, rules, guess)
    played = listener.run()
    yield where[0], played
    for place in where[1:] if played.difference is None else ():
        yield place, _Translator(transcript, rules, listener, language=place[0], channel=place[1]).run()


class _Listener(Player):
    """Plays as written, and notes what the customer's words were."""

    def __init__(self, transcript: Transcript, rules: Rules, guess: Guess | None) -> None:
        super().__init__(transcript, rules, guess)
        self.meanings: dict[int, Meaning] = {}
        self.understood: dict[str, tuple[Understanding, str]] = {}
        self.buttons: dict[int, tuple[str, ...]] = {}

    def words(self, line: User) -> str:
        self.meanings[line.line] = meaning_of(self.stage, line.text)
        return line.text

    def meaning(self, text: str, language: str) -> Understanding:
        found = super().meaning(text, language)
        self.understood[text] = (found, language)
        return found

    def compare_buttons(self, line: Buttons) -> str:
        self.buttons[line.line] = payloads_of(self.last)
        return super().compare_buttons(line)


class _Translator(Player):
    """Plays in another language or on another channel."""

    def __init__(self, transcript: Transcript, rules: Rules, own: _Listener, *, language: str, channel: str) -> None:
        super().__init__(transcript, rules, None, language=language, channel=channel)
        self.own = own
        self.same_language = language == (transcript.language or rules.bot.source)

    def words(self, line: User) -> str:
        meaning = self.own.meanings[line.line]
        return meaning.text if self.same_language and meaning.kind != "button" else said(self.stage, meaning)

    def meaning(self, text: str, language: str) -> Understanding:
        """The same; who wrote the transcript's language writes this one here."""
        found, own = self.own.understood.get(text, (Understanding(), ""))
        return msgspec.structs.replace(found, language=language) if own and found.language == own else found

    def compare_words(self, line: BotSays, message: Message) -> str:
        """As the transcript's own channel shows them, or as this one does: numbers stand in a text only where nothing else fits."""
        if not self.same_language or line.text is None or fits(line.text, shown_on(message, self.transcript.channel)):
            return ""
        return super().compare_words(line, message)

    def compare_buttons(self, line: Buttons) -> str:
        if self.same_language:
            return super().compare_buttons(line)
        found = payloads_of(self.last)
        return "" if found == self.own.buttons[line.line] else f"the buttons are {' | '.join(found) or 'none'}"


def payloads_of(message: Message | None) -> tuple[str, ...]:
    return tuple(button.payload for button in _buttons(message))


def _buttons(message: Message | None) -> tuple[Button, ...]:
    return message.content.buttons if message and isinstance(message.content, Prompt) else ()


def _menu(stage: Stage) -> Message | None:
    """The bot's last message, if it can be answered with a button."""
    said = [message for message in stage.messages if message.author == "bot"]
    return said[-1] if said and _buttons(said[-1]) else None


# ── what words are ───────────────────────────────────────────────────────────────────────────────────────────────────


def meaning_of(stage: Stage, text: str) -> Meaning:
    """What a text is where the conversation stands, in the order in which the bot listens."""
    bot = stage.rules.bot
    if text.startswith("/") or find_language(bot, text) or not isinstance(stage.state.phase, WithBot):
        name = "" if text.startswith("/") else find_command(bot, stage.state.language, text)
        return Meaning(kind="command" if name and not find_language(bot, text) else "words", text=text, key=name)
    command = find_command(bot, stage.state.language, text)
    if command:
        return Meaning(kind="command", text=text, key=command)
    if not stage.state.run.frames:
        return Meaning(kind="words", text=text)
    shown = [Choice(key=button.payload, label=button.label) for button in _buttons(_menu(stage))]
    pressed = match(text, shown)
    if pressed:
        return Meaning(kind="button", text=text, key=pressed)
    walk = stage.walk()
    chosen = match(text, walk.choices())
    if chosen:
        return Meaning(kind="choice", text=text, key=chosen)
    value = _value(stage, text)
    return Meaning(kind="words" if value is None else "answer", text=text, value=value)


def _asked(stage: Stage) -> Kind | None:
    """The kind of answer that is asked for."""
    walk = stage.walk()
    verb, field = walk.step.verb, forms.asked(walk)
    return field.kind if field else verb.answer if isinstance(verb, Ask) else None


def _value(stage: Stage, text: str) -> Data:
    kind = _asked(stage)
    if kind is None:
        return None
    walk = stage.walk()
    found = parse(kind, Text(text=text), walk.context(tuple(map(str, walk.frame.offered))))
    return found.value if isinstance(found, Parsed) else None


# ── saying it ────────────────────────────────────────────────────────────────────────────────────────────────────────


def said(stage: Stage, meaning: Meaning) -> str:
    """The same in the language and on the channel of this stage."""
    match meaning.kind:
        case "words":
            return meaning.text
        case "command":
            words = stage.rules.bot.texts.command_words(stage.state.language).get(meaning.key, ())
            return words[0] if words else f"/{meaning.key}"
        case "button":
            return _pressed(stage, meaning)
        case "choice":
            choices = stage.walk().choices()
            return next(
                (_unlike_a_command(stage, n, c.label) for n, c in enumerate(choices, 1) if c.key == meaning.key),
                meaning.text,
            )
        case "answer":
            return _answered(stage, meaning)


def _pressed(stage: Stage, meaning: Meaning) -> str:
    """The label as this channel shows it; a number stays a number."""
    menu = _menu(stage)
    if menu is None or meaning.text.strip().rstrip(".)").isdigit():
        return meaning.text
    parts = shape(menu, limits_of(stage.channel))
    shown = [button for part in parts if isinstance(part, TextPart | MediaPart) for button in part.buttons]
    for number, button in enumerate(shown or _buttons(menu), 1):
        if button.payload == meaning.key:
            return _unlike_a_command(stage, number, button.label)
    return meaning.text


def _unlike_a_command(stage: Stage, number: int, label: str) -> str:
    bot = stage.rules.bot
    taken = find_command(bot, stage.state.language, label) or find_language(bot, label)
    return str(number) if taken else label


def _answered(stage: Stage, meaning: Meaning) -> str:
    """Words for the same value: what was typed, if it is understood here too."""
    tries = [meaning.text, *_spelt(stage, meaning)]
    return next((text for text in tries if _value(stage, text) == meaning.value), meaning.text)


def _spelt(stage: Stage, meaning: Meaning) -> list[str]:
    value, language = meaning.value, stage.state.language
    if isinstance(value, bool):
        return [YES_NO.get(language, YES_NO["en"])[0 if value else 1]]
    day = _day(value)
    if day is None:
        return [str(value)]
    near = (day - stage.local_time.date()).days
    words = list(_DAYS.get(language, ())[near : near + 1]) if 0 <= near <= 2 else []
    return [*words, day.strftime("%d.%m.%Y"), str(value)]


def _day(value: Data) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
