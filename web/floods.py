"""Visitors who send faster than anybody types: how much of it is taken, whether they were told, and when they may come back."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from conversation.ports import Clock
from web.tokens import Limiter

RATE: Final = 5.0
"""Frames a second of one visitor, after a burst of BURST."""
BURST: Final = 30.0
OVER: Final = timedelta(seconds=BURST / RATE)
"""A flood is over when nothing was refused for so long: who floods again is told again."""
BREATH: Final = 2.0
"""Seconds that a visitor whose flood is not over waits for the welcome; meanwhile nothing is read, neither of theirs nor in the store."""
COME_RATE: Final = 1.0
"""Sockets a second of one visitor, after COME_BURST: a greeting costs more than a message."""
COME_BURST: Final = 30.0
KEYS: Final = 50_000


class Floods:
    """By visitor, or by operator. Who is forgotten for the sake of others begins anew."""

    def __init__(
        self,
        clock: Clock,
        *,
        rate: float = RATE,
        burst: float = BURST,
        come_rate: float = COME_RATE,
        come_burst: float = COME_BURST,
    ) -> None:
        self._clock = clock
        self._frames = Limiter(clock, rate=rate, burst=burst, keys=KEYS)
        self._comings = Limiter(clock, rate=come_rate, burst=come_burst, keys=KEYS)
        self._over = timedelta(seconds=burst / rate)
        self._refused: OrderedDict[str, datetime] = OrderedDict()

    def take(self, visitor: str) -> bool:
        """False for a frame that is too much."""
        return self._frames.take(visitor)

    def come(self, visitor: str) -> bool:
        """False for a socket that is too much."""
        return self._comings.take(visitor)

    def lasts(self, visitor: str) -> bool:
        refused = self._refused.get(visitor)
        return refused is not None and self._clock.now() - refused < self._over

    def refuse(self, visitor: str) -> bool:
        """Note that a frame was refused; True for the first one of a flood, which is to be told."""
        first = not self.lasts(visitor)
        self._refused[visitor] = self._clock.now()
        self._refused.move_to_end(visitor)
        if len(self._refused) > KEYS:
            self._refused.popitem(last=False)
        return first
