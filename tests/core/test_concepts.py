"""Words of one meaning share a concept, in any form and in four languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.concepts import LANGUAGES, concepts, concepts_of_the_package, find, read_concepts


@pytest.mark.parametrize(
    ("one", "other", "concept"),
    [
        ("cancel", "annul", "cancel"),
        ("stornieren", "widerrufen", "cancel"),
        ("expresslieferung", "zustellung", "delivery"),
        ("отменить", "аннулируйте", "cancel"),
        ("скасуйте", "анулювати", "cancel"),
        ("гроші", "кошти", "money"),
    ],
)
def test_paraphrases_share_a_concept(one: str, other: str, concept: str) -> None:
    assert concept in concepts([one])
    assert concept in concepts([other])


def test_the_same_sentence_in_four_languages_has_common_concepts() -> None:
    said = {
        "en": "give me my money back",
        "de": "geben sie mir mein geld zurück",
        "ru": "верните мои деньги назад",
        "uk": "поверніть мої гроші назад",
    }
    shared = set.intersection(*(set(concepts(text.split())) for text in said.values()))
    assert {"money", "return"} <= shared


def test_missing_umlauts_capitals_and_doubled_letters_change_nothing() -> None:
    assert concepts(["ruckerstattung"]) == concepts(["rückerstattung"]) == concepts(["rükerstatung"])


def test_each_concept_is_named_once_in_the_order_of_the_words() -> None:
    found = concepts(["parcel", "tracking", "package"])
    assert found.index("parcel") < found.index("tracking")
    assert len(found) == len(set(found))


def test_a_word_that_is_in_no_list_has_no_concept() -> None:
    assert concepts(["zzyzx", "щщъщ", "42", "?"]) == []


def test_a_whole_word_is_no_beginning_and_a_longer_beginning_wins() -> None:
    stems = read_concepts(["a | =pin | |", "b | pi | |", "c | pina | |", "d | ~acl | |"])["en"]
    assert find("pin", stems) == ("a", "b")
    assert find("pinacle", stems) == ("c", "d")
    assert find("spin", stems) == ()


@pytest.mark.parametrize("line", ["a | x | |", "a | ~x | |", "a | = | |"])
def test_a_stem_that_is_too_short_is_refused_by_name(line: str) -> None:
    with pytest.raises(ValueError, match="concept a"):
        read_concepts([line])


@pytest.mark.parametrize("line", ["a | one", "a | one | zwei | три | чотири", "a"])
def test_a_line_without_a_column_for_each_language_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="zip"):
        read_concepts([line])


def test_every_concept_of_the_package_has_words_in_every_language() -> None:
    tables = concepts_of_the_package()
    names = {
        language: {
            name for table in (stems.whole, stems.begin, stems.inside) for each in table.values() for name in each
        }
        for language, stems in tables.items()
    }
    assert set(names) == set(LANGUAGES)
    assert names["en"] == names["de"] == names["ru"]
    assert len(names["en"]) > 200


@given(st.lists(st.text(max_size=60), max_size=30))
def test_any_words_are_taken(words: list[str]) -> None:
    found = concepts(words)
    assert len(found) == len(set(found))
    assert set(found) <= {
        name
        for stems in concepts_of_the_package().values()
        for each in (*stems.whole.values(), *stems.begin.values(), *stems.inside.values())
        for name in each
    }
