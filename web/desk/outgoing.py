"""What a desk's page is told (docs/protocols.md). Pure."""

from datetime import datetime

import msgspec

from conversation.deliveries import Undelivered as DeadLetter
from conversation.message import Message
from conversation.records import Card, SendState
from web.desk.panel import Panel


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
