"""The bus between processes, over Redis: news of this process go to its own subscribers directly, those of others come by Redis.

Redis may be slow, full or dead at any time, and only news are late then. What keeps this true: whenever news of others may
have been missed, the subscriptions end, and whoever listened reads the store again. They end

- when the connection to Redis was lost, and again when it is back,
- every ``BLIND`` seconds while it is away,
- when another process says that it could not publish for a while.
"""

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import islice
from typing import Any, Final

import structlog
from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from conversation.errors import LotseError
from conversation.ports import Clock, Subscription
from store.bus import LIMIT, MemorySubscription

PREFIX: Final = b"lotse:"
GAP: Final = b"lotse-gap"
"""The channel on which a process says that news of its own were lost."""
PATIENCE: Final = 1.0
"""Seconds for one answer of Redis; a connection that takes longer is given up."""
PING_EVERY: Final = 5.0
"""Seconds between two looks whether a silent connection is alive: it is given up after twice as long."""
FIRST_WAIT: Final = 0.1
LONGEST_WAIT: Final = 5.0
"""Seconds until the next try to connect; doubled with each."""
BLIND: Final = 15.0
BACKLOG: Final = 4096
"""News that may wait to be sent; with one more all of them count as lost."""
BATCH: Final = 128
_log = structlog.get_logger(__name__)


class RedisBus:
    """``open`` one for a process. Publishing never waits and never raises. One Redis serves one installation."""

    def __init__(self, pool: ConnectionPool, *, clock: Clock, name: str, limit: int = LIMIT) -> None:
        self._limit = limit
        self._topics: dict[str, set[MemorySubscription]] = {}
        self._ears = _Ears(pool, clock=clock, name=name, bus=self)
        self._voice = _Voice(pool, clock=clock, name=name)
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(cls, url: str, *, clock: Clock, name: str, limit: int = LIMIT) -> "RedisBus":
        """``name`` is this process's own, without spaces. Returns when Redis answered, or did not for ``PATIENCE``.

        Raises LotseError for a URL that names no Redis.
        """
        bus = cls(_pool(url), clock=clock, name=name, limit=limit)
        bus._tasks = [asyncio.create_task(part.run(), name="redis_bus") for part in (bus._ears, bus._voice)]
        await bus._ears.tried.wait()
        return bus

    @property
    def up(self) -> bool:
        """News of other processes are heard, and they hear ours."""
        return self._ears.up and not self._voice.lost

    async def publish(self, topic: str, payload: bytes) -> None:
        self.deliver(topic, payload)
        self._voice.say(topic, payload)

    async def subscribe(self, topic: str) -> Subscription:
        """Waits for Redis, at most ``PATIENCE``; without it the subscription brings the news of this process."""
        subscription = MemorySubscription(topic, self._limit, self._leave)
        self._topics.setdefault(topic, set()).add(subscription)
        try:
            await self._ears.listen(topic)
        except BaseException:
            await subscription.close()
            raise
        return subscription

    async def close(self) -> None:
        """What waits to be sent still goes out, within ``PATIENCE``; every subscription ends."""
        await self._voice.finish()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.end_all()

    def topics(self) -> tuple[str, ...]:
        """Those somebody in this process listens to."""
        return tuple(self._topics)

    def end(self, topic: str) -> None:
        """Who listens to it reads the store again."""
        for subscription in tuple(self._topics.get(topic, ())):
            subscription.end()

    def deliver(self, topic: str, payload: bytes) -> None:
        """To those in this process only."""
        for subscription in tuple(self._topics.get(topic, ())):
            subscription.push(payload)

    def end_all(self) -> None:
        """Something may have been missed: everybody reads the store again."""
        for subscriptions in tuple(self._topics.values()):
            for subscription in tuple(subscriptions):
                subscription.end()

    def _leave(self, subscription: MemorySubscription) -> None:
        topic = subscription.topic
        listeners = self._topics.get(topic, set())
        listeners.discard(subscription)
        if not listeners and self._topics.pop(topic, None) is not None:
            self._ears.forget(topic)


