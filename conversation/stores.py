"""What is kept, as small protocols: for the engine's turns, for pages and the desk, and the versions of the bot. Adapter: ``store``."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from conversation.bundles import Bundle, Kept, OpenConversation, Pointer, PointerName, Release
from conversation.callback import Callback
from conversation.deliveries import Settled, Unarrived, Undelivered
from conversation.events import Event, OperatorPlanned, QueuePlace
from conversation.knowing import Known
from conversation.message import Message
from conversation.records import (
    Accepted,
    Booking,
    Card,
    Chat,
    Claimed,
    Held,
    Inbound,
    InboxRow,
    Job,
    Operator,
    Peer,
    Saved,
    Send,
    SendState,
    SendUpdate,
    Session,
    Snapshot,
    Standing,
    Status,
    Timer,
    Turn,
    Waiting,
)
from conversation.state import Conversation


class EngineStore(Protocol):
    """The durable half of the engine. Every method is one transaction; concurrent calls share commits.

    All raise StoreError when the database can't be reached or written. Where a ``worker`` is named, a chat that nobody holds
    becomes that worker's in the same transaction.
    """

    @property
    def context(self) -> "ContextStore": ...

    async def accept(self, inbound: Inbound, chat: str, worker: str = "") -> Accepted:
        """Store a customer's event under its unique key; opens the chat (id ``chat`` if it is new) with the first one."""
        ...

    async def accept_own(self, chat: str, event: Event, key: str, worker: str = "") -> Accepted:
        """Store an operator's or the engine's event; ``key`` is unique among these."""
        ...

    async def unhandled(self, limit: int) -> Sequence[InboxRow]:
        """Accepted events with no turn yet, oldest first."""
        ...

    # ── who works on what ────────────────────────────────────────────────────────────────────────────────────────────

    async def join(self, worker: str, place: str) -> None:
        """A worker begins; it holds nothing yet."""
        ...

    async def beat(self, worker: str) -> Sequence[Peer]:
        """The worker lives. All that are at work; the caller is not among them if others gave it up. Empty: nobody beats."""
        ...

    async def peers(self) -> Sequence[Peer]:
        """All workers, for one who is none."""
        ...

    async def bury(self, worker: str, beat: int) -> bool:
        """Give up a worker whose beat is still this one; what it held is free. False if it lives, or is gone already."""
        ...

    async def leave(self, worker: str) -> None:
        """A worker ends; what it held is free."""
        ...

    async def claim(self, worker: str, chats: Sequence[str], known: Mapping[str, int] | None = None) -> Claimed:
        """Make those of the chats that nobody holds the worker's, and read what is open in all that it holds of them.

        ``known``: the fences by which the worker has them in hand; None: all that it holds. An event makes a free chat its
        worker's too: the sends and calls that are unfinished come with the first claim after that.
        """
        ...

    async def release(self, worker: str, held: Sequence[Held]) -> None:
        """Give chats back. One that somebody claimed meanwhile stays theirs."""
        ...

    async def waiting(self, worker: str, limit: int) -> Waiting:
        """Oldest first, at most ``limit`` of a kind: waiting events of chats that are free or the worker's, and free chats
        with unfinished sends or calls."""
        ...

    async def take_duty(self, worker: str, duty: str) -> bool:
        """True if ``duty``, which one worker at a time may have, is this worker's now."""
        ...

    # ── turns and what follows from them ─────────────────────────────────────────────────────────────────────────────

    async def load(self, chat: str) -> Snapshot:
        """Raises KeyError for a chat that does not exist."""
        ...

    async def save(self, turn: Turn) -> Saved:
        """Store a turn.

        Raises StaleError if the conversation's version is not ``turn.base`` any more, the chat was claimed by somebody else,
        an event that it answers was answered already, or an older event of the chat still waits.
        """
        ...

    async def reject(self, number: int, reason: str) -> None:
        """Put an event aside that no turn can handle; it stays readable for an operator of the service."""
        ...

    async def open_sends(self, limit: int, worker: str | None = None) -> Sequence[Send]:
        """``pending`` and ``sending`` ones, oldest first; of the chats that ``worker`` holds, or all."""
        ...

    async def update_send(self, update: SendUpdate) -> bool:
        """False if it changed nothing: the message was settled otherwise, or the chat is somebody else's now.

        That a message was sent is true whoever says so.
        """
        ...

    async def move_chat(self, chat: str, address: str) -> None:
        """The channel gave the chat a new address. One that another chat has already stays with that."""
        ...

    async def resend(self, numbers: Sequence[int], now: datetime) -> Sequence[Send]:
        """Those of the sends that are ``failed`` or ``ambiguous`` are ``pending`` again, and their chats reachable."""
        ...

    async def settle(self, numbers: Sequence[int]) -> Sequence[Settled]:
        """What is ``ambiguous`` is ``sent``; what ``failed`` stays so, and nobody need look at it any more."""
        ...

    async def open_jobs(self, limit: int, worker: str | None = None) -> Sequence[Job]:
        """Oldest first; of the chats that ``worker`` holds, or all."""
        ...

    async def start_job(self, number: int, fence: int = 0) -> bool:
        """Note that the call is being made. False if it must not be: the chat is somebody else's now."""
        ...

    async def finish_job(self, job: Job, event: Event, worker: str = "") -> Accepted:
        """The answer goes into the inbox and the job away, in one transaction."""
        ...

    async def due_timers(self, until: datetime, limit: int) -> Sequence[Timer]: ...

    async def next_timer(self) -> datetime | None: ...

    async def fire(self, timer: Timer, event: Event, worker: str = "") -> Accepted:
        """The event goes into the inbox and the timer away, in one transaction. Row None if it was moved or gone."""
        ...

    async def place(self, conversation: str, step: int = 300) -> QueuePlace | None:
        """Position among the parked conversations of the same team, oldest first."""
        ...

    async def tidy(self, before: datetime, now: datetime) -> int:
        """Forget the keys of deliveries handled ``before``, and sessions that expired by ``now``.

        Some keys at a time, as a long write holds up every turn: how many went. 0: there are no more.
        """
        ...


