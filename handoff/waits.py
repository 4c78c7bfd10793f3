"""How long it takes until it is somebody's turn, from the chats that operators have now and from how long such chats took lately.

Pure. A chat that has lasted long ends sooner than one that has just begun; and of those that go on nobody knows how long they take,
only that they take longer than until now. Both count (the estimate of Kaplan and Meier), else the waits told in a rush are too short:
what has ended by then are the short chats.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from math import log
from typing import Final

_GOLDEN: Final = 0.6180339887498949
"""Multiples of it, modulo 1, are spread evenly however many there are: chance without chance."""
_LITTLE: Final = 1e-9


def foresee(position: int, held: Sequence[float], recent: Sequence[float], places: int) -> float | None:
    """Seconds until the customer at ``position`` (from 1) is served; 0 where a place is free.

    ``held``: how long the chats have lasted that operators have now; ``recent``: how long those took that ended lately; ``places``: how
    many chats operators can have. None while nobody is there, or nothing has ended yet.
    """
    if places < 1 or not recent:
        return None
    free = max(0, places - len(held))
    if position <= free:
        return 0.0
    lasting = _Lasting(held, recent)
    taken = sorted([*held, *[0.0] * free])  # those before this one take what is free
    ends = [lasting.left(age, _spread(number)) for number, age in enumerate(taken)]
    heapify(ends)
    moment = 0.0
    for number in range(position - places + len(held)):
        moment = heappop(ends)
        heappush(ends, moment + lasting.left(0.0, _spread(number)))
    return moment


def _spread(number: int) -> float:
    return (number * _GOLDEN + 0.5) % 1


class _Lasting:
    """The share of chats that last longer than a time, and what follows from it."""

    def __init__(self, held: Sequence[float], recent: Sequence[float]) -> None:
        self._times: list[float] = []
        self._ended: list[float] = []
        """The share that has ended by each of the times, in order."""
        self._mean = (sum(held) + sum(recent)) / len(recent)
        seen = sorted([(time, False) for time in recent] + [(age, True) for age in held])
        going = 1.0
        for number, (time, goes_on) in enumerate(seen):
            if not goes_on:
                going *= 1 - 1 / (len(seen) - number)
                self._times.append(time)
                self._ended.append(1 - going)

    def left(self, age: float, share: float) -> float:
        """Seconds after which ``share`` of the chats of that age have ended."""
        index = bisect_right(self._times, age)
        going = 1 - self._ended[index - 1] if index else 1.0
        if going <= _LITTLE:
            return self._mean / 10  # longer than any that is known: it may end at any moment
        ended = 1 - going * (1 - share)
        found = bisect_left(self._ended, ended)
        if found < len(self._times):
            return max(0.0, self._times[found] - age)
        beyond = log(max(1 - self._ended[-1], _LITTLE) / max(1 - ended, _LITTLE))
        return max(0.0, self._times[-1] - age) + self._mean * max(0.0, beyond)
