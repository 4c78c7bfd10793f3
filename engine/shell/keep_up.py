"""What must run as long as the process does."""

from collections.abc import Awaitable, Callable

import structlog

from conversation.ports import Clock

_log = structlog.get_logger(__name__)


async def keep_up(clock: Clock, name: str, run: Callable[[], Awaitable[None]], *, pause: float) -> None:
    """A part that breaks is begun again after ``pause`` seconds: without it the others would work on as if nothing was missing.

    It may end by itself.
    """
    while True:
        try:
            await run()
        except Exception:
            _log.exception("part_broke", part=name, again_in=pause)
            await clock.sleep(pause)
        else:
            return
