"""A form hears more than the answer it asked for, in four languages: other fields, several at once, corrections, skipping."""

import pytest

from tests.support.bots import Talk, entities, fresh, means, words_of
from tests.support.moving import FILLED, answers, moving, rules

# ── several at once, and in any order ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["de", "en", "ru", "uk"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10115 Berlin", {"postcode": "10115", "city": "Berlin"}),
        ("10115, Berlin", {"postcode": "10115", "city": "Berlin"}),
        ("10115, Berlin, Am Markt 3", {"postcode": "10115", "city": "Berlin", "street": "Am Markt 3"}),
        ("01.12.2026, Berlin", {"moving_on": "2026-12-01"}),
        ("10115 Frankfurt am Main", {"postcode": "10115", "city": "Frankfurt am Main"}),
        ("Lange Reihe 5, 20099 Hamburg", {"postcode": "20099", "city": "Hamburg", "street": "Lange Reihe 5"}),
        ("20099 Hamburg, Lange Reihe 5, 01.12.2026", {
            "postcode": "20099", "city": "Hamburg", "street": "Lange Reihe 5", "moving_on": "2026-12-01",
        }),
        ("01.12.2026", {"moving_on": "2026-12-01"}),
        ("030 5556667", {"phone": "+49305556667"}),
    ],
)  # fmt: skip
def test_answers_come_in_any_order(language: str, text: str, expected: dict[str, str]) -> None:
    talk = moving(language, text)
    assert answers(talk) == expected
    assert talk.outcome == ""


@pytest.mark.parametrize(
    "text",
    ["Berlin", "10115 oder 10117", "ich habe seit dem 01.12.2026 kein Internet", "meine PLZ weiß ich nicht", "123"],
)
def test_what_could_be_for_two_fields_or_for_none_is_for_none(text: str) -> None:
    talk = moving("de", text)
    assert answers(talk) == {}
    assert talk.bot_messages[-1].origin == "main/move.error"


def test_an_answer_beside_words_that_are_for_no_field_is_asked_back() -> None:
    talk = moving("de")
    assert talk.say("Kundin 10115") == ["move.postcode.confirm"]
    assert answers(talk) == {}
    assert talk.say("ja") == ["move.city"]
    assert answers(talk) == {"postcode": "10115"}


def test_what_was_noted_for_another_field_is_said_and_the_question_asked_again() -> None:
    talk = moving("en")
    assert talk.say("01.12.2026") == ["form.noted", "move.postcode"]
    assert words_of(talk.bot_messages[-2]) == "Noted:\nFrom which day: 1 Dec 2026"
    assert talk.say("10115") == ["move.city"]
    assert talk.say("Berlin") == ["move.street"]
    assert talk.say("Main Road 5") == ["move.phone"]


def test_a_date_at_a_question_for_words_is_for_the_field_of_dates_and_asked_words_stay_words() -> None:
    talk = moving("de", "10115")
    assert talk.say("01.12.2026") == ["form.noted", "move.city"]
    assert talk.say("morgen") == ["move.street"]
    assert answers(talk) == {"postcode": "10115", "city": "morgen", "moving_on": "2026-12-01"}


def test_entities_of_a_sentence_fill_the_open_fields_they_are_for() -> None:
    talk = moving("en", "10115")
    talk.say("back")
    talk.understand = lambda _: means().__class__(intents=(), entities=entities(postcode="10117"))
    assert talk.say("it is in the east of town, you know") == ["move.city"]
    assert answers(talk)["postcode"] == "10117"


# ── corrections ──────────────────────────────────────────────────────────────────────────────────────────────────────

CORRECTIONS = [
    ("de", "nein, die Postleitzahl ist 10117", "postcode", "10117"),
    ("de", "PLZ 10117", "postcode", "10117"),
    ("de", "Postleitzahl: 10117", "postcode", "10117"),
    ("de", "bitte die PLZ auf 10117 ändern", "postcode", "10117"),
    ("de", "10117 ist die Postleitzahl", "postcode", "10117"),
    ("de", "nein, 10117", "postcode", "10117"),
    ("de", "Ort: Neu Ulm", "city", "Neu Ulm"),
    ("de", "nein, der Ort ist Potsdam", "city", "Potsdam"),
    ("de", "Straße ist An der Alster 7", "street", "An der Alster 7"),
    ("en", "no, the postcode is 10117", "postcode", "10117"),
    ("en", "change city to New York please", "city", "New York"),
    ("en", "sorry, the city should be Potsdam", "city", "Potsdam"),
    ("en", "street: Main Road 7", "street", "Main Road 7"),
    ("ru", "нет, индекс 10117", "postcode", "10117"),
    ("ru", "измените город на Потсдам", "city", "Потсдам"),
    ("ru", "улица: Садовая 7", "street", "Садовая 7"),
    ("ru", "нет, 10117", "postcode", "10117"),
    ("uk", "ні, індекс 10117", "postcode", "10117"),
    ("uk", "змініть місто на Потсдам", "city", "Потсдам"),
    ("uk", "вулиця: Садова 7", "street", "Садова 7"),
]


@pytest.mark.parametrize(("language", "text", "field", "value"), CORRECTIONS)
def test_a_correction_in_words_changes_that_answer_and_the_question_stays(
    language: str, text: str, field: str, value: str
) -> None:
    talk = moving(language, *FILLED)
    before = answers(talk)
    assert talk.say(text) == ["form.noted", "move.moving_on"]
    assert answers(talk) == {**before, field: value}


