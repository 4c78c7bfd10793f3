"""Values to columns and back."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from conversation.errors import UnreadableError
from conversation.events import Event
from conversation.message import Message
from conversation.records import ActionCall
from conversation.state import Conversation

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_T = TypeVar("_T")

encode = msgspec.json.Encoder().encode
events = msgspec.json.Decoder[Event](Event)
messages = msgspec.json.Decoder(Message)
conversations = msgspec.json.Decoder(Conversation)
calls = msgspec.json.Decoder(ActionCall)


def micros(at: datetime) -> int:
    """Microseconds since 1970. Raises TypeError for a time without a zone."""
    gone = at - _EPOCH
    return (gone.days * 86_400 + gone.seconds) * 1_000_000 + gone.microseconds


def moment(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


def decode(decoder: msgspec.json.Decoder[_T], body: bytes, row: Any) -> _T:
    """The stored value. Raises UnreadableError that names the ``row`` if this version of Lotse can't read it."""
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as error:
        raise UnreadableError(
            f"the stored row {row} can't be read: {error}. It may come from a newer version: install that one"
        ) from error


def words(text: str) -> str:
    """Text for a column of its own: PostgreSQL keeps no NUL there."""
    return text.replace("\0", "")
