"""Back-end calls: each is made once; its answer goes through the inbox like everything else."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from conversation.errors import ActionError
from conversation.events import ActionDone, ActionFailed
from conversation.ports import Actions, Clock, Ids
from conversation.records import Accepted, Job
from conversation.stores import EngineStore
from engine.shell.callbacks import Callbacks, Did
from engine.shell.outbox import no_point
from engine.shell.stored import until_stored

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class Jobs:
    """``repeatable``: actions that may run twice (pure look-ups); others fail if it can't be known whether they ran.
    ``own``: the product's own actions, which may.

    ``at``: called at points of the way, for tests that end it there. ``fence`` is that of this worker's claim of a chat; ``done``
    gets each answer as it was stored.
    """

    def __init__(
        self,
        *,
        store: EngineStore,
        actions: Actions,
        repeatable: Callable[[str], bool],
        clock: Clock,
        ids: Ids,
        own: Callbacks | None = None,
        fence: Callable[[str], int | None],
        done: Callable[[Accepted], None],
        at: Callable[[str], None] = no_point,
        worker: str = "",
        at_once: int = 50,
    ) -> None:
        self._store = store
        self._actions = actions
        self._repeatable = repeatable
        self._own = own
        self._clock = clock
        self._ids = ids
        self._fence = fence
        self._done = done
        self._at = at
        self._worker = worker
        self._room = asyncio.Semaphore(at_once)
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers: set[int] = set()
        self._chats: Counter[str] = Counter()

    def add(self, job: Job) -> None:
        """Nothing happens if the job is here already."""
        if job.number in self._numbers:
            return
        self._numbers.add(job.number)
        self._chats[job.chat] += 1
        task = asyncio.create_task(self._run(job), name=f"job {job.call.name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def numbers(self) -> frozenset[int]:
        """Of the jobs that wait or run."""
        return frozenset(self._numbers)

    def busy(self, chat: str) -> bool:
        """Whether a call of this chat waits or runs."""
        return self._chats[chat] > 0

    async def _run(self, job: Job) -> None:
        try:
            async with self._room:
                event = await self._call(job)
            self._at("job_answered")
            if event:
                self._done(await self._answer(job, event))
        except Exception:
            _log.exception("job_failed", action=job.call.name, number=job.number)
        finally:
            self._numbers.discard(job.number)
            self._chats -= Counter((job.chat,))

    async def _answer(self, job: Job, event: ActionDone | ActionFailed) -> Accepted:
        """An answer that no row can hold is a failure: asked again, the action would give the same."""
        try:
            return await self._stored(lambda: self._store.finish_job(job, event, self._worker), job)
        except Exception as error:
            _log.exception("answer_not_storable", action=job.call.name, conversation=job.conversation)
            failed = self._failed(job, f"its answer can't be stored: {error}")
            return await self._stored(lambda: self._store.finish_job(job, failed, self._worker), job)

    async def _call(self, job: Job) -> ActionDone | ActionFailed | None:
        """None: the chat is somebody else's now, and with it the call."""
        call = job.call
        own = self._own if self._own and self._own.does(call.name) else None
        if job.started and not own and not self._repeatable(call.name):
            return self._failed(job, "the service stopped while the action ran; nobody knows whether it took place")
        self._at("job")
        fence = self._fence(job.chat)
        if fence is None or not await self._stored(lambda: self._store.start_job(job.number, fence), job):
            return None
        self._at("job_begun")
        try:
            did = await own.run(call) if own else Did(result=dict(await self._actions.run(call)))
        except ActionError as error:
            _log.warning("action_failed", action=call.name, conversation=job.conversation, error=error)
            return self._failed(job, str(error))
        except Exception as error:
            _log.exception("action_failed", action=call.name, conversation=job.conversation)
            return self._failed(job, str(error))
        return ActionDone(id=self._ids.new(), at=self._clock.now(), request=call.key, result=did.result, plan=did.plan)

    def _failed(self, job: Job, reason: str) -> ActionFailed:
        return ActionFailed(id=self._ids.new(), at=self._clock.now(), request=job.call.key, reason=reason)

    async def _stored(self, write: Callable[[], Awaitable[T]], job: Job) -> T:
        return await until_stored(self._clock, write, what=f"job {job.number}")

    async def drain(self, seconds: float) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
