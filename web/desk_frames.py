"""The frames of the desk (docs/protocols.md). Pure."""

from datetime import datetime
from typing import Annotated, TypeAlias

import msgspec

from bots.webchat.frames import MAX_SEQ, MAX_TEXT, FrameId
from conversation.content import plain_text
from conversation.deliveries import Undelivered as DeadLetter
from conversation.errors import BadInputError
from conversation.message import Message
from conversation.records import Card, Chat, SendState
from conversation.state import Conversation
from conversation.value import Data
from engine.shell.feed import PREVIEW

_Id: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class _Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    pass


class Open(_Frame, frozen=True, kw_only=True, tag="open"):
    conversation: _Id


class Older(_Frame, frozen=True, kw_only=True, tag="older"):
    conversation: _Id
    before: Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]


class Claim(_Frame, frozen=True, kw_only=True, tag="claim"):
    id: FrameId
    conversation: _Id


class HandBack(_Frame, frozen=True, kw_only=True, tag="hand_back"):
    id: FrameId
    conversation: _Id


class Close(_Frame, frozen=True, kw_only=True, tag="close"):
    id: FrameId
    conversation: _Id


class Reply(_Frame, frozen=True, kw_only=True, tag="reply"):
    id: FrameId
    conversation: _Id
    text: str


class Typing(_Frame, frozen=True, kw_only=True, tag="typing"):
    conversation: _Id
    on: bool


class Resend(_Frame, frozen=True, kw_only=True, tag="resend"):
    """Try again what did not arrive."""

    id: FrameId
    conversation: _Id
    message_id: _Id


class Settle(_Frame, frozen=True, kw_only=True, tag="settle"):
    """What was unsure arrived; what failed is left so."""

    id: FrameId
    conversation: _Id
    message_id: _Id


class AskUndelivered(_Frame, frozen=True, kw_only=True, tag="undelivered"):
    pass


DeskFrame: TypeAlias = Open | Older | Claim | HandBack | Close | Reply | Typing | Resend | Settle | AskUndelivered
_decoder: msgspec.json.Decoder[DeskFrame] = msgspec.json.Decoder(DeskFrame)


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    value: str


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


class _ServerFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    pass


class Snapshot(_ServerFrame, frozen=True, kw_only=True, tag="snapshot"):
    operator: str
    name: str
    cards: tuple[Card, ...]
    now: datetime


class CardChanged(_ServerFrame, frozen=True, kw_only=True, tag="card"):
    card: Card


class Opened(_ServerFrame, frozen=True, kw_only=True, tag="conversation"):
    card: Card
    messages: tuple[Message, ...]
    panel: Panel
    more: bool


class OlderMessages(_ServerFrame, frozen=True, kw_only=True, tag="messages"):
    conversation: str
    messages: tuple[Message, ...]
    more: bool


class MessageAdded(_ServerFrame, frozen=True, kw_only=True, tag="message"):
    conversation: str
    message: Message


class PanelChanged(_ServerFrame, frozen=True, kw_only=True, tag="panel"):
    conversation: str
    panel: Panel


class Delivery(_ServerFrame, frozen=True, kw_only=True, tag="delivery"):
    conversation: str
    message_id: str
    state: SendState
    error: str = ""
    decided: bool = False


class Undelivered(_ServerFrame, frozen=True, kw_only=True, tag="undelivered", omit_defaults=True):
    """``items`` for who asked; else only how many there are."""

    count: int
    items: tuple[DeadLetter, ...] | None = None


class CustomerTyping(_ServerFrame, frozen=True, kw_only=True, tag="typing"):
    conversation: str
    on: bool
    who: str = "customer"


class Read(_ServerFrame, frozen=True, kw_only=True, tag="read"):
    """The customer has seen up to there."""

    conversation: str
    seq: int


class Done(_ServerFrame, frozen=True, kw_only=True, tag="done"):
    id: str


class Refused(_ServerFrame, frozen=True, kw_only=True, tag="refused"):
    id: str
    reason: str
    holder: str = ""


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    """Another operator at the desk."""

    id: str
    name: str


class Colleagues(_ServerFrame, frozen=True, kw_only=True, tag="colleagues"):
    """Who else is at the desk now."""

    operators: tuple[Colleague, ...]


class Error(_ServerFrame, frozen=True, kw_only=True, tag="error"):
    code: str
    message: str
    id: str = ""


def read_frame(raw: str) -> DeskFrame:
    """Raises BadInputError for anything that docs/protocols.md does not describe."""
    try:
        frame = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadInputError("bad_frame", f"this frame is not of the protocol: {error}") from None
    if isinstance(frame, Reply) and not 0 < len(frame.text.strip()) <= len(frame.text) <= MAX_TEXT:
        raise BadInputError("too_long", f"an answer has 1 to {MAX_TEXT:,} characters")
    return frame


def panel_of(conversation: Conversation, chat: Chat, messages: tuple[Message, ...]) -> Panel:
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
    )


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
    keys = [message.origin.rpartition("/")[2].partition(".")[0] for message in _of(conversation, messages, "bot")]
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
                found.append(Fact(name=where, value="; ".join(rows)[:300]))
            case bool():
                found.append(Fact(name=where, value="✓" if value else "✗"))
            case _:
                found.append(Fact(name=where, value=str(value)[:300]))
    return found
