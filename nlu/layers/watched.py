"""A layer that may be slow or down: how long it may take, and whether it is asked at all."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar, assert_never

import structlog

from conversation.errors import LotseError
from conversation.meter import NO_METER, Meter
from conversation.understanding import Why
from nlu.layers.breaker import FAILURES, REST, WELL, Closed, Event, HalfOpen, Open, State, lets_through, step

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class PassedOverError(Exception):
    """The layer has no say in this text. ``why``: one of ``conversation.understanding.Why``."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class LayerError(LotseError):
    """A layer answered with what is no answer. The message is for whoever runs it, and holds nothing that a customer said."""


class Watched:
    """``limit``: seconds that an answer may take. One for each layer of the process, whichever versions of the bot ask it."""

    def __init__(self, name: str, limit: float, meter: Meter = NO_METER) -> None:
        self.name = name
        self.limit = limit
        self._meter = meter
        self._state: State = WELL

    @property
    def state(self) -> State:
        return self._state

    async def ask(self, call: Callable[[], Awaitable[T]]) -> T:
        """What ``call`` gives within the limit; it is cancelled then. Raises PassedOverError.

        A layer that is down costs its limit a few times, then nothing. Errors that nobody foresaw count as down, too.
        """
        now = asyncio.get_running_loop().time
        began = now()
        if not lets_through(self._state, began):
            self._meter.layer(self.name, "resting", 0.0)
            raise PassedOverError("resting")
        self._becomes("asked", began)
        try:
            async with asyncio.timeout(self.limit) as limit:
                found = await call()
        except asyncio.CancelledError:
            self._becomes("abandoned", now())
            raise
        except Exception as error:
            why: Why = "slow" if isinstance(error, TimeoutError) and limit.expired() else "down"
            self._meter.layer(self.name, why, now() - began)
            self._becomes("failed", now(), error)
            raise PassedOverError(why) from error
        self._meter.layer(self.name, "answered", now() - began)
        self._becomes("answered", now())
        return found

    def _becomes(self, event: Event, now: float, error: Exception | None = None) -> None:
        before, self._state = self._state, step(self._state, event, now)
        if type(before) is type(self._state):
            return
        self._meter.layer_rests(self.name, rests=not isinstance(self._state, Closed))
        match self._state:
            case Open() if isinstance(before, Closed):
                why = f"no answer within {self.limit:g} s" if isinstance(error, TimeoutError) else error
                follows = f"the next layer answers; it is tried again every {REST:g} s"
                _log.warning("nlu_layer_rests", layer=self.name, failures=FAILURES, error=why, follows=follows)
            case Closed():
                _log.info("nlu_layer_is_back", layer=self.name)
            case Open() | HalfOpen():
                _log.debug("nlu_layer_tried", layer=self.name, state=type(self._state).__name__)
            case _ as never:
                assert_never(never)
