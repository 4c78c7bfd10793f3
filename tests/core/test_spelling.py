"""Words with a slip of the finger, as they were meant; words that nobody told us about, as they are."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from nlu.spelling import Speller, are_two_slips, is_other_form, one_slip_away, slip
from nlu.word_list import LANGUAGES, known_words, often, packed, unpacked

EXAMPLES = Path(__file__).parents[2] / "examples" / "nordnetz" / "nlu"

SPELLER = Speller(
    {
        **dict.fromkeys(
            ("vertrag", "kündigen", "techniker", "termin", "termine", "zopfling", "zopflung", "kündigungsfrist"),
            ("de",),
        ),
        **dict.fromkeys(("card", "transfer", "my", "verification", "app"), ("en",)),
        "договор": ("ru",),
    }
)


def sentences(language: str) -> list[str]:
    loaded = YAML(typ="safe").load((EXAMPLES / f"{language}.yaml").read_text())
    return [str(text) for texts in loaded["intents"].values() for text in texts]


@pytest.mark.parametrize(
    ("language", "typed", "meant"),
    [
        ("de", "Vertarg kündgien", "Vertrag kündigen"),
        ("de", "meinen Vetrrag", "meinen Vertrag"),
        ("de", "tecniker", "techniker"),
        ("de", "Xertrag", "Vertrag"),
        ("de", "kann nicht yahlen", "kann nicht zahlen"),
        ("de", "f[r die K[ndigung", "für die Kündigung"),
        ("de", "'ndern und ;ffnen", "ändern und öffnen"),
        ("de", "nciht ahbe", "nicht habe"),
        ("de", "ivh möchtte", "ich möchte"),
        ("de", "stornirung der rechnng", "stornierung der rechnung"),
        ("en", "Zes, mz monez", "Yes, my money"),
        ("en", "teh myy csrd", "the my card"),
        ("en", "neeed", "need"),
        ("en", "whre is my cardd", "where is my card"),
        ("en", "loost", "lost"),
        ("en", "Yur apo", "Your app"),
        ("ru", "догвор", "договор"),
        ("ru", "спсибо сто́ит", "спасибо сто́ит"),
        ("ru", "отменитьь", "отменить"),
        ("ru", "щкажите", "скажите"),
        ("uk", "скасуваати замволення", "скасувати замовлення"),
        ("uk", "дякуюю", "дякую"),
    ],
)
def test_unknown_word_that_surely_was_meant_as_another_is_that_word(language: str, typed: str, meant: str) -> None:
    assert SPELLER.spelled(typed, language) == meant


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("de", "Termins"),
        ("de", "zopflang"),
        ("de", "vier"),
        ("de", "Fahrrad"),
        ("de", "A-12345"),
        ("en", "it's 'open' now"),
        ("en", "IBAN PUK SIMM CARDD"),
        ("en", "write to jhon.doe@exampel.com or www.exampel.com/acount, cadr2"),
        ("en", "the Knicks"),
        ("ru", "включаемая"),
        ("ru", "ещ"),
    ],
)
def test_forms_names_and_what_is_no_word_stay(language: str, typed: str) -> None:
    assert SPELLER.spelled(typed, language) == typed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("kündugingsfrist", "kündigungsfrist"), ("verifcatoin", "verification"), ("verrifictaion", "verification")],
)
def test_long_word_with_two_slips_is_a_word_of_the_bots_own(typed: str, meant: str) -> None:
    language = "de" if "ü" in meant else "en"
    assert SPELLER.spelled(typed, language) == meant
    assert Speller({}).spelled(typed, language) == typed


def test_words_of_the_bots_own_come_first() -> None:
    assert Speller({}).spelled("zopg", "de") == "zopg"
    assert Speller({"zopf": ("de",)}).spelled("zopg", "de") == "zopf"
    assert Speller({"zopf": ("en",)}).spelled("zopg", "de") == "zopg"


def test_words_of_the_texts_language_come_first() -> None:
    speller = Speller({})
    assert speller.spelled("losst", "en") == "lost"
    assert speller.spelled("losst", "de") != "lost"


def test_own_sentences_are_never_changed() -> None:
    for language in LANGUAGES:
        speller = Speller(
            {word: (language,) for text in sentences(language) for word in re.findall(r"[^\W\d_]+", text.lower())}
        )
        assert [text for text in sentences(language) if speller.spelled(text, language) != text] == []


def test_slips_of_likely_kinds_cost_less() -> None:
    costs = [
        slip("cardd", "card", "en"),  # doubled
        slip("crad", "card", "en"),  # swapped
        slip("crd", "card", "en"),  # left out
        slip("carfd", "card", "en"),  # a key hit besides
        slip("card", "cart", "en"),  # another letter
    ]
    assert costs == sorted(costs)
    assert slip("cars", "card", "en") < slip("carp", "card", "en")
    assert slip("vard", "card", "en") > slip("cqrd", "card", "en") - 1
    assert slip("zahken", "zahlen", "de") < slip("zahpen", "zahlen", "de")
    assert slip("kayten", "karten", "de") > slip("kazten", "karten", "de") - 2


@pytest.mark.parametrize(
    ("language", "one", "other", "are"),
    [
        ("en", "weekend", "weekends", True),
        ("en", "charge", "charged", True),
        ("en", "concert", "convert", False),
        ("de", "vertrags", "vertrag", True),
        ("ru", "сломалось", "сломалась", True),
        ("ru", "закрытых", "закрыты", True),
        ("uk", "суботах", "субота", True),
        ("uk", "пише", "лише", False),
        ("en", "neeed", "need", False),
    ],
)
def test_forms_of_one_word_are_told_from_slips(language: str, one: str, other: str, are: bool) -> None:
    assert is_other_form(one, other, language) is is_other_form(other, one, language) is are


@given(
    word=st.text(alphabet="abcdeé", min_size=1, max_size=6), other=st.text(alphabet="abcdeé", min_size=1, max_size=6)
)
def test_two_slips_are_one_slip_after_another_at_most(word: str, other: str) -> None:
    once = one_slip_away(word, "en")
    assert word not in once
    if other in once:
        assert are_two_slips(word, other)
    if other in {again for each in once if each for again in one_slip_away(each, "en")}:
        assert abs(len(word) - len(other)) <= 2


@given(text=st.text(max_size=60), language=st.sampled_from([*LANGUAGES, "fr"]))
def test_any_text_is_spelled_the_same_again(text: str, language: str) -> None:
    once = SPELLER.spelled(text, language)
    assert SPELLER.spelled(text, language) == once
    assert len(once.split()) == len(text.split())


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_list_says_of_which_language_a_word_is_and_how_often_it_is_written() -> None:
    known = known_words()
    assert often(known["card"], "en") > often(known["wallet"], "en") > 0
    assert often(known["nicht"], "de") > often(known["kündigen"], "de") > 0 == often(known["nicht"], "en")
    assert often(known["спасибо"], "ru") > 0 == often(known["спасибо"], "uk")
    assert often(known["замовлення"], "uk") > 0 == often(known["замовлення"], "ru")
    assert often(0, "de") == 0


def test_packed_list_is_read_as_it_was() -> None:
    words = {"de": {"hand": 4.0, "ja": 7.4}, "en": {"hand": 5.5}, "ru": {"да": 9.9}, "uk": {"так": 0.1, "да": 1.0}}
    known = unpacked(packed(words))
    assert {word: [often(code, language) for language in LANGUAGES] for word, code in known.items()} == {
        "hand": [8, 11, 8, 11],
        "ja": [15, 0, 15, 0],
        "да": [15, 2, 15, 2],
        "так": [0, 1, 0, 1],
    }
