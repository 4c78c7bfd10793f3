"""The circuit breaker: a table of moments, no clock."""

from datetime import UTC, datetime, timedelta

import pytest

from actions.breaker import FAILURES, PAUSE, WELL, Breaker

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def opened() -> Breaker:
    """At ``T0``."""
    breaker = WELL
    for _ in range(FAILURES):
        breaker = breaker.failed(T0)
    return breaker


@pytest.mark.parametrize("failures", range(FAILURES))
def test_breaker_stays_closed_below_the_limit(failures: int) -> None:
    breaker = WELL
    for _ in range(failures):
        breaker = breaker.failed(T0)
    assert not breaker.is_open
    assert breaker.lets_pass(T0)
    assert breaker.passed(T0) == breaker, "a call that passes changes nothing"


@pytest.mark.parametrize(("seconds", "passes"), [(0, False), (PAUSE - 0.001, False), (PAUSE, True), (9 * PAUSE, True)])
def test_open_breaker_lets_nobody_pass_before_its_pause_is_over(seconds: float, passes: bool) -> None:
    assert opened().is_open
    assert opened().lets_pass(at(seconds)) is passes


def test_after_the_pause_one_call_passes_and_the_others_wait_for_it() -> None:
    probing = opened().passed(at(PAUSE))
    assert not probing.lets_pass(at(PAUSE))
    assert not probing.lets_pass(at(2 * PAUSE - 0.001))


def test_probe_that_never_comes_back_does_not_shut_it_for_ever() -> None:
    assert opened().passed(at(PAUSE)).lets_pass(at(2 * PAUSE))


def test_probe_that_fails_begins_a_new_pause() -> None:
    again = opened().passed(at(PAUSE)).failed(at(PAUSE + 3))
    assert again.is_open
    assert not again.lets_pass(at(2 * PAUSE + 2.999))
    assert again.lets_pass(at(2 * PAUSE + 3))


def test_success_forgets_all_failures() -> None:
    assert not WELL.is_open
    assert WELL.failures == 0
    assert not WELL.failed(T0).is_open
