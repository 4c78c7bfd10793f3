"""How long it takes until it is somebody's turn: easy cases by hand, and random days with what then came."""

import heapq
import random
from collections import deque
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.waits import foresee

TIMES = [200.0, 250.0, 300.0, 350.0, 400.0]


def test_who_has_a_free_place_waits_for_nothing() -> None:
    assert foresee(1, [10.0, 20.0], TIMES, 3) == 0.0
    assert foresee(2, [10.0, 20.0], TIMES, 3) != 0.0


def test_without_operators_or_any_experience_nothing_is_foreseen() -> None:
    assert foresee(1, [], TIMES, 0) is None
    assert foresee(1, [10.0], [], 1) is None


def test_chats_that_always_take_the_same_end_one_after_the_other() -> None:
    """Three places, in use since 50, 30 and 10 of 60 seconds."""
    same, held = [60.0] * 20, [50.0, 30.0, 10.0]

    assert [foresee(position, held, same, 3) for position in range(1, 6)] == [10.0, 30.0, 50.0, 70.0, 90.0]


def test_more_chats_than_places_have_to_end_first() -> None:
    """Somebody took one more by hand."""
    assert foresee(1, [50.0, 30.0, 10.0], [60.0] * 20, 2) == 30.0


def test_chats_that_have_just_begun_make_it_longer_than_old_ones() -> None:
    young, old = foresee(5, [5.0] * 10, TIMES, 10), foresee(5, [195.0] * 10, TIMES, 10)

    assert young is not None
    assert old is not None
    assert young > old + 150


def test_long_chats_that_go_on_make_what_is_foreseen_longer() -> None:
    """Only short ones have ended so far: they are not what is usual."""
    known, unknown = foresee(3, [30.0] * 4, [40.0] * 4, 4), foresee(3, [30.0, 300.0, 300.0, 300.0], [40.0] * 4, 4)

    assert known is not None
    assert unknown is not None
    assert unknown > known


ages = st.lists(st.floats(0, 5000, allow_nan=False), max_size=30)


@given(
    held=ages, recent=st.lists(st.floats(1, 5000, allow_nan=False), min_size=1, max_size=30), places=st.integers(1, 40)
)
def test_whoever_stands_farther_back_never_waits_for_less(held: list[float], recent: list[float], places: int) -> None:
    waits = [foresee(position, held, recent, places) or 0.0 for position in range(1, 12)]

    assert waits == sorted(waits)
    assert all(0.0 <= wait < 1e7 for wait in waits)


@pytest.mark.parametrize(
    ("draw", "least"),
    [
        (lambda chance: chance.uniform(200, 400), 0.9),
        (lambda chance: chance.lognormvariate(5.6, 0.5), 0.7),
        (lambda chance: chance.expovariate(1 / 300), 0.45),
    ],
    ids=["much the same", "some long ones", "anything"],
)
def test_waits_told_in_a_rush_come_true(draw: Callable[[random.Random], float], least: float) -> None:
    """Within a quarter, for this share of those who wait longer than half a minute. Where chats take anything, nobody can know."""
    told = [pair for seed in range(4) for pair in rush(random.Random(seed), draw)]
    long = [(wait, came) for wait, came in told if came > 30]

    assert len(long) > 200
    assert sum(abs(wait - came) <= came / 4 for wait, came in long) / len(long) >= least


def rush(chance: random.Random, draw: Callable[[random.Random], float], places: int = 80) -> list[tuple[float, float]]:
    """What each was told who had to wait, and how long it was. Four a minute come, after ten minutes twenty-four."""
    ends: list[tuple[float, float]] = []
    """When a chat ends, and when it began."""
    queue: deque[tuple[float, float]] = deque()
    recent: deque[float] = deque(maxlen=100)
    told: list[tuple[float, float]] = []
    comes = chance.expovariate(4 / 60)
    while comes < 1200 or queue:
        if comes < 1200 and (not ends or comes <= ends[0][0]):
            if len(ends) < places:
                heapq.heappush(ends, (comes + draw(chance), comes))
            else:
                held = [comes - began for _, began in ends]
                queue.append((comes, foresee(len(queue) + 1, held, list(recent) or TIMES, places) or 0.0))
            comes += chance.expovariate((24 if comes >= 600 else 4) / 60)
            continue
        now, began = heapq.heappop(ends)
        recent.append(now - began)
        if queue:
            asked, wait = queue.popleft()
            told.append((wait, now - asked))
            heapq.heappush(ends, (now + draw(chance), now))
    return told
