"""Statements that take a whole batch, in SQL that SQLite and PostgreSQL both read.

``Bulk`` puts many rows into one VALUES list and can return rows; ``Each`` repeats a statement for many rows.
"""

from collections.abc import Sequence
from itertools import chain, count
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection

Params: TypeAlias = tuple[str | int | bytes | None, ...]
Type: TypeAlias = Literal["TEXT", "BIGINT", "BLOB"]

_LARGEST = 256
"""Rows in one statement: sizes are powers of two up to this, so that drivers keep few prepared statements."""


class Bulk:
    """``sql`` with ``{rows}`` in the place of the VALUES list, ``{skip_locked}`` after a SELECT from chats that passes over rows in
    other hands, and ``{share}`` after one whose rows must be there until the commit: SQLite, which has one writer, needs no
    word for either.

    ``types`` are the columns' types where the database can't see them from the place (all but plain inserts).
    """

    def __init__(self, sql: str, width: int, types: Sequence[Type] = ()) -> None:
        self._sql = sql
        self._width = width
        self._types = types
        self._texts: dict[tuple[str, int], str] = {}

    def run(self, connection: Connection, rows: Sequence[Params]) -> list[Any]:
        """The rows that the statement returned, in no order."""
        found: list[Any] = []
        style = connection.dialect.paramstyle
        at = 0
        while at < len(rows):
            size = 1 << (min(len(rows) - at, _LARGEST).bit_length() - 1)
            text = self._texts.get((style, size)) or self._write(style, size)
            parameters = tuple(chain.from_iterable(rows[at : at + size]))
            found += connection.exec_driver_sql(text, parameters).fetchall()
            at += size
        return found

    def _write(self, style: str, size: int) -> str:
        numbers = count(1)
        row_texts = []
        for row in range(size):
            marks = ["?" if style == "qmark" else f"${next(numbers)}" for _ in range(self._width)]
            if row == 0 and self._types:
                marks = [f"CAST({mark} AS {_type(kind, style)})" for mark, kind in zip(marks, self._types, strict=True)]
            row_texts.append(f"({', '.join(marks)})")
        lock, share = ("", "") if style == "qmark" else (" FOR UPDATE OF chats SKIP LOCKED", " FOR KEY SHARE")
        text = self._texts[style, size] = self._sql.format(rows=", ".join(row_texts), skip_locked=lock, share=share)
        return text


class Each:
    """``sql`` with ``?`` for its parameters; returns nothing."""

    def __init__(self, sql: str) -> None:
        self._qmark = sql
        first, *rest = sql.split("?")
        self._dollar = first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))

    def run(self, connection: Connection, rows: Sequence[Params]) -> None:
        if rows:
            text = self._qmark if connection.dialect.paramstyle == "qmark" else self._dollar
            connection.exec_driver_sql(text, list(rows))


def _type(kind: Type, style: str) -> str:
    return "BYTEA" if kind == "BLOB" and style != "qmark" else kind
