"""Who else has a conversation open, and who of them is writing: over the bus, nothing of it is kept.

Each says that they are there when they come and every now and then; who hears of somebody new says so too.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import msgspec

from conversation.ports import Bus, Clock
from conversation.records import Operator
from web.desk.outgoing import Viewer, Viewers
from web.sockets import Socket, forward, stop

EVERY: Final = 20.0
"""Seconds after which somebody says again that they are there."""
STAYS: Final = timedelta(seconds=50)
"""So long somebody who says nothing more counts as being there."""
TYPING: Final = timedelta(seconds=8)
"""So long somebody types who does not say that they stopped."""


class Looking(msgspec.Struct, frozen=True, kw_only=True):
    """``socket``: one window of the operator; ``fresh``: the others should say that they are there too."""

    socket: str
    operator: str
    name: str
    here: bool = True
    typing: bool = False
    fresh: bool = False


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    who: Looking
    at: datetime


_decoder = msgspec.json.Decoder(Looking)


class Onlookers:
    """One window's own, while it has the conversation open."""

    def __init__(self, bus: Bus, clock: Clock, socket: Socket, *, me: Operator, window: str, conversation: str) -> None:
        self._bus = bus
        self._clock = clock
        self._socket = socket
        self._conversation = conversation
        self._me = Looking(socket=window, operator=me.id, name=me.name)
        self._seen: dict[str, _Seen] = {}
        self._shown: tuple[Viewer, ...] = ()
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        subscription = await self._bus.subscribe(_topic(self._conversation))

        async def follow() -> None:
            try:
                await forward(self._socket, subscription, self._hear)
            finally:
                await subscription.close()

        self._tasks = [asyncio.create_task(follow()), asyncio.create_task(self._keep_telling())]
        await self._say(msgspec.structs.replace(self._me, fresh=True))

    async def end(self) -> None:
        await stop(*self._tasks)
        await self._say(msgspec.structs.replace(self._me, here=False, typing=False))

    async def type(self, *, on: bool) -> None:
        self._me = msgspec.structs.replace(self._me, typing=on)
        await self._say(self._me)

    async def _keep_telling(self) -> None:
        while True:
            await self._clock.sleep(EVERY)
            self._me = msgspec.structs.replace(self._me, typing=False)
            await self._say(self._me)
            await self._show()

    async def _say(self, what: Looking) -> None:
        await self._bus.publish(_topic(self._conversation), msgspec.json.encode(what))

    async def _hear(self, payload: bytes) -> None:
        heard = _decoder.decode(payload)
        if heard.socket == self._me.socket:
            return
        self._seen.pop(heard.socket, None)
        if heard.here:
            self._seen[heard.socket] = _Seen(who=heard, at=self._clock.now())
        if heard.fresh:
            await self._say(self._me)
        await self._show()

    async def _show(self) -> None:
        now = self._clock.now()
        self._seen = {name: seen for name, seen in self._seen.items() if now - seen.at < STAYS}
        found: dict[str, Viewer] = {}
        for seen in self._seen.values():
            who = seen.who
            if who.operator != self._me.operator:
                typing = who.typing and now - seen.at < TYPING
                before = found.get(who.operator)
                found[who.operator] = Viewer(
                    id=who.operator, name=who.name, typing=typing or bool(before and before.typing)
                )
        viewers = tuple(found[name] for name in sorted(found))
        if viewers != self._shown:
            self._shown = viewers
            await self._socket.send(Viewers(conversation=self._conversation, operators=viewers))


def _topic(conversation: str) -> str:
    return f"viewers:{conversation}"
