"""How fast messages go out: no faster than a channel allows to a chat and to all, replies first, nothing to a shut account."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from bots.limits import Bucket, Pace
from conversation.ports import Clock, Rates
from conversation.records import Send

_PLACES: Final = 1_000.0
"""Messages of all processes that may have their place in an account's bucket before their time."""
_log = structlog.get_logger(__name__)


class Pacer:
    """``rates`` hold accounts, for all processes; ``chats`` the chats, each of which is one process's."""

    def __init__(self, *, paces: Mapping[str, Pace], rates: Rates, chats: Rates, clock: Clock) -> None:
        """``paces``: by channel; a channel without one goes as fast as it can."""
        self._paces = paces
        self._rates = rates
        self._chats = chats
        self._clock = clock
        self._gates: dict[tuple[str, str], _Gate] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def chat(self, send: Send) -> None:
        """Until the chat may get one more."""
        pace = self._paces.get(send.channel)
        bucket = pace.of(send.address) if pace else None
        if bucket is None:
            return
        key = f"send:{send.channel}:{send.account}:{send.address}"
        while (wait := await self._chats.take(key, rate=bucket.rate, burst=bucket.burst, queue=1)) is None:
            await self._clock.sleep(1 / bucket.rate)
        if wait:
            await self._clock.sleep(wait)

    async def account(self, send: Send, *, urgent: bool) -> bool:
        """Until the account is open and may send one more; those that are ``urgent`` go first.

        True for the one message that finds out whether an account that was down still is. Then ask ``admits``, and after the
        call tell what came of it by ``answered`` or ``shut``.
        """
        gate = self._gate(send)
        while True:
            await self._open(gate)
            if gate.bucket is not None:
                await self._wait(gate, send.chat, urgent=urgent)
            if self._seconds(gate) <= 0 and not (gate.down and gate.probing):
                gate.probing = gate.down
                return gate.probing

    def admits(self, send: Send, *, probe: bool) -> bool:
        """Whether the account is still open for whom ``account`` let through; else it has to be asked again."""
        gate = self._gate(send)
        open_ = self._seconds(gate) <= 0 and (probe or not gate.down)
        if probe and not open_:
            gate.probe_ended()
        return open_

    def hurry(self, send: Send) -> None:
        """Somebody waits for a message that stands behind this chat's bulk: that is bulk no more."""
        gate = self._gates.get((send.channel, send.account))
        if gate and send.chat in gate.bulk:
            gate.replies[send.chat] = gate.bulk.pop(send.chat)

    def shut(self, send: Send, seconds: float, *, down: bool = False) -> None:
        """What limits the account holds for all its chats: each of them asking again would only prolong it."""
        gate = self._gate(send)
        until = self._clock.now() + timedelta(seconds=seconds)
        gate.shut = max(until, gate.shut or until)
        if down:
            gate.down = True
            gate.probe_ended()

    def answered(self, send: Send) -> None:
        """The account took a call, whatever became of the message."""
        gate = self._gate(send)
        if gate.down:
            gate.down = False
            gate.probe_ended()
            _log.info("channel_account_up", channel=send.channel, account=send.account)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _gate(self, send: Send) -> "_Gate":
        key = send.channel, send.account
        gate = self._gates.get(key)
        if gate is None:
            pace = self._paces.get(send.channel)
            bucket = pace.account.within() if pace and pace.account else None
            gate = self._gates[key] = _Gate(f"send:{send.channel}:{send.account}", bucket)
        return gate

    def _seconds(self, gate: "_Gate") -> float:
        return (gate.shut - self._clock.now()).total_seconds() if gate.shut else 0.0

    async def _open(self, gate: "_Gate") -> None:
        while True:
            if (wait := self._seconds(gate)) > 0:
                await self._clock.sleep(wait)
            elif gate.down and gate.probing:
                await gate.probed.wait()
            else:
                return

    async def _wait(self, gate: "_Gate", chat: str, *, urgent: bool) -> None:
        """In line with the other chats: one message of each, so that none of them starves."""
        place = asyncio.get_running_loop().create_future()
        line = gate.replies if urgent else gate.bulk
        line[chat] = place
        if not gate.served:
            gate.served = True
            task = asyncio.create_task(self._serve(gate), name=f"pace {gate.key}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            await place
        finally:
            for waiting in (gate.replies, gate.bulk):
                if waiting.get(chat) is place:
                    del waiting[chat]

    async def _serve(self, gate: "_Gate") -> None:
        """While anybody waits. Who is first is decided when it is somebody's turn, not when they came."""
        assert gate.bucket is not None  # noqa: S101 - else nobody waits
        rate, burst = gate.bucket.rate, gate.bucket.burst
        try:
            while gate.replies or gate.bulk:
                await self._open(gate)
                wait = await self._rates.take(gate.key, rate=rate, burst=burst, queue=_PLACES)
                if wait != 0:
                    await self._clock.sleep(1 / rate if wait is None else wait)
                if wait is not None and self._seconds(gate) <= 0:
                    gate.next()
        finally:
            gate.served = False


class _Gate:
    """One account: who waits for it, by chat, and whether it takes anything."""

    def __init__(self, key: str, bucket: Bucket | None) -> None:
        self.key = key
        self.bucket = bucket
        self.replies: OrderedDict[str, asyncio.Future[None]] = OrderedDict()
        self.bulk: OrderedDict[str, asyncio.Future[None]] = OrderedDict()
        self.served = False
        self.shut: datetime | None = None
        """Until when."""
        self.down = False
        self.probing = False
        """It was down, and one message finds out whether it still is."""
        self.probed = asyncio.Event()

    def next(self) -> None:
        line = self.replies or self.bulk
        if line:
            _, place = line.popitem(last=False)
            if not place.done():
                place.set_result(None)

    def probe_ended(self) -> None:
        self.probing = False
        self.probed.set()
        self.probed = asyncio.Event()


def unpaced(clock: Clock) -> Pacer:
    """For channels that take whatever comes."""
    return Pacer(paces={}, rates=_Free(), chats=_Free(), clock=clock)


class _Free:
    async def take(self, key: str, *, rate: float, burst: float, queue: float = 0.0) -> float | None:  # noqa: ARG002 - the port's
        return 0.0
