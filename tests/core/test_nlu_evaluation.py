"""What is found out about examples, from what a model says to them: by tables."""

import math

import numpy as np
import pytest

from nlu.doubles import doubles_of
from nlu.evaluation.advice import few, merges, worst
from nlu.evaluation.figures import by_intent, calibration_error, confusions, reliability
from nlu.evaluation.judged import Judged, Limits, Outcome, Tally, tally
from nlu.evaluation.limits import HIGHEST, suggest
from nlu.evaluation.lines import lines_of
from nlu.folds import deal
from nlu.train import held_out, rows_of
from tests.support.judged import judged

LIMITS = Limits(accept=0.75, offer=0.40, margin=0.15, choices=2, idle=frozenset({"greeting"}))


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (judged("bill", "bill", 0.8), "right"),
        (judged("bill", "move", 0.8, "bill", 0.1), "wrong"),
        (judged("bill", "bill", 0.5, "move", 0.45), "asked"),
        (judged("bill", "move", 0.5, "bill", 0.45), "asked"),
        (judged("bill", "move", 0.74, "bill", 0.1), "asked_wrong"),
        (judged("bill", "bill", 0.39), "missed"),
        (judged("bill"), "missed"),
        (judged("other", "bill", 0.39), "right"),
        (judged("other", "bill", 0.5), "asked_wrong"),
        (judged("other", "bill", 0.8), "wrong"),
        # Sure, and too near to the next one: the dialog asks.
        (judged("bill", "bill", 0.80, "move", 0.70), "asked"),
        # A greeting starts nothing, and is not among the choices.
        (judged("other", "greeting", 0.9), "right"),
        (judged("greeting", "greeting", 0.9), "right"),
        (judged("bill", "greeting", 0.9), "missed"),
        (judged("greeting", "bill", 0.9), "wrong"),
        # The third choice is not shown.
        (judged("bill", "a", 0.5, "b", 0.49, "bill", 0.48), "asked_wrong"),
    ],
)
def test_an_outcome_is_what_a_customer_meets(row: Judged, outcome: Outcome) -> None:
    assert row.outcome(LIMITS) == outcome


def test_shares_of_a_hundred_add_up_to_a_hundred() -> None:
    assert Tally(right=1, wrong=1, asked=1).of_100 == {
        "right": 34,
        "wrong": 33,
        "asked": 33,
        "asked_wrong": 0,
        "missed": 0,
    }
    assert set(Tally().of_100.values()) == {0}
    assert tally([judged("a", "a", 0.9), judged("a")], LIMITS) == Tally(right=1, missed=1)


def test_figures_of_intents_are_precision_recall_and_their_mean() -> None:
    rows = [
        *[judged("a", "a", 0.9)] * 3,
        judged("a", "b", 0.9),
        *[judged("b", "b", 0.9)] * 2,
        judged("b", "a", 0.1),  # too unsure: nothing was understood
        judged("other", "a", 0.9),
        judged("other", "a", 0.2),
    ]
    a, b, other = by_intent(rows, LIMITS)
    assert (a.name, a.support, a.precision, a.recall, a.f1) == ("a", 4, 0.75, 0.75, 0.75)
    assert (b.name, b.precision, b.recall) == ("b", 2 / 3, 2 / 3)
    assert (other.name, other.precision, other.recall) == ("other", 0.5, 0.5)
    found = [(each.wanted, each.read, each.count) for each in confusions(rows, LIMITS)]
    assert found == [("a", "b", 1), ("b", "other", 1), ("other", "a", 1)]


def test_an_intent_that_is_never_read_has_figures_too() -> None:
    (a,) = by_intent([judged("a", "b", 0.9)], LIMITS)
    assert (a.precision, a.recall, a.f1) == (0, 0, 0)


def test_scores_that_mean_what_they_say_have_no_calibration_error_and_boasting_ones_have_theirs() -> None:
    honest = [judged("a", "a", 0.75)] * 3 + [judged("a", "b", 0.75)]
    boasting = [judged("a", "a", 0.95)] * 1 + [judged("a", "b", 0.95)]
    assert calibration_error(reliability(honest)) == 0
    assert math.isclose(calibration_error(reliability(boasting)), 0.45)
    assert reliability([judged("a", "a", 1.0)])[-1].count == 1
    assert calibration_error(reliability([judged("a")])) == 0


def test_a_swapped_label_is_among_the_worst_examples_with_the_sentence_that_it_is_like() -> None:
    swapped = judged("move", "bill", 0.91, text="where is my invoice", line=41)
    rows = [judged("bill", "bill", 0.9, text="where is the invoice", line=7), swapped, judged("move", "bill", 0.5)]
    found = worst(rows, {"de": LIMITS})
    assert found[0].row is swapped
    assert found[0].sentence == (
        "‘where is my invoice’ (nlu/de.yaml:41) is an example of `move`, but the model reads `bill` at 0.91, like"
        " ‘where is the invoice’ (nlu/de.yaml:7): move it, reword it, or add examples of `move` that are like it"
    )


def test_what_a_customer_would_not_notice_is_no_worst_example() -> None:
    unnoticed = [judged("bill", "move", 0.39), judged("bill"), judged("other", "greeting", 0.99)]
    assert worst(unnoticed, {"de": LIMITS}) == ()


def test_the_like_sentence_is_found_by_vectors_where_there_are_some() -> None:
    rows = [judged("b", "b", 0.9, text="x y"), judged("b", "b", 0.9, text="q"), judged("a", "b", 0.9, text="x y z")]
    vectors = np.array([[1, 0], [0, 1], [0, 1]], np.float32)
    like = worst(rows, {"de": LIMITS}, {"encoder": vectors})[0].like
    assert like is not None
    assert like.text == "q"


