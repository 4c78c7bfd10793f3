"""Customers: people, with all places they write from, what they wrote about before, and how they are found."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, select, text, update
from sqlalchemy.engine import Row

from conversation.errors import BadInputError
from conversation.message import Message
from conversation.records import Customer, Episode, Found, Identity
from conversation.state import Closed, Conversation, WithOperator
from store import codec
from store.codec import decode, moment
from store.reads import readable
from store.statements import Bulk
from store.tables import chats, conversations, handled, messages, operators

PLACES: Final = 20
"""Chats that one person can have."""
SUGGESTED: Final = 5
NEWEST: Final = 5_000
"""Conversations among which a name or words are looked for."""
_LOCK: Final = 0x6C6F747365
"""Of those who join or part customers: one at a time, over all processes."""
SEE = Bulk(
    "UPDATE chats SET read_seq = v.column2 FROM (VALUES {rows}) AS v"
    " WHERE chats.id = v.column1 AND chats.read_seq < v.column2 AND chats.seq >= v.column2 RETURNING chats.id",
    width=2,
    types=("TEXT", "BIGINT"),
)
_FOUND = (
    "SELECT chats.id, chats.latest, chats.channel, chats.name, chats.address, chats.phone, conversations.preview,"
    " conversations.opened_at FROM "
)
BY_ADDRESS: Final = text(
    _FOUND + "chats JOIN conversations ON conversations.id = chats.latest WHERE chats.address = :wanted LIMIT :most"
)
BY_PHONE: Final = text(
    _FOUND + "chats JOIN conversations ON conversations.id = chats.latest"
    " WHERE chats.phone <> '' AND chats.phone = :wanted LIMIT :most"
)
# CROSS JOIN: SQLite then begins with the newest conversations.
BY_WORDS: Final = text(
    _FOUND  # noqa: S608 - words of ours
    + "(SELECT id, chat, preview, opened_at FROM conversations ORDER BY opened_at DESC LIMIT :newest) AS"
    " conversations CROSS JOIN chats WHERE chats.id = conversations.chat AND chats.latest = conversations.id"
)


def _chat(connection: Connection, chat: str) -> Row[Any]:
    row = connection.execute(select(chats).where(chats.c.id == chat)).first()
    if row is None:
        raise KeyError(chat)
    return row


def _places(connection: Connection, row: Row[Any]) -> Sequence[Row[Any]]:
    """The chats of a chat's customer, in a fixed order."""
    if not row.customer:
        return [row]
    named = text("chats.customer <> ''")  # in words: only then the partial index is used
    query = select(chats).where(named, chats.c.customer == row.customer).order_by(chats.c.id)
    return list(connection.execute(query))


def places_of(connection: Connection, chat: str) -> list[str]:
    """Ids of all chats of the chat's customer; none for one that does not exist."""
    try:
        return [row.id for row in _places(connection, _chat(connection, chat))]
    except KeyError:
        return []


def customer_of(connection: Connection, chat: str) -> Customer:
    row = _chat(connection, chat)
    identities = tuple(map(_identity, _places(connection, row)))
    return Customer(id=row.customer or row.id, identities=identities)


def _identity(row: Row[Any]) -> Identity:
    return Identity(chat=row.id, channel=row.channel, address=row.address, language=row.language)


# ── one person or two ────────────────────────────────────────────────────────────────────────────────────────────────


