"""Sentences that say the same, and what of them is a customer's own."""

import pytest

from dialogs.answers.alike import alike, in_any_order
from dialogs.answers.masking import FEW, masked


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mein Internet geht nicht!", "mein  INTERNET geht nicht"),
        ("Rechnung für März", "Rechnung fuer Maerz"),
        ("Rechnung für März", "rechnung fur marz"),
        ("Всё ещё не работает", "все еще не работает."),
        ("Wo ist A-12345?", "wo ist a 777"),
        ("м'який", "мʼякий"),
    ],
)
def test_spellings_of_one_sentence_are_alike(one: str, other: str) -> None:
    assert alike(one) == alike(other)


@pytest.mark.parametrize(("one", "other"), [("ich will", "ich will nicht"), ("счёт", "свет"), ("?!", "😡")])
def test_other_sentences_are_not(one: str, other: str) -> None:
    assert alike(one) != alike(other)


def test_what_has_no_letters_is_itself() -> None:
    assert alike(" ?! ") == "?!"


def test_the_order_of_words_can_be_left_out() -> None:
    assert in_any_order(alike("Geht nicht, mein Internet")) == in_any_order(alike("mein Internet geht nicht"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ruf +49 (151) 234-5678 an", "ruf +00 (000) 000-0000 an"),
        ("Vertrag 12345678, bitte", "Vertrag 00000000, bitte"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN DE00 0000 0000 0000 0000 00"),
        ("geboren 12.03.1980", "geboren 00.00.0000"),
        ("schreib an anna.lotte+x@firma.de!", "schreib an name@example.com!"),
        ("siehe https://lotse.example/k?id=77", "siehe https://example.com"),
        ("um 15:30 mit 2 Routern für 20 €", "um 15:30 mit 2 Routern für 20 €"),
    ],
)
def test_numbers_and_addresses_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_short_numbers_are_masked_where_wanted_but_for_words_of_the_bots_own() -> None:
    text = "Bestellung A-12345 und Fritzbox 7590, Sommer 2026"
    assert masked(text) == text
    assert masked(text, keep=("fritzbox 7590",), least=FEW) == "Bestellung A-00000 und Fritzbox 7590, Sommer 0000"


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [
        ("hier ist Anna, annas Router", "Anna Lotte", "hier ist Alex, annas Router"),
        ("это Иван Петров, роутер Ивана", "Иван Петров", "это Саша Саша, роутер Саша"),
        ("Jo hier", "Jo", "Jo hier"),
        ("a+b", "(", "a+b"),
    ],
)
def test_the_customers_name_is_anybodys(text: str, name: str, shown: str) -> None:
    assert masked(text, names=[name]) == shown