class _Ears:
    """The one connection over which news of other processes come; ``bus`` gets them."""

    def __init__(self, pool: ConnectionPool, *, clock: Clock, name: str, bus: RedisBus) -> None:
        self._pool = pool
        self._clock = clock
        self._name = name.encode()
        self._bus = bus
        self.tried = asyncio.Event()
        """The first try to connect is over."""
        self.up = False
        self._silent = 0
        """Questions since Redis was heard last."""
        self._commands: deque[tuple[bytes, ...]] = deque()
        self._more = asyncio.Event()
        self._broken = asyncio.Event()
        self._heard: dict[str, asyncio.Future[None]] = {}
        """Topic → done when Redis confirmed it."""
        self._unconfirmed: deque[asyncio.Future[None]] = deque()
        """One for each SUBSCRIBE that Redis has not confirmed; it does so in their order."""

    async def listen(self, topic: str) -> None:
        """Until Redis brings the topic; at once where it does already, or where there is no Redis."""
        if not self.up:
            return
        confirmed = self._heard.get(topic)
        if confirmed is None:
            confirmed = self._heard[topic] = asyncio.get_running_loop().create_future()
            self._unconfirmed.append(confirmed)
            self._command(b"SUBSCRIBE", PREFIX + topic.encode())
        await asyncio.wait([confirmed], timeout=PATIENCE)
        if not confirmed.done():
            self._broken.set()

    def forget(self, topic: str) -> None:
        if self._heard.pop(topic, None) is not None:
            self._command(b"UNSUBSCRIBE", PREFIX + topic.encode())

    async def run(self) -> None:
        """Until cancelled."""
        wait, blind = FIRST_WAIT, 0.0
        while True:
            try:
                async with _connected(self._pool) as connection:
                    await self._begin(connection)
                    wait, blind = FIRST_WAIT, 0.0
                    await self._work(connection)
            except Exception as error:
                _tell("redis_not_heard", error, wait)
            lost = self._end()
            self.tried.set()
            if lost or blind >= BLIND:
                self._bus.end_all()
                blind = 0.0
            await self._clock.sleep(wait)
            blind, wait = blind + wait, min(2 * wait, LONGEST_WAIT)

    async def _begin(self, connection: AbstractConnection) -> None:
        async with asyncio.timeout(PATIENCE):
            await connection.send_command("SUBSCRIBE", GAP, check_health=False)
            await connection.read_response()
        self.up = True
        self._silent = 0
        self._bus.end_all()
        self.tried.set()
        _log.info("redis_heard")

    def _end(self) -> bool:
        """Forget the connection; True if there was one. It confirms nothing any more: nobody shall wait for that."""
        was, self.up = self.up, False
        self._commands.clear()
        self._broken.clear()
        self._heard.clear()
        for confirmed in self._unconfirmed:
            confirmed.set_result(None)
        self._unconfirmed.clear()
        return was

    async def _work(self, connection: AbstractConnection) -> None:
        """Until one of the three finds the connection broken, and raises that."""
        tasks = [asyncio.create_task(part) for part in (self._hear(connection), self._send(connection), self._watch())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _hear(self, connection: AbstractConnection) -> None:
        while True:
            answer = await connection.read_response(timeout=math.inf)
            self._silent = 0
            match answer:
                case [b"message", bytes(channel), bytes(data)]:
                    self._take(channel, data)
                case [b"subscribe", *_]:
                    self._unconfirmed.popleft().set_result(None)
                case _:
                    """Confirmed that a topic is left, or that it lives."""

    def _take(self, channel: bytes, data: bytes) -> None:
        name, _, payload = data.partition(b" ")
        if name == self._name:
            return
        if channel == GAP:
            self._bus.end_all()
        else:
            self._bus.deliver(channel.removeprefix(PREFIX).decode(), payload)

    async def _send(self, connection: AbstractConnection) -> None:
        while True:
            self._more.clear()
            commands = list(self._commands)
            self._commands.clear()
            if commands:
                async with asyncio.timeout(PATIENCE):
                    await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
            else:
                await self._more.wait()

    async def _watch(self) -> None:
        asking = asyncio.create_task(self._ask())
        broken = asyncio.create_task(self._broken.wait())
        try:
            await asyncio.wait((asking, broken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            asking.cancel()
            broken.cancel()
            await asyncio.gather(asking, broken, return_exceptions=True)
        raise TimeoutError("no answer")

    async def _ask(self) -> None:
        """Until two questions in a row were not answered."""
        while self._silent < 2:
            self._silent += 1
            self._command(b"PING")
            await self._clock.sleep(PING_EVERY)

    def _command(self, *words: bytes) -> None:
        self._commands.append(words)
        self._more.set()


class _Voice:
    """The connection over which this process publishes, many at a time, in order."""

    def __init__(self, pool: ConnectionPool, *, clock: Clock, name: str) -> None:
        self._pool = pool
        self._clock = clock
        self._name = name.encode()
        self._waiting: deque[tuple[bytes, bytes]] = deque()
        """Channel and data; they leave when Redis has them."""
        self._more = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._gap = False
        """News were lost: the others are told before they hear anything else."""

    @property
    def lost(self) -> bool:
        """News were lost, and nothing has gone out since."""
        return self._gap

    def say(self, topic: str, payload: bytes) -> None:
        if self._gap:
            return
        if len(self._waiting) >= BACKLOG:
            self._lose()
            return
        self._waiting.append((PREFIX + topic.encode(), self._name + b" " + payload))
        self._idle.clear()
        self._more.set()

    async def finish(self) -> None:
        """Until nothing waits, at most ``PATIENCE``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._idle.wait()

    async def run(self) -> None:
        """Until cancelled."""
        wait = FIRST_WAIT
        while True:
            try:
                async with _connected(self._pool) as connection:
                    wait = FIRST_WAIT
                    await self._work(connection)
            except Exception as error:
                _tell("redis_not_told", error, wait)
            self._lose()
            await self._clock.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def _work(self, connection: AbstractConnection) -> None:
        while True:
            if self._gap:
                self._gap = False
                self._waiting.append((GAP, self._name + b" "))
            batch = list(islice(self._waiting, BATCH))
            if batch:
                await _publish(connection, batch)
                for _ in range(min(len(batch), len(self._waiting))):
                    self._waiting.popleft()
            else:
                self._idle.set()
                self._more.clear()
                await self._more.wait()

    def _lose(self) -> None:
        """What waits is old when Redis is back; who missed it reads the store."""
        self._gap = self._gap or bool(self._waiting)
        self._waiting.clear()
        self._idle.set()
        self._more.set()


async def _publish(connection: AbstractConnection, news: list[tuple[bytes, bytes]]) -> None:
    commands = [(b"PUBLISH", channel, data) for channel, data in news]
    async with asyncio.timeout(PATIENCE):
        await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
        for _ in commands:
            await connection.read_response()


@asynccontextmanager
async def _connected(pool: ConnectionPool) -> AsyncIterator[AbstractConnection]:
    connection: Any = pool.make_connection()  # type: ignore[no-untyped-call] # theirs has no types
    try:
        async with asyncio.timeout(PATIENCE):
            await connection.connect()
        yield connection
    finally:
        with suppress(Exception):
            await connection.disconnect()


def _pool(url: str) -> ConnectionPool:
    """How to connect; a connection is given up at its first failure, and nothing is sent twice. Raises LotseError."""
    try:
        # With a time limit of its own a connection's write could swallow the cancellation of its task: limits stand here.
        return ConnectionPool.from_url(
            url, protocol=2, retry=Retry(NoBackoff(), 0), socket_timeout=None, socket_connect_timeout=PATIENCE
        )
    except ValueError as error:
        # The URL may hold a password: it is not repeated.
        raise LotseError(
            f"the address of Redis can't be read ({error}): set LOTSE_REDIS__URL to redis://host:6379,"
            " or to rediss://user:password@host:6379 for an encrypted connection"
        ) from error


def _tell(event: str, error: Exception, wait: float) -> None:
    """Once for each time that Redis goes away, not for each try."""
    log = _log.warning if wait == FIRST_WAIT else _log.debug
    log(event, error=f"{type(error).__name__}: {error}")