class DeskStore(Protocol):
    """What pages read and operators change outside of conversations."""

    @property
    def context(self) -> "ContextStore": ...

    async def load(self, chat: str) -> Snapshot:
        """Raises KeyError for a chat that does not exist."""
        ...

    async def find_chat(self, channel: str, account: str, address: str) -> Chat | None: ...

    async def standings(self, chats: Sequence[str]) -> Sequence[Standing]:
        """Of those of the chats that exist, and of all that wait for an operator or are with one."""
        ...

    async def history(self, chat: str, after: int, limit: int) -> Sequence[Message]:
        """Messages with ``seq`` greater than ``after``, in order."""
        ...

    async def recent(self, chat: str, limit: int) -> Sequence[Message]:
        """The newest messages, in order."""
        ...

    async def message(self, chat: str, message: str) -> Message | None:
        """One message by its id."""
        ...

    async def conversation(self, conversation: str) -> Conversation | None: ...

    async def place(self, conversation: str, step: int = 300) -> QueuePlace | None:
        """Position among the parked conversations of the same team, oldest first."""
        ...

    async def cards(self) -> Sequence[Card]:
        """All conversations that are parked or with an operator, longest waiting first."""
        ...

    async def find_operator(self, operator: str) -> Operator | None: ...

    async def put_operator(self, operator: Operator) -> None:
        """With another password than before, whoever is signed in is signed out."""
        ...

    async def set_status(self, operator: str, status: Status) -> None:
        """As the operator chose at the desk; one who is not there has none."""
        ...

    async def add_operator(self, operator: Operator, before: Callable[[], None]) -> bool:
        """False if there is one of that name. ``before`` is called when it is certain, and before anybody can see it."""
        ...

    async def drop_operator(self, operator: str) -> None:
        """Also ends the operator's sessions."""
        ...

    async def operators(self) -> Sequence[Operator]: ...

    async def put_session(self, session: Session) -> None: ...

    async def find_session(self, token: str, now: datetime, unused: timedelta | None = None) -> Operator | None:
        """Whose it is, while it holds. ``unused``: it ends when nobody saw it for so long."""
        ...

    async def see_session(self, token: str, now: datetime) -> None:
        """It was used."""
        ...

    async def drop_session(self, token: str) -> None: ...

    async def drop_sessions(self, operator: str) -> None:
        """All of an operator, in every browser."""
        ...

    async def secret(self, name: str, fresh: bytes) -> bytes:
        """The stored secret of that name; ``fresh`` becomes it if there is none yet."""
        ...

    async def send_states(self, chat: str) -> Mapping[str, SendState]:
        """Message id to the state of its delivery, for messages that are not ``sent``."""
        ...

    async def undelivered(
        self, *, chat: str = "", channel: str = "", state: Unarrived | None = None, limit: int = 100
    ) -> Sequence[Undelivered]:
        """``failed`` and ``ambiguous`` ones that wait for somebody's decision, newest first."""
        ...

    async def count_undelivered(self) -> int: ...

    async def find_send(self, chat: str, message: str) -> int | None:
        """The number of a message's send."""
        ...


