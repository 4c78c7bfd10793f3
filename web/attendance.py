"""Who else sits at the desk: each open desk says that its operator is there, and shows the others."""

import asyncio
from typing import Final

from conversation.news import ATTENDANCE_TOPIC
from conversation.records import Operator
from web.deps import Deps
from web.desk_frames import Colleague, Colleagues
from web.sockets import Socket

TOPIC: Final = ATTENDANCE_TOPIC
EVERY: Final = 20.0
"""Seconds after which somebody says again that they are there."""


class Attendance:
    """One open desk's own."""

    def __init__(self, deps: Deps, socket: Socket, me: Operator) -> None:
        self._deps = deps
        self._socket = socket
        self._me = me
        self._shown: tuple[Colleague, ...] = ()

    async def run(self) -> None:
        """Until cancelled."""
        subscription = await self._deps.bus.subscribe(TOPIC)
        try:
            await self._deps.presence.here(self._me.id)
            await self._deps.bus.publish(TOPIC, b"")
            telling = asyncio.create_task(self._tell())
            try:
                async for _ in subscription:
                    await self._show()
            finally:
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)
        finally:
            await subscription.close()

    async def leave(self) -> None:
        """Another window of the same person says again that they are there."""
        await self._deps.presence.left(self._me.id)
        await self._deps.bus.publish(TOPIC, b"")

    async def _tell(self) -> None:
        while True:
            await self._deps.clock.sleep(EVERY)
            await self._deps.presence.here(self._me.id)
            await self._show()

    async def _show(self) -> None:
        here = set(await self._deps.presence.who()) - {self._me.id}
        known = await self._deps.store.operators() if here else ()
        colleagues = tuple(Colleague(id=each.id, name=each.name) for each in known if each.id in here)
        if colleagues != self._shown:
            self._shown = colleagues
            await self._socket.send(Colleagues(operators=colleagues))
