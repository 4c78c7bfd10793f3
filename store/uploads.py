"""Files of operators: in the store, so that every process has them."""

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, select, text

from conversation.records import Upload
from store.codec import decode, encode, micros
from store.statements import Each, Params
from store.tables import uploads

PUT = Each("INSERT INTO uploads (id, at, used, about, body) VALUES (?, ?, 0, ?, ?) ON CONFLICT (id) DO NOTHING")
_SOME: Final = 20
"""Rows: bodies are large, and a write that takes long holds up every turn."""
TIDY: Final = text(
    "DELETE FROM uploads WHERE id IN (SELECT id FROM uploads WHERE used = 0 AND at < :before ORDER BY at LIMIT :most)"
)
_decoder = msgspec.json.Decoder(Upload)


def row_of(upload: Upload, body: bytes) -> Params:
    return upload.id, micros(upload.at), encode(upload), body


def find(connection: Connection, wanted: str) -> Upload | None:
    about = connection.execute(select(uploads.c.about).where(uploads.c.id == wanted)).scalar()
    return None if about is None else decode(_decoder, about, f"upload {wanted}")


def body_of(connection: Connection, wanted: str) -> bytes | None:
    body = connection.execute(select(uploads.c.body).where(uploads.c.id == wanted)).scalar()
    return None if body is None else bytes(body)


def tidy(connection: Connection, before: datetime) -> int:
    gone: int = connection.execute(TIDY, {"before": micros(before), "most": _SOME}).rowcount
    return gone
