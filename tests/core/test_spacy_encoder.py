"""Vectors of spaCy packages that are installed are found and averaged; what is broken is told."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy

from nlu.encoders.spacy_vectors import SpacyEncoder, known_languages, open_spacy
from nlu.encoding import EncoderError

GERMAN = {"Paket": (3.0, 0.0, 0.0), "wo": (0.0, 2.0, 0.0), "ist": (0.0, 0.0, 1.0)}
ENGLISH = {"parcel": (1.0, 0.0), "where": (0.0, 1.0)}


def install(site: Path, name: str, words: Mapping[str, Sequence[float]], version: str = "3.8.0") -> None:
    """A package as ``spacy package`` makes it and pip installs it."""
    pipeline = spacy.blank(name[:2])
    for word, vector in words.items():
        table: Any = np.array(vector, np.float32)
        pipeline.vocab.set_vector(word, table)
    (site / name).mkdir()
    pipeline.to_disk(site / name / f"{name}-{version}")
    (site / name / "__init__.py").write_text("raise AssertionError('imported')")
    told = site / f"{name}-{version}.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (told / "entry_points.txt").write_text(f"[spacy_models]\n{name} = {name}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def opened(*languages: str) -> SpacyEncoder:
    encoder = open_spacy(languages)
    assert encoder
    return encoder


async def one(encoder: SpacyEncoder, text: str, language: str) -> Any:
    return (await encoder.encode([text], language))[0]


async def test_vector_is_the_mean_of_the_known_words(site: Path) -> None:
    install(site, "de_core_news_md", GERMAN)
    expected = np.ones(3) / np.sqrt(3)
    for text in ("Wo ist Paket?", "wo ist das paket", "WO IST DAS PAKET 123 !", "wo  ist\n\x00 Paket \ud83d"):
        assert np.abs(await one(opened("de", "en"), text, "de") - expected).max() < 1e-6


@pytest.mark.parametrize("text", ["", "  ", "123 !", "unbekannt", "👍"])
async def test_text_with_no_known_word_is_a_row_of_zeros(site: Path, text: str) -> None:
    install(site, "de_core_news_md", GERMAN)
    assert not (await one(opened("de"), text, "de")).any()


async def test_languages_have_columns_of_their_own(site: Path) -> None:
    install(site, "de_core_news_md", GERMAN)
    install(site, "en_core_web_lg", ENGLISH)
    encoder = opened("de", "en", "ru")
    assert (await one(encoder, "Paket", "de")).tolist() == [1, 0, 0, 0, 0]
    assert (await one(encoder, "where", "en")).tolist() == [0, 0, 0, 0, 1]
    assert [encoder.suits(language) for language in ("de", "en", "ru")] == [True, True, False]


async def test_many_texts_are_what_each_is_alone(site: Path) -> None:
    install(site, "de_core_news_md", GERMAN)
    texts = ["wo", "Paket ist", "", "ist", "wo ist Paket", "x"] * 5
    encoder = opened("de")
    alone = [await one(encoder, text, "de") for text in texts]
    assert (await encoder.encode(texts, "de")).tolist() == np.array(alone).tolist()


async def test_vectors_of_word_parts_know_every_word(site: Path) -> None:
    from spacy.vectors import Vectors  # type: ignore[import-not-found]  # it is compiled, and has no stub

    install(site, "uk_core_news_md", {})
    data = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    made = Vectors(data=data, mode="floret", minn=2, maxn=3, hash_count=2)
    made.to_disk(site / "uk_core_news_md" / "uk_core_news_md-3.8.0" / "vocab")
    encoder = opened("uk")
    assert float(np.linalg.norm(await one(encoder, "нечувано", "uk"))) == pytest.approx(1)
    assert not (await one(encoder, "!", "uk")).any()


def test_large_package_goes_before_a_medium_one_and_small_ones_do_not_count(site: Path) -> None:
    install(site, "de_core_news_md", GERMAN)
    install(site, "de_core_news_lg", GERMAN, "3.8.1")
    install(site, "en_core_web_sm", {})
    install(site, "fr_other_md", {})
    assert known_languages() == {"de": "de_core_news_lg 3.8.1"}


def test_only_languages_that_were_asked_for_are_opened(site: Path) -> None:
    install(site, "de_core_news_md", GERMAN)
    assert open_spacy(["en"]) is None


def test_nothing_installed_is_nothing() -> None:
    assert open_spacy(["de", "en", "ru", "uk"]) is None


def test_name_tells_other_packages_apart(site: Path) -> None:
    install(site, "de_core_news_md", GERMAN)
    install(site, "en_core_web_md", ENGLISH)
    assert opened("de").name == opened("de").name
    assert opened("de").name != opened("de", "en").name
    assert opened("de").name.startswith("spacy/")


def test_package_without_vectors_or_with_broken_ones_is_told(site: Path) -> None:
    install(site, "de_core_news_md", {})
    with pytest.raises(EncoderError, match=r"de_core_news_md 3.8.0 has no vectors: python -m spacy download de_core_n"):
        open_spacy(["de"])
    (site / "de_core_news_md" / "de_core_news_md-3.8.0" / "vocab" / "vectors").write_bytes(b"not numbers")
    with pytest.raises(EncoderError, match=r"vocab can't be read .*: python -m spacy download de_core_news_md"):
        open_spacy(["de"])
