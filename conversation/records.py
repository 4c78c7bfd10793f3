"""What the store keeps and hands out: rows as values, and what a turn makes of them."""

from datetime import datetime
from typing import Literal, TypeAlias

from conversation.callback import Callback
from conversation.calls import Call
from conversation.effects import Effect
from conversation.events import CustomerEvent, Event
from conversation.message import Message
from conversation.state import Conversation
from conversation.value import Data, Value


class Inbound(Value, frozen=True, kw_only=True):
    """What a channel delivered. (``channel``, ``account``, ``external_id``) names the delivery: a second one has no effect.

    ``address`` is the customer's chat on that channel.
    """

    channel: str
    account: str
    external_id: str
    address: str
    event: CustomerEvent


class Chat(Value, frozen=True, kw_only=True):
    """A customer's place on a channel; its conversations follow each other. ``conversation``: the open one, or empty."""

    id: str
    channel: str
    account: str
    address: str
    conversation: str = ""
    seq: int = 0
    language: str = ""
    unreachable: str = ""
    customer: str = ""
    """The person, where more than one chat is theirs."""
    read_seq: int = 0
    """The newest message that the customer has seen, where the channel tells."""


class InboxRow(Value, frozen=True, kw_only=True):
    """An event that was accepted and not yet handled; ``number`` gives the order. Operators' and engine's events too."""

    number: int
    chat: str
    event: Event


class Accepted(Value, frozen=True, kw_only=True):
    """``row`` is None for a delivery that was already known.

    ``holder``: the worker that holds the chat now, empty if none does, with the ``fence`` of its claim. ``opened``: this
    event opened the chat, so that nothing else can be open in it.
    """

    row: InboxRow | None
    holder: str = ""
    fence: int = 0
    opened: bool = False


class Snapshot(Value, frozen=True, kw_only=True):
    """A chat with its newest conversation, open or closed; None before the first message."""

    chat: Chat
    conversation: Conversation | None


class Standing(Value, frozen=True, kw_only=True):
    """How far a chat is: enough to see whether something is new in it.

    ``people``: it waits for an operator or is with one. ``preview``: see ``Card``.
    """

    chat: str
    seq: int
    conversation: str
    version: int
    preview: str
    people: bool


class Handled(Value, frozen=True, kw_only=True):
    """A chat that an operator had, from claim to end, for the estimate of waits and for reports.

    ``outcome``: how it ended, see ``handoff.handled``; for one that the operator closed, what they said.
    """

    conversation: str
    chat: str
    team: str
    operator: str
    intent: str
    began: datetime
    ended: datetime
    outcome: str = ""
    rating: int = 0


class Turn(Value, frozen=True, kw_only=True):
    """All that a turn changes: stored whole, or not at all.

    ``handled`` are the inbox numbers it answers. ``base`` is the version the conversation had when it was loaded, 0 for a
    new one. ``outgoing``: the messages among ``effects`` must be sent by a worker. ``fence``: of the claim under which it
    was worked out.
    """

    handled: tuple[int, ...]
    base: int
    conversation: Conversation
    effects: tuple[Effect, ...]
    outgoing: bool
    at: datetime
    unreachable: str = ""
    fence: int = 0
    bulk: bool = False
    """Nobody waits for its messages."""
    left: Handled | None = None
    """An operator had the chat, and has it no more."""


SendState: TypeAlias = Literal["pending", "sending", "sent", "failed", "ambiguous"]


class Send(Value, frozen=True, kw_only=True):
    """One message on its way to a customer. ``number`` gives the order inside a chat."""

    number: int
    chat: str
    channel: str
    account: str
    address: str
    message: Message
    state: SendState = "pending"
    attempts: int = 0
    due: datetime
    error: str = ""
    bulk: bool = False
    """Nobody waits for it: answers go first."""


class SendUpdate(Value, frozen=True, kw_only=True):
    """``due`` is the time of the next try for ``pending``. ``fence``: of the claim under which it was tried."""

    number: int
    state: SendState
    attempts: int
    due: datetime
    external_id: str = ""
    error: str = ""
    fence: int = 0


class ActionCall(Value, frozen=True, kw_only=True):
    """``key`` is the same on every try; ``limit`` is in seconds."""

    name: str
    arguments: dict[str, Data]
    key: str
    limit: float
    chat: str
    language: str


class Job(Value, frozen=True, kw_only=True):
    """A back-end call that was asked for and has no answer yet. ``started``: a worker began it before."""

    number: int
    chat: str
    conversation: str
    call: ActionCall
    started: bool = False


class Saved(Value, frozen=True, kw_only=True):
    """What a saved turn left for others to do, in order."""

    sends: tuple[Send, ...]
    jobs: tuple[Job, ...]


class Timer(Value, frozen=True, kw_only=True):
    chat: str
    conversation: str
    name: str
    due: datetime


