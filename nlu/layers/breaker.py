"""A circuit breaker: a layer that failed or was slow a few times in a row is left alone for a while, then one text may try it.

Pure. Seconds are those of any clock that only goes forward.
"""

from typing import Final, Literal, TypeAlias, assert_never

from conversation.value import Tagged

FAILURES: Final = 3
"""So many in a row, slow answers among them, open it."""
REST: Final = 30.0
"""Seconds until one text may try; so long a text may also take to come back."""

Event: TypeAlias = Literal["asked", "answered", "failed", "abandoned"]
"""``abandoned``: whoever asked does not wait any more, and nobody knows how it would have gone."""


class Closed(Tagged, frozen=True, kw_only=True):
    """Every text goes through. ``failures`` in a row: less than FAILURES."""

    failures: int = 0


class Open(Tagged, frozen=True, kw_only=True):
    """Nobody asks before ``until``."""

    until: float


class HalfOpen(Tagged, frozen=True, kw_only=True):
    """One text tries; the others wait for what comes of it, or until it counts as lost at ``until``."""

    until: float


State: TypeAlias = Closed | Open | HalfOpen
WELL: Final[State] = Closed()
"""At the beginning, and after every answer."""


def lets_through(state: State, now: float) -> bool:
    return isinstance(state, Closed) or now >= state.until


def step(state: State, event: Event, now: float) -> State:
    """``asked`` is only for who was let through. What an open one hears from before it opened changes nothing."""
    match state:
        case Closed():
            return _closed(state, event, now)
        case Open():
            return HalfOpen(until=now + REST) if event == "asked" else state
        case HalfOpen():
            return _half_open(event, now)
    assert_never(state)


def _closed(state: Closed, event: Event, now: float) -> State:
    match event:
        case "answered":
            return WELL
        case "failed":
            failures = state.failures + 1
            return Open(until=now + REST) if failures >= FAILURES else Closed(failures=failures)
        case "asked" | "abandoned":
            return state
    assert_never(event)


def _half_open(event: Event, now: float) -> State:
    match event:
        case "answered":
            return WELL
        case "failed":
            return Open(until=now + REST)
        case "asked":  # the one before is lost
            return HalfOpen(until=now + REST)
        case "abandoned":
            return Open(until=now)
    assert_never(event)
