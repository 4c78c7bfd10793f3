"""Back-end calls: each is made once; its answer goes through the inbox like everything else."""

import asyncio
from collections.abc import Callable

import structlog

from conversation.errors import ActionError, StoreError
from conversation.events import ActionDone, ActionFailed
from conversation.ports import Actions, Clock, EngineStore, Ids, InboxRow, Job

_log = structlog.get_logger(__name__)


class Jobs:
    """``repeatable``: actions that may run twice (pure look-ups); others fail if it can't be known whether they ran."""

    def __init__(
        self,
        *,
        store: EngineStore,
        actions: Actions,
        repeatable: Callable[[str], bool],
        clock: Clock,
        ids: Ids,
        done: Callable[[InboxRow], None],
        at_once: int = 50,
    ) -> None:
        self._store = store
        self._actions = actions
        self._repeatable = repeatable
        self._clock = clock
        self._ids = ids
        self._done = done
        self._room = asyncio.Semaphore(at_once)
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, job: Job) -> None:
        task = asyncio.create_task(self._run(job), name=f"job {job.call.name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, job: Job) -> None:
        async with self._room:
            event = await self._call(job)
            for delay in (0.1, 1.0, 5.0, 30.0, None):
                try:
                    accepted = await self._store.finish_job(job, event)
                    break
                except StoreError:
                    if delay is None:
                        raise
                    await self._clock.sleep(delay)
        if accepted.row:
            self._done(accepted.row)

    async def _call(self, job: Job) -> ActionDone | ActionFailed:
        call = job.call
        if job.started and not self._repeatable(call.name):
            reason = "the service stopped while the action ran; nobody knows whether it took place"
            return ActionFailed(id=self._ids.new(), at=self._clock.now(), request=call.key, reason=reason)
        try:
            await self._store.start_job(job.number)
            result = dict(await self._actions.run(call))
        except (ActionError, StoreError) as error:
            _log.warning("action_failed", action=call.name, conversation=job.conversation, error=str(error))
            return ActionFailed(id=self._ids.new(), at=self._clock.now(), request=call.key, reason=str(error))
        except Exception as error:
            _log.exception("action_failed", action=call.name, conversation=job.conversation)
            return ActionFailed(id=self._ids.new(), at=self._clock.now(), request=call.key, reason=str(error))
        return ActionDone(id=self._ids.new(), at=self._clock.now(), request=call.key, result=result)

    async def drain(self, seconds: float) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
