"""Texts as they were meant: keyboards, alphabets, signs that nobody sees."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from conversation.understanding import Entity
from nlu.floor import Floor
from nlu.latin import ALPHABETS, cyrillic
from nlu.layers.chain import as_typed
from nlu.measuring.perturbations import LONG, PERTURBATIONS
from nlu.mending import Mended, mend, one_alphabet, spoken_words, visible
from nlu.train import train

LANGUAGES = ("de", "en", "ru", "uk")
EXAMPLES = Path(__file__).parents[2] / "examples" / "nordnetz" / "nlu"


def sentences(language: str) -> list[str]:
    loaded = YAML(typ="safe").load((EXAMPLES / f"{language}.yaml").read_text())
    return [str(text) for texts in loaded["intents"].values() for text in texts]


@pytest.mark.parametrize(
    ("typed", "meant", "language"),
    [
        ("privet", "привет", "ru"),
        ("dobryj vecher", "добрый вечер", "ru"),
        ("Zdravstvuyte, u menya ne rabotaet internet", "Здравствуйте, у меня не работает интернет", "ru"),
        ("hochu pogovorit s operatorom", "хочу поговорить с оператором", "ru"),
        ("khochu rastorgnut dogovor", "хочу расторгнуть договор", "ru"),
        ("gde moya posylka?", "где моя посылка?", "ru"),
        ("gde moja posylka A-12345?", "где моя посылка A-12345?", "ru"),
        ("skolko eto stoit", "сколько это стоит", "ru"),
        ("pozhalujsta perezvonite mne zavtra", "пожалуйста перезвоните мне завтра", "ru"),
        ("NE RABOTAET TELEFON", "Не работает телефон", "ru"),
        ("ja ne mogu wojti", "я не могу войти", "ru"),
        ("ne pracyuye internet", "не працює інтернет", "uk"),
        ("ne pratsiuie internet", "не працює інтернет", "uk"),
        ("Dobryi den, de moye zamovlennya?", "Добрий день, де моє замовлення?", "uk"),
        ("bud laska, peredzvonit meni", "будь ласка, передзвоніть мені", "uk"),
        ("shcho robyty dali", "що робити далі", "uk"),
        ("khochu rozirvaty dohovir", "хочу розірвати договір", "uk"),
        ("duzhe dyakuyu", "дуже дякую", "uk"),
    ],
)
def test_russian_and_ukrainian_in_latin_letters_are_read_back(typed: str, meant: str, language: str) -> None:
    assert mend(typed, LANGUAGES) == Mended(text=meant, what="latin", language=language)


@pytest.mark.parametrize(
    ("typed", "meant", "language"),
    [
        ("ghbdtn", "привет", "ru"),
        ("Ghbdtn, rjulf ghbtltn vfcnth?", "Привет, когда приедет мастер?", "ru"),
        ("yt hf,jnftn bynthytn", "не работает интернет", "ru"),
        ("ult vjq pfrfp", "где мой заказ", "ru"),
        ("[jxe gjujdjhbnm c xtkjdtrjv", "хочу поговорить с человеком", "ru"),
        ("lj,hbq ltym? yt ghfw.' synthytn", "добрий день? не працює інтернет", "uk"),
        ("rjkb ghb]lt vfqcnth", "коли приїде майстер", "uk"),
        ("руддщ", "hello", "en"),
        ("Цруку шы ьн щквук", "Where is my order", "en"),
        ("ш туув рудз", "i need help", "en"),
        ("црщ шы еруку", "who is there", "en"),
    ],
)
def test_text_of_the_wrong_keyboard_layout_is_read_as_meant(typed: str, meant: str, language: str) -> None:
    mended = mend(typed, LANGUAGES)
    assert mended == Mended(text=meant, what="keyboard", language=language)


def test_german_on_a_russian_keyboard_is_read_as_meant() -> None:
    assert mend("Ьушт Штеуктуе пуре тшсре", LANGUAGES).text == "Mein Internet geht nicht"


@pytest.mark.parametrize("language", LANGUAGES)
def test_clean_sentences_of_the_example_bot_stay_as_they_are(language: str) -> None:
    mended = {text: mend(text, LANGUAGES) for text in sentences(language)}
    assert [text for text, each in mended.items() if each.what in ("keyboard", "latin", "look-alikes")] in (
        [],
        NOT_CLEAN,
    )


NOT_CLEAN: list[str] = []


@pytest.mark.parametrize(
    "text",
    [
        "je n'ai plus de connexion depuis hier",
        "ne znam sta da radim, nemam internet",
        "Wo ist mein Passwort?",
        "Nachname: Petrenko",
        "FRITZ!Box 7590 AX",
        "IBAN DE89370400440532013000",
        "https://example.com/privet",
        "anna@example.com",
        "ok",
        "asdfasdf",
        "qwertz",
        "нет, мне нужен Router 5G",
    ],
)
def test_other_languages_names_and_nonsense_are_left_alone(text: str) -> None:
    assert mend(text, LANGUAGES) == Mended(text=text)


def test_text_is_only_turned_into_a_language_that_the_bot_speaks() -> None:
    assert mend("ne rabotaet internet", ("de", "en")).what == ""
    assert mend("руддщ, цруку шы ьн щквук", ("ru", "uk")).what == ""
    assert mend("ne rabotaet internet", ("de", "ru")).language == "ru"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("пpивет", "привет"),
        ("Привeт, кaк дела", "Привет, как дела"),
        ("Hаllo", "Hallo"),
        ("wherе is my оrder", "where is my order"),
        ("wifi-роутер", "wifi-роутер"),
        ("мне нужен PC", "мне нужен PC"),
        ("я c вами", "я с вами"),
        ("пришла SMSка", "пришла SMSка"),
    ],
)
def test_letters_that_look_alike_are_of_one_alphabet_within_a_word(typed: str, meant: str) -> None:
    assert one_alphabet(typed) == meant


def test_what_nobody_sees_is_not_read() -> None:
    assert visible("\u202amein\u200b In\u00adternet\u202c\x07\n geht\tnicht\ufeff") == "mein Internet\n geht\tnicht"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("MEIN INTERNET GEHT NICHT", "Mein internet geht nicht"),
        ("HALLO", "Hallo"),
        ("HALT!", "HALT!"),
        ("IBAN", "IBAN"),
        ("Mein WLAN und DSL", "Mein WLAN und DSL"),
        ("geht nicht 😡😡", "geht nicht  "),
        ("👍", "👍"),
        ("Vertrag KD-12345678, bitte", "Vertrag KD-12345678, bitte"),
    ],
)
def test_shouts_and_pictures_are_read_as_words(typed: str, read: str) -> None:
    assert spoken_words(typed) == read


def test_pasted_log_is_not_read() -> None:
    text = PERTURBATIONS["10,000 characters"]("mein Internet geht nicht", "de", 1)
    assert len(text) == LONG
    read = " ".join(spoken_words(text).split())
    assert read.startswith("mein Internet geht nicht")
    assert len(read) < 100


@given(text=st.text(max_size=400), languages=st.sets(st.sampled_from([*LANGUAGES, "fr", "qx"])))
def test_any_text_can_be_mended_and_stays_so(text: str, languages: set[str]) -> None:
    once = mend(text, languages)
    assert once.language in ("", *languages)
    assert (once.language != "") == (once.what in ("keyboard", "latin"))


@pytest.mark.parametrize("name", PERTURBATIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_mended_needs_no_mending(name: str, language: str) -> None:
    for number, text in enumerate(sentences(language)[::12]):
        mended = mend(PERTURBATIONS[name](text, language, number)[:400], LANGUAGES)
        if mended.what in ("keyboard", "latin"):
            again = mend(mended.text, LANGUAGES)
            assert (again.text, again.what) == (mended.text, ""), text


@pytest.mark.parametrize("letter", ["a", "y", "'", "щ", "[", "😀", "\u200b", "1a ", "sch"])
def test_long_texts_of_one_kind_are_mended_too(letter: str) -> None:
    text = letter * 1_000
    assert isinstance(mend(text, LANGUAGES), Mended)


@pytest.mark.parametrize("language", ALPHABETS)
@given(word=st.text(alphabet="abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=40))
def test_any_latin_word_can_be_read(language: str, word: str) -> None:
    assert cyrillic(word, language)[0]


# ── where it all comes together ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def floor() -> Floor:
    files = {path.stem: path.read_bytes() for path in sorted(EXAMPLES.glob("??.yaml"))}
    return Floor(train(files).meta)


@pytest.mark.parametrize(
    ("typed", "text", "read_as", "by"),
    [
        ("ne rabotaet internet", "не работает интернет", "не работает интернет", "ru"),
        ("yt hf,jnftn bynthytn", "не работает интернет", "не работает интернет", "ru"),
        ("Mein Internet geht nicht", "Mein Internet geht nicht", "", "de"),
        ("MEIN INTERNET GEHT NICHT", "Mein internet geht nicht", "", "de"),
        ("hello, mein Internet geht nicht, thanks", "mein Internet geht nicht", "", "de"),
        ("hello", "hello", "", "en"),
        ("mein Intrenet geht nicht", "mein Internet geht nicht", "", "de"),
    ],
)
def test_reading_says_what_was_read_and_whether_it_was_typed_otherwise(
    floor: Floor, typed: str, text: str, read_as: str, by: str
) -> None:
    reading = floor.read(typed, "")
    assert (reading.text, reading.read_as, reading.by) == (text, read_as, by)


@pytest.mark.parametrize(
    "typed",
    [
        "\u202agde\u200b moy zakaz A-12345?",
        "ult vjq pfrfp A-12345",
        "🙏 где мой заказ A-12345 🙏",
        "ГДЕ МОЙ ЗАКАЗ А-12345",
    ],
)
def test_values_have_the_offsets_of_the_text_as_it_was_typed(floor: Floor, typed: str) -> None:
    found = floor.read(typed, "").entities
    place = re.search("[AА]-12345", typed)
    assert place
    assert found == (Entity(name="order_number", value="A-12345", start=place.start(), end=place.end()),)


def test_value_that_a_layer_found_in_the_mended_text_is_placed_in_the_typed_one() -> None:
    typed, read = "hello, \u200bwo ist A-12345 in Berlin, A-12345?", "wo ist A-12345 in Berlin, A-12345"
    found = [
        Entity(name="n", value="x", start=match.start(), end=match.end()) for match in re.finditer("A-12345", read)
    ]
    assert [(each.start, each.end) for each in as_typed(found, read, typed)] == [(15, 22), (34, 41)]
    unheard = [Entity(name="what", value="internet", start=0, end=8)]
    assert as_typed(unheard, "интернет", "internet") == []
    assert as_typed(found, read, read) is found


def test_perturbations_are_the_same_for_the_same_seed_and_differ_for_another() -> None:
    text = "Здравствуйте, у меня со вчерашнего дня не работает интернет"
    for name, perturb in PERTURBATIONS.items():
        assert perturb(text, "ru", 1) == perturb(text, "ru", 1), name
    changed = {name for name, perturb in PERTURBATIONS.items() if perturb(text, "ru", 1) != text}
    assert changed == {*PERTURBATIONS} - {"bare", "spelled"}
    assert PERTURBATIONS["typos"](text, "ru", 1) != PERTURBATIONS["typos"](text, "ru", 2)