class Held(Value, frozen=True, kw_only=True):
    """A chat that a worker holds. Each claim of a chat has a higher ``fence`` than the one before: what is written under
    an older one is refused."""

    chat: str
    fence: int


class Claimed(Value, frozen=True, kw_only=True):
    """What came of a claim. ``held``: the chats that are the worker's now, with all events that wait in them.

    ``sends`` and ``jobs`` are those of chats that were not the worker's before. ``others``: chat to the worker that holds it.
    """

    held: tuple[Held, ...] = ()
    rows: tuple[InboxRow, ...] = ()
    sends: tuple[Send, ...] = ()
    jobs: tuple[Job, ...] = ()
    others: dict[str, str] = {}


class Waiting(Value, frozen=True, kw_only=True):
    """What a worker may take up: numbers of waiting events with their chats, and chats with unfinished work of another kind."""

    events: tuple[tuple[int, str], ...] = ()
    chats: tuple[str, ...] = ()


class Peer(Value, frozen=True, kw_only=True):
    """A worker that is at work, or was. ``beat`` grows while it lives; ``place`` says where it runs."""

    worker: str
    place: str
    beat: int


class Card(Value, frozen=True, kw_only=True):
    """A conversation as the desk lists it."""

    conversation: str
    chat: str
    channel: str
    name: str
    language: str
    phase: str
    """``with_bot``, ``parked``, ``with_operator`` or ``closed``."""
    team: str
    operator: str
    operator_name: str
    since: datetime
    """When the phase began."""
    preview: str
    """The customer's last words, at most 120 characters."""
    unanswered: bool
    version: int
    queued: datetime | None = None
    """Since when the customer has waited for a person, or had until one came."""
    priority: int = 0
    prefer: str = ""
    avoid: str = ""
    why: str = ""
    consulted: tuple[str, ...] = ()
    intent: str = ""
    """What the customer wants, as far as it was understood: ``live.handle_time`` has its norm."""
    mood: str = ""
    """``anger``, ``urgency`` or empty."""
    callback: datetime | None = None
    """When the customer is to be called back."""
    calls: tuple[Call, ...] = ()
    """Colleagues who are wanted here; the pages get those of their own operator."""


Role: TypeAlias = Literal["operator", "supervisor", "editor", "admin"]
Status: TypeAlias = Literal["available", "busy", "away"]


class Operator(Value, frozen=True, kw_only=True):
    """``password`` is an argon2 hash. No ``teams``: all of them. No ``languages``: any.

    ``capacity``: how many chats at a time; ``status``: as chosen at the desk, which counts while they are there.
    """

    id: str
    name: str
    password: str
    role: Role = "operator"
    teams: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    capacity: int = 4
    status: Status = "available"


class Identity(Value, frozen=True, kw_only=True):
    """A customer's place on a channel."""

    chat: str
    channel: str
    address: str
    language: str


class Customer(Value, frozen=True, kw_only=True):
    """A person, with all places they write from. One that nobody joined with another has the id of the only chat."""

    id: str
    identities: tuple[Identity, ...]


class Decided(Value, frozen=True, kw_only=True):
    """What came of joining or parting customers. ``noted``: the events that say so in their chats, to be handed on."""

    changed: bool
    noted: tuple[Accepted, ...] = ()


class Episode(Value, frozen=True, kw_only=True):
    """One conversation of a customer, for the list of earlier ones."""

    conversation: str
    chat: str
    channel: str
    opened_at: datetime
    closed_at: datetime | None
    outcome: str
    topic: str
    operator: str
    preview: str


class Found(Value, frozen=True, kw_only=True):
    """A customer who was looked for. ``conversation``: the newest one of that chat; ``preview``: their last words."""

    chat: str
    conversation: str
    channel: str
    name: str
    address: str
    preview: str


class Upload(Value, frozen=True, kw_only=True):
    """A file that an operator sends; a message's ``ref`` is ``upload/<id>``."""

    id: str
    name: str
    mime: str
    size: int
    operator: str
    at: datetime


class ContextItem(Value, frozen=True, kw_only=True):
    """What the back-end knows about the customer, from one provider of the bot folder.

    ``state``: ``waiting``, ``ready``, ``failed`` or ``late``; ``rows``: names and values as they are shown.
    """

    provider: str
    title: str
    state: str
    rows: tuple[tuple[str, str], ...] = ()
    error: str = ""
    at: datetime


class Booking(Value, frozen=True, kw_only=True):
    """A call-back as the team's calendar has it. ``current``: it stands; else it was called off, or another took its place.
    ``noted``: the event that says so in the chat, to be handed on."""

    chat: str
    callback: Callback
    current: bool = True
    noted: Accepted | None = None


class Session(Value, frozen=True, kw_only=True):
    """A signed-in browser. ``token`` is the SHA-256 of what the cookie holds; ``seen``: when it was used last."""

    token: str
    operator: str
    expires: datetime
    seen: datetime | None = None
