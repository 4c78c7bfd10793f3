"""A circuit breaker: whoever failed several times in a row is left alone for a while, then asked by one call.

A customer who waits for a back-end that is down gets the step's `failed` at once, and the back-end gets the peace to come up again.
"""

from datetime import datetime, timedelta
from typing import Final

from conversation.value import Value

FAILURES: Final = 5
"""So many in a row open it."""
PAUSE: Final = 15.0
"""Seconds until one call may try."""


class Breaker(Value, frozen=True, kw_only=True):
    """``failures`` in a row. ``shut_until``: no call before then; None: calls go through."""

    failures: int = 0
    shut_until: datetime | None = None

    def lets_pass(self, now: datetime) -> bool:
        return self.shut_until is None or now >= self.shut_until

    def passed(self, now: datetime) -> "Breaker":
        """A call goes through. After a pause it is a probe: others wait until it is back, or lost for as long as a pause is."""
        if self.shut_until is None:
            return self
        return Breaker(failures=self.failures, shut_until=now + timedelta(seconds=PAUSE))

    def failed(self, now: datetime) -> "Breaker":
        failures = self.failures + 1
        shut = now + timedelta(seconds=PAUSE) if failures >= FAILURES else None
        return Breaker(failures=failures, shut_until=shut)

    @property
    def is_open(self) -> bool:
        return self.shut_until is not None


WELL: Final = Breaker()
"""After a call that succeeded, and at the beginning."""