def _alone(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def join(connection: Connection, chat: str, other: str, fresh: str) -> bool:
    _alone(connection)
    here, there = _chat(connection, chat), _chat(connection, other)
    if here.id == there.id or (here.customer and here.customer == there.customer):
        return False
    ids = [row.id for found in (here, there) for row in _places(connection, found)]
    if len(ids) > PLACES:
        raise BadInputError("too_many", f"one customer has at most {PLACES} places; part some first")
    _belong(connection, ids, here.customer or there.customer or fresh)
    return True


def part(connection: Connection, chat: str, other: str) -> bool:
    _alone(connection)
    here, there = _chat(connection, chat), _chat(connection, other)
    if here.id == there.id or not here.customer or here.customer != there.customer:
        return False
    left = [row.id for row in _places(connection, here) if row.id != there.id]
    _belong(connection, [there.id, *left] if len(left) == 1 else [there.id], "")
    return True


def _belong(connection: Connection, ids: Sequence[str], customer: str) -> None:
    connection.execute(update(chats).where(chats.c.id.in_(ids)).values(customer=customer))


def suggested(connection: Connection, chat: str) -> list[Identity]:
    row = _chat(connection, chat)
    if not row.phone:
        return []
    proved = text("chats.phone <> ''")
    query = select(chats).where(proved, chats.c.phone == row.phone, chats.c.id != row.id).limit(PLACES + SUGGESTED)
    others = [found for found in connection.execute(query) if not row.customer or found.customer != row.customer]
    return [_identity(found) for found in others[:SUGGESTED]]


# ── what there was before ────────────────────────────────────────────────────────────────────────────────────────────


def episodes(connection: Connection, chat: str, limit: int, but: str) -> list[Episode]:
    rows: list[Row[Any]] = []
    where = dict(_channels(connection, chat))
    for place in where:  # each by its index, so that no customer with many chats has all of them read
        query = (
            select(conversations.c.id, conversations.c.chat, conversations.c.opened_at)
            .add_columns(conversations.c.preview, conversations.c.state)
            .where(conversations.c.chat == place, conversations.c.id != but)
            .order_by(conversations.c.opened_at.desc())
            .limit(limit)
        )
        rows += connection.execute(query)
    rows.sort(key=lambda row: (row.opened_at, row.id), reverse=True)
    found, _ = readable(rows[:limit], lambda row: (row, _state(row)))
    had = _had(connection, [row.chat for row, _ in found], [row.id for row, _ in found])
    names = {row.id: row.name for row in connection.execute(select(operators.c.id, operators.c.name))} if found else {}
    return [_episode(row, state, where[row.chat], had.get(row.id, ""), names) for row, state in found]


def _channels(connection: Connection, chat: str) -> list[tuple[str, str]]:
    try:
        return [(row.id, row.channel) for row in _places(connection, _chat(connection, chat))]
    except KeyError:
        return []


def _state(row: Row[Any]) -> Conversation:
    return decode(codec.conversations, row.state, f"conversation {row.id}")


def _had(connection: Connection, places: Sequence[str], wanted: Sequence[str]) -> dict[str, str]:
    """Conversation to the operator who had it last."""
    query = (
        select(handled.c.conversation, handled.c.operator)
        .where(handled.c.chat.in_(set(places)), handled.c.conversation.in_(wanted))
        .order_by(handled.c.number)
    )
    return {row.conversation: row.operator for row in connection.execute(query)} if wanted else {}


def _episode(row: Row[Any], state: Conversation, channel: str, had: str, names: dict[str, str]) -> Episode:
    phase, closed_at, outcome, topic, operator = state.phase, None, "", "", had
    if isinstance(phase, Closed):
        closed_at, outcome, topic, operator = phase.at, phase.outcome, phase.topic, phase.operator or had
    elif isinstance(phase, WithOperator):
        operator = phase.operator
    return Episode(
        conversation=row.id,
        chat=row.chat,
        channel=channel,
        opened_at=moment(row.opened_at),
        closed_at=closed_at,
        outcome=outcome,
        topic=topic,
        operator=names.get(operator, operator),
        preview=row.preview,
    )


def transcript(connection: Connection, conversation: str, limit: int) -> list[Message]:
    row = connection.execute(select(conversations).where(conversations.c.id == conversation)).first()
    if row is None:
        return []
    state = _state(row)
    query = (
        select(messages.c.id, messages.c.body)
        .where(messages.c.chat == row.chat, messages.c.seq > state.begins, messages.c.seq <= state.seq)
        .order_by(messages.c.seq.desc())
        .limit(limit)
    )
    return [decode(codec.messages, each.body, f"message {each.id}") for each in connection.execute(query)][::-1]


# ── looking for somebody ─────────────────────────────────────────────────────────────────────────────────────────────


def find(connection: Connection, words: str, limit: int) -> list[Found]:
    words = words.replace("\0", "")
    wanted = " ".join(words.casefold().split())
    if not wanted:
        return []
    rows: dict[str, Row[Any]] = {}
    for query, exactly in ((BY_ADDRESS, words.strip()), (BY_PHONE, "".join(filter(str.isdigit, words)))):
        if exactly:
            some = {"wanted": exactly, "most": limit}
            rows |= {row.id: row for row in connection.execute(query, some)}
    for row in connection.execute(BY_WORDS, {"newest": NEWEST}):
        about = f"{row.name}\n{row.address}\n{row.preview}".casefold()
        if all(word in about for word in wanted.split()):
            rows.setdefault(row.id, row)
    newest = sorted(rows.values(), key=lambda row: (row.opened_at, row.id), reverse=True)
    return [_found(row) for row in newest[:limit]]


def _found(row: Row[Any]) -> Found:
    return Found(
        chat=row.id,
        conversation=row.latest,
        channel=row.channel,
        name=row.name,
        address=row.address,
        preview=row.preview,
    )
