"""Texts: plural forms in four languages, fall-backs, variants, and how values look."""

import json

import pytest

from dialogs.reading.source import read_source
from dialogs.reading.texts import read_global, read_locale
from dialogs.saying.filters import (
    View,
    plural_form,
    show_date,
    show_datetime,
    show_list,
    show_money,
    show_number,
    show_time,
)
from dialogs.saying.texts import PRODUCT, Texts
from tests.support.bots import MONDAY, nordnetz, nordnetz_files, problems_of


def texts_of(**languages: dict[str, object]) -> Texts:
    """German texts of one dialog, ``main``, and others; the source language is the first."""
    entries = {
        language: {"main": read_locale(read_source("x.yaml", json.dumps({language: data}).encode()), language, [])}
        for language, data in languages.items()
    }
    return Texts(entries, {}, next(iter(languages)))


def say(texts: Texts, language: str, key: str, count: object = None, *, channel: str = "", turn: int = 0) -> str:
    view = View(language=language, zone="Europe/Berlin")
    entry = texts.entry(language, "main", key)
    return texts.say(entry, key, variables={"n": count}, view=view, channel=channel, count=count, turn=turn)


HOURS = {
    "de": {"one": "{{ n }} Stunde", "other": "{{ n }} Stunden"},
    "en": {"one": "{{ n }} hour", "other": "{{ n }} hours"},
    "ru": {"one": "{{ n }} час", "few": "{{ n }} часа", "many": "{{ n }} часов"},
    "uk": {"one": "{{ n }} година", "few": "{{ n }} години", "many": "{{ n }} годин", "other": "{{ n }} години!"},
}


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [
        ("de", 0, "0 Stunden"),
        ("de", 1, "1 Stunde"),
        ("de", 2, "2 Stunden"),
        ("de", 1.5, "1.5 Stunden"),
        ("en", 1, "1 hour"),
        ("en", 0, "0 hours"),
        ("en", 21, "21 hours"),
        ("ru", 0, "0 часов"),
        ("ru", 1, "1 час"),
        ("ru", 2, "2 часа"),
        ("ru", 5, "5 часов"),
        ("ru", 11, "11 часов"),
        ("ru", 12, "12 часов"),
        ("ru", 21, "21 час"),
        ("ru", 22, "22 часа"),
        ("ru", 25, "25 часов"),
        ("ru", 111, "111 часов"),
        ("ru", 1.5, "1.5 часа"),
        ("uk", 1, "1 година"),
        ("uk", 3, "3 години"),
        ("uk", 14, "14 годин"),
        ("uk", 101, "101 година"),
        ("uk", 2.5, "2.5 години!"),
    ],
)
def test_the_plural_form_is_the_languages_own(language: str, count: float, text: str) -> None:
    texts: dict[str, dict[str, object]] = {language: {"eta": {"text": HOURS[language]}}}
    assert say(texts_of(**texts), language, "eta", count) == text


@pytest.mark.parametrize("count", [None, True, "two", [1]])
def test_what_is_no_number_takes_the_form_for_everything_else(count: object) -> None:
    assert plural_form("en", count) == "other"
    assert say(texts_of(en={"eta": {"text": {"one": "one", "other": "many"}}}), "en", "eta", count) == "many"


def test_a_text_missing_in_a_language_comes_from_the_source_language() -> None:
    texts = texts_of(de={"only": "nur deutsch"}, en={})
    assert say(texts, "en", "only") == "nur deutsch"


def test_a_text_missing_everywhere_is_its_key() -> None:
    assert say(texts_of(en={}), "en", "gone") == "gone"


def test_variants_are_said_in_turn() -> None:
    texts = texts_of(en={"hi": ["Hello", "Hi there", "Good day"]})
    assert [say(texts, "en", "hi", turn=turn) for turn in range(4)] == ["Hello", "Hi there", "Good day", "Hello"]


