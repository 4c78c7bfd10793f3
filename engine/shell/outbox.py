"""Sends what the bot and the operators said: one message in flight a chat, in order, until it is sent or given up."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

import structlog

from conversation.errors import (
    AccountDownError,
    AmbiguousError,
    MigratedError,
    RecipientGoneError,
    RetryLaterError,
    SendError,
    TransientError,
)
from conversation.meter import NO_METER, NO_TRACER, Meter, Tracer
from conversation.ports import Channel, Clock, EngineStore
from conversation.records import Send, SendState, SendUpdate
from engine.shell.feed import Feed
from engine.shell.lanes import Lanes
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
        meter: Meter = NO_METER,
        tracer: Tracer = NO_TRACER,
        in_flight: int = 50,
    ) -> None:
        """``policies``: channel to what happens to an ambiguous send; ``resend`` where none is named.

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
        self.lanes: Lanes[Send] = Lanes(self._deliver, give_up=self._fail, clock=clock)
        self._room = asyncio.Semaphore(in_flight)
        self._shut: dict[str, datetime] = {}
        """Channel to when it takes messages again."""
        self._lost: set[str] = set()

    def add(self, send: Send) -> None:
        """A new one, or one that an earlier process left: if that was being sent, it may have arrived."""
        self.lanes.add(send)

    def numbers(self) -> frozenset[int]:
        """Of the sends that wait or are under way."""
        return self.lanes.numbers()

    def reachable(self, chat: str) -> None:
        """The customer wrote again."""
        self._lost.discard(chat)

    async def _deliver(self, send: Send) -> None:
        """Until it is settled, by this worker or by another to whom the chat went meanwhile."""
        with suppress(_OthersError):
            await self._settle(send)

    async def _settle(self, send: Send) -> None:
        channel = self._channels.get(send.channel)
        if channel is None or send.chat in self._lost:
            reason = "the customer can't be reached" if channel else f"channel {send.channel} is not configured"
            await self._finish(send, "failed", send.attempts, reason)
            return
        if send.state == "sending" and self._policies.get(send.channel) == "flag":
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
            await self._finish(send, "sent", attempts, external_id=external)
        except RetryLaterError as error:
            if error.account_wide:
                self._shut_for(send.channel, error.seconds)
            return error.seconds, attempts - 1
        except AccountDownError as error:
            _log.error("channel_account_down", channel=send.channel, error=str(error))
            self._shut_for(send.channel, _ACCOUNT_DOWN)
            return _ACCOUNT_DOWN, attempts - 1
        except RecipientGoneError as error:
            self._lost.add(send.chat)
            await self._finish(send, "failed", attempts, str(error))
            await self._gone(send.chat, str(error))
        except AmbiguousError as error:
            if self._policies.get(send.channel) == "flag":
                await self._finish(send, "ambiguous", attempts, str(error))
            else:
                return await self._again(send, attempts, error)
        except TransientError as error:
            return await self._again(send, attempts, error)
        except SendError as error:
            await self._finish(send, "failed", attempts, str(error))
        return None

    async def _send(self, channel: Channel, send: Send, attempts: int) -> str:
        """The channel's id of the message. It counts as being sent only from the moment the channel may get it."""
        while True:
            while (wait := self._shut_seconds(send.channel)) > 0:
                await self._clock.sleep(wait)
            async with self._room:
                if self._shut_seconds(send.channel) > 0:
                    continue
                while not await self._sure():
                    await self._clock.sleep(_UNSURE)
                await self._mark(send, "sending", attempts)
                self._at("sending")
                with self._tracer.span("send", chat=send.chat):
                    return await self._call(channel, send)

    async def _call(self, channel: Channel, send: Send) -> str:
        try:
            return await channel.send(send.address, send.message, send.message.id)
        except MigratedError as moved:
            return await channel.send(moved.address, send.message, send.message.id)
        except SendError:
            raise
        except Exception as error:
            if self._policies.get(send.channel) != "flag":
                raise
            _log.exception("send_broke", channel=send.channel, chat=send.chat, message=send.message.id)
            raise AmbiguousError(f"sending broke: {type(error).__name__}, see the log") from error

    def _shut_for(self, channel: str, seconds: float) -> None:
        """What limits the account holds for all its chats: each of them asking again would only prolong it."""
        until = self._clock.now() + timedelta(seconds=seconds)
        self._shut[channel] = max(until, self._shut.get(channel, until))

    def _shut_seconds(self, channel: str) -> float:
        until = self._shut.get(channel)
        return (until - self._clock.now()).total_seconds() if until else 0.0

    async def _again(self, send: Send, attempts: int, error: SendError) -> tuple[float, int] | None:
        if attempts >= MAX_ATTEMPTS:
            await self._finish(send, "failed", attempts, str(error))
            return None
        return _BACK_OFF[min(attempts - 1, len(_BACK_OFF) - 1)], attempts

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
        await self._feed.delivery(send.chat, send.message.id, state)

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


def no_point(_: str) -> None:
    """Stands where crash tests stop the process."""
