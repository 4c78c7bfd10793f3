"""Sentences that may become examples, as turns suggest them: into the table, and out of it again."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from conversation.candidates import Candidate
from store.codec import encode, micros, words
from store.statements import Each

_COMPARED: Final = 400
"""Characters: an index of PostgreSQL takes 2,700 bytes."""

# One that was decided on stays so while it says the same; what is said anew is to be looked at anew.
_PUT = Each(
    "INSERT INTO candidates (id, language, alike, intent, origin, at, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET language = excluded.language, alike = excluded.alike, intent = excluded.intent,"
    " origin = excluded.origin, at = excluded.at, body = excluded.body, verdict = '', decided_as = '', decided_at = 0"
    " WHERE candidates.intent <> excluded.intent OR candidates.alike <> excluded.alike"
)
_TAKE_BACK = Each("DELETE FROM candidates WHERE id = ? AND verdict = ''")


def store(connection: Connection, suggested: Sequence[tuple[str, Candidate | None]]) -> None:
    """Id to what is to be kept under it; None: nothing any more."""
    _PUT.run(
        connection,
        [
            (words(id_), each.language, key_of(each.alike), each.intent, each.origin, micros(each.at), encode(each))
            for id_, each in suggested
            if each is not None
        ],
    )
    _TAKE_BACK.run(connection, [(words(id_),) for id_, each in suggested if each is None])


def key_of(alike: str) -> str:
    return words(alike)[:_COMPARED]
