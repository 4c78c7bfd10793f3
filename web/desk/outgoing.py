"""What a desk's page is told (docs/protocols.md). Pure."""

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from conversation.deliveries import Undelivered as DeadLetter
from conversation.message import Message
from conversation.records import Card, ContextItem, Found, Role, SendState, Status
from web.desk.choices import Choices
from web.desk.panel import Panel


class _ServerFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    pass


# ── of all chats and people: the feed ────────────────────────────────────────────────────────────────────────────────


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """An operator as colleagues see one. ``load``: chats they hold."""

    operator: str
    name: str
    role: Role
    status: Status
    present: bool
    load: int
    capacity: int
    teams: tuple[str, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]


class Me(msgspec.Struct, frozen=True, kw_only=True):
    operator: str
    name: str
    role: Role
    teams: tuple[str, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    capacity: int
    status: Status


class Snapshot(_ServerFrame, frozen=True, kw_only=True, tag="snapshot"):
    event: str
    operator: Me
    cards: tuple[Card, ...]
    seats: tuple[Seat, ...]
    now: datetime
    bot: Choices


class Resumed(_ServerFrame, frozen=True, kw_only=True, tag="resumed"):
    event: str
    now: datetime


class CardChanged(_ServerFrame, frozen=True, kw_only=True, tag="card"):
    event: str
    card: Card


class SeatChanged(_ServerFrame, frozen=True, kw_only=True, tag="seat"):
    event: str
    seat: Seat


FeedEvent: TypeAlias = CardChanged | SeatChanged


# ── of one chat ──────────────────────────────────────────────────────────────────────────────────────────────────────


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
    """``card``: of a chat that is in no list any more: the bot has it, or it is over."""

    conversation: str
    panel: Panel
    card: Card | None = None


class Context(_ServerFrame, frozen=True, kw_only=True, tag="context"):
    conversation: str
    items: tuple[ContextItem, ...]


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    typing: bool


class Viewers(_ServerFrame, frozen=True, kw_only=True, tag="viewers"):
    """Who else has the conversation open."""

    conversation: str
    operators: tuple[Viewer, ...]


class Read(_ServerFrame, frozen=True, kw_only=True, tag="read"):
    """The customer has seen up to there."""

    conversation: str
    seq: int


class CustomerTyping(_ServerFrame, frozen=True, kw_only=True, tag="typing"):
    conversation: str
    on: bool
    who: str = "customer"


class Delivery(_ServerFrame, frozen=True, kw_only=True, tag="delivery"):
    conversation: str
    message_id: str
    state: SendState
    error: str = ""
    decided: bool = False


class Slots(_ServerFrame, frozen=True, kw_only=True, tag="slots"):
    conversation: str
    team: str
    slots: tuple[datetime, ...]


class CannedReply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    title: str
    text: str
    attach: str = ""


class Canned(_ServerFrame, frozen=True, kw_only=True, tag="canned"):
    conversation: str
    replies: tuple[CannedReply, ...]


# ── for one operator ─────────────────────────────────────────────────────────────────────────────────────────────────


class Told(_ServerFrame, frozen=True, kw_only=True, tag="told"):
    """Something is for this operator. ``seq``: the message of the chat that says so, 0 where none does."""

    kind: Literal["mention", "consult", "transfer", "assigned", "callback"]
    conversation: str
    by: str
    text: str
    seq: int = 0


class FoundCustomers(_ServerFrame, frozen=True, kw_only=True, tag="found"):
    text: str
    customers: tuple[Found, ...]


class Undelivered(_ServerFrame, frozen=True, kw_only=True, tag="undelivered", omit_defaults=True):
    """``items`` for who asked; else only how many there are."""

    count: int
    items: tuple[DeadLetter, ...] | None = None


class Done(_ServerFrame, frozen=True, kw_only=True, tag="done"):
    id: str


class Refused(_ServerFrame, frozen=True, kw_only=True, tag="refused"):
    id: str
    reason: str
    holder: str = ""


class WrongArgument(_ServerFrame, frozen=True, kw_only=True, tag="error"):
    """``wanted``: the kind that the argument of the action must have, or ``missing``."""

    code: str = "bad_argument"
    message: str
    id: str
    argument: str
    wanted: str


class Error(_ServerFrame, frozen=True, kw_only=True, tag="error"):
    code: str
    message: str
    id: str = ""
