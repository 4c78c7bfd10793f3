"""What one worker at a time may do for all, such as fetching an account's messages."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from conversation.errors import StoreError
from conversation.ports import Clock
from conversation.stores import EngineStore

EVERY: Final = 2.0
"""Seconds between two looks at whose a duty is."""
_log = structlog.get_logger(__name__)


class Duty:
    """``do`` runs for as long as the duty is this worker's; whoever gives the worker up frees it for another."""

    def __init__(
        self, *, store: EngineStore, clock: Clock, worker: str, name: str, do: Callable[[], Awaitable[None]]
    ) -> None:
        self._store = store
        self._clock = clock
        self._worker = worker
        self._name = name
        self._do = do

    async def run(self) -> None:
        """Until cancelled, or until ``do`` ends by itself; raises what that raises."""
        while True:
            if await self._mine():
                _log.info("duty_taken", duty=self._name)
                doing = asyncio.ensure_future(self._do())
                try:
                    await self._watch(doing)
                    if doing.done():
                        return
                finally:
                    doing.cancel()
                    await asyncio.gather(doing, return_exceptions=True)
                _log.info("duty_left", duty=self._name)
            await self._clock.sleep(EVERY)

    async def _watch(self, doing: asyncio.Future[None]) -> None:
        while await self._mine():
            resting = asyncio.create_task(self._clock.sleep(EVERY))
            try:
                await asyncio.wait({doing, resting}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                resting.cancel()
            if doing.done():
                doing.result()
                return

    async def _mine(self) -> bool:
        """In doubt it is not."""
        try:
            return await self._store.take_duty(self._worker, self._name)
        except StoreError as error:
            _log.error("duty_not_looked_up", duty=self._name, error=str(error))
            return False
