"""Sends what the bot and the operators said: one message in flight a chat, in order, until it is sent or given up."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final, Literal, TypeAlias

import structlog

from conversation.errors import (
    AccountDownError,
    AmbiguousError,
    MigratedError,
    RecipientGoneError,
    RefusedError,
    RetryLaterError,
    SendError,
    TransientError,
)
from conversation.meter import NO_METER, NO_TRACER, Meter, Tracer
from conversation.ports import Channel, Clock
from conversation.records import Send, SendState, SendUpdate
from conversation.stores import EngineStore
from engine.shell.feed import Feed
from engine.shell.lanes import Lanes
from engine.shell.pace import Pacer
from engine.shell.stored import until_stored

AmbiguousPolicy: TypeAlias = Literal["resend", "flag"]
"""``resend``: at least once, the customer may see a message twice. ``flag``: at most once, an operator sees what is unsure."""

MAX_ATTEMPTS: Final = 12
_BACK_OFF: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
_ACCOUNT_DOWN: Final = 60.0
_UNSURE: Final = 0.5
"""Seconds until a worker that can't reach the store asks again whether it is still one."""
_NONE: Final = -1
"""The fence of a chat that is not this worker's: no chat has it."""

_log = structlog.get_logger(__name__)


class _OthersError(Exception):
    """The message was settled otherwise, or is in other hands."""


