"""Which chats are this worker's, and how work finds the worker whose chat it is in.

Whoever holds a chat does everything in it: its turns, its sends, its back-end calls. A chat is held from its first work until
nothing is left to do in it. Others are told of work by the bus; what that loses is found in the store twice a second.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import structlog

from conversation.errors import StoreError
from conversation.ports import Bus, Clock
from conversation.records import Claimed, Held
from conversation.stores import EngineStore

POLL: Final = 0.5
"""Seconds between two looks for work that nobody was told of."""
AT_ONCE: Final = 250
"""Chats in one claim, events in one look beside those in hand."""
BUSY: Final = 5_000
"""Events in hand; with more, a worker looks for no further ones."""
IDLE: Final = 10.0
"""Seconds between two looks at what is held: a chat in which nothing happened from one to the next is given back."""
AGAIN: Final = (0.0, 0.02, 0.1, 0.5, 2.0)
"""Seconds until a chat is claimed again about which there is doubt, once more each time."""
_log = structlog.get_logger(__name__)


def work_topic(worker: str) -> str:
    """Ids of chats in which there is work for ``worker``."""
    return f"work:{worker}"


async def wake(bus: Bus, worker: str, chat: str) -> None:
    """Tell a worker of work in a chat. A bus that fails makes it late: it is stored."""
    try:
        await bus.publish(work_topic(worker), chat.encode())
    except Exception:
        _log.exception("work_not_told", chat=chat)


class Claims:
    """``took`` gets what a claim found; ``busy``: whether something of a chat is in hand; ``handling``: the numbers of the
    events in hand; ``at``: see ``Tools``."""

    def __init__(
        self,
        *,
        store: EngineStore,
        bus: Bus,
        clock: Clock,
        worker: str,
        took: Callable[[Claimed], None],
        busy: Callable[[str], bool],
        handling: Callable[[], frozenset[int]],
        at: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.worker = worker
        self._at = at
        self._store = store
        self._bus = bus
        self._clock = clock
        self._took = took
        self._busy = busy
        self._handling = handling
        self._fences: dict[str, int] = {}
        self._touched: set[str] = set()
        self._wanted: dict[str, None] = {}
        self._more = asyncio.Event()
        self._doubts: dict[str, int] = {}
        self._later: set[asyncio.Task[None]] = set()
        self._moving = asyncio.Lock()
        """Held while chats come or go: what a claim found held must not be given back before it is in hand."""

    def fence(self, chat: str) -> int | None:
        """Of this worker's claim; None where it has none."""
        return self._fences.get(chat)

    def hold(self, chat: str, fence: int) -> None:
        """The store says that the chat is this worker's."""
        self._fences[chat] = fence
        self._touched.add(chat)

    def want(self, chats: Iterable[str]) -> None:
        """There is work in them: claim them, or tell those who have."""
        self._wanted.update(dict.fromkeys(chats))
        self._more.set()

    def doubt(self, chat: str) -> None:
        """Something was refused: see whose the chat is, and what is open in it."""
        times = self._doubts[chat] = self._doubts.get(chat, -1) + 1
        pause = AGAIN[min(times, len(AGAIN) - 1)]
        if not pause:
            self.want([chat])
            return
        task = asyncio.create_task(self._want_later(chat, pause), name="want")
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    def settled(self, chat: str) -> None:
        """Something was saved: there is no doubt any more."""
        self._touched.add(chat)
        self._doubts.pop(chat, None)

    def forget(self) -> None:
        """Nothing is this worker's any more."""
        self._fences.clear()

    async def run(self) -> None:
        """Until cancelled."""
        parts = (self._claim_wanted(), self._listen(), self._poll(), self._give_back())
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(part)

    async def take_up(self) -> None:
        """Claim everything that is free and open, oldest first. Raises StoreError."""
        while found := await self._find():
            if not await self._claim(found[:AT_ONCE]):
                return

    async def release_idle(self) -> None:
        """Give back the chats in which nothing happened since the last time. Raises StoreError."""
        touched, self._touched = self._touched, set()
        before = [chat for chat in self._fences if chat not in touched]
        for at in range(0, len(before), AT_ONCE):
            async with self._moving:
                idle = [
                    chat for chat in before[at : at + AT_ONCE] if chat not in self._touched and not self._busy(chat)
                ]
                held = [
                    Held(chat=chat, fence=fence) for chat in idle if (fence := self._fences.pop(chat, None)) is not None
                ]
                await self._store.release(self.worker, held)

    async def _want_later(self, chat: str, pause: float) -> None:
        await self._clock.sleep(pause)
        self.want([chat])

    async def _claim_wanted(self) -> None:
        while True:
            self._more.clear()
            if not self._wanted:
                await self._more.wait()
            chats = list(self._wanted)[:AT_ONCE]
            for chat in chats:
                del self._wanted[chat]
            try:
                await self._claim(chats)
            except Exception as error:
                _tell("not_claimed", error)
                await self._clock.sleep(POLL)
                self.want(chats)

    async def _claim(self, chats: list[str]) -> bool:
        """False if there was nothing to take."""
        async with self._moving:
            claimed = await self._store.claim(self.worker, chats, self._fences)
            self._at("claimed")
            for held in claimed.held:
                self.hold(held.chat, held.fence)
            for chat in claimed.others:
                self._fences.pop(chat, None)
            self._took(claimed)
        for chat, worker in claimed.others.items():
            await wake(self._bus, worker, chat)
        return bool(claimed.rows or claimed.sends or claimed.jobs)

    async def _listen(self) -> None:
        """A subscription that fell behind or broke is followed by the next."""
        while True:
            try:
                subscription = await self._bus.subscribe(work_topic(self.worker))
                try:
                    async for payload in subscription:
                        self.want([payload.decode()])
                finally:
                    await subscription.close()
            except Exception as error:
                _tell("work_not_heard", error)
                await self._clock.sleep(POLL)

    async def _poll(self) -> None:
        while True:
            await self._clock.sleep(POLL)
            try:
                self.want(await self._find())
            except Exception as error:
                _tell("work_not_looked_for", error)

    async def _find(self) -> list[str]:
        """Chats with work that this worker may take up and does not have in hand, oldest first."""
        before = self._handling()
        if len(before) >= BUSY:
            return []
        waiting = await self._store.waiting(self.worker, AT_ONCE + len(before))
        handling = before | self._handling()
        found = dict.fromkeys(chat for number, chat in waiting.events if number not in handling)
        return list(found | dict.fromkeys(waiting.chats))

    async def _give_back(self) -> None:
        while True:
            await self._clock.sleep(IDLE)
            try:
                await self.release_idle()
            except Exception as error:
                _tell("not_given_back", error)


def _tell(what: str, error: Exception) -> None:
    """Nothing of this is lost work: it is found in the store."""
    if isinstance(error, StoreError):
        _log.error(what, error=str(error))
    else:
        _log.exception(what)
