"""An event loop whose time jumps to the next thing that is due as soon as there is nothing else to do: seconds cost nothing.

For code that waits on the loop itself (``asyncio.timeout``, ``asyncio.sleep``), sockets on this machine among it. Not for code that
waits for threads: the loop would take that for nothing to do.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from functools import wraps
from selectors import SelectorKey
from typing import Any, ParamSpec

P = ParamSpec("P")


class _Jumping(selectors.DefaultSelector):
    now = 1_000.0

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        ready = super().select(timeout if timeout is None else 0)
        if not ready and timeout:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def virtually(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """A test whose seconds cost nothing. Its fixtures may not be async."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run


def now() -> float:
    return asyncio.get_running_loop().time()


def others() -> Mapping[str, asyncio.Task[object]]:
    """Tasks that run beside the caller's."""
    current = asyncio.current_task()
    return {task.get_name(): task for task in asyncio.all_tasks() if task is not current}
