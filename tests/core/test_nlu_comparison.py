"""Whether a new model is worse than the one that runs: on the same sentences, beyond chance."""

import math

import pytest

from nlu.evaluation.compare import Comparison, at_least, compare
from nlu.evaluation.judged import Judged, Limits
from tests.support.judged import judged

LIMITS = {"de": Limits(), "uk": Limits()}
RIGHT, MISSED, HARM = judged("a", "a", 0.9), judged("a", "a", 0.1), judged("a", "b", 0.9)


def in_ukrainian(row: Judged) -> Judged:
    return Judged(language="uk", wanted=row.wanted, text=row.text, guesses=row.guesses)


def compared(before: list[Judged], after: list[Judged], added: int = 0) -> Comparison:
    return compare("the live version", before, after, (LIMITS, LIMITS), added=added)


@pytest.mark.parametrize(
    ("heads", "coins", "chance"), [(0, 0, 1.0), (0, 5, 1.0), (5, 5, 1 / 32), (8, 10, 56 / 1024), (900, 1000, 0.0)]
)
def test_the_chance_is_that_of_fair_coins(heads: int, coins: int, chance: float) -> None:
    assert math.isclose(at_least(heads, coins), chance, abs_tol=1e-12)


@pytest.mark.parametrize(
    ("lost", "gained", "worse"),
    [(0, 0, False), (4, 0, False), (5, 5, False), (12, 9, False), (7, 0, True), (20, 4, True)],
)
def test_a_model_is_worse_only_beyond_chance(lost: int, gained: int, worse: bool) -> None:
    before = [RIGHT] * 100 + [RIGHT] * lost + [MISSED] * gained
    after = [RIGHT] * 100 + [MISSED] * lost + [RIGHT] * gained
    found = compared(before, after)
    assert bool(found.worse) is worse
    assert [(each.lost, each.gained) for each in found.pairs if each.measure == "right"] == [(lost, gained)]
    assert len(found.lost) == lost


@pytest.mark.parametrize(("gained", "better"), [(0, False), (4, False), (7, True)])
def test_a_model_is_called_better_only_beyond_chance_too(gained: int, better: bool) -> None:
    found = compared([RIGHT] * 90 + [MISSED] * gained, [RIGHT] * (90 + gained))
    assert (bool(found.better), found.worse) == (better, ())


def test_what_was_asked_back_and_is_now_done_wrongly_is_worse() -> None:
    asked_wrong = judged("other", "b", 0.5)
    found = compared([RIGHT] * 50 + [asked_wrong] * 10, [RIGHT] * 50 + [judged("other", "b", 0.9)] * 10)
    assert {each.measure for each in found.worse} == {"right", "harmful"}


def test_one_language_that_is_worse_is_enough() -> None:
    before = [RIGHT] * 80 + [MISSED] * 10 + [in_ukrainian(RIGHT)] * 40
    after = [RIGHT] * 90 + [in_ukrainian(MISSED)] * 10 + [in_ukrainian(RIGHT)] * 30
    assert [(each.language, each.measure) for each in compared(before, after).worse] == [("uk", "right")]


def test_new_examples_that_are_understood_do_not_hide_old_ones_that_are_not_any_more() -> None:
    before = [RIGHT] * 80 + [RIGHT] * 12 + [MISSED] * 200
    after = [RIGHT] * 80 + [MISSED] * 12 + [RIGHT] * 200
    found = compared(before, after, added=200)
    assert [each.added for each in found.worse] == [False]
    assert found.shared == 92


def test_the_interval_of_the_change_is_that_of_pairs() -> None:
    right = compared([RIGHT] * 90 + [MISSED] * 10, [RIGHT] * 86 + [MISSED] * 4 + [RIGHT] * 8 + [MISSED] * 2).pairs[0]
    assert (right.before, right.after, right.gained, right.lost) == (90, 94, 8, 4)
    low, high = right.interval
    assert math.isclose((low + high) / 2, 4)
    assert math.isclose(high - low, 2 * 100 * 1.959964 * math.sqrt(12 - 16 / 100) / 100)


def test_nothing_in_common_is_no_verdict() -> None:
    found = compared([], [])
    assert (found.pairs, found.worse, found.level) == ((), (), 0.05)
