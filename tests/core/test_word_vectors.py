"""Vectors of single words: near where the meaning is near, in four languages and between them; what makes the table is repeatable."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.encoding import Floats, unit_rows
from nlu.word_vectors import DATA, ENDING, MAX_WORDS, WordVectors, key_of, rows_of, vectors_of_the_package

TABLE = vectors_of_the_package()
BENCH = Path(__file__).parents[2] / "bench" / "language"


def alike(one: str, other: str) -> float:
    return float(TABLE.mean(one.split()) @ TABLE.mean(other.split()))


def table_of(words: list[str], weights: list[float]) -> WordVectors:
    """Each word has a direction of its own, as long as it weighs."""
    order = sorted(range(len(words)), key=lambda row: key_of(words[row]))
    centroids = np.zeros((1, 256, len(words)), np.float32)
    centroids[0, : len(words)] = np.diag(weights)
    return WordVectors(
        np.array([key_of(words[row]) for row in order], np.uint64),
        np.array([[row] for row in order], np.uint8),
        centroids,
    )


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    """The modules beside bench/language/train-word-vectors."""
    monkeypatch.syspath_prepend(str(BENCH))
    found = {}
    for name in ("corpus", "squeeze", "word_lists"):
        spec = importlib.util.spec_from_file_location(name, BENCH / f"{name}.py")
        assert spec
        assert spec.loader
        found[name] = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, found[name])
        spec.loader.exec_module(found[name])
    return found


@pytest.mark.parametrize(
    ("word", "near", "far"),
    [
        ("stornieren", "abbestellen", "wetter"),
        ("rückerstattung", "geld", "wetter"),
        ("retoure", "rücksendung", "wetter"),
        ("versand", "lieferung", "wetter"),
        ("refund", "money", "weather"),
        ("parcel", "package", "weather"),
        ("посылку", "пакет", "погода"),
        ("отслеживании", "отследить", "погода"),
        ("возврат", "деньги", "погода"),
        ("замовлення", "покупка", "погода"),
        ("посилку", "доставка", "погода"),
        ("скасувати", "відмовитися", "погода"),
        ("stornieren", "cancel", "weather"),
        ("versand", "shipping", "weather"),
        ("посылка", "parcel", "weather"),
        ("замовлення", "order", "weather"),
        ("гроші", "geld", "wetter"),
        ("пароль", "passwort", "wetter"),
        ("рахунок", "invoice", "weather"),
    ],
)
def test_neighbours_are_nearer_than_strangers(word: str, near: str, far: str) -> None:
    assert alike(word, near) > alike(word, far) + 0.1


@pytest.mark.parametrize("word", ["zzyzx", "щщъщ", "ґґґґ", "", "😀", "\ud800", "x" * 10_000, "щ" * 10_000])
def test_unknown_words_are_zeros_and_change_nothing(word: str) -> None:
    assert not TABLE.mean([word]).any()
    assert TABLE.mean([word, "parcel"]) == pytest.approx(TABLE.mean(["parcel"]))


def test_no_words_are_zeros() -> None:
    assert TABLE.mean([]).tolist() == [0.0] * TABLE.dims


@given(st.lists(st.text(max_size=12), max_size=80))
def test_mean_is_of_length_one_or_zero_whatever_is_written(words: list[str]) -> None:
    mean = TABLE.mean(words)
    assert mean.shape == (TABLE.dims,)
    assert mean.dtype == np.float32
    assert float(np.linalg.norm(mean)) == pytest.approx(1 if mean.any() else 0, abs=1e-4)


def test_common_word_counts_less_and_long_texts_end() -> None:
    table = table_of(["the", "parcel", "late"], [0.005, 1, 1])
    the, parcel, late = table.mean(["the", "parcel"])
    assert parcel > 100 * the > 0
    assert late == 0
    assert table.mean(["parcel"] * MAX_WORDS + ["late"])[2] == 0


@pytest.mark.parametrize(
    ("known", "word", "found"),
    [
        ("parcel", "parcels", ["parcel"]),
        ("заказ заказа", "заказами", ["заказа"]),
        ("заказ", "замовлення", ["заказ"]),
        ("до сих пор", "досі", ["до", "сих", "пор"]),
        ("счет", "счёт", ["счет"]),
        ("stornieren niere", "storniere", ["stornieren"]),
        ("paket dienst", "paketdienst", ["paket", "dienst"]),
        ("code bestätigung", "bestätigungscode", ["bestätigung", "code"]),
        ("anschrift", "lieferanschrift", ["anschrift"]),
        ("n't", "n’t", ["n't"]),
        ("eis", "reis", []),
        ("parcel", "parcelings"[: 6 + ENDING + 1], []),
    ],
)
def test_word_that_is_not_kept_is_read_by_its_parts(known: str, word: str, found: list[str]) -> None:
    words = known.split()
    assert [words[row] for row in rows_of(word, dict(zip(words, range(len(words)), strict=True)).get)] == found


def test_table_is_sound_and_says_whose_words_it_has() -> None:
    with np.load(DATA) as table:
        keys, codes, centroids = (table[name] for name in ("keys", "codes", "centroids"))
    assert (keys.dtype, codes.dtype) == (np.uint64, np.uint8)
    assert bool((keys[1:] > keys[:-1]).all())
    assert len(keys) == len(codes)
    assert centroids.shape == (codes.shape[1], 256, TABLE.dims // codes.shape[1])
    assert DATA.stat().st_size < 6_500_000
    licences = DATA.with_name("words.LICENSES.txt").read_text("utf-8")
    assert all(source in licences for source in ("Universal Sentence Encoder", "Explosion", "Lebedev", "Tyler Barrus"))


def some(rows: int, width: int) -> Floats:
    return unit_rows(np.random.default_rng(1).standard_normal((rows, width)).astype(np.float32))


def test_packing_is_repeatable_and_near(bench: dict[str, ModuleType]) -> None:
    squeeze = bench["squeeze"]
    vectors = some(2_000, 8)
    turned = vectors @ squeeze.directions(vectors, np.ones(2_000, np.float32), 8, 4)
    means = squeeze.centroids(turned, 4, np.ones(2_000))
    packed = squeeze.codes(turned, means)
    again = squeeze.codes(turned, squeeze.centroids(turned.copy(), 4, np.ones(2_000)))
    assert packed.tobytes() == again.tobytes()
    unpacked = means[np.arange(4), packed].reshape(turned.shape)
    assert float(np.square(unpacked - turned).sum() / np.square(turned).sum()) < 0.02


def test_directions_share_fairly_what_there_is_to_tell(bench: dict[str, ModuleType]) -> None:
    assert bench["squeeze"].fairly_shared(np.array([8.0, 4.0, 2.0, 1.0]), 2) == [0, 3, 1, 2]


def test_word_that_another_stands_for_is_not_kept_unless_it_is_common(bench: dict[str, ModuleType]) -> None:
    vectors = np.array([[1, 0], [1, 0.1], [0, 1], [1, 0.1]], np.float32)
    words, weights = ["parcel", "parcels", "parceled", "parcelss"], np.array([1, 1, 1, 0.5], np.float32)
    assert bench["squeeze"].needed(words, vectors, weights) == [0, 2, 3]


def test_dictionary_entry_has_its_forms(bench: dict[str, ModuleType]) -> None:
    endings = ["SET UTF-8", "SFX A Y 2", "SFX A 0 а [кз]", "SFX A ка ки ка", "PFX B Y 1", "SFX C Y 1", "SFX C 0 ой ."]
    found = bench["word_lists"].expanded(endings, ["заказ/A", "посылка/A", "Москва/A", "тут"])
    assert found == {"заказ": ["заказ", "заказа"], "посылка": ["посылка", "посылки"], "тут": ["тут"]}
