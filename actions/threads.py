"""Threads for plain functions that may hang: a bounded number, none of which the process waits for at its end."""

import asyncio
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, Final

import structlog

MOST: Final = 32
_log = structlog.get_logger(__name__)


class Threads:
    """A thread for each call, at most ``most`` at a time. Not the loop's executor: a back-end that never answers would
    keep its threads, from which sign-ins and the bot folder live too, and the process would not end before they do."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._free = asyncio.Semaphore(most)

    async def run(self, do: Callable[[], Any]) -> Any:
        """What ``do`` returns or raises. Waits for a free thread; cancelled meanwhile, the thread runs on alone."""
        await self._place()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        context = copy_context()

        def work() -> None:
            value, error = None, None
            try:
                value = context.run(do)
            except Exception as raised:
                error = raised
            except BaseException as raised:  # such as SystemExit: it must not stop the service
                error = RuntimeError(f"{type(raised).__name__}: {raised}")
            try:
                loop.call_soon_threadsafe(self._settle, answer, value, error)
            except RuntimeError:  # the loop is closed: nobody waits any more
                return

        try:
            threading.Thread(target=work, name="action", daemon=True).start()
        except RuntimeError:  # the machine has no thread left
            self._free.release()
            raise
        return await answer

    async def _place(self) -> None:
        if self._free.locked():
            _log.warning(
                "action_threads_all_taken", threads=self._most, follows="the next call waits, within its limit"
            )
        await self._free.acquire()

    def _settle(self, answer: asyncio.Future[Any], value: Any, error: Exception | None) -> None:
        self._free.release()
        if answer.done():
            return
        if isinstance(error, StopIteration):  # a future takes no such thing
            error = RuntimeError(f"StopIteration: {error}")
        if error:
            answer.set_exception(error)
        else:
            answer.set_result(value)
