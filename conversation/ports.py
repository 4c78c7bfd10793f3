"""What the engine needs from the outside, as small protocols. Adapters: ``bots``, ``nlu``, ``actions``, ``app``.

What is kept is in ``conversation.stores``.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from conversation.content import Media
from conversation.knowing import About, Offer, Rows
from conversation.message import Message
from conversation.records import ActionCall, Inbound
from conversation.understanding import Understanding
from conversation.value import Data


class Clock(Protocol):
    """Time from outside. ``now`` is aware, UTC."""

    def now(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...


class Ids(Protocol):
    """Ids that nobody can guess (128 random bits), sortable by time."""

    def new(self) -> str: ...


# ── channels ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Receive(Protocol):
    """Where connectors put what came in. Returns after the commit: only then acknowledge to the channel.

    Returns False for a delivery that was already known. Raises StoreError when it could not be stored: do not acknowledge.
    """

    async def __call__(self, inbound: Inbound) -> bool: ...


class Channel(Protocol):
    """A connector's sending half. ``live`` channels read the chat's history themselves and need no send."""

    @property
    def name(self) -> str: ...

    @property
    def account(self) -> str: ...

    async def send(self, address: str, message: Message, key: str) -> str:
        """Deliver one message of the bot or an operator; the channel's id of it (empty if none).

        ``key`` is the same on every try: pass it on where the channel takes an idempotency key. Raises SendError.
        """
        ...

    async def typing(self, address: str) -> None:
        """Show that somebody is writing; never raises."""
        ...

    async def fetch(self, media: Media) -> tuple[str, bytes]:
        """Media type and bytes of a file that the customer sent. Raises SendError."""
        ...


# ── understanding and back-ends ──────────────────────────────────────────────────────────────────────────────────────


class Nlu(Protocol):
    async def understand(self, text: str, language: str) -> Understanding:
        """Never raises and never holds up the event loop for more than a few milliseconds; knows nothing = an empty Understanding.

        ``language`` is the conversation's, two letters; empty when it is not known yet.
        """
        ...


class Actions(Protocol):
    async def run(self, call: ActionCall) -> Mapping[str, Data]:
        """The fields the action gave. Raises ActionError within ``call.limit``."""
        ...


class Providers(Protocol):
    """The bot folder's context providers."""

    @property
    def offers(self) -> Sequence[Offer]:
        """In the order in which they are shown."""
        ...

    async def ask(self, provider: str, about: About) -> Rows:
        """What the back-end knows. Raises ContextError, at the latest when the provider's limit is over."""
        ...


# ── the bus: nothing on it that can't be rebuilt ─────────────────────────────────────────────────────────────────────


class Subscription(Protocol):
    """Ends when closed. A subscriber that falls far behind is dropped: it reads the store again."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    @property
    def pending(self) -> bool:
        """Whether the next step of the iteration is there: a message, or the end."""
        ...

    def watch(self, call: Callable[[], None]) -> None:
        """``call`` is called with each message and at the end: a reader with nothing to read need not wait in a task."""
        ...

    async def close(self) -> None: ...


class Bus(Protocol):
    """Live news between sockets and workers; a lost message costs latency, never data."""

    async def publish(self, topic: str, payload: bytes) -> None: ...

    async def subscribe(self, topic: str) -> Subscription:
        """All that is published on ``topic`` from now on."""
        ...


class Presence(Protocol):
    """Who sits at the desk, over all processes, by an operator's id. Never raises; nothing that can't be built anew."""

    async def here(self, member: str) -> None:
        """For the next minute; say it again before that is over."""
        ...

    async def left(self, member: str) -> None: ...

    async def who(self) -> Sequence[str]:
        """In order of their ids. Without the other processes for as long as these can't be heard."""
        ...


# ── rates ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Rates(Protocol):
    """Token buckets by key, shared with all processes that can be reached. Nothing in them that must not be lost."""

    async def take(self, key: str, *, rate: float, burst: float, queue: float = 0.0) -> float | None:
        """Seconds to wait; 0: go. ``burst`` may go at once, then ``rate`` a second.

        Up to ``queue`` may come before their time: they have their place and wait for it. None: more wait already, nothing
        was taken. Never raises, never takes long.
        """
        ...
