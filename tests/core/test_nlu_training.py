"""What must hold for every trained model, whatever the examples: heads, calibrated scores, files, order."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from conversation.errors import ContentError
from nlu.cache import cache_path, load_model, save_model
from nlu.encoding import Floats, unit_rows
from nlu.model import LOCAL, Model
from nlu.train import held_out, rows_of, train, train_rows

THINGS = {
    "order": ["order", "parcel", "package", "delivery"],
    "money": ["invoice", "bill", "payment", "charge"],
    "person": ["human", "person", "agent", "operator"],
    "line": ["internet", "router", "wifi", "connection"],
    "move": ["address", "flat", "moving", "house"],
}
FRAMES = ["where is my {}", "i have a question about the {}", "problem with {}", "{} please", "tell me about {} now"]
ROWS = tuple(
    ("en", intent, frame.format(word)) for intent, words in THINGS.items() for word in words for frame in FRAMES
)
FILES = {"en": b"intents: {a: [one two, one three, one six], b: [four five, four seven, four eight], other: [ten, no]}"}


def pointing(rows: tuple[tuple[str, str, str], ...], noise: float = 0.3, seed: int = 1) -> Floats:
    """Vectors that tell the intent of each row, but for some noise."""
    chance = np.random.default_rng(seed)
    labels = sorted({intent for _, intent, _ in rows})
    vectors = noise * chance.standard_normal((len(rows), 16)).astype(np.float32)
    vectors[np.arange(len(rows)), [labels.index(intent) for _, intent, _ in rows]] += 1
    return unit_rows(vectors)


def words(text: str) -> list[str]:
    return text.split()


def scores(model: Model, text: str, vectors: Mapping[str, Any] | None = None) -> dict[str, float]:
    return {intent.name: intent.score for intent in model.classify(words(text), vectors or {}, "en")}


@pytest.fixture(scope="module")
def model() -> Model:
    return train_rows(ROWS, {"good": pointing(ROWS), "other_good": pointing(ROWS, seed=2)})


def test_every_set_of_encoders_has_a_head_and_the_best_that_is_there_answers(model: Model) -> None:
    assert list(model.heads) == ["local", "local+good", "local+other_good", "local+good+other_good"]
    assert model.head_for(()) == LOCAL
    assert model.head_for({"good", "unheard_of"}) == "local+good"
    assert model.head_for(["other_good", "good"]) == "local+good+other_good"


def test_vector_of_an_encoder_decides_where_words_say_nothing(model: Model) -> None:
    vectors = pointing(ROWS)
    for label in THINGS:
        row = next(number for number, each in enumerate(ROWS) if each[1] == label)
        assert next(iter(scores(model, "where is my thing", {"good": vectors[row]}))) == label


def test_vector_of_zeros_counts_as_none(model: Model) -> None:
    assert scores(model, "where is my parcel", {"good": np.zeros(16, np.float32)}) == scores(
        model, "where is my parcel"
    )


def test_encoder_that_knows_nothing_does_no_harm() -> None:
    noise = unit_rows(np.random.default_rng(3).standard_normal((len(ROWS), 16)).astype(np.float32))
    trained = train_rows(ROWS, {"good": pointing(ROWS, noise=0.5), "noise": noise})
    accuracy = {name: head.reports[0].accuracy for name, head in trained.heads.items()}
    assert accuracy["local+good+noise"] >= accuracy["local+good"] - 0.03
    assert accuracy["local+noise"] >= accuracy[LOCAL] - 0.03


def test_head_is_measured_on_the_languages_that_its_encoder_suits() -> None:
    german = tuple(("de", intent, f"{text} bitte") for _, intent, text in ROWS)
    vectors = np.concatenate([pointing(ROWS), np.zeros((len(german), 16), np.float32)])
    trained = train_rows(ROWS + german, {"english": vectors})
    assert [report.language for report in trained.heads[LOCAL].reports] == ["de", "en"]
    assert [report.language for report in trained.heads["local+english"].reports] == ["en"]
    assert set(trained.heads[LOCAL].mixes) == {"", "de", "en"}


def test_encoder_without_a_vector_gets_no_head() -> None:
    trained = train_rows(ROWS, {"silent": np.zeros((len(ROWS), 16), np.float32)})
    assert list(trained.heads) == [LOCAL]
    assert trained.head_for({"silent"}) == LOCAL


@pytest.mark.parametrize(
    "vectors",
    [np.ones((3, 16), np.float32), np.ones(len(ROWS), np.float32), np.full((len(ROWS), 4), np.nan, np.float32)],
    ids=["rows", "flat", "nan"],
)
def test_vectors_of_another_shape_or_without_numbers_are_refused(vectors: Floats) -> None:
    with pytest.raises(ValueError, match="vectors of strange: "):
        train_rows(ROWS, {"strange": vectors})


def test_intent_with_one_example_is_named() -> None:
    with pytest.raises(ContentError, match="too few examples for lonely; write at least two"):
        train_rows((*ROWS, ("en", "lonely", "once only")))


def test_intent_that_one_language_alone_has_is_learnt() -> None:
    german = tuple(("de", "holiday", f"urlaub {number} tage") for number in range(4))
    trained = train_rows(ROWS + german)
    assert next(iter(scores(trained, "urlaub 2 tage"))) == "holiday"


def test_order_of_the_examples_changes_nothing() -> None:
    vectors = pointing(ROWS)
    shuffled = list(range(len(ROWS)))
    random.Random(5).shuffle(shuffled)
    first = train_rows(ROWS, {"good": vectors})
    second = train_rows(tuple(ROWS[number] for number in shuffled), {"good": vectors[shuffled]})
    assert first.meta.labels == second.meta.labels
    assert first.meta.features == second.meta.features
    for number, (_, _, text) in enumerate(ROWS):
        for given_ in ({}, {"good": vectors[number]}):
            one, other = scores(first, text, given_), scores(second, text, given_)
            assert one.keys() == other.keys()
            assert all(abs(one[name] - other[name]) < 0.003 for name in one)


def test_kept_and_loaded_a_model_says_the_same(model: Model, tmp_path: Path) -> None:
    save_model(tmp_path / "nlu-x.npz", model)
    loaded = load_model(tmp_path / "nlu-x.npz")
    assert loaded is not None
    vectors = pointing(ROWS)
    for number, (_, _, text) in enumerate(ROWS):
        given_ = {"good": vectors[number]}
        assert loaded.classify(words(text), given_, "en") == model.classify(words(text), given_, "en")
    assert loaded.heads == model.heads


def test_each_language_is_reported_by_the_head_that_answers_it() -> None:
    german = tuple(
        ("de", intent, f"frage zu {word} {number}") for intent in THINGS for number, word in enumerate(("a", "b", "c"))
    )
    english_only = np.concatenate([pointing(ROWS), np.zeros((len(german), 16), np.float32)])
    found = train_rows((*ROWS, *german), {"english": english_only, "all": pointing((*ROWS, *german), seed=3)})
    answering = {
        report.language: report for head in found.meta.heads for report in head.reports if head.name == "local+all"
    }
    best = next(head for head in found.meta.heads if head.name == "local+all+english")
    assert [report.language for report in best.reports] == ["en"]
    assert {report.language: report for report in found.reports} == {"de": answering["de"], "en": best.reports[0]}


def broken(model: Model) -> dict[str, dict[str, Any]]:
    arrays = dict(model.arrays())
    return {
        "missing": {name: array for name, array in arrays.items() if name != "weights"},
        "no encoder": {name: array for name, array in arrays.items() if name != "mean.1"},
        "type": {**arrays, "weights": arrays["weights"].astype(np.float64)},
        "labels": {**arrays, "weights": arrays["weights"][:, :-1]},
        "features": {**arrays, "idf": arrays["idf"][:-1]},
        "table": {
            **arrays,
            "mean.0": arrays["mean.0"][:-1],
            "weights.0": arrays["weights.0"][:-1],
            "examples.0": arrays["examples.0"][:, :-1],
        },
        "width": {**arrays, "weights.0": arrays["weights.0"][:-1]},
        "flat": {**arrays, "examples.0": arrays["examples.0"][0]},
        "beyond": {**arrays, "starts": arrays["starts"] + 1},
        "backwards": {**arrays, "starts": arrays["starts"][::-1].copy()},
        "row": {**arrays, "rows": arrays["rows"] - 1},
    }


@pytest.mark.parametrize(
    "fault",
    ["missing", "no encoder", "type", "labels", "features", "table", "width", "flat", "beyond", "backwards", "row"],
)
def test_file_whose_numbers_do_not_fit_is_told_of_and_not_used(model: Model, tmp_path: Path, fault: str) -> None:
    class Broken(Model):
        def arrays(self) -> Mapping[str, Any]:
            return broken(model)[fault]

    save_model(tmp_path / "nlu-x.npz", Broken(model.meta, model.arrays()))
    with structlog.testing.capture_logs() as logs:
        assert load_model(tmp_path / "nlu-x.npz") is None
    assert [line["event"] for line in logs] == ["nlu_cache_unusable"]


def test_file_cut_anywhere_is_told_of_and_not_used(model: Model, tmp_path: Path) -> None:
    save_model(tmp_path / "nlu-x.npz", model)
    whole = (tmp_path / "nlu-x.npz").read_bytes()
    for part in range(1, 8):
        (tmp_path / "nlu-y.npz").write_bytes(whole[: len(whole) * part // 8])
        assert load_model(tmp_path / "nlu-y.npz") is None


def test_other_encoders_are_another_file(tmp_path: Path) -> None:
    paths = [cache_path(tmp_path, FILES, encoders) for encoders in ((), ("a",), ("b",), ("a", "b"))]
    assert len(set(paths)) == 4
    assert cache_path(tmp_path, FILES, ("b", "a")) == paths[3]


def test_held_out_answers_stand_in_the_order_of_the_rows_and_do_not_know_the_row() -> None:
    rows = rows_of(FILES)
    assert [intent for _, intent, _ in rows] == ["a"] * 3 + ["b"] * 3 + ["other"] * 2
    answers = held_out(FILES)[LOCAL]
    assert len(answers) == len(rows)
    assert [answer[0].name for answer in answers[:6]] == ["a"] * 3 + ["b"] * 3
    alone = {"en": b"intents: {a: [one two, one three, zzz], b: [four five, four seven, four eight]}"}
    stranger, known = held_out(alone)[LOCAL][2][0].score, train(alone).classify(["zzz"])[0].score
    assert stranger < known


def test_held_out_row_without_a_vector_is_answered_by_the_head_without_it() -> None:
    intents = {intent: [text for _, each, text in ROWS if each == intent] for intent in THINGS}
    files = {"en": b"intents:\n" + b"".join(f"  {name}: {texts}\n".encode() for name, texts in intents.items())}
    rows = rows_of(files)
    vectors = pointing(rows)
    vectors[7] = 0
    answers = held_out(files, {"good": vectors})
    assert answers["local+good"][7] == answers[LOCAL][7]
    assert answers["local+good"] != answers[LOCAL]


def test_stranger_to_a_bot_without_other_scores_lower_than_its_own_customers(model: Model) -> None:
    own = [next(iter(scores(model, text).values())) for _, _, text in ROWS]
    strange = ["will it rain tomorrow", "sing a song", "how tall is the tower", "best pizza in town"]
    assert max(next(iter(scores(model, text).values()), 0.0) for text in strange) < np.median(own)


@settings(max_examples=60, deadline=None)
@given(
    text=st.lists(st.sampled_from([*" ".join(text for _, _, text in ROWS).split(), "qq", "ж", "€"]), max_size=12),
    seed=st.none() | st.integers(0, 50),
)
def test_scores_of_any_text_are_ordered_and_sum_to_one_at_most(model: Model, text: list[str], seed: int | None) -> None:
    vectors = {} if seed is None else {"good": pointing(ROWS, noise=2.0, seed=seed)[seed]}
    found = [intent.score for intent in model.classify(text, vectors, "en")]
    assert found == sorted(found, reverse=True)
    assert all(0 < score <= 1 for score in found)
    assert sum(found) <= 1.001