class Outbox:
    """``gone`` is told when a customer can't be reached any more. ``fence`` is that of this worker's claim of a chat, and
    ``sure`` whether that can be trusted: a send can't be taken back."""

    def __init__(
        self,
        *,
        store: EngineStore,
        channels: Mapping[str, Channel],
        policies: Mapping[str, AmbiguousPolicy],
        feed: Feed,
        clock: Clock,
        gone: Callable[[str, str], Awaitable[None]],
        fence: Callable[[str], int | None],
        sure: Callable[[], Awaitable[bool]],
        at: Callable[[str], None],
        pacer: Pacer,
        chance: Callable[[], float] = lambda: 1.0,
        meter: Meter = NO_METER,
        tracer: Tracer = NO_TRACER,
        in_flight: int = 50,
    ) -> None:
        """``policies``: channel to what happens to an ambiguous send; ``resend`` where none is named.

        ``chance`` gives 0 to 1: how much of the second half of a back-off is waited, so that not all come back at once.
        ``in_flight``: how many calls of channels are made at a time. A chat that waits takes nobody's place.
        """
        self._meter = meter
        self._tracer = tracer
        self._store = store
        self._channels = channels
        self._policies = policies
        self._feed = feed
        self._clock = clock
        self._gone = gone
        self._fence = fence
        self._sure = sure
        self._at = at
        self._pacer = pacer
        self._chance = chance
        self.lanes: Lanes[Send] = Lanes(self._deliver, give_up=self._fail, clock=clock)
        self._room = asyncio.Semaphore(in_flight)
        self._lost: dict[str, _Lost] = {}
        """By chat."""
        self._moved: dict[str, str] = {}
        """Chat to its new address, for sends that were made before it moved."""
        self._void: set[int] = set()
        """Numbers of sends that went to others while this worker had them in hand."""

    def add(self, send: Send) -> None:
        """A new one, or one that an earlier process left: if that was being sent, it may have arrived."""
        self.lanes.add(send)
        if not send.bulk:
            self._pacer.hurry(send)

    def numbers(self) -> frozenset[int]:
        """Of the sends that wait or are under way."""
        return self.lanes.numbers()

    def reachable(self, chat: str) -> None:
        """The customer wrote again, or an operator wants it tried."""
        self._lost.pop(chat, None)

    def lose(self) -> None:
        """Others have what is in hand: nothing of it may be sent any more."""
        self._void.update(self.lanes.numbers())

    async def _deliver(self, send: Send) -> None:
        """Until it is settled, by this worker or by another to whom the chat went meanwhile."""
        with suppress(_OthersError):
            await self._settle(send)
        self._void.discard(send.number)

    async def _settle(self, send: Send) -> None:
        channel = self._channels.get(send.channel)
        lost = self._lost.get(send.chat)
        if channel is None or (lost and lost.drops(send.number)):
            reason = "the customer can't be reached" if channel else f"channel {send.channel} is not configured"
            await self._finish(send, "failed", send.attempts, reason)
            return
        if send.state == "sending" and self._flags(send):
            await self._finish(send, "ambiguous", send.attempts, "the service stopped while it was sent")
            return
        wait = (send.due - self._clock.now()).total_seconds()
        if wait > 0:
            await self._clock.sleep(wait)
        attempts = send.attempts
        while True:
            again = await self._try(channel, send, attempts + 1)
            if again is None:
                return
            pause, attempts = again
            await self._mark(send, "pending", attempts, wait=pause)
            await self._clock.sleep(pause)

    async def _try(self, channel: Channel, send: Send, attempts: int) -> tuple[float, int] | None:
        """One try: seconds until the next and the attempts that count by then, or None when the message is settled.

        An attempt that the channel put off does not count: a message that waited out a long limit is not given up for it.
        """
        try:
            external = await self._send(channel, send, attempts)
            self._at("called")
            self._lost.pop(send.chat, None)
            await self._finish(send, "sent", attempts, external_id=external)
        except RetryLaterError as error:
            if error.account_wide:
                self._pacer.shut(send, error.seconds)
            return error.seconds, attempts - 1
        except AccountDownError as error:
            _log.error("channel_account_down", channel=send.channel, error=str(error), next_try=_ACCOUNT_DOWN)
            self._pacer.shut(send, _ACCOUNT_DOWN, down=True)
            return _ACCOUNT_DOWN, attempts - 1
        except RecipientGoneError as error:
            waiting = (item.number for item in self.lanes.items(send.chat))
            self._lost.setdefault(send.chat, _Lost()).fail(send.number, waiting)
            await self._finish(send, "failed", attempts, str(error))
            await self._gone(send.chat, str(error))
        except AmbiguousError as error:
            if self._flags(send):
                await self._finish(send, "ambiguous", attempts, str(error))
            else:
                return await self._again(send, attempts, error)
        except TransientError as error:
            return await self._again(send, attempts, error)
        except SendError as error:
            if isinstance(error, RefusedError):
                _log.error("send_refused", channel=send.channel, message=send.message.id, error=str(error))
            await self._finish(send, "failed", attempts, str(error))
        return None

    async def _send(self, channel: Channel, send: Send, attempts: int) -> str:
        """The channel's id of the message. It counts as being sent only from the moment the channel may get it."""
        await self._pacer.chat(send)
        while True:
            probe = await self._pacer.account(send, urgent=self._urgent(send))
            async with self._room:
                if not self._pacer.admits(send, probe=probe):
                    continue
                await self._mine(send)
                # What is sent again anyway need not be known to have been under way.
                if self._flags(send):
                    await self._mark(send, "sending", attempts)
                self._at("sending")
                return await self._answered(channel, send)

    async def _mine(self, send: Send) -> None:
        """Returns when it is sure that nobody else sends it. Raises _OthersError if somebody may."""
        while not await self._sure():
            await self._clock.sleep(_UNSURE)
        if send.number in self._void or self._fence(send.chat) is None:
            raise _OthersError

    async def _answered(self, channel: Channel, send: Send) -> str:
        down = False
        try:
            with self._tracer.span("send", chat=send.chat):
                return await self._call(channel, send)
        except AccountDownError:
            down = True
            raise
        finally:
            if not down:
                self._pacer.answered(send)

    async def _call(self, channel: Channel, send: Send) -> str:
        address = self._moved.get(send.chat, send.address)
        try:
            return await channel.send(address, send.message, send.message.id)
        except MigratedError as moved:
            await self._move(send, moved.address)
            return await channel.send(moved.address, send.message, send.message.id)
        except SendError:
            raise
        except Exception as error:
            if not self._flags(send):
                raise
            _log.exception("send_broke", channel=send.channel, chat=send.chat, message=send.message.id)
            raise AmbiguousError(f"sending broke: {type(error).__name__}, see the log") from error

    async def _move(self, send: Send, address: str) -> None:
        """All that comes goes to the new address."""
        _log.info("chat_moved", channel=send.channel, chat=send.chat)
        self._moved[send.chat] = address
        await until_stored(
            self._clock, lambda: self._store.move_chat(send.chat, address), what=f"new address of {send.chat}"
        )

    def _flags(self, send: Send) -> bool:
        return self._policies.get(send.channel) == "flag"

    def _urgent(self, send: Send) -> bool:
        """Somebody waits for it, or for what stands behind it in its chat."""
        return not send.bulk or any(not item.bulk for item in self.lanes.items(send.chat))

    async def _again(self, send: Send, attempts: int, error: SendError) -> tuple[float, int] | None:
        if attempts >= MAX_ATTEMPTS:
            await self._finish(send, "failed", attempts, str(error))
            return None
        pause = _BACK_OFF[min(attempts - 1, len(_BACK_OFF) - 1)]
        return pause * (0.5 + 0.5 * self._chance()), attempts

    async def _fail(self, send: Send, error: Exception) -> None:
        """What broke again and again, not by a word of the channel."""
        await self._finish(send, "failed", send.attempts, f"sending broke: {type(error).__name__}, see the log")

    async def _finish(
        self, send: Send, state: SendState, attempts: int, error: str = "", external_id: str = ""
    ) -> None:
        await self._mark(send, state, attempts, error=error, external_id=external_id)
        self._meter.sent(send.channel, state, (self._clock.now() - send.message.at).total_seconds())
        if state != "sent":
            _log.warning("send_settled", chat=send.chat, message=send.message.id, state=state, error=error)
        await self._feed.delivery(send.chat, send.message.id, state, error)

    async def _mark(
        self, send: Send, state: SendState, attempts: int, *, wait: float = 0.0, error: str = "", external_id: str = ""
    ) -> None:
        due = self._clock.now() + timedelta(seconds=wait)
        update = SendUpdate(
            number=send.number,
            state=state,
            attempts=attempts,
            due=due,
            external_id=external_id,
            error=error,
            fence=_NONE if (fence := self._fence(send.chat)) is None else fence,
        )
        what = f"send {send.number} as {state}"
        if not await until_stored(self._clock, lambda: self._store.update_send(update), what=what):
            _log.info("send_left_to_others", chat=send.chat, number=send.number, state=state)
            raise _OthersError

    async def drain(self, seconds: float) -> None:
        await self.lanes.drain(seconds)
        await self._pacer.close()


class _Lost:
    """A customer who can't be reached: what waits for them, and what is new, fails untried.

    What failed before and comes again does so because somebody wants it tried.
    """

    def __init__(self) -> None:
        self._waiting: set[int] = set()
        self._newest = 0

    def fail(self, tried: int, waiting: Iterable[int]) -> None:
        """``waiting``: in hand for this chat, with the one that was tried."""
        self._waiting |= {tried, *waiting}
        self._newest = max(self._newest, *self._waiting)
        self._waiting.discard(tried)

    def drops(self, number: int) -> bool:
        dropped = number in self._waiting or number > self._newest
        self._waiting.discard(number)
        self._newest = max(self._newest, number)
        return dropped


def no_point(_: str) -> None:
    """Stands where crash tests stop the process."""
