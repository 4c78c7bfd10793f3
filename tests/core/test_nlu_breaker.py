"""The circuit breaker of a language layer: moments and events, no clock."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.layers.breaker import FAILURES, REST, WELL, Closed, Event, HalfOpen, Open, State, lets_through, step

EVENTS: Sequence[Event] = ("asked", "answered", "failed", "abandoned")
Story = Sequence[tuple[float, Event]]
stories = st.lists(
    st.tuples(st.floats(min_value=0, max_value=2 * REST, allow_nan=False), st.sampled_from(EVENTS)), max_size=60
)
"""Seconds since the event before, and what happens if it may: nobody asks who is not let through."""


def told(story: Story) -> tuple[State, float]:
    state, now = WELL, 0.0
    for seconds, event in story:
        now += seconds
        if event != "asked" or lets_through(state, now):
            state = step(state, event, now)
    return state, now


def opened(now: float = 0.0) -> State:
    state: State = WELL
    for _ in range(FAILURES):
        state = step(step(state, "asked", now), "failed", now)
    return state


@pytest.mark.parametrize("failures", range(FAILURES))
def test_fewer_failures_than_the_limit_leave_it_closed(failures: int) -> None:
    state: State = WELL
    for _ in range(failures):
        state = step(state, "failed", 0.0)
    assert state == Closed(failures=failures)
    assert lets_through(state, 0.0)


def test_failures_in_a_row_open_it_for_its_rest() -> None:
    assert opened(5.0) == Open(until=5.0 + REST)
    assert not lets_through(opened(5.0), 5.0 + REST - 0.001)
    assert lets_through(opened(5.0), 5.0 + REST)


def test_an_answer_between_failures_forgets_them() -> None:
    state: State = WELL
    for _ in range(3 * FAILURES):
        state = step(step(state, "failed", 0.0), "answered", 0.0)
    assert state == WELL


def test_after_the_rest_one_text_tries_and_the_others_wait_for_it() -> None:
    trying = step(opened(), "asked", REST)
    assert isinstance(trying, HalfOpen)
    assert not lets_through(trying, REST)
    assert not lets_through(trying, 2 * REST - 0.001)


@pytest.mark.parametrize(
    ("event", "then"),
    [("answered", WELL), ("failed", Open(until=2 * REST + 1)), ("abandoned", Open(until=REST + 1))],
)
def test_what_comes_of_the_try_decides(event: Event, then: State) -> None:
    assert step(step(opened(), "asked", REST), event, REST + 1) == then


def test_a_try_that_never_comes_back_does_not_shut_it_for_ever() -> None:
    trying = step(opened(), "asked", REST)
    assert lets_through(trying, 2 * REST)
    assert step(trying, "asked", 2 * REST) == HalfOpen(until=3 * REST)


@pytest.mark.parametrize("event", ["answered", "failed", "abandoned"])
def test_what_was_asked_before_it_opened_changes_nothing(event: Event) -> None:
    assert step(opened(), event, 1.0) == opened()


@given(stories)
def test_whatever_happened_somebody_gets_through_after_a_rest(story: Story) -> None:
    state, now = told(story)
    assert lets_through(state, now + REST)


@given(stories)
def test_whatever_happened_an_answer_to_the_next_text_closes_it(story: Story) -> None:
    state, now = told(story)
    assert step(step(state, "asked", now + REST), "answered", now + REST) == WELL


@given(stories)
def test_a_layer_that_never_answers_is_asked_at_most_once_a_rest_when_it_is_open(story: Story) -> None:
    """And until then no more often than the limit says: what a slow layer can cost."""
    state, now, asked = WELL, 0.0, list[float]()
    for seconds, _ in story:
        now += seconds
        if lets_through(state, now):
            asked.append(now)
            state = step(step(state, "asked", now), "failed", now)
    late = asked[FAILURES - 1 :]
    assert all(after - before >= REST - 1e-6 for before, after in pairwise(late))


@given(stories)
def test_a_half_open_one_lets_nobody_else_through(story: Story) -> None:
    state, now = told(story)
    trying = step(state, "asked", now + REST)
    if isinstance(trying, HalfOpen):
        assert not lets_through(trying, now + REST)
