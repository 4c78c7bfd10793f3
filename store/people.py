"""The ``PeopleStore``: customers, files of operators, who had whom."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from conversation.events import Event
from conversation.message import Message
from conversation.records import Customer, Decided, Episode, Found, Handled, Identity, Upload
from store import arrivals, customers, handled, uploads
from store.loader import Read
from store.writer import Writer

NO_NOTES: Final[Mapping[str, Event]] = MappingProxyType({})


class SqlPeople:
    """``read`` and ``writer`` are those of the store."""

    def __init__(self, read: Read, writer: Writer) -> None:
        self._read = read
        self._writer = writer

    async def customer_of(self, chat: str) -> Customer:
        return await self._read(lambda connection: customers.customer_of(connection, chat))

    async def join_customers(self, chat: str, other: str, fresh: str, notes: Mapping[str, Event] = NO_NOTES) -> Decided:
        return await self._decide(lambda connection: customers.join(connection, chat, other, fresh), notes)

    async def part_customer(self, chat: str, other: str, notes: Mapping[str, Event] = NO_NOTES) -> Decided:
        return await self._decide(lambda connection: customers.part(connection, chat, other), notes)

    async def _decide(self, do: Callable[[Connection], bool], notes: Mapping[str, Event]) -> Decided:
        def decide(connection: Connection) -> Decided:
            if not do(connection):
                return Decided(changed=False)
            arriving = [arrivals.from_own(chat, event, f"note:{event.id}", "") for chat, event in notes.items()]
            return Decided(changed=True, noted=tuple(arrivals.store(connection, arriving)))

        return await self._writer.call(decide)

    async def suggested(self, chat: str) -> Sequence[Identity]:
        return await self._read(lambda connection: customers.suggested(connection, chat))

    async def episodes(self, chat: str, limit: int, but: str = "") -> Sequence[Episode]:
        return await self._read(lambda connection: customers.episodes(connection, chat, limit, but))

    async def transcript(self, conversation: str, limit: int) -> Sequence[Message]:
        return await self._read(lambda connection: customers.transcript(connection, conversation, limit))

    async def find_customers(self, words: str, limit: int) -> Sequence[Found]:
        return await self._read(lambda connection: customers.find(connection, words, limit))

    async def seen(self, chat: str, seq: int) -> bool:
        return bool(await self._writer.call(lambda connection: customers.SEE.run(connection, [(chat, seq)])))

    async def put_upload(self, upload: Upload, body: bytes) -> None:
        await self._writer.change(uploads.PUT, uploads.row_of(upload, body))

    async def find_upload(self, upload: str) -> Upload | None:
        return await self._read(lambda connection: uploads.find(connection, upload))

    async def upload_body(self, upload: str) -> bytes | None:
        return await self._read(lambda connection: uploads.body_of(connection, upload))

    async def tidy_uploads(self, before: datetime) -> int:
        return await self._writer.call(lambda connection: uploads.tidy(connection, before))

    async def mean_handle(self, team: str, last: int = 100) -> float | None:
        return await self._read(lambda connection: handled.mean(connection, team, last))

    async def handle_times(self, team: str, last: int = 100) -> Sequence[float]:
        return await self._read(lambda connection: handled.times(connection, team, last))

    async def last_operator(self, chat: str) -> str:
        return await self._read(
            lambda connection: handled.last_operator(connection, customers.places_of(connection, chat))
        )

    async def handled(self, since: datetime, until: datetime, limit: int = 10_000) -> Sequence[Handled]:
        return await self._read(lambda connection: handled.within(connection, since, until, limit))
