"""Who is at work: a worker shows that it lives by a beat in the store, and one whose beat stands still is given up.

Nothing here goes by the clock of a machine: a beat counts, and what counts is how many looks in a row found it unchanged.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from hashlib import blake2s
from typing import Final

import structlog

from conversation.errors import StoreError
from conversation.ports import Clock
from conversation.records import Peer
from conversation.stores import EngineStore

EVERY: Final = 2.0
"""Seconds between two beats."""
LOOKS: Final = 5
"""So many regular looks in a row at a beat that stands still: the worker is given up. Nobody gives up one that beat less
than ``LOOKS - 2`` of them ago."""
SECOND: Final = timedelta(seconds=1)
_log = structlog.get_logger(__name__)


class Members:
    """``worker`` empty: one who only looks. ``gone`` says of a place that nothing runs there any more, as far as can be known here.

    ``lost`` is called when others gave this worker up: what it held is not its any more; ``buried`` when this one gave another up.
    """

    def __init__(
        self,
        *,
        store: EngineStore,
        clock: Clock,
        worker: str = "",
        place: str = "",
        gone: Callable[[str], bool] = lambda _: False,
        lost: Callable[[], None] = lambda: None,
        buried: Callable[[], Awaitable[None]] | None = None,
        every: float = EVERY,
    ) -> None:
        self.worker = worker
        self._every = every
        self._looking = asyncio.Lock()
        self._store = store
        self._clock = clock
        self._place = place
        self._gone = gone
        self._lost = lost
        self._buried = buried
        self._names: tuple[str, ...] = ()
        self._seen: dict[str, tuple[int, int]] = {}
        """Worker to its beat, and how many looks found it so."""
        self._sure: datetime | None = None

    async def join(self) -> None:
        """Begin, and give up at once those of whom it is known that they are gone. Raises StoreError."""
        if self.worker:
            await self._store.join(self.worker, self._place)
        await self.look()

    async def leave(self) -> None:
        """What is still held is free for others. Raises StoreError."""
        if self.worker:
            await self._store.leave(self.worker)

    def choose(self, chat: str) -> str:
        """The worker who shall take a chat that nobody holds: always the same while the same are at work. Empty: nobody is."""
        return max(self._names, key=lambda name: blake2s(f"{name} {chat}".encode(), digest_size=8).digest(), default="")

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._clock.sleep(self._every)
            try:
                await self.look(counting=True)
            except StoreError as error:
                self._seen.clear()
                _log.error("beat_not_stored", worker=self.worker, error=str(error))

    async def sure(self) -> bool:
        """Whether nobody can have given this worker up: asked before anything is done that can't be taken back."""
        async with self._looking:
            if self._sure is None or abs(self._clock.now() - self._sure) > self._every * (LOOKS - 2) * SECOND:
                try:
                    await self._look(counting=False)
                except StoreError:
                    return False
        return True

    async def look(self, *, counting: bool = False) -> None:
        """Beat, and see who else does; ``counting``: one of the regular looks. Raises StoreError."""
        async with self._looking:
            await self._look(counting=counting)

    async def _look(self, *, counting: bool) -> None:
        """One at a time: two that find this worker given up would both let go of what it took up since."""
        began = self._clock.now()
        peers = await (self._store.beat(self.worker) if self.worker else self._store.peers())
        if self.worker and self.worker not in {peer.worker for peer in peers}:
            _log.warning(
                "given_up_by_others", worker=self.worker, follows="what it held is taken up by others; it begins anew"
            )
            self._lost()
            await self._store.join(self.worker, self._place)
        self._sure = began
        dead = {peer.worker for peer in peers if self._stands_still(peer, counting=counting)}
        self._names = tuple(sorted({peer.worker for peer in peers} - dead | ({self.worker} if self.worker else set())))
        self._seen = {name: seen for name, seen in self._seen.items() if name in self._names}
        for peer in peers:
            if self.worker and peer.worker in dead and await self._store.bury(peer.worker, peer.beat):
                _log.warning("worker_given_up", worker=peer.worker, place=peer.place)
                if self._buried:
                    await self._buried()

    def _stands_still(self, peer: Peer, *, counting: bool) -> bool:
        if peer.worker == self.worker:
            return False
        if self._gone(peer.place):
            return True
        beat, looks = self._seen.get(peer.worker, (-1, 0))
        looks = looks + counting if beat == peer.beat else 0
        self._seen[peer.worker] = (peer.beat, looks)
        return looks >= LOOKS