class ContextStore(Protocol):
    """What back-ends know about customers. All raise StoreError."""

    async def put(self, conversation: str, known: Sequence[Known]) -> None:
        """Each in place of what was asked before it from the same provider, in one transaction; what was asked later stays."""
        ...

    async def of(self, conversation: str) -> Sequence[Known]:
        """In the order of the providers' names."""
        ...

    async def drop(self, conversation: str) -> None: ...


class CalendarStore(Protocol):
    """What is booked in the teams' calendars: at most one call-back a chat. Every method is one transaction. All raise StoreError."""

    async def taken(self, team: str, since: datetime, until: datetime) -> Mapping[datetime, int]:
        """How many call-backs begin when, from ``since`` up to ``until``."""
        ...

    async def book(
        self,
        chat: str,
        callback: Callback,
        *,
        each: int,
        length: int,
        note: OperatorPlanned | None = None,
        key: str = "",
    ) -> Booking | None:
        """Into the calendar, and out of it what the chat had there before. None: ``each`` others overlap it already, each
        ``length`` seconds long, and nothing was changed.

        The same id again changes nothing and gives what was booked then. ``note`` is stored with it, as an operator's event under
        ``key``, with the call-back as it was booked.
        """
        ...

    async def call_off(self, chat: str, key: str) -> Callback | None:
        """What the chat had in the calendar, which it has no more. The same ``key`` again gives the same."""
        ...

    async def take_out(self, chat: str, note: OperatorPlanned, key: str) -> Accepted:
        """As ``call_off`` by the note's id; the note is stored with it."""
        ...

    async def booked(self, chat: str, since: datetime) -> Callback | None:
        """What the chat has in the calendar, if it begins at ``since`` or later."""
        ...


class BundleStore(Protocol):
    """Versions of the bot, and which of them run. Every method is one transaction. All raise StoreError."""

    async def put(
        self,
        bundle: Bundle,
        blobs: Mapping[str, bytes],
        *,
        pointer: Pointer | None = None,
        release: Release | None = None,
    ) -> None:
        """Keep a version, and move a pointer to it: all of that or nothing. One that is kept already stays as it is.

        ``blobs``: name to content; those that are kept already need not be given.
        """
        ...

    async def point(self, pointer: Pointer, release: Release | None = None) -> None:
        """Move a pointer to a version that is kept; a move of ``live`` ends the canary. Raises StoreError if it is not kept."""
        ...

    async def take_away(self, name: PointerName, at: datetime) -> None:
        """The pointer is on nothing from ``at`` on."""
        ...

    async def pointers(self) -> Mapping[PointerName, Pointer]: ...

    async def find(self, hash_: str) -> Bundle | None: ...

    async def left_at(self, hash_: str) -> datetime | None:
        """When the last pointer left it; None while one is on it."""
        ...

    async def blobs(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """Those that are kept."""
        ...

    async def blobs_named(self, prefix: str) -> Sequence[str]:
        """The names that begin so, of those that are kept."""
        ...

    async def all(self) -> Sequence[Kept]:
        """The newest first."""
        ...

    async def releases(self) -> Sequence[Release]:
        """All moves that people made, the oldest first; also of versions that are not kept any more."""
        ...

    async def open_conversations(self, after: str, limit: int) -> Sequence[OpenConversation]:
        """In the order of their ids, those after ``after``."""
        ...

    async def clear(self, before: datetime, keep: int) -> Sequence[str]:
        """Forget the versions that no pointer was on and no conversation ran on since ``before``, but for the newest ``keep``:
        their hashes."""
        ...
