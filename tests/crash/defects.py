"""Planted defects: what the harness must notice, or it proves nothing. The product knows nothing of them."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

import msgspec

from app.service import Service
from conversation.records import Accepted, Inbound
from store.sql import SqlStore

Defect: TypeAlias = Literal["", "acknowledges_first", "no_unique_key"]
LATE: Final = 0.1
"""Seconds that the hasty store lets what it confirmed lie in memory."""


class AcknowledgesFirst(SqlStore):
    """Says "stored" at once and writes a little later, in order."""

    def begin(self, take: Callable[[Accepted], None]) -> None:
        self._late: deque[tuple[Inbound, str, str]] = deque()
        self._take = take
        self._writing = asyncio.create_task(self._write())

    async def accept(self, inbound: Inbound, chat: str, worker: str = "") -> Accepted:
        self._late.append((inbound, chat, worker))
        return Accepted(row=None)

    async def _write(self) -> None:
        while True:
            await asyncio.sleep(LATE)
            while self._late:
                self._take(await super().accept(*self._late.popleft()))


class NoUniqueKey(SqlStore):
    """Every delivery is a new one."""

    _count = 0

    async def accept(self, inbound: Inbound, chat: str, worker: str = "") -> Accepted:
        self._count += 1
        key = f"{inbound.external_id}#{inbound.event.id}#{self._count}"
        return await super().accept(msgspec.structs.replace(inbound, external_id=key), chat, worker)


STORES: Final[dict[Defect, type[SqlStore]]] = {"acknowledges_first": AcknowledgesFirst, "no_unique_key": NoUniqueKey}


def plant(service: Service) -> None:
    """What must be changed in a service that is up."""
    if isinstance(service.store, AcknowledgesFirst):
        service.store.begin(service.engine.take)
