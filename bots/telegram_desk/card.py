"""The summary at the top of a topic: all that an operator must know before the first word. Pure."""

from html import escape
from typing import Final, Literal, TypeAlias

from bots.telegram_desk.lines import cut
from bots.telegram_desk.ports import About
from bots.telegram_desk.reader import Reader
from conversation.state import Closed, Conversation, Parked, WithBot, WithOperator

State: TypeAlias = Literal["urgent", "parked", "live", "bot", "closed"]
ICONS: Final[dict[State, str]] = {"urgent": "🔥", "parked": "❗️", "live": "💬", "bot": "🤖", "closed": "✅"}
"""Telegram's own pictures of topics, by the emoji they stand for."""
TITLE: Final = 128
_FACTS, _FACT, _SENTENCES = 14, 160, 6


def name_of(conversation: Conversation, reader: Reader) -> str:
    """One who has no name is told from the others by the end of the chat's id."""
    return " ".join(conversation.name.split()) or f"{reader.say('nameless')} {conversation.chat[-4:]}"


def state_of(conversation: Conversation) -> State:
    match conversation.phase:
        case Parked(priority=priority):
            urgent = priority > 0 or conversation.mood is not None
            return "urgent" if urgent else "parked"
        case WithOperator():
            return "live"
        case WithBot():
            return "bot"
        case Closed():
            return "closed"


def title_of(conversation: Conversation, reader: Reader) -> str:
    """Who, and whose it is."""
    match conversation.phase:
        case Parked(team=team):
            tail = team
        case WithOperator(name=name, operator=operator):
            tail = name or operator
        case _:
            tail = ""
    name = cut(name_of(conversation, reader), 60)
    return cut(f"{name} · {tail}" if tail else name, TITLE)


def card_of(conversation: Conversation, about: About, reader: Reader) -> str:
    """HTML of at most about 3,500 units."""
    channel = reader.words.find(reader.language, f"channels.{conversation.channel}") or conversation.channel
    head = (
        f"<b>{escape(cut(name_of(conversation, reader), 60))}</b> · {escape(channel)} · {escape(conversation.language)}"
    )
    lines = [head, escape(_standing(conversation, about, reader))]
    if conversation.mood:
        said = ", ".join(conversation.mood.words)
        lines.append(_row(reader.say(f"card.{conversation.mood.kind}"), cut(said, _FACT)))
    if about.reason:
        lines.append(_row(reader.say("card.reason"), f"“{cut(about.reason, 300)}”"))
    if about.guess:
        lines.append(_row(reader.say("card.guess"), cut(about.guess, _FACT)))
    if about.summary:
        sentences = " ".join(about.summary[:_SENTENCES])
        lines.append(_row(reader.say("card.summary"), cut(sentences, 900)))
    lines += [_row(cut(name, 40), cut(value, _FACT)) for name, value in about.facts[:_FACTS]]
    callback = conversation.callback or getattr(conversation.phase, "callback", None)
    if callback:
        when = f"{reader.time(callback.begin)} {callback.phone}".rstrip()
        lines.append(_row(reader.say("card.callback"), when))
    if isinstance(conversation.phase, Parked | WithOperator):
        lines.append(f"<i>{escape(reader.say(f'card.hint_{_hint(conversation)}'))}</i>")
    return "\n".join(lines)


def _hint(conversation: Conversation) -> str:
    return "parked" if isinstance(conversation.phase, Parked) else "live"


def _standing(conversation: Conversation, about: About, reader: Reader) -> str:
    match conversation.phase:
        case Parked(team=team, since=since):
            told = reader.say("card.parked", team=team, time=reader.time(since))
        case WithOperator(name=name, operator=operator, since=since):
            told = reader.say("card.live", name=name or operator, time=reader.time(since))
        case WithBot():
            told = reader.say("card.bot")
        case Closed(at=at):
            told = reader.say("card.closed", time=reader.time(at))
    key, _, what = about.why.partition(" ")
    why = reader.find(f"why.{key}").replace("{what}", what)
    return f"{told} · {why}" if why else told


def _row(name: str, value: str) -> str:
    return f"<b>{escape(name)}</b>: {escape(value)}"


def keys_of(conversation: Conversation, reader: Reader) -> tuple[tuple[str, str], ...]:
    """What can be pressed below the card: label and payload."""
    wanted: tuple[str, ...]
    match conversation.phase:
        case Parked():
            wanted = ("claim", "transfer")
        case WithOperator():
            wanted = ("transfer", "callback", "bot", "close")
        case _:
            wanted = ()
    return tuple((reader.say(f"keys.{key}"), key) for key in wanted)
