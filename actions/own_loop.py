"""An event loop in a thread of its own, for code of others that may block where it should wait."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any


class OwnLoop:
    """Begins with the first call. The process does not wait for its thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, do: Callable[[], Awaitable[Any]]) -> Any:
        """What ``do``, called and awaited over there, returns or raises. Cancelled here, it is cancelled there."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._serve, args=(self._loop,), name=self._name, daemon=True).start()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_contained(do), self._loop))

    def close(self) -> None:
        """What still runs there ends with the thread, or with the process."""
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.call_soon_threadsafe(lambda: loop.create_task(_end(loop)))

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_forever()
        loop.close()


async def _end(loop: asyncio.AbstractEventLoop) -> None:
    others = asyncio.all_tasks(loop) - {asyncio.current_task(loop)}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    loop.stop()


def _contained(do: Callable[[], Awaitable[Any]]) -> Coroutine[Any, Any, Any]:
    async def run() -> Any:
        try:
            return await do()
        except (SystemExit, KeyboardInterrupt) as error:  # it must not end the loop for the others
            raise RuntimeError(f"{type(error).__name__}: {error}") from error
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise RuntimeError("it cancelled itself") from error  # it must not look like the caller's own end

    return run()
