"""What the Bot API gives us, as far as we read it. Pure."""

from typing import TypeVar

import msgspec

from bots.bot_api import Answer, result_in
from bots.telegram.updates import Record
from conversation.errors import AmbiguousError

T = TypeVar("T")


class Sent(Record, frozen=True, kw_only=True):
    """A ``Message`` that we sent."""

    message_id: int


class StoredFile(Record, frozen=True, kw_only=True):
    """A ``File``; without a path it can't be had."""

    file_path: str = ""


def result_of(answer: Answer, method: str, type_: type[T]) -> T:
    """The ``result`` of an answer. Raises SendError."""
    try:
        return msgspec.json.decode(result_in(answer, method), type=type_)
    except msgspec.DecodeError as error:
        raise AmbiguousError(f"{method}: the result is not what the Bot API documents: {error}") from None
