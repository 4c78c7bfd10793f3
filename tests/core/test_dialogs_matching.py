"""What a typed text chooses: numbers, labels, words, typos, labels as a channel cut them; and the words that work everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.shape import cut_labels
from dialogs.hearing.commands import find_command, find_language
from dialogs.hearing.matching import Choice, match, one_typo
from tests.support.bots import nordnetz

MENU = (
    Choice(key="outage", label="Störung", words=("kein Netz", "Ausfall")),
    Choice(key="order", label="Auftrag verfolgen", words=("Bestellung",)),
    Choice(key="person", label="Mit einem Menschen sprechen bitte"),
    Choice(key="yo", label="Ёлка"),
    Choice(key="street", label="Große Straße"),
    Choice(key="no", label="Nein, danke!"),
    Choice(key="code", label="A12345"),
)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("1", "outage"),
        ("2.", "order"),
        ("2)", "order"),
        ("Nr 2", "order"),
        ("№ 3", "person"),
        ("#1", "outage"),
        ("1️⃣", "outage"),
        ("２", "order"),
        ("7", "code"),
        ("8", None),
        ("0", None),
        ("-1", None),
        ("1 2", None),
        ("1234", None),
        ("Störung", "outage"),
        ("störung", "outage"),
        ("STÖRUNG!", "outage"),
        ("Stoerung", "outage"),
        ("„Störung“", "outage"),
        ("  Störung  ", "outage"),
        ("kein netz", "outage"),
        ("ausfall.", "outage"),
        ("елка", "yo"),
        ("ЁЛКА", "yo"),
        ("grosse strasse", "street"),
        ("Nein danke", "no"),
        ("nein, danke", "no"),
        ("Störun", "outage"),
        ("Störungg", "outage"),
        ("Störnug", "outage"),
        ("Sförung", "outage"),
        ("törung", "outage"),
        ("Störu", None),
        ("Auftrag verfolge", "order"),
        ("Bestelung", "order"),
        ("A12346", None),
        ("a12345", "code"),
        ("Mit einem Menschen…", "person"),
        ("Mit einem Menschen ", "person"),
        ("Mit einem", None),
        ("Mit einem Menschen spre…", "person"),
        ("Mit…", None),
        ("", None),
        ("!!!", None),
        ("something else", None),
    ],
)
def test_a_typed_text_chooses(typed: str, key: str | None) -> None:
    assert match(typed, MENU) == key


YES_OR_NO = (Choice(key="more", label="Да, пожалуйста"), Choice(key="done", label="Нет, спасибо"))


@pytest.mark.parametrize(("typed", "key"), [("да", "more"), ("Нет!", "done"), ("спасибо", None), ("н", None)])
def test_a_label_is_chosen_by_its_words_before_the_comma(typed: str, key: str | None) -> None:
    assert match(typed, YES_OR_NO) == key


def test_words_before_the_comma_of_two_labels_or_of_a_date_choose_none() -> None:
    alike = (Choice(key="a", label="Ja, sofort"), Choice(key="b", label="Ja, morgen"))
    assert match("ja", alike) is None
    assert match("Sa", (Choice(key="a", label="Sa., 28.11.2026, 22:00"), Choice(key="b", label="Nein"))) is None


def test_an_exact_label_comes_before_the_words_before_a_comma() -> None:
    assert match("nein", (Choice(key="a", label="Nein, danke"), Choice(key="b", label="Nein"))) == "b"


def test_an_exact_word_comes_before_a_typo_of_another() -> None:
    pair = (Choice(key="a", label="Router"), Choice(key="b", label="Routen"))
    assert match("Routen", pair) == "b"
    assert match("Route", pair) is None


def test_two_options_with_the_same_word_choose_neither() -> None:
    assert match("Konto", (Choice(key="a", label="Konto"), Choice(key="b", label="X", words=("konto",)))) is None


def test_labels_that_begin_alike_and_are_cut_choose_neither() -> None:
    pair = (Choice(key="a", label="Rechnung vom Januar 2026"), Choice(key="b", label="Rechnung vom Januar 2027"))
    assert match("Rechnung vom Januar…", pair) is None


@pytest.mark.parametrize(
    ("said", "meant", "forgiven"),
    [
        ("hous", "house", True),
        ("houses", "house", True),
        ("hoose", "house", True),
        ("huose", "house", True),
        ("house", "house", False),
        ("hooze", "house", False),
        ("men", "menu", False),
        ("menü", "menu", False),
        ("10116", "10115", False),
        ("", "house", False),
    ],
)
def test_one_typo_is_forgiven_in_words_of_five_letters_on(said: str, meant: str, forgiven: bool) -> None:
    assert one_typo(said, meant) is forgiven


@pytest.mark.parametrize(
    ("language", "typed", "command"),
    [
        ("de", "menü", "menu"),
        ("de", "Menue", "menu"),
        ("de", "0", "menu"),
        ("de", "/menu", "menu"),
        ("de", "/menu@nordnetz_bot", "menu"),
        ("de", "/Menu please", "menu"),
        ("de", "/start", ""),
        ("de", "/", ""),
        ("de", "Mitarbeiter", "human"),
        ("de", "mitarbeitr", "human"),
        ("de", "zurück", "back"),
        ("de", "back", "back"),
        ("ru", "оператор", "human"),
        ("uk", "назад", "back"),
        ("en", "stop!", "stop"),
        ("en", "Again", "repeat"),
        ("en", "I want to stop", ""),
        ("en", "", ""),
        ("uk", "human", "human"),
    ],
)
def test_command_words_work_everywhere(language: str, typed: str, command: str) -> None:
    assert find_command(nordnetz().bot, language, typed) == command


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("Deutsch", "de"),
        ("english", "en"),
        ("по-русски", "ru"),
        ("Українська", "uk"),
        ("french", ""),
        ("", ""),
        ("auf deutsch bitte", "de"),
        ("In English, please!", "en"),
        ("English please", "en"),
        ("bitte auf Russisch", "ru"),
        ("по-немецки, пожалуйста", "de"),
        ("на украинском", "uk"),
        ("українською, будь ласка", "uk"),
        ("bitte", ""),
        ("I speak no english, please call", ""),
        ("auf " * 99 + "deutsch", ""),
    ],
)
def test_a_language_is_called_by_its_name(typed: str, language: str) -> None:
    assert find_language(nordnetz().bot, typed) == language


# ── labels that a channel shortened ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("limit", [20, 24, 64])
def test_labels_shortened_alike_are_told_apart_by_their_number(limit: int) -> None:
    alike = [
        f"Ich möchte mit jemandem sprechen, der sich mit Verträgen und Rechnungen auskennt, Nr. {n}" for n in "abc"
    ]
    labels = ["Rechnung vom 1. November 2026 über Ihren Anschluss in der Langen Reihe", *alike]
    choices = [Choice(key=label, label=label) for label in labels]
    shown = cut_labels(labels, limit, "code_points")
    assert [match(label, choices) for label in shown] == [labels[0], None, *labels[2:]]


def test_a_whole_label_is_no_shortened_one() -> None:
    choices = [
        Choice(key="1", label="Internet geht nicht"),
        Choice(key="2", label="Internet geht nicht mehr seit gestern"),
    ]
    assert match("Internet geht nicht", choices) == "1"
    assert match("Internet geht nicht…", choices) is None


WORDS = st.text("abcdeß яєї", min_size=0, max_size=12)


@given(
    st.lists(st.tuples(st.sampled_from(["", "Rechnung vom ", "Ich möchte bitte "]), WORDS), min_size=2, max_size=9),
    st.sampled_from([20, 24]),
)
def test_what_is_shown_means_what_it_stands_for_or_nothing(parts: list[tuple[str, str]], limit: int) -> None:
    """A label as shown is never taken for another option."""
    labels = [f"{head}{tail}{'z' * number}" for number, (head, tail) in enumerate(parts, start=1)]
    choices = [Choice(key=label, label=label) for label in labels]
    for label, shown in zip(labels, cut_labels(labels, limit, "code_points"), strict=True):
        assert match(shown, choices) in (label, None)
