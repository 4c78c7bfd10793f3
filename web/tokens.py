"""Signed tokens for visitors of the web chat, and keyed limits against floods."""

import hashlib
import hmac
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from conversation.ports import Clock

LIFETIME: Final = timedelta(days=180)
_MARK: Final = "w1"


class Tokens:
    """``w1.<address>.<expiry>.<HMAC-SHA256>``: who holds it is that visitor."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def make(self, address: str) -> str:
        expiry = int((self._clock.now() + LIFETIME).timestamp())
        body = f"{_MARK}.{address}.{expiry}"
        return f"{body}.{self._sign(body)}"

    def read(self, token: str) -> str:
        """The visitor's address, or empty for a token that is forged or expired."""
        body, _, signature = token.rpartition(".")
        parts = body.split(".")
        if len(parts) != 3 or not token.isascii() or not hmac.compare_digest(signature, self._sign(body)):
            return ""
        mark, address, expiry = parts
        if mark != _MARK or not expiry.isdigit() or int(expiry) < self._clock.now().timestamp():
            return ""
        return address

    def _sign(self, body: str) -> str:
        return hmac.new(self._secret, body.encode(), hashlib.sha256).hexdigest()


class Limiter:
    """Token buckets by key, of this process: ``burst`` at once, then ``rate`` a second. Keys not used for long are forgotten."""

    def __init__(self, clock: Clock, *, rate: float, burst: float, keys: int = 50_000) -> None:
        self._clock = clock
        self._rate = rate
        self._burst = burst
        self._keys = keys
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def take(self, key: str) -> bool:
        """False if the key has used up what it may."""
        now = self._clock.now()
        level, at = self._buckets.pop(key, (self._burst, now))
        level = min(self._burst, level + max(0.0, (now - at).total_seconds()) * self._rate)
        allowed = level >= 1.0
        self._buckets[key] = (level - allowed, now)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        return allowed
