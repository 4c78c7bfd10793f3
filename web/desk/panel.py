"""What is known about a customer, for whoever takes over. Pure."""

from datetime import datetime
from typing import Final

import msgspec

from conversation.content import plain_text
from conversation.message import Message
from conversation.records import Chat, Customer, Episode
from conversation.state import Conversation, Parked, WithOperator
from conversation.value import Data
from engine.shell.feed import PREVIEW

LISTED: Final = 5
"""Parts of a list that are shown, and how many there are."""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    value: str


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer seems to want, with the words that say so; ``score`` from 0 to 1."""

    name: str
    title: str
    score: float
    text: str


class Feeling(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    words: tuple[str, ...]


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of the back-end, and what came of it."""

    name: str
    state: str
    result: str


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    begin: datetime
    phone: str
    topic: str


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator should know before asking."""

    channel: str
    address: str
    name: str
    language: str
    opened_at: datetime
    reason: str
    facts: tuple[Fact, ...]
    path: tuple[str, ...]
    intent: Guess | None = None
    mood: Feeling | None = None
    actions: tuple[Deed, ...] = ()
    summary: tuple[str, ...] = ()
    callback: Planned | None = None
    customer: Customer | None = None
    earlier: tuple[Episode, ...] = ()


def panel_of(
    conversation: Conversation,
    chat: Chat,
    messages: tuple[Message, ...],
    *,
    intent: Guess | None = None,
    mood: Feeling | None = None,
    actions: tuple[Deed, ...] = (),
    summary: tuple[str, ...] = (),
    customer: Customer | None = None,
    earlier: tuple[Episode, ...] = (),
) -> Panel:
    """All that is known, including personal data: the operator must not ask twice. ``messages``: how it began."""
    return Panel(
        channel=conversation.channel,
        address=chat.address,
        name=conversation.name,
        language=conversation.language,
        opened_at=conversation.opened_at,
        reason=_reason(conversation, messages),
        facts=_once(_facts("", conversation.variables)),
        path=_path(conversation, messages),
        intent=intent,
        mood=mood,
        actions=actions,
        summary=summary,
        callback=_planned(conversation),
        customer=customer,
        earlier=earlier,
    )


def _planned(conversation: Conversation) -> Planned | None:
    """What is to come, or what is due and being done."""
    phase = conversation.phase
    due = phase.callback if isinstance(phase, Parked | WithOperator) else None
    callback = due or conversation.callback
    return Planned(begin=callback.begin, phone=callback.phone, topic=callback.topic) if callback else None


def preview_of(conversation: Conversation, messages: tuple[Message, ...]) -> str:
    """The customer's last words, as on the card."""
    said = [words for message in _of(conversation, messages, "customer") if (words := plain_text(message.content))]
    return said[-1][:PREVIEW] if said else ""


def _reason(conversation: Conversation, messages: tuple[Message, ...]) -> str:
    """The longest of the customer's first free words, said to the bot before anybody was called: greetings are short."""
    parked = next((note.seq for note in _of(conversation, messages, "system") if note.origin == "parked"), None)
    said = [
        plain_text(message.content)
        for message in _of(conversation, messages, "customer")
        if not message.origin and (parked is None or message.seq < parked)
    ]
    return max(said[:5], key=len, default="")


def _path(conversation: Conversation, messages: tuple[Message, ...]) -> tuple[str, ...]:
    """The steps that said something, in order: the way the customer came."""
    said = [
        message.origin for message in _of(conversation, messages, "bot") if not message.origin.startswith("_product/")
    ]
    keys = [origin.rpartition("/")[2].partition(".")[0] for origin in said]
    return tuple(key for key, before in zip(keys, ["", *keys], strict=False) if key != before)


def _of(conversation: Conversation, messages: tuple[Message, ...], author: str) -> list[Message]:
    return [message for message in messages if message.author == author and message.at >= conversation.opened_at]


def _once(facts: list[Fact]) -> tuple[Fact, ...]:
    """What was asked, looked up and taken over under three names is shown once, under the last."""
    last = {(fact.name.rsplit(".", 1)[-1], fact.value): fact for fact in facts}
    return tuple(fact for fact in facts if last[fact.name.rsplit(".", 1)[-1], fact.value] is fact)


def _facts(prefix: str, data: dict[str, Data]) -> list[Fact]:
    found: list[Fact] = []
    for name, value in data.items():
        where = f"{prefix}{name}"
        match value:
            case None | "":
                continue
            case dict():
                found.extend(_facts(f"{where}.", value))
            case list():
                rows = [
                    ", ".join(str(part) for part in item.values()) if isinstance(item, dict) else str(item)
                    for item in value
                ]
                more = [f"… ({len(rows)})"] if len(rows) > LISTED else []
                found.append(Fact(name=where, value="; ".join(rows[:LISTED] + more)[:300]))
            case bool():
                found.append(Fact(name=where, value="✓" if value else "✗"))
            case _:
                found.append(Fact(name=where, value=str(value)[:300]))
    return found
