"""Writes that must not be given up: a database that is away for an hour has lost nothing when it is back."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog

from conversation.errors import StoreError
from conversation.ports import Clock

T = TypeVar("T")
_PAUSES: Final = (0.1, 0.5, 1.0, 2.0, 3.0)
"""Seconds; the last one again and again."""

_log = structlog.get_logger(__name__)


async def until_stored(clock: Clock, write: Callable[[], Awaitable[T]], *, what: str) -> T:
    """What ``write`` gives once the database takes it; only StoreErrors are waited out. ``what`` is for the log."""
    tries = 0
    while True:
        try:
            return await write()
        except StoreError as error:
            _log.error("not_stored_yet", what=what, error=str(error))
            await clock.sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])
            tries += 1
