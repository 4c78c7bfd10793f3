"""A text as the mean of its words: each word is encoded once, common ones count less, and memory has an end."""

from collections.abc import Sequence

import numpy as np
import pytest

from nlu.encoders import words as words_module
from nlu.encoders.words import MAX_WORDS, WordsEncoder
from nlu.encoding import Floats


class Letters:
    """A word's vector is that of its first letter."""

    name = "letters"

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def suits(self, language: str) -> bool:
        return language == "en"

    def share(self, word: str, language: str) -> float:  # noqa: ARG002 - the protocol's
        return 0.1 if word == "the" else 1e-6

    async def encode(self, texts: Sequence[str], language: str) -> Floats:  # noqa: ARG002 - the protocol's
        self.asked.append(tuple(texts))
        vectors = np.zeros((len(texts), 26), np.float32)
        for row, text in enumerate(texts):
            if "a" <= text[0] <= "z":
                vectors[row, ord(text[0]) - ord("a")] = 1
        return vectors


def letter(vector: Floats, char: str) -> float:
    return float(vector[ord(char) - ord("a")])


async def test_text_is_the_mean_of_its_words_whatever_their_order() -> None:
    encoder = WordsEncoder(Letters())
    first, second = await encoder.encode(["apple Bread apple", "bread, apple apple"], "en")
    assert first == pytest.approx(second, abs=1e-3)
    assert letter(first, "a") == pytest.approx(2 * letter(first, "b"), abs=1e-3)
    assert np.linalg.norm(first) == pytest.approx(1, abs=1e-5)


async def test_common_word_counts_a_hundredth() -> None:
    vector = (await WordsEncoder(Letters()).encode(["the apple"], "en"))[0]
    assert letter(vector, "t") == pytest.approx(0.01 * letter(vector, "a"), rel=0.02)


async def test_word_is_encoded_once_in_each_language() -> None:
    model = Letters()
    encoder = WordsEncoder(model)
    await encoder.encode(["apple bread apple"], "en")
    await encoder.encode(["bread cake"], "en")
    await encoder.encode(["apple"], "de")
    assert model.asked == [("apple", "bread"), ("cake",), ("apple",)]


@pytest.mark.parametrize("text", ["", "   ", "😀", "!!!"])
async def test_text_without_known_words_is_a_row_of_zeros(text: str) -> None:
    encoder = WordsEncoder(Letters())
    vectors = await encoder.encode([text, "apple"], "en")
    assert not vectors[0].any()
    assert vectors[1].any()


async def test_words_that_are_kept_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words_module, "KEPT", 5)
    model = Letters()
    encoder = WordsEncoder(model)
    text = " ".join(f"a{number}" for number in range(40))
    assert (await encoder.encode([text], "en")).any()
    assert len(encoder._known) == 5
    assert (await encoder.encode(["a39"], "en")).any()
    assert len(model.asked) == 1


async def test_long_text_has_its_first_words_only() -> None:
    model = Letters()
    await WordsEncoder(model).encode([" ".join(f"{number}" for number in range(4_000))], "en")
    assert len(model.asked[0]) <= MAX_WORDS


async def test_it_suits_what_the_encoder_behind_it_suits() -> None:
    encoder = WordsEncoder(Letters())
    assert (encoder.suits("en"), encoder.suits("de")) == (True, False)
