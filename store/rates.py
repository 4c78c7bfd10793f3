"""Token buckets in one process: ``conversation.ports.Rates`` where there is nobody to share them with."""

from collections import OrderedDict

from conversation.ports import Clock

KEYS = 50_000
"""The oldest are forgotten beyond these: their buckets are as good as full."""
_GRAIN = 1e-6
"""Seconds below which two times are one: floating point is not finer."""


class MemoryRates:
    """A bucket is one number: when it will be full of room again (GCRA)."""

    def __init__(self, clock: Clock, *, keys: int = KEYS) -> None:
        self._clock = clock
        self._keys = keys
        self._full: OrderedDict[str, float] = OrderedDict()

    async def take(self, key: str, *, rate: float, burst: float, queue: float = 0.0) -> float | None:
        return self.take_now(key, rate=rate, burst=burst, queue=queue)

    def take_now(self, key: str, *, rate: float, burst: float, queue: float = 0.0) -> float | None:
        """As ``take``."""
        now = self._clock.now().timestamp()
        # A clock that was set back would keep a bucket shut for as long.
        full = min(max(self._full.pop(key, now), now), now + (burst + queue) / rate)
        early = full + 1.0 / rate - now - burst / rate
        allowed = early <= queue / rate + _GRAIN
        self._full[key] = full + 1.0 / rate if allowed else full
        if len(self._full) > self._keys:
            self._full.popitem(last=False)
        if not allowed:
            return None
        return early if early > _GRAIN else 0.0
