"""Values that an editor names by their kind alone, as customers of four languages write them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.content import Text
from dialogs.kinds import AnswerContext, Kind, NotThis, parse
from nlu.entities import EntityFinder
from nlu.features import Tokenizers
from nlu.kinds import KINDS
from nlu.read import EntityRule

LANGUAGES = ("de", "en", "ru", "uk")
COUNTRY = {"de": "DE", "en": "GB", "ru": "RU", "uk": "UA"}
ABROAD = ("phone", "postcode")


def finder(*kinds: str, country: Mapping[str, str] = COUNTRY) -> EntityFinder:
    rules = {
        language: [
            EntityRule(name=kind, kind=kind, country=country[language] if kind in ABROAD else "") for kind in kinds
        ]
        for language in LANGUAGES
    }
    return EntityFinder(Tokenizers(LANGUAGES), rules)


FINDERS = {kind: finder(kind) for kind in KINDS}

FRAMES = {
    "de": ("{}", "ja, {} bitte", "Also das ist {}.", "({}) stimmt das?", "meine: {}, danke"),
    "en": ("{}", "yes, {} please", "So it is {}.", "({}) is that right?", "mine: {}, thanks"),
    "ru": ("{}", "да, {} пожалуйста", "Ну это {}.", "({}) верно?", "мой: {}, спасибо"),
    "uk": ("{}", "так, {} будь ласка", "Ну це {}.", "({}) вірно?", "мій: {}, дякую"),
}

EVERYWHERE: Mapping[str, Mapping[str, str]] = {
    "email": {
        "anna@example.com": "anna@example.com",
        "Anna.Maria@Example.COM": "anna.maria@example.com",
        "a.b-c+d@mail.example.co.uk": "a.b-c+d@mail.example.co.uk",
        "o_k%1@xn--bcher-kva.example": "o_k%1@xn--bcher-kva.example",
    },
    "iban": {
        "DE89 3704 0044 0532 0130 00": "DE89370400440532013000",
        "de89370400440532013000": "DE89370400440532013000",
        "AT61-1904-3002-3457-3201": "AT611904300234573201",
        "UA21 3223 1300 0002 6007 2335 6600 1": "UA213223130000026007233566001",
    },
    "reference": {
        "#77120": "77120",
        "№77120": "77120",
        "№ 77120": "77120",
        "A-12345": "A-12345",
        "a12345": "A12345",
        "А-12345": "A-12345",
        "20261234-1": "20261234-1",
        "KD/4711-22": "KD/4711-22",
    },
    "number": {"3": "3", "1250": "1250", "-7": "-7", "12 500": "12500", "1 000 000": "1000000"},
    "money": {"20€": "20 EUR", "€ 20": "20 EUR", "49,90 €": "49.90 EUR", "49.90 EUR": "49.90 EUR", "$15": "15 USD", "1 250,50 €": "1250.50 EUR"},
}  # fmt: skip

PHONES = {
    "de": {
        "0151 2345678": "+491512345678",
        "0151/2345678": "+491512345678",
        "(030) 123 456-78": "+493012345678",
        "+49 151 23456789": "+4915123456789",
        "0049 30 12345678": "+493012345678",
    },
    "en": {
        "020 7946 0018": "+442079460018",
        "07700 900123": "+447700900123",
        "(0161) 496 0000": "+441614960000",
        "+44 20 7946 0018": "+442079460018",
        "+1 (212) 555-0123": "+12125550123",
    },
    "ru": {
        "8 916 123-45-67": "+79161234567",
        "8(916)1234567": "+79161234567",
        "+7 916 123 45 67": "+79161234567",
        "916 123-45-67": "+79161234567",
        "+380 67 123 45 67": "+380671234567",
    },
    "uk": {
        "067 123 45 67": "+380671234567",
        "(044) 123-45-67": "+380441234567",
        "+380671234567": "+380671234567",
        "+38 067 123-45-67": "+380671234567",
        "0671234567": "+380671234567",
    },
}
POSTCODES = {
    "de": {"10115": "10115", "04109": "04109", "80331": "80331", "20095": "20095"},
    "en": {"SW1A 1AA": "SW1A 1AA", "m1 1ae": "M1 1AE", "EC1A1BB": "EC1A1BB", "B33 8TH": "B33 8TH"},
    "ru": {"101000": "101000", "190000": "190000", "630099": "630099", "344002": "344002"},
    "uk": {"01001": "01001", "79000": "79000", "65026": "65026", "61000": "61000"},
}
MONEY = {
    "de": {
        "20 Euro": "20 EUR", "1.250 €": "1250 EUR", "1.250,00 EUR": "1250.00 EUR", "49,- €": "49 EUR", "3 Franken": "3 CHF", "100 Euros": "100 EUR",
        "-5 €": "-5 EUR", "12,5 Euro": "12.5 EUR", "9.99€": "9.99 EUR", "2.000.000 €": "2000000 EUR", "15 Dollar": "15 USD", "EUR 30": "30 EUR",
    },
    "en": {
        "20 euros": "20 EUR", "£1,250": "1250 GBP", "$1,250.00": "1250.00 USD", "100 pounds": "100 GBP", "15 dollars": "15 USD", "US$ 30": "30 USD", "12.5 EUR": "12.5 EUR",
        "9.99€": "9.99 EUR", "GBP 40": "40 GBP", "2,000,000 USD": "2000000 USD", "50 pound": "50 GBP", "1 dollar": "1 USD",
    },
    "ru": {
        "20 евро": "20 EUR", "500 руб": "500 RUB", "500 рублей": "500 RUB", "1 250 руб": "1250 RUB", "1 рубль": "1 RUB", "100 гривен": "100 UAH", "15 долларов": "15 USD",
        "99,90 ₽": "99.90 RUB", "2 000 000 рублей": "2000000 RUB", "100₽": "100 RUB", "7,5 евро": "7.5 EUR", "200 злотых": "200 PLN", "50 фунтов": "50 GBP",
    },
    "uk": {
        "20 євро": "20 EUR", "500 грн": "500 UAH", "500 гривень": "500 UAH", "1 250 грн": "1250 UAH", "1 гривня": "1 UAH", "99,90 ₴": "99.90 UAH", "15 доларів": "15 USD",
        "100₴": "100 UAH", "2 000 000 грн": "2000000 UAH", "7,5 євро": "7.5 EUR", "200 злотих": "200 PLN", "50 фунтів": "50 GBP", "300 рублів": "300 RUB",
    },
}  # fmt: skip
NUMBERS = {
    "de": {"1.250": "1250", "2,5": "2.5", "1.250,75": "1250.75", "0,125": "0.125"},
    "en": {"1,250": "1250", "2.5": "2.5", "1,250.75": "1250.75", "0.125": "0.125"},
    "ru": {"2,5": "2.5", "1 250,75": "1250.75", "0,5": "0.5", "1 250": "1250"},
    "uk": {"2,5": "2.5", "1 250,75": "1250.75", "0,5": "0.5", "1 250": "1250"},
}
DATES: Mapping[str, Mapping[str, str]] = {
    "de": {
        "12.03.2026": "2026-03-12", "1.2.26": "2026-02-01", "2026-03-12": "2026-03-12", "3. April 2026": "2026-04-03", "12/03/2026": "2026-03-12",
        "31.12": "31.12", "3. April": "3. April", "heute": "heute", "morgen": "morgen", "morgen früh": "morgen früh", "übermorgen": "übermorgen",
        "am Montag": "am Montag", "nächsten Dienstag": "nächsten Dienstag", "Freitagnachmittag": "Freitagnachmittag", "in 3 Tagen": "in 3 Tagen",
        "in zwei Wochen": "in zwei Wochen", "nächste Woche": "nächste Woche", "gestern Abend": "gestern Abend", "Samstag Vormittag": "Samstag Vormittag",
        "15. Dezember": "15. Dezember", "vor einer Woche": "vor einer Woche", "Mi, 12.03": "Mi, 12.03",
    },
    "en": {
        "2026-03-12": "2026-03-12", "12.03.2026": "2026-03-12", "25/12/2026": "2026-12-25", "12/25/2026": "12/25/2026", "04/05/2026": "04/05/2026",
        "March 5th, 2026": "2026-03-05", "5 March 2026": "2026-03-05", "5th of March": "5th of March", "March 5": "March 5", "today": "today", "tomorrow": "tomorrow",
        "tomorrow morning": "tomorrow morning", "tonight": "tonight", "the day after tomorrow": "the day after tomorrow", "on Monday": "on Monday",
        "next Tuesday": "next Tuesday", "Friday afternoon": "Friday afternoon", "in 3 days": "in 3 days", "in two weeks": "in two weeks", "next week": "next week",
        "yesterday evening": "yesterday evening", "1st January": "1st January",
    },
    "ru": {
        "12.03.2026": "2026-03-12", "1.2.26": "2026-02-01", "2026-03-12": "2026-03-12", "5 марта 2026": "2026-03-05", "5 марта 2026 года": "2026-03-05",
        "31.12": "31.12", "5 марта": "5 марта", "5-го марта": "5-го марта", "сегодня": "сегодня", "завтра": "завтра", "завтра утром": "завтра утром",
        "послезавтра": "послезавтра", "в понедельник": "в понедельник", "в следующий вторник": "в следующий вторник", "во вторник после обеда": "во вторник после обеда",
        "через 3 дня": "через 3 дня", "через неделю": "через неделю", "на следующей неделе": "на следующей неделе",
        "вчера вечером": "вчера вечером", "в пятницу": "в пятницу", "1 января": "1 января",
    },
    "uk": {
        "12.03.2026": "2026-03-12", "1.2.26": "2026-02-01", "2026-03-12": "2026-03-12", "5 березня 2026": "2026-03-05", "5 березня 2026 року": "2026-03-05",
        "31.12": "31.12", "5 березня": "5 березня", "5-го березня": "5-го березня", "сьогодні": "сьогодні", "завтра": "завтра", "завтра вранці": "завтра вранці",
        "післязавтра": "післязавтра", "у понеділок": "у понеділок", "в наступний вівторок": "в наступний вівторок", "у четвер": "у четвер", "в п'ятницю": "в п'ятницю",
        "через 3 дні": "через 3 дні", "за тиждень": "за тиждень", "наступного тижня": "наступного тижня", "вчора ввечері": "вчора ввечері", "у середу": "у середу",
        "1 січня": "1 січня",
    },
}  # fmt: skip
TIMES: Mapping[str, Mapping[str, str]] = {
    "de": {
        "15:00": "15:00", "9:05": "09:05", "um 15 Uhr": "um 15 Uhr", "15 Uhr": "15 Uhr", "15 Uhr 30": "15 Uhr 30", "15.30 Uhr": "15.30 Uhr", "15h": "15h",
        "halb vier": "halb vier", "halb 4": "halb 4", "viertel nach drei": "viertel nach drei", "kurz vor acht": "kurz vor acht", "um acht": "um acht",
        "gegen zehn": "gegen zehn", "nach 17 Uhr": "nach 17 Uhr", "ab 9": "ab 9", "zwischen 9 und 12": "zwischen 9 und 12", "von 9 bis 12 Uhr": "von 9 bis 12 Uhr",
        "drei Uhr": "drei Uhr", "mittags": "mittags", "abends": "abends", "um zwölf Uhr": "um zwölf Uhr",
    },
    "en": {
        "15:00": "15:00", "9:05": "09:05", "3pm": "3pm", "3 p.m.": "3 p.m.", "at 3": "at 3", "3:30 pm": "3:30 pm", "half past three": "half past three",
        "quarter to 4": "quarter to 4", "ten past nine": "ten past nine", "at eight": "at eight", "around ten": "around ten", "after 5 pm": "after 5 pm",
        "between 9 and 12": "between 9 and 12", "from 9 to 12": "from 9 to 12", "three o'clock": "three o'clock", "noon": "noon", "midnight": "midnight",
        "in the afternoon": "in the afternoon", "before noon": "before noon", "by 6": "by 6", "11 am": "11 am",
    },
    "ru": {
        "15:00": "15:00", "9:05": "09:05", "в 15": "в 15", "в 15 часов": "в 15 часов", "в 3 часа дня": "в 3 часа дня", "в три часа": "в три часа", "в три": "в три",
        "в половине четвёртого": "в половине четвёртого", "около десяти": "около десяти", "после 17": "после 17", "после пяти": "после пяти",
        "с 9 до 12": "с 9 до 12", "к восьми": "к восьми", "в полдень": "в полдень", "утром": "утром", "вечером": "вечером", "после обеда": "после обеда",
        "до 18:00": "до 18:00", "в 9 утра": "в 9 утра", "в час": "в час",
    },
    "uk": {
        "15:00": "15:00", "9:05": "09:05", "о 15": "о 15", "о 15-й": "о 15-й", "о 15 годині": "о 15 годині", "о третій": "о третій", "о третій годині": "о третій годині",
        "о пів на четверту": "о пів на четверту", "о четвертій": "о четвертій", "близько десятої": "близько десятої", "після 17": "після 17", "після п'ятої": "після п'ятої",
        "з 9 до 12": "з 9 до 12", "до восьмої": "до восьмої", "опівдні": "опівдні", "вранці": "вранці", "ввечері": "ввечері", "по обіді": "по обіді",
        "до 18:00": "до 18:00", "о 9 ранку": "о 9 ранку", "на десяту": "на десяту",
    },
}  # fmt: skip
MOMENTS: Mapping[str, tuple[str, ...]] = {
    "de": ("morgen um 15 Uhr", "am Montag um halb vier", "Dienstag 10:00", "übermorgen gegen zehn", "am Freitag ab 9"),
    "en": (
        "tomorrow at 3pm",
        "on Monday at half past three",
        "Tuesday 10:00",
        "next Friday around ten",
        "today after 5 pm",
    ),
    "ru": (
        "завтра в 15:00",
        "в понедельник в три часа",
        "во вторник около десяти",
        "послезавтра в 9 утра",
        "в пятницу после 17",
    ),
    "uk": (
        "завтра о 15:00",
        "у понеділок о третій",
        "у вівторок близько десятої",
        "післязавтра о 9 ранку",
        "в п'ятницю після 17",
    ),
}
NOTHING = {
    "phone": ("12.03.2026", "2026-03-12", "77120", "A-12345", "100 000 €", "1234"),
    "reference": ("2026", "12.03.2026", "123", "12 34", "ok"),
    "iban": ("DE89 3704 0044 0532 0130 01", "DE89", "AB12 CDEF GHIJ KLMN"),
    "email": ("anna@", "@example.com", "anna at example.com", "anna@example"),
    "postcode": ("123", "1234567", "12"),
    "money": ("20", "euro", "€", "20 %"),
    "date": ("99.99.2026", "irgendwann", "77120"),
    "time": ("25:00", "99:99", "77120"),
}


def cases() -> Iterator[tuple[str, str, str, str]]:
    """Kind, language, what is typed, the value expected."""
    own: Mapping[str, Mapping[str, Mapping[str, str]]] = {
        "phone": PHONES,
        "postcode": POSTCODES,
        "money": MONEY,
        "number": NUMBERS,
        "date": DATES,
        "time": TIMES,
    }
    for language in LANGUAGES:
        for kind in KINDS:
            listed = {**EVERYWHERE.get(kind, {}), **own.get(kind, {}).get(language, {})}
            listed |= {typed: typed for typed in MOMENTS[language]} if kind == "datetime" else {}
            for typed, value in listed.items():
                yield kind, language, typed, value


def test_each_kind_and_language_has_twenty_cases_at_least() -> None:
    counted: dict[tuple[str, str], int] = {}
    for kind, language, _, _ in cases():
        frames = 1 if kind in ("date", "time") else len(FRAMES[language])
        counted[kind, language] = counted.get((kind, language), 0) + frames
    assert len(counted) == len(KINDS) * len(LANGUAGES)
    assert min(counted.values()) >= 20, counted


@pytest.mark.parametrize(("kind", "language", "typed", "value"), tuple(cases()))
def test_value_is_found_where_it_stands_and_comes_in_one_form(kind: str, language: str, typed: str, value: str) -> None:
    for frame in FRAMES[language]:
        text = frame.format(typed)
        found = FINDERS[kind].find(text, language)
        assert [(text[each.start : each.end], each.value) for each in found] == [(typed, value)], text


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in NOTHING.items() for text in texts])
def test_what_only_looks_like_a_value_is_none(kind: str, text: str) -> None:
    assert [FINDERS[kind].find(text, language) for language in LANGUAGES] == [(), (), (), ()]


def test_national_number_without_a_country_is_left_to_who_knows_it() -> None:
    found = finder("phone", country=dict.fromkeys(LANGUAGES, "")).find("0151 2345678", "de")
    assert [each.value for each in found] == ["01512345678"]


CONTEXT = AnswerContext(now=datetime(2026, 3, 4, 10, tzinfo=ZoneInfo("Europe/Berlin")), language="de", country="DE")


@pytest.mark.parametrize(
    ("kind", "answer", "text", "value"),
    [
        ("phone", "phone", "meine Nummer ist 0151 2345678", "+491512345678"),
        ("email", "email", "an Anna@Example.com bitte", "anna@example.com"),
        ("money", "money", "es waren 1.250,50 € oder so", 1250.5),
        ("date", "date", "am 12.03.2026 ging es los", "2026-03-12"),
        ("date", "date", "das war am 3. April 2026 glaube ich", "2026-04-03"),
        ("date", "date", "kommen Sie übermorgen", "2026-03-06"),
        ("number", "number", "wir sind 3 Leute", 3),
        ("time", "time", "bitte um 15:30 anrufen", "15:30"),
    ],
)
def test_value_found_in_a_sentence_is_an_answer_of_the_kind_that_a_question_asks_for(
    kind: str, answer: str, text: str, value: object
) -> None:
    (found,) = FINDERS[kind].find(text, "de")
    parsed = parse(Kind(name=answer), Text(text=found.value), CONTEXT)
    assert not isinstance(parsed, NotThis)
    assert parsed.value == value


def test_longest_kind_wins_where_several_fit() -> None:
    found = finder("number", "reference", "phone", "date", "money").find(
        "am 12.03.2026 um 20€ unter 0151 2345678 zu A-12345", "de"
    )
    assert [(each.name, each.value) for each in found] == [
        ("date", "2026-03-12"),
        ("money", "20 EUR"),
        ("phone", "+491512345678"),
        ("reference", "A-12345"),
    ]


@given(text=st.text(max_size=200), language=st.sampled_from(LANGUAGES), kind=st.sampled_from(KINDS))
def test_any_text_is_searched_and_offsets_are_within_it(text: str, language: str, kind: str) -> None:
    for each in FINDERS[kind].find(text, language):
        assert 0 <= each.start < each.end <= len(text)
        assert each.value


# ── lists, with a slip of the finger ─────────────────────────────────────────────────────────────────────────────────

PLACES = EntityRule(
    name="city",
    values={"Berlin": ("Hauptstadt",), "Hamburg": (), "Köln": ("Cologne",), "Frankfurt am Main": ("Mainhattan",), "Ulm": (), "Харьков": ("Харків",)},
)  # fmt: skip
NEAR = EntityRule(name="street", values={"Lindenweg": (), "Rindenweg": (), "Mozartgasse": (), "Mozartgassl": ()})


@pytest.fixture(scope="module")
def places() -> EntityFinder:
    return EntityFinder(Tokenizers(LANGUAGES), {language: [PLACES, NEAR] for language in LANGUAGES})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("in Berlin", "Berlin"),
        ("in Berlni", "Berlin"),
        ("in Belin", "Berlin"),
        ("in Beerlin", "Berlin"),
        ("in Berkin", "Berlin"),
        ("ich wohne in Hmaburg.", "Hamburg"),
        ("Koeln", None),
        ("colonge", "Köln"),
        ("Frankfurt am Mian", "Frankfurt am Main"),
        ("frankfrut am main", "Frankfurt am Main"),
        ("HAUPTSTATD", "Berlin"),
        ("в Харькове", "Харьков"),
        ("Харкова", None),
        ("Ulf", None),
        ("Merlin", None),
        ("Berliner", None),
        ("Lindenweg", "Lindenweg"),
        ("Mozartgass", None),
        ("Mozartgasse", "Mozartgasse"),
    ],
)
def test_listed_value_with_one_slip_is_found_if_it_can_be_no_other(
    places: EntityFinder, text: str, value: str | None
) -> None:
    assert [each.value for each in places.find(text, "de")] == ([value] if value else [])


def test_slip_has_the_offsets_of_what_was_typed(places: EntityFinder) -> None:
    text = "ich wohne in Hmaburg."
    (found,) = places.find(text, "de")
    assert text[found.start : found.end] == "Hmaburg"