@pytest.mark.parametrize(
    ("there", "back", "suggested"), [(5, 5, True), (3, 4, True), (9, 0, False), (1, 9, False), (2, 2, False)]
)
def test_intents_that_can_not_be_told_apart_are_suggested_for_a_merge(there: int, back: int, suggested: bool) -> None:
    rows = [judged("a", "b", 0.6)] * there + [judged("a", "a", 0.6)] * (10 - there)
    rows += [judged("b", "a", 0.6)] * back + [judged("b", "b", 0.6)] * (10 - back)
    assert [(each.one, each.other, each.mixed, each.of) for each in merges(rows)] == (
        [("a", "b", there + back, 20)] if suggested else []
    )


def test_too_few_examples_are_told_by_language_those_without_any_first() -> None:
    rows = [judged("a")] * 10 + [judged("b")] * 3 + [judged("a", language="uk")] * 10
    assert [each.sentence for each in few(rows)] == [
        "`b` has no example in nlu/uk.yaml, and 3 in another language",
        "`b` has 3 examples in nlu/de.yaml: write at least 10, better 20",
    ]


def test_a_limit_keeps_to_its_cost_and_the_next_lower_one_does_not() -> None:
    rows = [judged("a", "a", 0.9)] * 60 + [judged("a", "b", 0.7)] * 10 + [judged("a", "a", 0.7)] * 5
    found = suggest("de", rows, LIMITS, cost=0.05)
    assert (found.accept, found.kept) == (0.71, True)
    # 11 wrong of 76, the next one counted as wrong
    assert suggest("de", rows, LIMITS, cost=0.16).accept == 0.50


def test_no_limit_is_promised_where_none_keeps_to_the_cost() -> None:
    found = suggest("de", [judged("a", "a", 0.99)] * 5, LIMITS, cost=0.05)
    assert (found.accept, found.kept) == (HIGHEST, False), "five right ones do not show that one in twenty is wrong"


def test_it_is_asked_back_from_where_every_second_question_is_worth_it() -> None:
    rows = [judged("a", "a", 0.9)] * 60 + [judged("a", "b", 0.7)] * 4 + [judged("a", "a", 0.6)] * 12
    rows += [judged("other", "a", 0.45)] * 3 + [judged("other", "a", 0.3)] * 9
    assert suggest("de", rows, LIMITS).accept == 0.71
    assert suggest("de", rows, LIMITS).offer == 0.31


ROWS = [
    ("de", "a", "Mein Internet geht nicht"),
    ("de", "a", "mein internet geht nicht!"),
    ("de", "b", "Mein Internet geht nicht so"),
    ("en", "a", "My internet is not working"),
    ("en", "a", "The line is dead"),
]


def test_near_duplicates_and_translations_are_dealt_together_and_other_intents_are_not() -> None:
    vectors = np.array([[1, 0, 0], [0.9, 0.436, 0], [1, 0, 0], [1, 0, 0], [0, 0, 1]], np.float32)
    found = doubles_of(ROWS, {"multilingual": vectors})
    assert found.together == (0, 0, 2, 0, 4)
    assert (found.near, found.translated) == (2, 2)
    assert doubles_of(ROWS).together == (0, 0, 2, 3, 4)


def test_only_each_others_nearest_is_a_translation() -> None:
    rows = [("de", "a", "eins"), ("de", "a", "zwei"), ("en", "a", "two")]
    vectors = np.array([[0.8, 0.6], [1, 0], [1, 0]], np.float32)
    assert doubles_of(rows, {"multilingual": vectors}).together == (0, 1, 1)


def test_examples_that_say_the_same_are_never_on_both_sides_of_a_fold() -> None:
    rows = [("de", "a", f"text {number}") for number in range(40)]
    together = [number // 2 for number in range(40)]
    dealt = deal(rows, together).fold
    assert all(dealt[number] == dealt[number + 1] for number in range(0, 40, 2))
    assert sorted(np.bincount(dealt)) == [8, 8, 8, 8, 8]


def test_a_translation_in_training_does_not_give_the_answer_away() -> None:
    """Words that no two sentences share, and vectors that only translations share: nothing but a leak tells the intents apart."""
    chance = np.random.default_rng(1)
    words = ["".join(chance.choice(list("bcdfghjklmnprstvwz"), 7)) for _ in range(96)]
    texts = {language: words[begin : begin + 48] for language, begin in (("de", 0), ("en", 48))}
    files = {
        language: f"intents:\n  a: [{', '.join(mine[:24])}]\n  b: [{', '.join(mine[24:])}]\n".encode()
        for language, mine in texts.items()
    }
    vectors = chance.normal(size=(48, 256))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    twice = np.concatenate([vectors, vectors]).astype(np.float32)
    said = held_out(files, {"multilingual": twice})["local+multilingual"]
    right = sum(bool(guesses) and guesses[0].name == row[1] for guesses, row in zip(said, rows_of(files), strict=True))
    assert right < 72, f"{right} of 96"


def test_another_seed_deals_anew_and_the_same_one_does_not() -> None:
    rows = [("de", "a", f"text {number}") for number in range(40)]
    assert (deal(rows, seed=1).fold != deal(rows).fold).any()
    assert (deal(rows, seed=1).fold == deal(rows, seed=1).fold).all()


def test_each_example_is_found_in_the_line_where_it_stands() -> None:
    content = b"# a comment\nintents:\n  a:\n    - one\n\n    - 'two   words'\n  b: [three, one]\n"
    assert lines_of({"de": content}) == {
        ("de", "a", "one"): 4,
        ("de", "a", "two words"): 6,
        ("de", "b", "three"): 7,
        ("de", "b", "one"): 7,
    }
