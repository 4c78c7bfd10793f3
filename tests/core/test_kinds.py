"""Answers that are not about time, and what holds for every kind."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.content import Contact, Content, Location, Media, Text, Unsupported
from conversation.errors import ContentError
from dialogs.kinds import BUILT_IN, AnswerContext, Kind, NotThis, Parsed, check, compile_pattern, parse, read_bound

NOW = datetime(2026, 3, 11, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))
ORDER = Kind(name="order_number", pattern="[A-Z]-?[0-9]{4,8}", example="A-12345")
CONTRACT = Kind(name="contract_number", pattern="[0-9]{8}")


def context(language: str = "de", country: str = "DE", currency: str = "EUR") -> AnswerContext:
    return AnswerContext(now=NOW, language=language, country=country, currency=currency)


def ask(
    kind: Kind | str, content: Content | str, language: str = "de", country: str = "DE", currency: str = "EUR"
) -> object:
    found = parse(
        Kind(name=kind) if isinstance(kind, str) else kind,
        Text(text=content) if isinstance(content, str) else content,
        context(language, country, currency),
    )
    return found.value if isinstance(found, Parsed) else f"not: {found.reason}"


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Ja", True),
        ("de", "ja, bitte!", True),
        ("de", "alles klar", True),
        ("de", "Nö", False),
        ("de", "nein danke", False),
        ("de", "stimmt nicht", False),
        ("en", "Yes please", True),
        ("en", "of course", True),
        ("en", "yes, that's right", True),
        ("ru", "да, хочу", True),
        ("ru", "не хочу", False),
        ("uk", "не хочу", False),
        ("en", "nope", False),
        ("ru", "Да", True),
        ("ru", "да, всё верно", True),
        ("ru", "нет, спасибо", False),
        ("ru", "не надо", False),
        ("uk", "Так", True),
        ("uk", "ні, дякую", False),
        ("de", "👍🏽", True),
        ("de", "👎", False),
        ("ru", "+", True),
    ],
)
def test_yes_and_no_are_read_in_every_language(language: str, text: str, expected: bool) -> None:
    assert ask("yes_no", text, language) is expected


@pytest.mark.parametrize("text", ["ja und nein", "vielleicht", "", "bitte", "ja ich habe da noch eine Frage", "danke"])
def test_words_that_are_neither_yes_nor_no_are_refused(text: str) -> None:
    assert ask("yes_no", text) == "not: format"


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "42", 42),
        ("de", "-3", -3),
        ("de", "−3", -3),
        ("de", "1.234,5", 1234.5),
        ("de", "1.234", 1234),
        ("de", "1.5", 1.5),
        ("de", "2,50", 2.5),
        ("de", "1 234 567", 1234567),
        ("de", "zwölf", 12),
        ("en", "1,234.5", 1234.5),
        ("en", "1,234", 1234),
        ("en", "1,5", 1.5),
        ("en", "seven", 7),
        ("ru", "1 234,5", 1234.5),
        ("ru", "1.234", 1.234),
        ("ru", "пять", 5),
        ("uk", "п'ять", 5),
        ("de", "9" * 40, "not: too_big"),
        ("de", "-" + "9" * 40, "not: too_small"),
        ("de", "1.23.456", "not: format"),
        ("de", "1e5", "not: format"),
        ("de", "drei vier", "not: format"),
        ("de", "dritte", "not: format"),
        ("de", "", "not: format"),
        ("de", "NaN", "not: format"),
    ],
)
def test_numbers_follow_the_language(language: str, text: str, expected: object) -> None:
    found = ask("number", text, language)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "4", 4),
        ("de", "5/5", 5),
        ("de", "4 von 5", 4),
        ("de", "vier Sterne", 4),
        ("en", "3 out of 5", 3),
        ("en", "five stars", 5),
        ("ru", "4 из 5", 4),
        ("ru", "пять", 5),
        ("uk", "чотири", 4),
        ("de", "eine 4", 4),
        ("ru", "на 5", 5),
        ("de", "5 ⭐", 5),
        ("de", "5⭐️", 5),
        ("de", "12", "not: too_big"),
        ("de", "⭐⭐⭐", 3),
        ("de", "⭐️⭐️", 2),
        ("de", "★★★★☆", 4),
        ("de", "4️⃣", 4),
        ("de", "0", "not: too_small"),
        ("de", "6", "not: too_big"),
        ("de", "⭐" * 6, "not: too_big"),
        ("de", "4/10", "not: format"),
        ("de", "naja", "not: format"),
        ("de", "", "not: format"),
    ],
)
def test_ratings_are_one_to_five(language: str, text: str, expected: object) -> None:
    assert ask("rating", text, language) == expected


@pytest.mark.parametrize(
    ("country", "text", "expected"),
    [
        ("DE", "+49 30 555666", "+4930555666"),
        ("DE", "030 555 666", "+4930555666"),
        ("DE", "+49 (0)30 555666", "+4930555666"),
        ("DE", "0171/1234567 bitte", "+491711234567"),
        ("DE", "meine Nummer: 0171-1234567", "+491711234567"),
        ("DE", "0049 171 1234567", "+491711234567"),
        ("UA", "067 123 45 67", "+380671234567"),
        ("DE", "x", "not: format"),
        ("DE", "", "not: format"),
        ("DE", "12", "not: too_short"),
        ("DE", "+49" + "1" * 20, "not: too_long"),
        ("DE", "030 555666 oder 0171 1234567", "not: format"),
        ("DE", "0151 2345678", "+491512345678"),
        ("DE", "491711234567", "+491711234567"),
        ("DE", "380671234567", "+380671234567"),
        ("US", "555-1234", "5551234"),
        ("DE", "+999 1234567", "+9991234567"),
        ("US", "555-12", "not: too_short"),
    ],
)
def test_phone_numbers_come_as_e164(country: str, text: str, expected: str) -> None:
    assert ask("phone", text, country=country) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [("uk", "050 123 45 67", "+380501234567"), ("ru", "8 912 345-67-89", "+4989123456789")],
)
def test_number_that_is_none_of_the_bots_country_is_one_of_the_languages(
    language: str, text: str, expected: str
) -> None:
    """German numbers come first: Munich has 089 too."""
    assert ask("phone", text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "49,90 €", 49.9),
        ("de", "49.90", 49.9),
        ("de", "12.50", 12.5),
        ("de", "1.250,00 EUR", 1250),
        ("de", "1.250 €", 1250),
        ("de", "49,- €", 49),
        ("de", "49 Euro 90", 49.9),
        ("de", "49 Euro und 90 Cent", 49.9),
        ("de", "90 Cent", 0.9),
        ("de", "etwa 30 Euro", 30),
        ("de", "fünf Euro", 5),
        ("de", "€ 7", 7),
        ("de", "-5 €", -5),
        ("de", "12'000.50 EUR", 12000.5),
        ("en", "€1,250.00", 1250),
        ("en", "1,250", 1250),
        ("en", "39.9 euros", 39.9),
        ("ru", "1 250 евро", 1250),
        ("ru", "49,90", 49.9),
        ("ru", "3 евро 50 центов", 3.5),
        ("uk", "1\u00a0250,50 євро", 1250.5),
        ("uk", "десять євро", 10),
        ("de", "20 $", "not: currency"),
        ("uk", "1 250 грн", "not: currency"),
        ("de", "zehn", 10),
        ("de", "1.23.456 €", "not: format"),
        ("de", "1.234.50", "not: format"),
        ("de", "4 5", "not: format"),
        ("de", "5 € 6 €", "not: format"),
        ("de", "€", "not: format"),
        ("de", "teuer", "not: format"),
        ("de", "12a", "not: format"),
        ("de", "", "not: format"),
        ("de", "9" * 20, "not: too_big"),
    ],
)
def test_amounts_are_numbers_in_the_bots_currency(language: str, text: str, expected: object) -> None:
    found = ask("money", text, language)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("currency", "text", "expected"),
    [
        ("UAH", "1 250 грн", 1250),
        ("UAH", "250 гривень 50 копійок", 250.5),
        ("UAH", "5 €", "not: currency"),
        ("USD", "$12.50", 12.5),
        ("RUB", "100 руб", 100),
        ("RUB", "3 рубля 5 коп.", 3.05),
        ("GBP", "20 quid", "not: format"),
        ("GBP", "£20", 20),
    ],
)
def test_amounts_follow_the_currency_of_the_bot(currency: str, text: str, expected: object) -> None:
    assert ask("money", text, "uk", currency=currency) == expected


def test_shared_contact_is_a_phone_number() -> None:
    assert ask("phone", Contact(phone="491711234567", name="Anna")) == "+491711234567"
    assert ask("phone", Contact(phone="+380671234567")) == "+380671234567"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna.Meier+x@Example.DE", "Anna.Meier+x@example.de"),
        ("meine Mail ist anna@example.net.", "anna@example.net"),
        ("<anna@müller.de>", "anna@müller.de"),
        ("anna@example", "not: format"),
        ("anna@@example.net", "not: format"),
        ("a..b@example.net", "not: format"),
        ("a@b.de c@d.de", "not: format"),
        ("@", "not: format"),
        ("", "not: format"),
        ("a" * 65 + "@example.net", "not: too_long"),
    ],
)
def test_e_mail_addresses_are_found_and_checked(text: str, expected: str) -> None:
    assert ask("email", text) == expected


def test_text_loses_control_characters_and_keeps_lines() -> None:
    assert ask("text", "  Haupt\u202estr. 5\x00\r\n2. Stock\t ") == "Hauptstr. 5\n2. Stock"
    assert ask("text", "👩‍💻") == "👩‍💻"
    assert ask("text", " \x00 ") == "not: too_short"


def test_half_a_character_is_dropped_before_anything_reads_it() -> None:
    """A lone surrogate can be written neither to the database nor to RE2."""
    assert ask("text", "a\ud800b") == "ab"
    assert ask(CONTRACT, "1234\ud8005678") == "12345678"


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (ORDER, "A-12345", "A-12345"),
        (ORDER, " a-12345 ", "A-12345"),
        (ORDER, "A - 12345", "A-12345"),
        (ORDER, "А-12345", "A-12345"),  # a Cyrillic А
        (ORDER, "а12345", "A12345"),
        (ORDER, "A-12345 bitte", "not: format"),
        (ORDER, "12345", "not: format"),
        (CONTRACT, "1234 5678", "12345678"),
        (CONTRACT, "123456789", "not: format"),
        (Kind(name="word", pattern="[a-z]+"), "ABC", "not: format"),
        (Kind(name="digits", pattern=r"X\d+"), "x1", "X1"),
        (Kind(name="two", pattern=r"[A-Z]+ [A-Z]+"), "ab cd", "AB CD"),
    ],
)
def test_own_kind_matches_the_whole_text(kind: Kind, text: str, expected: str) -> None:
    assert ask(kind, text) == expected


def test_location_is_a_shared_place_or_degrees() -> None:
    assert ask("location", Location(latitude=53.55, longitude=10.0)) == {"latitude": 53.55, "longitude": 10.0}
    assert ask("location", "53.55, 10.0") == {"latitude": 53.55, "longitude": 10.0}
    assert ask("location", Location(latitude=123.0, longitude=10.0)) == "not: format"
    assert ask("location", Location(latitude=float("nan"), longitude=10.0)) == "not: format"
    assert ask("location", "Hamburg") == "not: format"


def test_photo_and_file_are_named_by_their_reference() -> None:
    photo = Media(type="photo", ref="tg:1")
    scan = Media(type="file", ref="tg:2", name="scan.png", mime="image/png")
    paper = Media(type="file", ref="tg:3", name="bill.pdf", mime="application/pdf")
    assert ask("photo", photo) == {"ref": "tg:1", "name": "", "mime": ""}
    assert ask("photo", scan) == {"ref": "tg:2", "name": "scan.png", "mime": "image/png"}
    assert ask("photo", paper) == "not: format"
    assert ask("file", paper) == {"ref": "tg:3", "name": "bill.pdf", "mime": "application/pdf"}
    assert ask("file", Media(type="sticker", ref="tg:4")) == "not: format"
    assert ask("file", "bill.pdf") == "not: format"


KINDS = [*(Kind(name=name) for name in sorted(BUILT_IN)), ORDER, CONTRACT]
PIECES = st.sampled_from(
    ["3", "15", "2026", ".", ":", "/", "-", "+49", "uhr", "halb", "пів на", "через", "неделю", "next", "friday", "march", "am", "pm",
     "@", "⭐", "ß", "İ", "١", "²", "\ud800", "\x00", " ", "14:00", "morgen", "в", "third", "quarter", "past", "to", "0", "99999", "in"]
)  # fmt: skip
TEXTS = st.text() | st.text(st.characters(categories=None)) | st.lists(PIECES, max_size=8).map(" ".join)
CONTENTS = st.one_of(
    TEXTS.map(lambda text: Text(text=text)),
    TEXTS.map(lambda text: Contact(phone=text)),
    TEXTS.map(lambda text: Media(type="photo", ref="x", caption=text, mime=text)),
    st.builds(Location, latitude=st.floats(), longitude=st.floats()),
    st.just(Unsupported(what="poll")),
)


@given(kind=st.sampled_from(KINDS), content=CONTENTS, language=st.sampled_from(["de", "en", "ru", "uk", "fr", ""]))
def test_no_content_makes_reading_raise(kind: Kind, content: Content, language: str) -> None:
    ctx = AnswerContext(now=NOW, language=language, offered=("2026-03-12T14:00:00+00:00",))
    assert isinstance(parse(kind, content, ctx), Parsed | NotThis)


@given(kind=st.sampled_from(["text", "date", "number", "phone", "email", "yes_no", "rating", "time"]), text=TEXTS)
def test_what_was_read_reads_the_same_again(kind: str, text: str) -> None:
    found = parse(Kind(name=kind), Text(text=text), context("en"))
    if isinstance(found, Parsed) and not isinstance(found.value, bool | float):
        assert parse(Kind(name=kind), Text(text=str(found.value)), context("en")) == found


def test_unknown_kind_and_bad_pattern_are_the_editors_errors() -> None:
    with pytest.raises(ContentError, match="no kind of answer"):
        ask("colour", "red")
    with pytest.raises(ContentError, match="RE2"):
        compile_pattern("(a")
    with pytest.raises(ContentError, match="RE2"):
        compile_pattern("(?=a)")


@pytest.mark.parametrize(
    ("value", "limits", "expected"),
    [
        ("ab", {"min": 3, "max": 80}, "too_short"),
        ("abc", {"min": 3, "max": 3}, None),
        ("abcd", {"max": 3}, "too_long"),
        (2, {"min": 3}, "too_small"),
        (3.5, {"max": 3}, "too_big"),
        (3, {"min": 3, "max": 3}, None),
        (True, {"min": 3}, None),
        ("2026-03-10", {"from": "today"}, "too_early"),
        ("2026-03-11", {"from": "today", "to": "today + 90d"}, None),
        ("2026-06-09", {"to": "today + 90d"}, None),
        ("2026-06-10", {"to": "today+90d"}, "too_late"),
        ("2026-03-11", {"from": "now + 1h"}, None),
        ("2026-03-10", {"from": "today - 1d"}, None),
        ("2027-01-01", {"to": "2026-12-31"}, "too_late"),
        ("2026-03-11T10:30:00+00:00", {"from": "now + 1h"}, None),
        ("2026-03-11T10:30:00+00:00", {"from": "now + 1h", "to": "today"}, None),
        ("2026-03-11T10:29:00+00:00", {"from": "now + 2h"}, "too_early"),
        ("2026-03-11T23:30:00+00:00", {"to": "today"}, "too_late"),
        ("07:30", {"from": "08:00"}, "too_early"),
        ("10:29", {"from": "now"}, "too_early"),
        ("12:00", {"from": "08:00", "to": "12:00"}, None),
        ("not a day", {"from": "today"}, "format"),
        (5, {}, None),
    ],
)
def test_limits_name_what_is_wrong(value: object, limits: dict[str, object], expected: str | None) -> None:
    found = check(value, limits, context())
    assert (found and found.reason) == expected


@pytest.mark.parametrize(
    ("value", "limits"),
    [
        ("2026-03-11", {"from": "soon"}),
        ("2026-03-11", {"from": "08:00"}),
        ("08:00", {"from": "today"}),
        ("a", {"min": "three"}),
        (1, {"max": True}),
        ("2026-03-11", {"to": "today + 999999999w"}),
    ],
)
def test_limits_without_sense_are_the_editors_errors(value: object, limits: dict[str, object]) -> None:
    with pytest.raises(ContentError):
        check(value, limits, context())


def test_bound_counts_days_by_the_calendar_not_by_hours() -> None:
    late = datetime(2026, 3, 28, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))  # the night the clocks go forward
    assert str(read_bound("today + 1d", late)) == "2026-03-29"
