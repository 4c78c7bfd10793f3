"""What makes reading quick gives the same as what it stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.features import Pipeline, clean
from nlu.language_model import letters_of

PIPELINES = {language: Pipeline(language) for language in ("de", "en", "ru", "uk")}
WORDS = st.sampled_from(
    [
        "don't",
        "z.B.",
        "e-mail",
        "12,50€",
        "(ok)",
        "u.s.",
        "где-то",
        "п'ять",
        "т.е.",
        ":-)",
        "😀",
        "a/b",
        "it's",
        "...",
        "x_y",
        "gibt's",
    ]
)


@pytest.mark.parametrize("language", PIPELINES)
@given(text=st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=8).map(" ".join)))
def test_pieces_of_a_text_are_split_as_the_whole_of_it(language: str, text: str) -> None:
    pipeline, cleaned = PIPELINES[language], clean(text)
    whole = [token.text for token in pipeline.make_doc(cleaned) if not token.is_space]
    assert pipeline.tokens(cleaned) == pipeline.tokens(cleaned) == whole


@given(text=st.text(st.characters(max_codepoint=127), max_size=60))
def test_letters_of_plain_text_are_those_of_any_text(text: str) -> None:
    assert letters_of(f"é {text}") == f" é{letters_of(text)}".replace("é  ", "é ")


@given(text=st.text(st.characters(max_codepoint=0x2FF), max_size=60))
def test_signs_that_cannot_be_printed_are_spaces(text: str) -> None:
    assert clean(text) == clean(f"\u200b{text}")
    assert clean(text).isprintable()
