"""What is kept about people, as a small protocol: customers with several places, files of operators, who had whom. Adapter: ``store``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from conversation.events import Event
from conversation.message import Message
from conversation.records import Customer, Decided, Episode, Found, Handled, Identity, Upload


class PeopleStore(Protocol):
    """Every method is one transaction. All raise StoreError when the database can't be reached or written."""

    # ── customers ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def customer_of(self, chat: str) -> Customer:
        """Raises KeyError for a chat that does not exist."""
        ...

    async def join_customers(self, chat: str, other: str, fresh: str, notes: Mapping[str, Event] = {}) -> Decided:
        """The customers of the two chats are one person: of all places that either had. ``fresh``: the person's id, if it needs one.

        ``notes``: chat to the event that says so there, accepted in the same transaction. Nothing changes if they were one
        already. Raises KeyError for a chat that does not exist, BadInputError (``too_many``) for more than 20 places.
        """
        ...

    async def part_customer(self, chat: str, other: str, notes: Mapping[str, Event] = {}) -> Decided:
        """``other`` is a person of its own again; the rest stay one. Nothing changes if it was no place of the customer of ``chat``."""
        ...

    async def suggested(self, chat: str) -> Sequence[Identity]:
        """Places of what may be the same person: the channel proved the same phone number. Never joined by itself."""
        ...

    async def episodes(self, chat: str, limit: int, but: str = "") -> Sequence[Episode]:
        """Conversations of the chat's customer on all channels, the newest first, without ``but``."""
        ...

    async def transcript(self, conversation: str, limit: int) -> Sequence[Message]:
        """The newest messages of one conversation, in order; empty if there is none."""
        ...

    async def find_customers(self, words: str, limit: int) -> Sequence[Found]:
        """Whose address or proved phone number this is, and those among the conversations that began last whose name, address
        or last words have all the words in them. The newest first."""
        ...

    async def seen(self, chat: str, seq: int) -> bool:
        """The customer has seen the messages up to ``seq``. False: that was known, or there is none of that number."""
        ...

    # ── files of operators ───────────────────────────────────────────────────────────────────────────────────────────

    async def put_upload(self, upload: Upload, body: bytes) -> None: ...

    async def find_upload(self, upload: str) -> Upload | None: ...

    async def upload_body(self, upload: str) -> bytes | None: ...

    async def tidy_uploads(self, before: datetime) -> int:
        """Forget those made ``before`` that no message names: how many went."""
        ...

    # ── who had whom ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def mean_handle(self, team: str, last: int = 100) -> float | None:
        """Seconds that the team's ``last`` chats took from claim to end; None before the first."""
        ...

    async def handle_times(self, team: str, last: int = 100) -> Sequence[float]:
        """Seconds that each of the team's ``last`` chats took, the newest first."""
        ...

    async def last_operator(self, chat: str) -> str:
        """Who had the chat's customer last, on whichever channel; empty if nobody did."""
        ...

    async def handled(self, since: datetime, until: datetime, limit: int = 10_000) -> Sequence[Handled]:
        """What ended from ``since`` to before ``until``, in order."""
        ...
