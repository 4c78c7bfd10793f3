"""What intents are called is learnt beside their examples, and nothing asks it."""

import numpy as np
import pytest

from nlu.encoding import Floats
from nlu.names import names_of
from nlu.train import held_out, rows_of, train_rows

EXAMPLES = (
    ("en", "parcel_tracking", "where is it"),
    ("en", "parcel_tracking", "when does it come"),
    ("en", "bankAccount", "change the number"),
    ("en", "bankAccount", "pay from another one"),
    ("en", "other", "good morning"),
    ("en", "other", "how are you"),
)


@pytest.mark.parametrize(
    ("intent", "name"),
    [
        ("card_arrival", "card arrival"),
        ("cardArrival", "card arrival"),
        ("card-arrival.late", "card arrival late"),
        ("EMI", "emi"),
        ("Refund_not_showing_up", "refund not showing up"),
        ("kündigenVertrag", "kündigen vertrag"),
        ("заказСтатус", "заказ статус"),
    ],
)
def test_name_is_read_as_words(intent: str, name: str) -> None:
    assert names_of([("de", intent, "x")]) == (("en", intent, name),)


def test_each_intent_is_called_once_and_other_never() -> None:
    assert [name for _, _, name in names_of(EXAMPLES)] == ["bank account", "parcel tracking"]


@pytest.mark.parametrize(("text", "intent"), [("tracking", "parcel_tracking"), ("account", "bankAccount")])
def test_a_word_of_a_name_points_to_its_intent(text: str, intent: str) -> None:
    assert train_rows(EXAMPLES).classify([text], language="en")[0].name == intent


def test_vectors_of_names_are_learnt_as_those_of_examples_are() -> None:
    examples = np.eye(8, dtype=np.float32)[[0, 1, 2, 3, 4, 5]]
    called = np.eye(8, dtype=np.float32)[[6, 7]]
    asked = {"some": np.eye(8, dtype=np.float32)[7]}
    with_names = train_rows(EXAMPLES * 2, {"some": _twice(examples)}, {"some": called})
    without = train_rows(EXAMPLES * 2, {"some": _twice(examples)})
    assert with_names.classify([], asked)[0].name == "parcel_tracking"
    assert with_names.classify([], asked)[0].score > without.classify([], asked)[0].score


def test_vectors_must_be_as_many_as_names() -> None:
    with pytest.raises(ValueError, match=r"vectors of some: \(3, 4\), wanted a row of numbers for each of 2 texts"):
        train_rows(EXAMPLES, {"some": np.ones((6, 4), np.float32)}, {"some": np.ones((3, 4), np.float32)})


def test_cross_validation_asks_examples_only() -> None:
    files = {"en": b"intents: {parcel_tracking: [where is it, when does it come], bankAccount: [change, pay]}"}
    assert {len(answers) for answers in held_out(files).values()} == {len(rows_of(files))}


def _twice(vectors: Floats) -> Floats:
    return np.concatenate([vectors, vectors])
