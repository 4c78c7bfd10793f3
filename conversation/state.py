"""The conversation: all that must be remembered between two events."""

from datetime import datetime
from typing import TypeAlias

from conversation.events import CustomerPressed, CustomerSaid
from conversation.run import Run
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


class WithOperator(Tagged, frozen=True, kw_only=True):
    """``operator`` holds the chat; the bot is silent. ``queued``: since when the customer had waited for one."""

    team: str
    operator: str
    name: str
    since: datetime
    queued: datetime | None = None


class Closed(Tagged, frozen=True, kw_only=True):
    """Over. The customer's next message opens a new conversation."""

    outcome: str
    at: datetime


Phase: TypeAlias = WithBot | Parked | WithOperator | Closed


class Rush(Value, frozen=True, kw_only=True):
    """How the customer's pace compares with what a person can follow.

    ``level``: messages ahead of that pace. ``told``: the customer knows that not each gets an answer. ``held``: the newest of those
    that got none; it is answered when there is quiet.
    """

    level: float = 0.0
    told: bool = False
    held: CustomerSaid | CustomerPressed | None = None


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
