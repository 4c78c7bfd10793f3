"""The frames of the web chat (docs/protocols.md), and what they mean as events. Pure."""

from datetime import datetime
from typing import Annotated, Final, TypeAlias

import msgspec

from conversation.content import MAX_TEXT, Content, Text
from conversation.errors import BadInputError
from conversation.events import CustomerChoseLanguage, CustomerEvent, CustomerPressed, CustomerSaid, QueuePlace
from conversation.message import Message
from conversation.records import Inbound

CHANNEL: Final = "webchat"
ACCOUNT: Final = "site"
MAX_FRAME: Final = 64 * 1024
"""Bytes of a client's frame."""
MAX_SEQ: Final = 2**53
"""Beyond this a page can't count, and soon after a database neither."""

FrameId: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
_Short: TypeAlias = Annotated[str, msgspec.Meta(max_length=200)]
_Code: TypeAlias = Annotated[str, msgspec.Meta(max_length=8, pattern=r"^[a-z]{2}$")]


class _Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    pass


class Hello(_Frame, frozen=True, kw_only=True, tag="hello"):
    token: Annotated[str, msgspec.Meta(max_length=400)]
    last_seq: Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)] = 0
    language: _Code | None = None


class Say(_Frame, frozen=True, kw_only=True, tag="say"):
    id: FrameId
    text: str


class Press(_Frame, frozen=True, kw_only=True, tag="press"):
    id: FrameId
    payload: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    label: _Short = ""
    menu: _Short = ""


class SetLanguage(_Frame, frozen=True, kw_only=True, tag="language"):
    id: FrameId
    language: _Code


class Typing(_Frame, frozen=True, kw_only=True, tag="typing"):
    on: bool


class Seen(_Frame, frozen=True, kw_only=True, tag="seen"):
    """The page has shown all up to this message."""

    seq: Annotated[int, msgspec.Meta(ge=1, le=MAX_SEQ)]


ClientFrame: TypeAlias = Hello | Say | Press | SetLanguage | Typing | Seen
_decoder: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)


class _ServerFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    pass


class Welcome(_ServerFrame, frozen=True, kw_only=True, tag="welcome"):
    chat: str
    seq: int
    language: str
    phase: str
    operator: str = ""
    place: QueuePlace | None = None


class Said(_ServerFrame, frozen=True, kw_only=True, tag="message"):
    seq: int
    id: str
    author: str
    at: datetime
    content: Content
    name: str = ""
    client_id: str = ""
    edits: str = ""
    href: str = ""
    """Where the message's file lies, from the root of the service: made anew each time the message is shown."""


class Skip(_ServerFrame, frozen=True, kw_only=True, tag="skip"):
    seq: int


class Ack(_ServerFrame, frozen=True, kw_only=True, tag="ack"):
    id: str


class PhaseNow(_ServerFrame, frozen=True, kw_only=True, tag="phase"):
    phase: str
    operator: str = ""
    place: QueuePlace | None = None
    working: bool = False


class TypingNow(_ServerFrame, frozen=True, kw_only=True, tag="typing", omit_defaults=False):
    who: str
    on: bool
    name: str = ""


class Error(_ServerFrame, frozen=True, kw_only=True, tag="error"):
    code: str
    message: str
    id: str = ""


ServerFrame: TypeAlias = Welcome | Said | Skip | Ack | PhaseNow | TypingNow | Error


def read_frame(raw: str) -> ClientFrame:
    """Raises BadInputError for anything that docs/protocols.md does not describe."""
    try:
        frame = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadInputError("bad_frame", f"this frame is not of the protocol: {error}") from None
    if isinstance(frame, Say):
        if len(frame.text) > MAX_TEXT:
            raise BadInputError("too_long", f"a message has at most {MAX_TEXT:,} characters")
        if not frame.text.strip():
            raise BadInputError("bad_frame", "a message needs at least one character")
    return frame


def frame_of(message: Message, href: str = "") -> Said | Skip:
    """A line of the history as the customer's page gets it; notes for the desk are skipped over."""
    if message.author == "system":
        return Skip(seq=message.seq)
    return Said(
        seq=message.seq,
        id=message.id,
        author=message.author,
        at=message.at,
        content=message.content,
        name=message.name,
        client_id=message.client_id if message.author == "customer" else "",
        edits=message.edits,
        href=href,
    )


def inbound_of(frame: Say | Press | SetLanguage, *, address: str, language: str, id_: str, at: datetime) -> Inbound:
    """The frame as an event; its id is the delivery's unique key."""
    event: CustomerEvent
    match frame:
        case Say(id=client_id, text=text):
            event = CustomerSaid(id=id_, at=at, content=Text(text=text), client_id=client_id, language=language)
        case Press(id=client_id, payload=payload, label=label, menu=menu):
            event = CustomerPressed(
                id=id_, at=at, payload=payload, label=label, menu=menu, client_id=client_id, language=language
            )
        case SetLanguage(language=chosen):
            event = CustomerChoseLanguage(id=id_, at=at, language=chosen)
    return Inbound(channel=CHANNEL, account=ACCOUNT, external_id=f"{address}:{frame.id}", address=address, event=event)
