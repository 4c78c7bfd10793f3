"""Moments and stretches of a day as customers write them. Now is Wednesday, 11 March 2026, 10:30 in Berlin."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.answers.moments import read_moment, slots_meant
from dialogs.answers.values import AnswerContext

NOW = datetime(2026, 3, 11, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))


def context(language: str, now: datetime = NOW, offered: tuple[str, ...] = ()) -> AnswerContext:
    return AnswerContext(now=now, language=language, offered=offered)


def read(text: str, language: str, *, loose: bool = False, now: datetime = NOW) -> str | None:
    """``03-12 15:00``, ``03-12 13:00-18:00``, or None."""
    span = read_moment(text, context(language, now), loose=loose)
    if span is None:
        return None
    return f"{span.begin:%m-%d %H:%M}" + (f"-{span.end:%H:%M}" if span.end != span.begin else "")


GERMAN = [
    ("Morgen, 9 Uhr", "03-12 09:00"),
    ("heute gegen halb fünf", "03-11 16:30"),
    ("Sonntag um elf", "03-15 11:00"),
    ("Samstagvormittag", "03-14 09:00-12:00"),
    ("am Donnerstagabend um acht", "03-12 20:00"),
    ("übermorgen nachmittags um 4", "03-13 16:00"),
    ("nächsten Dienstag, 10:15", "03-17 10:15"),
    ("kommende Woche Mittwoch 8 Uhr", "03-18 08:00"),
    ("3. April um 14 Uhr", "04-03 14:00"),
    ("am 20.3. ab 9 Uhr", "03-20 09:00-20:00"),
    ("am zwanzigsten März um fünfzehn Uhr", "03-20 15:00"),
    ("23.03.2026 16.45 Uhr", "03-23 16:45"),
    ("in drei Stunden", "03-11 13:30"),
    ("in einer halben Stunde", "03-11 11:00"),
    ("in 45 Min.", "03-11 11:15"),
    ("in einer Woche um 10", "03-18 10:00"),
    ("heute Abend", "03-11 18:00-22:00"),
    ("morgen früh", "03-12 06:00-10:00"),
    ("morgen früh um 7", "03-12 07:00"),
    ("Montag morgen", "03-16 08:00-12:00"),
    ("am späten Nachmittag", "03-11 15:30-18:00"),
    ("morgen zwischen 10 und 12", "03-12 10:00-12:00"),
    ("zwischen 14 und 16 Uhr am Freitag", "03-13 14:00-16:00"),
    ("Freitag 12-18", "03-13 12:00-18:00"),
    ("von 8 bis 10 Uhr", "03-12 08:00-10:00"),
    ("morgen nach 17 Uhr", "03-12 17:00-20:00"),
    ("übermorgen vor 10", "03-13 08:00-10:00"),
    ("bis Mittag", "03-11 08:00-12:00"),
    ("sofort", "03-11 10:30"),
    ("um 15:20", "03-11 15:20"),
    ("so gegen 16 Uhr", "03-11 16:00"),
    ("siebzehn Uhr dreißig", "03-11 17:30"),
    ("heute um 8", "03-11 20:00"),
    ("um 9 Uhr", "03-11 21:00"),
    ("Mitternacht am Freitag", "03-13 00:00"),
]
ENGLISH = [
    ("tomorrow at 9", "03-12 09:00"),
    ("today at half past four", "03-11 16:30"),
    ("Sunday at eleven", "03-15 11:00"),
    ("on Saturday morning", "03-14 08:00-12:00"),
    ("Thursday evening at 8", "03-12 20:00"),
    ("4 in the afternoon on Friday", "03-13 16:00"),
    ("next Tuesday, 10:15 am", "03-17 10:15"),
    ("Wednesday next week at 8 o'clock", "03-18 08:00"),
    ("April 3rd at 2pm", "04-03 14:00"),
    ("the twenty-first of April at three thirty", "04-21 15:30"),
    ("the day after tomorrow at noon", "03-13 12:00"),
    ("2026-03-23 16:45", "03-23 16:45"),
    ("in three hours", "03-11 13:30"),
    ("in half an hour", "03-11 11:00"),
    ("in 45 mins", "03-11 11:15"),
    ("in an hour and a half", "03-11 12:00"),
    ("in a week at 10", "03-18 10:00"),
    ("tonight", "03-11 18:00-22:00"),
    ("tonight at 7", "03-11 19:00"),
    ("first thing tomorrow", "03-12 07:00-10:00"),
    ("early tomorrow morning", "03-12 08:00-10:00"),
    ("late afternoon", "03-11 15:00-18:00"),
    ("tomorrow between 10 and 12", "03-12 10:00-12:00"),
    ("between 2 and 4 pm on Friday", "03-13 14:00-16:00"),
    ("Friday 12-6pm", "03-13 12:00-18:00"),
    ("from 8 to 10 tomorrow", "03-12 08:00-10:00"),
    ("tomorrow after 5pm", "03-12 17:00-20:00"),
    ("Friday before 10", "03-13 08:00-10:00"),
    ("after lunch", "03-11 13:00-18:00"),
    ("asap", "03-11 10:30"),
    ("5 p.m.", "03-11 17:00"),
    ("around 3ish", "03-11 15:00"),
    ("quarter to six tomorrow", "03-12 17:45"),
    ("midday on Monday", "03-16 12:00"),
]
RUSSIAN = [
    ("завтра в 9", "03-12 09:00"),
    ("сегодня в половине пятого", "03-11 16:30"),
    ("в воскресенье в одиннадцать", "03-15 11:00"),
    ("в субботу утром", "03-14 06:00-12:00"),
    ("в четверг в 8 вечера", "03-12 20:00"),
    ("послезавтра в 4 часа дня", "03-13 16:00"),
    ("в следующий вторник в 10:15", "03-17 10:15"),
    ("на следующей неделе в среду в 8 утра", "03-18 08:00"),
    ("3 апреля в 14:00", "04-03 14:00"),
    ("двадцать первого апреля в 15.30", "04-21 15:30"),
    ("20-го марта в два часа", "03-20 14:00"),
    ("23.03.2026 в 16:45", "03-23 16:45"),
    ("через три часа", "03-11 13:30"),
    ("через полчаса", "03-11 11:00"),
    ("через час", "03-11 11:30"),
    ("минут через двадцать", "03-11 10:50"),
    ("через полтора часа", "03-11 12:00"),
    ("через неделю в 10", "03-18 10:00"),
    ("сегодня вечером", "03-11 18:00-22:00"),
    ("завтра с утра", "03-12 06:00-12:00"),
    ("завтра часов в десять", "03-12 10:00"),
    ("в пятницу после обеда", "03-13 13:00-18:00"),
    ("ближе к вечеру", "03-11 16:00-20:00"),
    ("завтра между 10 и 12", "03-12 10:00-12:00"),
    ("с двух до четырёх в пятницу", "03-13 14:00-16:00"),
    ("в пятницу 12–18", "03-13 12:00-18:00"),
    ("с 8 до 10", "03-12 08:00-10:00"),
    ("завтра после 17:00", "03-12 17:00-20:00"),
    ("послезавтра до 10", "03-13 08:00-10:00"),
    ("в первой половине дня в понедельник", "03-16 09:00-12:00"),
    ("прямо сейчас", None),
    ("сейчас", "03-11 10:30"),
    ("в 15-30", "03-11 15:30"),
    ("в 15 ч. 30 мин.", "03-11 15:30"),
    ("пятнадцать тридцать", "03-11 15:30"),
    ("без четверти шесть завтра", "03-12 17:45"),
    ("завтра в полдень", "03-12 12:00"),
]
UKRAINIAN = [
    ("завтра о 9", "03-12 09:00"),
    ("сьогодні о пів на п'яту", "03-11 16:30"),
    ("у неділю об одинадцятій", "03-15 11:00"),
    ("у суботу вранці", "03-14 06:00-12:00"),
    ("у четвер о 8 вечора", "03-12 20:00"),
    ("післязавтра о четвертій годині дня", "03-13 16:00"),
    ("наступного вівторка о 10:15", "03-17 10:15"),
    ("наступного тижня в середу о 8 ранку", "03-18 08:00"),
    ("3 квітня о 14:00", "04-03 14:00"),
    ("двадцять першого квітня о 15.30", "04-21 15:30"),
    ("20-го березня о другій", "03-20 14:00"),
    ("23.03.2026 о 16:45", "03-23 16:45"),
    ("за три години", "03-11 13:30"),
    ("через пів години", "03-11 11:00"),
    ("за годину", "03-11 11:30"),
    ("через 20 хвилин", "03-11 10:50"),
    ("через півтори години", "03-11 12:00"),
    ("за тиждень о 10", "03-18 10:00"),
    ("сьогодні ввечері", "03-11 18:00-22:00"),
    ("завтра зранку", "03-12 06:00-12:00"),
    ("завтра близько 10-ї", "03-12 10:00"),
    ("цієї п'ятниці по обіді", "03-13 13:00-18:00"),
    ("ближче до вечора", "03-11 16:00-20:00"),
    ("завтра між 10 та 12", "03-12 10:00-12:00"),
    ("з другої до четвертої у п'ятницю", "03-13 14:00-16:00"),
    ("у п'ятницю 12–18", "03-13 12:00-18:00"),
    ("з 8 до 10", "03-12 08:00-10:00"),
    ("завтра після 17:00", "03-12 17:00-20:00"),
    ("післязавтра до десятої", "03-13 08:00-10:00"),
    ("у першій половині дня в понеділок", "03-16 09:00-12:00"),
    ("зараз", "03-11 10:30"),
    ("о 15-30", "03-11 15:30"),
    ("о п'ятнадцятій тридцять", "03-11 15:30"),
    ("за чверть шоста завтра", "03-12 17:45"),
    ("завтра опівдні", "03-12 12:00"),
    ("о 15-й", "03-11 15:00"),
]
PHRASES = [
    (language, text, expected)
    for language, phrases in (("de", GERMAN), ("en", ENGLISH), ("ru", RUSSIAN), ("uk", UKRAINIAN))
    for text, expected in phrases
]


@pytest.mark.parametrize(("language", "text", "expected"), PHRASES)
def test_moment_as_people_write_it_is_read(language: str, text: str, expected: str | None) -> None:
    assert read(text, language) == expected


SENTENCES = [
    ("de", "Rufen Sie mich bitte morgen um 9 Uhr zurück", "03-12 09:00"),
    ("de", "Am Freitagnachmittag würde es mir passen", "03-13 13:00-18:00"),
    ("de", "ich bin ab 17 Uhr erreichbar", "03-11 17:00-20:00"),
    ("en", "could you call me back on Friday at 3pm please?", "03-13 15:00"),
    ("en", "I am free tomorrow between 10 and 12", "03-12 10:00-12:00"),
    ("ru", "перезвоните мне, пожалуйста, завтра в 10", "03-12 10:00"),
    ("ru", "мне удобно в пятницу после обеда", "03-13 13:00-18:00"),
    ("uk", "зателефонуйте мені завтра о 10", "03-12 10:00"),
    ("uk", "мені зручно у п'ятницю по обіді", "03-13 13:00-18:00"),
]


@pytest.mark.parametrize(("language", "text", "expected"), SENTENCES)
def test_moment_within_a_sentence_is_found_only_when_asked_for(language: str, text: str, expected: str) -> None:
    assert read(text, language) is None
    assert read(text, language, loose=True) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "nicht am Montag um 10"),
        ("de", "Montag um 10 oder Dienstag um 11"),
        ("de", "so ist das"),
        ("de", "do you speak English"),
        ("en", "not on Friday at 3pm"),
        ("en", "may I ask something"),
        ("ru", "не в пятницу в 10"),
        ("uk", "не в п'ятницю о 10"),
        ("de", "am Montag"),
        ("de", "25 Uhr"),
        ("de", "18-12"),
        ("en", "between 15:00 and 15:00"),
        ("de", "in 0 Stunden"),
        ("de", "in 999999 Stunden"),
        ("de", "x" * 200),
    ],
)
def test_text_that_names_no_one_moment_names_none(language: str, text: str) -> None:
    assert read(text, language, loose=True) is None


def test_time_without_a_day_is_the_next_one() -> None:
    evening = datetime(2026, 3, 11, 19, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert read("um 15 Uhr", "de", now=evening) == "03-12 15:00"
    assert read("um 15 Uhr", "de") == "03-11 15:00"
    assert read("nachmittags", "de", now=evening) == "03-12 13:00-18:00"
    assert read("heute um 15 Uhr", "de", now=evening) == "03-11 15:00"


OFFERED = (
    "2026-03-12T09:00:00+00:00",
    "2026-03-12T13:00:00+00:00",
    "2026-03-12T14:00:00+00:00",
    "2026-03-13T14:00:00+00:00",
)


@pytest.mark.parametrize(
    ("language", "text", "indexes"),
    [
        ("de", "morgen", [0, 1, 2]),
        ("de", "morgen Nachmittag", [1, 2]),
        ("de", "morgen ab 15 Uhr", [2]),
        ("de", "nachmittags", [1, 2, 3]),
        ("en", "tomorrow morning", [0]),
        ("en", "friday afternoon", [3]),
        ("ru", "завтра после обеда", [1, 2]),
        ("ru", "в 15:00", [2, 3]),
        ("uk", "завтра з 14 до 16", [1, 2]),
        ("uk", "завтра з 14 до 15:00", [1, 2]),
        ("uk", "у неділю", []),
        ("de", "egal", []),
    ],
)
def test_words_narrow_down_what_is_offered(language: str, text: str, indexes: list[int]) -> None:
    assert slots_meant(text, context(language, offered=OFFERED)) == [OFFERED[index] for index in indexes]


WORDS = st.sampled_from(
    ["morgen", "in", "через", "час", "h", "12", "3", ".", ":", "-", "до", "bis", "between", "and", "и", "after", "nach", "pm", "abends",
     "late", "früh", "now", "halb", "пів", "на", "third", "20", "mo", "märz", "x", "дня", "минут", "99", "0", "2026", "Freitagabend"]
)  # fmt: skip


@given(
    words=st.lists(WORDS, max_size=9), language=st.sampled_from(["de", "en", "ru", "uk", "", "fr"]), loose=st.booleans()
)
def test_any_heap_of_words_is_a_stretch_that_ends_or_nothing(words: list[str], language: str, loose: bool) -> None:
    span = read_moment(" ".join(words), context(language), loose=loose)
    assert span is None or span.begin <= span.end
