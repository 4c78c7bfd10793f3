"""Days, times and slots as customers write them. Now is Wednesday, 11 March 2026, 10:30 in Berlin."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conversation.content import Text
from dialogs.kinds import AnswerContext, Kind, NotThis, Parsed, parse

NOW = datetime(2026, 3, 11, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))


def ask(kind: str, text: str, language: str = "de", **more: object) -> object:
    ctx = AnswerContext(now=NOW, language=language, **more)  # type: ignore[arg-type]
    found = parse(Kind(name=kind), Text(text=text), ctx)
    return found.value if isinstance(found, Parsed) else found.reason


DATES = [
    ("de", "heute", "2026-03-11"),
    ("de", "Morgen", "2026-03-12"),
    ("de", "übermorgen.", "2026-03-13"),
    ("de", "uebermorgen", "2026-03-13"),
    ("de", "gestern", "2026-03-10"),
    ("de", "am Montag", "2026-03-16"),
    ("de", "Mittwoch", "2026-03-18"),
    ("de", "nächsten Freitag", "2026-03-13"),
    ("de", "nächste Woche Freitag", "2026-03-20"),
    ("de", "in 2 Wochen", "2026-03-25"),
    ("de", "in einer Woche", "2026-03-18"),
    ("de", "heute in zwei Wochen", "2026-03-25"),
    ("de", "in drei Monaten", "2026-06-11"),
    ("de", "3. März", "2027-03-03"),
    ("de", "11. März", "2026-03-11"),
    ("de", "ab dem 1. Dezember bitte", "2026-12-01"),
    ("de", "am 15.", "2026-03-15"),
    ("de", "Montag, den 16.3.", "2026-03-16"),
    ("de", "01.12.2026", "2026-12-01"),
    ("de", "1.12.", "2026-12-01"),
    ("de", "01.12.26", "2026-12-01"),
    ("de", "5.7.85", "1985-07-05"),
    ("de", "05.07.05", "2005-07-05"),
    ("de", "1/12", "2026-12-01"),
    ("de", "2026-12-01", "2026-12-01"),
    ("de", "29.2.", "2028-02-29"),
    ("de", "morgen um 15 Uhr", "2026-03-12"),
    ("de", "morgen früh", "2026-03-12"),
    ("de", "am 12.3. um 15", "2026-03-12"),
    ("de", "12.3. 15 Uhr", "2026-03-12"),
    ("de", "12.3. 15", "2026-03-12"),
    ("de", "12. 3. 2026", "2026-03-12"),
    ("de", "12. März um 15", "2026-03-12"),
    ("de", "12. März 15 Uhr", "2026-03-12"),
    ("en", "March 12, 2026", "2026-03-12"),
    ("en", "March 12 at 15", "2026-03-12"),
    ("ru", "через 3 дня", "2026-03-14"),
    ("en", "tomorrow", "2026-03-12"),
    ("en", "the day after tomorrow", "2026-03-13"),
    ("en", "next friday", "2026-03-13"),
    ("en", "friday next week", "2026-03-20"),
    ("en", "march 3rd", "2027-03-03"),
    ("en", "3rd of March, 2027", "2027-03-03"),
    ("en", "on the 15th", "2026-03-15"),
    ("en", "in two weeks", "2026-03-25"),
    ("en", "in a month", "2026-04-11"),
    ("en", "12/25", "2026-12-25"),
    ("ru", "завтра", "2026-03-12"),
    ("ru", "послезавтра", "2026-03-13"),
    ("ru", "в понедельник", "2026-03-16"),
    ("ru", "в пятницу на следующей неделе", "2026-03-20"),
    ("ru", "3 марта", "2027-03-03"),
    ("ru", "третьего апреля 2026 года", "2026-04-03"),
    ("ru", "15-го", "2026-03-15"),
    ("ru", "15 числа", "2026-03-15"),
    ("ru", "через неделю", "2026-03-18"),
    ("ru", "через две недели", "2026-03-25"),
    ("uk", "завтра", "2026-03-12"),
    ("uk", "післязавтра", "2026-03-13"),
    ("uk", "у понеділок", "2026-03-16"),
    ("uk", "у п’ятницю", "2026-03-13"),
    ("uk", "3 березня", "2027-03-03"),
    ("uk", "п'ятого квітня", "2026-04-05"),
    ("uk", "через тиждень", "2026-03-18"),
    ("uk", "за 2 дні", "2026-03-13"),
    ("de", "tomorrow", "2026-03-12"),
]


@pytest.mark.parametrize(("language", "text", "expected"), DATES)
def test_day_as_people_write_it_is_read(language: str, text: str, expected: str) -> None:
    assert ask("date", text, language) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "bald",
        "32.1.2026",
        "30. Februar",
        "2026-13-01",
        "Dienstag, 16.3.",
        "99999999999999",
        "in 4000 Jahren",
        "morgen oder übermorgen",
        "nächste Woche",
        "März",
        "15:30",
        "3.3.3.3",
        "1.1.0005",
    ],
)
def test_text_that_names_no_single_day_is_refused(text: str) -> None:
    assert ask("date", text) == "format"


def test_month_comes_first_in_the_united_states() -> None:
    assert ask("date", "1/12/2027", "en", country="US") == "2027-01-12"
    assert ask("date", "1/12/2027", "en", country="GB") == "2027-12-01"


TIMES = [
    ("de", "15 Uhr", "15:00"),
    ("de", "um 15:30 Uhr", "15:30"),
    ("de", "15.30", "15:30"),
    ("de", "15 Uhr 30", "15:30"),
    ("de", "halb vier", "15:30"),
    ("de", "halb zehn", "09:30"),
    ("de", "halb eins", "12:30"),
    ("de", "Viertel nach drei", "15:15"),
    ("de", "viertel vor neun", "08:45"),
    ("de", "zehn vor acht", "07:50"),
    ("de", "9 Uhr morgens", "09:00"),
    ("de", "um 3 nachmittags", "15:00"),
    ("de", "mittags", None),
    ("de", "Mittag", "12:00"),
    ("de", "3:00", "03:00"),
    ("de", "24:00", "00:00"),
    ("en", "3pm", "15:00"),
    ("en", "3:30 p.m.", "15:30"),
    ("en", "at 12 am", "00:00"),
    ("en", "half past three", "15:30"),
    ("en", "quarter to nine", "08:45"),
    ("en", "ten o'clock", "10:00"),
    ("en", "3 in the afternoon", "15:00"),
    ("en", "noon", "12:00"),
    ("ru", "в 15 часов", "15:00"),
    ("ru", "в 3 часа дня", "15:00"),
    ("ru", "9 утра", "09:00"),
    ("ru", "7 вечера", "19:00"),
    ("ru", "полтретьего", "14:30"),
    ("ru", "в половине третьего", "14:30"),
    ("uk", "о 15:00", "15:00"),
    ("uk", "о третій годині", "15:00"),
    ("uk", "пів на четверту", "15:30"),
    ("uk", "9 ранку", "09:00"),
    ("uk", "чверть на третю", "14:15"),
    ("uk", "за чверть третя", "14:45"),
    ("uk", "за десять третя", "14:50"),
    ("ru", "без четверти три", "14:45"),
    ("ru", "без десяти девять", "08:50"),
    ("de", "viertel drei", "14:15"),
    ("de", "dreiviertel drei", "14:45"),
    ("en", "half three", "15:30"),
]


@pytest.mark.parametrize(("language", "text", "expected"), TIMES)
def test_time_as_people_say_it_is_read(language: str, text: str, expected: str | None) -> None:
    assert ask("time", text, language) == (expected or "format")


@pytest.mark.parametrize("text", ["25 Uhr", "15:60", "morgen um 15 Uhr", "bald", "halb 25", "0 pm", "zehn nach 25", ""])
def test_text_that_names_no_time_is_refused(text: str) -> None:
    assert ask("time", text) == "format"


OFFERED = (
    "2026-03-12T09:00:00+00:00",
    "2026-03-12T14:00:00+00:00",
    "2026-03-13T14:00:00+00:00",
    "2026-03-16T08:30:00+00:00",
)


@pytest.mark.parametrize(
    ("language", "text", "index"),
    [
        ("de", "morgen um 15 Uhr", 1),
        ("de", "15 Uhr morgen", 1),
        ("de", "Donnerstag 10 Uhr", 0),
        ("de", "13.3. 15:00", 2),
        ("de", "am 13. März um drei", 2),
        ("de", "am 13.3. um 15", 2),
        ("de", "13.3., 15 Uhr", 2),
        ("de", "13.3. 15", 2),
        ("en", "March 13 at 3", 2),
        ("ru", "13 марта в 3 часа дня", 2),
        ("de", "halb zehn", 3),
        ("de", "Montag", 3),
        ("en", "friday 3pm", 2),
        ("ru", "завтра в 10", 0),
        ("uk", "у понеділок о 9:30", 3),
        ("de", "2026-03-13T14:00:00+00:00", 2),
    ],
)
def test_free_words_find_the_one_slot_they_name(language: str, text: str, index: int) -> None:
    assert ask("time_slot", text, language, offered=OFFERED) == OFFERED[index]


@pytest.mark.parametrize("text", ["morgen", "15 Uhr", "morgen um 16 Uhr", "Sonntag", "egal", ""])
def test_words_that_fit_no_slot_or_several_are_refused(text: str) -> None:
    assert ask("time_slot", text, offered=OFFERED) == "format"


def test_slot_that_is_no_date_time_is_only_found_by_its_own_words() -> None:
    offered = ("nach Absprache", "2026-03-12T15:00")
    assert ask("time_slot", "nach Absprache", offered=offered) == "nach Absprache"
    assert ask("time_slot", "morgen 15 Uhr", offered=offered) == "2026-03-12T15:00"


def test_refusal_carries_a_reason() -> None:
    ctx = AnswerContext(now=NOW, language="de")
    assert parse(Kind(name="date"), Text(text="x"), ctx) == NotThis(reason="format")