def test_a_channel_may_have_words_of_its_own() -> None:
    texts = texts_of(en={"hi": {"text": "Good day to you", "by_channel": {"sms": {"text": "Hi"}}}})
    assert say(texts, "en", "hi", channel="sms") == "Hi"
    assert say(texts, "en", "hi", channel="webchat") == "Good day to you"


def test_a_channel_that_changes_something_else_keeps_the_words() -> None:
    texts = texts_of(en={"hi": {"text": "Good day", "by_channel": {"sms": {"error": "?"}}}})
    assert say(texts, "en", "hi", channel="sms") == "Good day"


def test_the_bots_global_texts_replace_the_products() -> None:
    global_, words = read_global(
        read_source("g.yaml", b"en: {reminder: Hello?, commands: {menu: [home]}, errors: {date: No such day.}}"),
        "en",
        [],
    )
    assert words == {"menu": ("home",)}
    texts = Texts({"en": {PRODUCT: global_}}, {"en": words}, "en")
    view = View(language="en", zone="UTC")
    assert texts.product("en", "reminder", view) == "Hello?"
    assert texts.product("uk", "errors.date", view) == "No such day."
    assert texts.product("en", "gone", view) == "gone"


@pytest.mark.parametrize("language", ["de", "en", "ru", "uk"])
def test_every_product_text_of_the_example_renders_in_every_language(language: str) -> None:
    texts = nordnetz().bot.texts
    view = View(language=language, zone="Europe/Berlin")
    for key in texts.dialog("en", PRODUCT):
        said = texts.product(language, key, view, position=2, count=3, example="A-12345")
        assert said.strip()
        assert said != key
        assert "{" not in said


def test_a_wrong_root_key_is_named_with_its_line() -> None:
    files = {**nordnetz_files(), "locales/en/support.yaml": b"# texts\nde:\n  menu: Hello\n"}
    found = [problem for problem in problems_of(files) if problem.file == "locales/en/support.yaml"]
    assert (found[0].line, "`en:`" in found[0].todo) == (2, True)


@pytest.mark.parametrize(
    ("language", "date", "moment", "money", "number", "things"),
    [
        ("de", "03.12.2026", "Do., 03.12.2026, 15:30", "1.234,50\xa0€", "1.234,5", "a und b"),
        ("en", "3 Dec 2026", "Thu, 3 Dec 2026, 15:30", "€1,234.50", "1,234.5", "a and b"),
        ("ru", "03.12.2026", "чт, 03.12.2026, 15:30", "1\xa0234,50\xa0€", "1\xa0234,5", "a и b"),
        ("uk", "03.12.2026", "чт, 03.12.2026, 15:30", "1\xa0234,50\xa0€", "1\xa0234,5", "a і b"),
    ],
)
def test_values_look_as_people_write_them(
    *, language: str, date: str, moment: str, money: str, number: str, things: str
) -> None:
    view = View(language=language, zone="Europe/Berlin")
    assert show_date("2026-12-03", view) == date
    assert show_date("03.12.2026", view) == date
    assert show_datetime("2026-12-03T14:30:00+00:00", view) == moment
    assert show_money(1234.5, view) == money
    assert show_number(1234.5, view) == number
    assert show_list(["a", "b"], view) == things


def test_a_moment_shows_the_day_of_the_customers_time_zone() -> None:
    view = View(language="de", zone="Europe/Berlin")
    assert show_date("2026-12-03T23:30:00+00:00", view) == "04.12.2026"
    assert show_time("2026-07-03T23:30:00+00:00", view) == "01:30"
    assert show_time(MONDAY.isoformat(), view) == "10:00"


@pytest.mark.parametrize("value", ["soon", "", None, 5, True, "32.13.2026", [], {"a": 1}])
def test_what_can_not_be_shown_as_asked_is_shown_as_it_is(value: object) -> None:
    view = View(language="de", zone="Europe/Berlin")
    for show in (show_date, show_datetime, show_time):
        assert show(value, view) == ("" if value is None else str(value))
    assert show_money("abc", view) == "abc"
    assert show_list("abc", view) == "abc"
