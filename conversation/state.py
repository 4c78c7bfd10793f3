"""The conversation: all that must be remembered between two events."""

from datetime import datetime
from typing import Literal, TypeAlias

from conversation.callback import Callback
from conversation.calls import Call
from conversation.events import CustomerPressed, CustomerSaid
from conversation.message import Message
from conversation.reasons import Heard, Mood, Ran, Rating, Reason
from conversation.run import Frame, Run
from conversation.value import Data, Tagged, Value


class WithBot(Tagged, frozen=True, kw_only=True):
    """The bot has the word."""


class Parked(Tagged, frozen=True, kw_only=True):
    """Waiting for an operator of ``team`` since ``since``. ``expires``: then the chat leaves the queue.

    ``wait``: how many seconds a wait lasts, for a customer who answers the warning and keeps the place.
    """

    team: str
    since: datetime
    expires: datetime
    wait: int = 900
    priority: int = 0
    """Higher is served earlier: urgent ones, call-backs that are due."""
    prefer: str = ""
    """The operator who should have it: named in a transfer, or the one who had it before."""
    meanwhile: bool = False
    """The customer talks with the bot until somebody is free; the place is kept."""
    told: int = 0
    """The place in the queue that the customer was told last; 0: none yet."""
    frames: tuple[Frame, ...] = ()
    """``meanwhile``: where the dialogs stand for the person who comes."""
    callback: Callback | None = None
    """It is here because this call-back is due."""
    came: datetime | None = None
    """When it came into this queue, if that was later than ``since``: moved by a colleague, or taken from one who was silent."""
    avoid: str = ""
    """The operator who left the customer waiting: nobody gives it back to them."""


class WithOperator(Tagged, frozen=True, kw_only=True):
    """``operator`` holds the chat; the bot is silent. ``queued``: since when the customer had waited for one."""

    team: str
    operator: str
    name: str
    since: datetime
    queued: datetime | None = None
    why: str = ""
    """Why routing gave it to this operator (``handoff.routing``); empty: the operator took it."""
    consulted: tuple[str, ...] = ()
    """Colleagues who were asked in, unseen by the customer: they may write notes."""
    callback: Callback | None = None
    """The call-back that is being done."""


class Closed(Tagged, frozen=True, kw_only=True):
    """Over. The customer's next message opens a new conversation, or up to ``reopen`` this one again, in the queue of ``team``
    and for ``operator`` rather than others.

    ``topic``: what it was about, as the operator said at the end.
    """

    outcome: str
    at: datetime
    reopen: datetime | None = None
    team: str = ""
    operator: str = ""
    topic: str = ""


Phase: TypeAlias = WithBot | Parked | WithOperator | Closed


def bot_speaks(phase: Phase) -> bool:
    """Whether the dialogs have the word: nobody else is there, or the customer passes the wait with them."""
    return isinstance(phase, WithBot) or (isinstance(phase, Parked) and phase.meanwhile)


class Served(Value, frozen=True, kw_only=True):
    """The person who had the chat last, until ``at``. ``how``: ``closed`` or ``handed_back`` by them, or the customer was ``silent``."""

    team: str
    operator: str
    name: str
    how: Literal["closed", "handed_back", "silent"]
    at: datetime
    outcome: str = ""
    topic: str = ""


class Rush(Value, frozen=True, kw_only=True):
    """How the customer's pace compares with what a person can follow.

    ``level``: messages ahead of that pace. ``told``: the customer knows that not each gets an answer. ``held``: the newest of those
    that got none; it is answered when there is quiet.
    """

    level: float = 0.0
    told: bool = False
    held: CustomerSaid | CustomerPressed | None = None
    message: Message | None = None
    """The message of the one that is held, as it stands in the history."""


class Conversation(Value, frozen=True, kw_only=True):
    """One customer's dialogue on one channel, from the first message to the close.

    ``version`` counts the turns that were saved; a save against another version is refused.
    ``seq`` is the number of the chat's newest message.
    """

    id: str
    chat: str
    channel: str
    opened_at: datetime
    version: int = 0
    seq: int = 0
    begins: int = 0
    """The number of the chat's newest message when this conversation began."""
    language: str = ""
    language_chosen: bool = False
    """The customer said so: no guess overrules it."""
    name: str = ""
    phase: Phase = WithBot()
    run: Run = Run()
    variables: dict[str, Data] = {}
    timers: dict[str, datetime] = {}
    turns: int = 0
    """Events handled; a cap stops a runaway."""
    last_customer_at: datetime | None = None
    rush: Rush = Rush()
    unanswered: bool = False
    """The customer spoke last, and a person has yet to answer."""
    bundle: str = ""
    """The version of the bot that it is on; empty: it goes by whichever runs."""
    callback: Callback | None = None
    """What was agreed with the customer and is to come. It outlives the conversation: its timers are kept when that closes."""
    reason: Reason | None = None
    """The newest guess at what the customer wants."""
    heard: tuple[Heard, ...] = ()
    """The newest free texts, at most three, the oldest first: it may turn out that they were not understood."""
    mood: Mood | None = None
    calls: tuple[Call, ...] = ()
    """Colleagues who are wanted here and have done nothing yet."""
    ran: tuple[Ran, ...] = ()
    """The newest calls of the back-end, the bot's and operators', oldest first (``engine.errands``)."""
    served: Served | None = None
    acquainted: Served | None = None
    """The person whom the customer had last in an earlier conversation."""
    rating: Rating | None = None
    """How content the customer was, the last time it was asked."""
