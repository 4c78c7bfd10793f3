"""Shares, intervals and thresholds against tables worked out by hand."""

import pytest

from nlu.measuring.metrics import (
    OUT,
    Answer,
    Share,
    auroc,
    balanced_threshold,
    in_scope,
    lost,
    mean_lost,
    out_of_scope,
)


def answer(wanted: str, given: str, score: float) -> Answer:
    return Answer(wanted=wanted, given=given, score=score)


TABLE = (
    answer("a", "a", 0.9),
    answer("a", "b", 0.8),
    answer("b", "b", 0.6),
    answer("b", "b", 0.3),
    answer(OUT, "a", 0.7),
    answer(OUT, "b", 0.5),
    answer(OUT, "", 0.0),
)


@pytest.mark.parametrize(("threshold", "inside", "outside"), [(0.0, 3, 1), (0.4, 2, 1), (0.6, 2, 2), (0.75, 1, 3)])
def test_shares_at_a_threshold_are_counted_as_by_hand(threshold: float, inside: int, outside: int) -> None:
    assert in_scope(TABLE, threshold) == Share(hits=inside, of=4)
    assert out_of_scope(TABLE, threshold) == Share(hits=outside, of=3)


def test_text_that_gets_no_intent_counts_as_out_of_scope_and_not_as_right() -> None:
    assert out_of_scope([answer(OUT, "", 0.0)], 0.0).hits == 1
    assert in_scope([answer("a", "", 0.0)]).hits == 0


def test_balanced_threshold_is_where_the_smaller_share_is_largest() -> None:
    assert balanced_threshold(TABLE) == 0.6  # 50 % and 67 %; at 0.5 it is 50 % and 33 %, at 0.7 25 % and 67 %


def test_threshold_without_texts_out_of_scope_cannot_be_chosen() -> None:
    with pytest.raises(ValueError, match="out of scope"):
        balanced_threshold(TABLE[:4])


@pytest.mark.parametrize(
    ("inside", "outside", "wanted"),
    [((0.9, 0.8), (0.1, 0.2), 1.0), ((0.1,), (0.9,), 0.0), ((0.5, 0.5), (0.5,), 0.5), ((0.9, 0.3), (0.5, 0.3), 0.625)],
)
def test_auroc_counts_pairs_that_are_in_order(
    inside: tuple[float, ...], outside: tuple[float, ...], wanted: float
) -> None:
    answers = [answer("a", "b", score) for score in inside] + [answer(OUT, "a", score) for score in outside]
    assert auroc(answers) == wanted


def test_auroc_of_one_kind_is_none() -> None:
    assert auroc(TABLE[:4]) is None


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 27.75), (10, 10, 72.25, 100.0), (81, 263, 25.53, 36.62), (19, 20, 76.39, 99.11)],
)
def test_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    """81 of 263 is the textbook case of Newcombe 1998 (Statistics in Medicine 17, 857-872): 0.2553 to 0.3662."""
    assert list(Share(hits=hits, of=of).interval) == pytest.approx([low, high], abs=0.01)


def test_points_lost_are_those_of_pairs() -> None:
    before = [answer("a", "a", 0.9)] * 6 + [answer("a", "b", 0.9)] * 4
    after = [answer("a", "a", 0.9)] * 3 + [answer("a", "b", 0.9)] * 3 + [answer("a", "a", 0.9)] + before[7:]
    found = lost(before, after)
    assert (found.broken, found.fixed, found.points) == (3, 1, 20.0)
    assert found.variance == pytest.approx(1e4 * (4 - 4 / 10) / 100)
    mean, low, high = mean_lost([found, lost(before, before)])
    assert mean == 10.0
    assert high - mean == pytest.approx(mean - low) == pytest.approx(1.959964 * found.variance**0.5 / 2)


def test_answers_of_other_texts_are_not_compared() -> None:
    with pytest.raises(ValueError, match="shorter"):
        lost(TABLE, TABLE[:3])
