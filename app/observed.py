"""Adapters that are watched at work: how long they take, and what came of it."""

from collections.abc import Callable, Mapping
from time import perf_counter

from conversation.meter import Meter, Tracer
from conversation.ports import Actions, Nlu
from conversation.records import ActionCall
from conversation.understanding import Understanding
from conversation.value import Data


class ObservedNlu:
    """A ``conversation.ports.Nlu``. ``sure``: the score from which on the bot acts on an intent, in a conversation in that language."""

    def __init__(self, inner: Nlu, *, sure: Callable[[str], float], meter: Meter, tracer: Tracer) -> None:
        self._inner = inner
        self._sure = sure
        self._meter = meter
        self._tracer = tracer

    async def understand(self, text: str, language: str) -> Understanding:
        began = perf_counter()
        with self._tracer.span("understand"):
            found = await self._inner.understand(text, language)
        sure = self._sure(language)
        self._meter.understood(perf_counter() - began, known=any(intent.score >= sure for intent in found.intents))
        return found


class ObservedActions:
    """A ``conversation.ports.Actions``."""

    def __init__(self, inner: Actions, *, tracer: Tracer) -> None:
        self._inner = inner
        self._tracer = tracer

    async def run(self, call: ActionCall) -> Mapping[str, Data]:
        with self._tracer.span("action", chat=call.chat):
            return await self._inner.run(call)
