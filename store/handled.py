"""Chats that operators had: how long it takes, who had a customer last, and all of a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select, text
from sqlalchemy.engine import Row

from conversation.records import Handled
from store.codec import decode, encode, micros, words
from store.statements import Each, Params
from store.tables import handled

KEEP = Each("INSERT INTO handled (conversation, chat, team, operator, began, ended, body) VALUES (?, ?, ?, ?, ?, ?, ?)")
RATE = Each(
    "UPDATE handled SET rating = ? WHERE number = (SELECT max(number) FROM handled WHERE chat = ? AND conversation = ?)"
)
"""The customer rates what the last person did, who is gone by then."""
MEAN: Final = text(
    "SELECT avg(ended - began) FROM (SELECT began, ended FROM handled WHERE team = :team ORDER BY number DESC LIMIT :last)"
    " AS recent"
)
TIMES: Final = text("SELECT ended - began FROM handled WHERE team = :team ORDER BY number DESC LIMIT :last")
_LOOKED_AT: Final = 20
_NOT_AGAIN: Final = frozenset({"reassigned"})
"""A chat that was taken from a silent operator makes nobody their own."""
_decoder = msgspec.json.Decoder(Handled)


def row_of(left: Handled) -> Params:
    names = (left.conversation, left.chat, words(left.team), words(left.operator))
    return (*names, micros(left.began), micros(left.ended), encode(left))


def mean(connection: Connection, team: str, last: int) -> float | None:
    found = connection.execute(MEAN, {"team": team, "last": last}).scalar()
    return None if found is None else float(found) / 1_000_000


def times(connection: Connection, team: str, last: int) -> list[float]:
    """Seconds, of the newest first."""
    return [row[0] / 1_000_000 for row in connection.execute(TIMES, {"team": team, "last": last})]


def last_operator(connection: Connection, chats: Sequence[str]) -> str:
    newest: list[tuple[int, Handled]] = []
    for chat in chats:  # each by the index; people have few chats
        query = select(handled).where(handled.c.chat == chat).order_by(handled.c.number.desc()).limit(_LOOKED_AT)
        rows = connection.execute(query)
        newest += [(row.number, decode(_decoder, row.body, f"handled {row.number}")) for row in rows]
    newest.sort(key=lambda found: found[0], reverse=True)
    return next((left.operator for _, left in newest if left.outcome not in _NOT_AGAIN), "")


def within(connection: Connection, since: datetime, until: datetime, limit: int) -> list[Handled]:
    query = (
        select(handled)
        .where(handled.c.ended >= micros(since), handled.c.ended < micros(until))
        .order_by(handled.c.ended, handled.c.number)
        .limit(limit)
    )
    return [_rated(row) for row in connection.execute(query)]


def _rated(row: Row[Any]) -> Handled:
    return msgspec.structs.replace(decode(_decoder, row.body, f"handled {row.number}"), rating=row.rating)
