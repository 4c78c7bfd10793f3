"""Topics of the operators' group, and who of them is which operator: ``conversation.topics.TopicStore`` on the store's database."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec
from sqlalchemy import Connection, select, text

from conversation.topics import Topic
from store.codec import decode, encode, micros, words
from store.statements import Bulk, Each
from store.tables import topic_users, topics
from store.writer import Writer

T = TypeVar("T")
_decoder = msgspec.json.Decoder(Topic)

_PUT = Each(
    "INSERT INTO topics (chat, forum, topic, seq, conversation, version, opened, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (chat, forum) DO UPDATE SET topic = excluded.topic, seq = excluded.seq,"
    " conversation = excluded.conversation, version = excluded.version, opened = excluded.opened, body = excluded.body"
)
_BEHIND = text(
    "SELECT c.id, v.since FROM conversations v CROSS JOIN chats c"
    " LEFT JOIN topics t ON t.chat = c.id AND t.forum = :forum"
    " WHERE c.id = v.chat AND c.latest = v.id AND v.phase IN ('parked', 'with_operator')"
    " AND (t.chat IS NULL OR t.seq < c.seq OR t.conversation <> v.id OR t.version < v.version)"
    " UNION SELECT t.chat, v.since FROM topics t JOIN chats c ON c.id = t.chat JOIN conversations v ON v.id = c.latest"
    " WHERE t.forum = :forum AND t.opened = 1 AND v.phase IN ('with_bot', 'closed') ORDER BY 2, 1 LIMIT :most"
)
_VOID = Each("DELETE FROM topic_codes WHERE operator = ? OR expires < ?")
_OFFER = Each("INSERT INTO topic_codes (code, operator, expires) VALUES (?, ?, ?)")
_REDEEM = Bulk("DELETE FROM topic_codes WHERE code IN (VALUES {rows}) RETURNING operator, expires", 1, ("TEXT",))
_PART = Each("DELETE FROM topic_users WHERE person = ? OR operator = ?")
_LINK = Each("INSERT INTO topic_users (person, operator) VALUES (?, ?)")
_UNLINK = Each("DELETE FROM topic_users WHERE operator = ?")


class Read(Protocol):
    def __call__(self, do: Callable[[Connection], T], /) -> Awaitable[T]: ...


class SqlTopics:
    def __init__(self, read: Read, writer: Writer) -> None:
        self._read = read
        self._writer = writer

    async def of_chat(self, chat: str, forum: int) -> Topic | None:
        return await self._find(topics.c.chat == chat, topics.c.forum == forum)

    async def at(self, forum: int, topic: int) -> Topic | None:
        return await self._find(topics.c.forum == forum, topics.c.topic == topic)

    async def _find(self, *where: Any) -> Topic | None:
        query = select(topics.c.chat, topics.c.body).where(*where)
        row = (await self._read(lambda connection: connection.execute(query).first())) or None
        return decode(_decoder, row.body, f"topic of {row.chat}") if row else None

    async def put(self, topic: Topic) -> None:
        row = (topic.chat, topic.forum, topic.topic, topic.seq, topic.conversation, topic.version, int(topic.open))
        await self._writer.change(_PUT, (*row, encode(topic)))

    async def behind(self, forum: int, limit: int) -> Sequence[str]:
        some = {"forum": forum, "most": limit}
        return await self._read(lambda connection: [row[0] for row in connection.execute(_BEHIND, some)])

    async def offer(self, code: str, operator: str, expires: datetime) -> None:
        def write(connection: Connection) -> None:
            _VOID.run(connection, [(operator, 0)])
            _OFFER.run(connection, [(code, operator, micros(expires))])

        await self._writer.call(write)

    async def redeem(self, code: str, user: int, now: datetime) -> str:
        def write(connection: Connection) -> str:
            found = _REDEEM.run(connection, [(words(code),)])
            if not found or found[0][1] < micros(now):
                return ""
            operator = str(found[0][0])
            _PART.run(connection, [(user, operator)])
            _LINK.run(connection, [(user, operator)])
            return operator

        return await self._writer.call(write)

    async def operator_of(self, user: int) -> str:
        query = select(topic_users.c.operator).where(topic_users.c.person == user)
        return await self._read(lambda connection: str(connection.execute(query).scalar() or ""))

    async def user_of(self, operator: str) -> int:
        query = select(topic_users.c.person).where(topic_users.c.operator == operator)
        return await self._read(lambda connection: int(connection.execute(query).scalar() or 0))

    async def unlink(self, operator: str) -> None:
        await self._writer.change(_UNLINK, (operator,))
        await self._writer.change(_VOID, (operator, 0))