@pytest.mark.parametrize(("language", "text", "field", "value"), CORRECTIONS)
def test_a_correction_in_words_at_the_summary_shows_it_again(language: str, text: str, field: str, value: str) -> None:
    talk = moving(language, *FILLED, "01.12.2026", "-")
    assert talk.bot_messages[-1].origin == "main/move.confirm"
    before = answers(talk)
    assert talk.say(text) == ["move.confirm"]
    assert answers(talk) == {**before, field: value}


@pytest.mark.parametrize(
    ("language", "text", "field"),
    [
        ("de", "Ort ändern", "city"),
        ("de", "Ort", "city"),
        ("de", "die Straße ändern bitte", "street"),
        ("de", "Hausnummer", "street"),
        ("de", "nein, die Postleitzahl ist 1011", "postcode"),
        ("en", "change city", "city"),
        ("en", "I want to change the street", "street"),
        ("en", "postcode", "postcode"),
        ("ru", "изменить город", "city"),
        ("ru", "исправьте улицу", "street"),
        ("uk", "змінити місто", "city"),
        ("uk", "виправте вулицю", "street"),
    ],
)
def test_who_names_a_field_is_asked_it_again_and_then_goes_on_where_it_was(
    language: str, text: str, field: str
) -> None:
    talk = moving(language, *FILLED)
    assert talk.say(text) == [f"move.{field}"]
    assert talk.say("10999" if field == "postcode" else "Elsewhere 9") == ["move.moving_on"]
    assert talk.say(text) == [f"move.{field}"]
    back = {"de": "zurück", "en": "back", "ru": "назад", "uk": "назад"}[language]
    assert talk.say(back) == ["move.moving_on"]


def test_words_about_another_field_where_words_are_asked_for_are_those_words() -> None:
    talk = moving("en", "10115")
    assert talk.say("Street is closed") == ["move.street"]
    assert answers(talk) == {"postcode": "10115", "city": "Street is closed"}
    assert talk.say("City: Berlin") == ["form.noted", "move.street"]


@pytest.mark.parametrize(
    ("language", "text"), [("de", "ändern"), ("en", "change"), ("ru", "исправить"), ("uk", "змінити")]
)
def test_who_only_wants_to_change_something_is_asked_what(language: str, text: str) -> None:
    talk = moving(language, *FILLED)
    assert talk.say(text) == ["move.change"]
    assert len(talk.labels) == 5
    assert talk.press(talk.labels[1]) == ["move.city"]


@pytest.mark.parametrize(
    "street", ["Straße des 17. Juni 1", "Ortstraße 5", "Am Ort 3", "Neue Straße 9", "Postleitzahlweg 1"]
)
def test_a_street_that_sounds_like_a_field_is_a_street(street: str) -> None:
    talk = moving("de", "10115 Berlin", street)
    assert answers(talk)["street"] == street


@pytest.mark.parametrize(
    ("language", "yes", "no"), [("de", "stimmt", "nein"), ("en", "yes", "no"), ("ru", "да", "нет"), ("uk", "так", "ні")]
)
def test_yes_and_no_at_the_summary_are_heard_in_words(language: str, yes: str, no: str) -> None:
    filled = (*FILLED, "01.12.2026", "-")
    assert moving(language, *filled).say(no) == ["move.change"]
    assert moving(language, *filled).say(yes) == ["done"]


# ── optional fields ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "word", "label"),
    [
        ("de", "überspringen", "Überspringen"), ("de", "keine", "Überspringen"), ("de", "nein", "Überspringen"),
        ("en", "skip", "Skip"), ("en", "none", "Skip"), ("en", "no", "Skip"),
        ("ru", "пропустить", "Пропустить"), ("ru", "нет", "Пропустить"),
        ("uk", "пропустити", "Пропустити"), ("uk", "немає", "Пропустити"),
    ],
)  # fmt: skip
def test_an_optional_field_can_be_skipped_by_word_and_by_button(language: str, word: str, label: str) -> None:
    talk = moving(language, *FILLED, "01.12.2026")
    assert talk.labels == [label]
    assert talk.say(word) == ["move.confirm"]
    assert answers(talk)["phone"] is None
    assert talk.last.endswith("|2026-12-01|")
    pressed = moving(language, *FILLED, "01.12.2026")
    assert pressed.press(label) == ["move.confirm"]


def test_a_field_that_is_needed_can_not_be_skipped() -> None:
    assert moving("en").say("skip") == ["move.error"]


def test_a_number_at_a_field_of_numbers_is_the_answer_and_not_the_button() -> None:
    talk = moving("en", *FILLED, "01.12.2026")
    assert talk.say("1") == ["move.confirm"]  # no phone: the button
    talk = moving("en", *FILLED, "01.12.2026")
    assert talk.say("0305556667") == ["move.confirm"]
    assert answers(talk)["phone"] == "+49305556667"


# ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "text", "limit"),
    [
        ("de", "gestern", "Frühestens möglich: 02.11.2026."),
        ("de", "01.12.2027", "Spätestens möglich: 31.01.2027."),
        ("en", "yesterday", "The earliest possible is 2 Nov 2026."),
        ("ru", "вчера", "Самое раннее: 02.11.2026."),
        ("uk", "вчора", "Найраніше: 02.11.2026."),
    ],
)
def test_a_date_outside_its_limits_is_told_the_limit(language: str, text: str, limit: str) -> None:
    talk = moving(language, *FILLED)
    assert talk.say(text) == ["move.error"]
    assert talk.last.startswith(limit)


def test_a_text_that_is_too_short_and_an_amount_too_big_are_told_the_limit() -> None:
    talk = moving("en", "10115", "Berlin")
    talk.say("x")
    assert talk.last == "Please write at least 3 characters."
    talk = Talk(rules(), state=fresh(language="de"))
    talk.say("1", "short", "600 Euro")
    assert talk.last == "Bitte höchstens 500,00\xa0€ angeben."
