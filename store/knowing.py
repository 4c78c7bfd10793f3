"""What back-ends know about customers: a row for each provider of a conversation."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, text

from conversation.knowing import Known
from store.codec import decode, encode, micros
from store.loader import Read
from store.statements import Each
from store.writer import Writer

_PUT = Each(
    "INSERT INTO context (conversation, provider, at, body) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (conversation, provider) DO UPDATE SET at = excluded.at, body = excluded.body"
    " WHERE context.at <= excluded.at"
)
_OF = text("SELECT provider, body FROM context WHERE conversation = :conversation ORDER BY provider")
_DROP = Each("DELETE FROM context WHERE conversation = ?")
_known = msgspec.json.Decoder(Known)


class SqlContext:
    """``conversation.stores.ContextStore`` on the store's database."""

    def __init__(self, read: Read, writer: Writer) -> None:
        self._read = read
        self._writer = writer

    async def put(self, conversation: str, known: Sequence[Known]) -> None:
        rows = [(conversation, each.provider, micros(each.at), encode(each)) for each in known]
        await self._writer.change(_PUT, *rows)

    async def of(self, conversation: str) -> Sequence[Known]:
        return await self._read(lambda connection: _all(connection, conversation))

    async def drop(self, conversation: str) -> None:
        await self._writer.change(_DROP, (conversation,))


def _all(connection: Connection, conversation: str) -> list[Known]:
    rows = connection.execute(_OF, {"conversation": conversation})
    return [decode(_known, row.body, f"context {conversation}, {row.provider}") for row in rows]
