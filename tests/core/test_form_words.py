"""A form hears more than the answer it asked for, in four languages: other fields, several at once, corrections, skipping."""

import json
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.state import Closed, Parked
from dialogs.problems import BotError
from engine.rules import Rules
from tests.support.bots import SETTINGS, Talk, entities, fresh, make_rules, means, words_of

DIALOG = """
start: menu
intents: {moving: move, hours: opening}
personal: [secret]
defaults: {misses: {limit: 3, go: human}, silence: {after: 10m, reminders: 1, go: asleep}, failed: human}
steps:
  menu: {choose: {move: move, short: short, talk: human}}
  move:
    form:
      postcode: {ask: postcode}
      city: {ask: text}
      street: {ask: text, check: {min: 3, max: 80}}
      moving_on: {ask: date, check: {from: today, to: today + 90d}}
      phone: {ask: phone, optional: true}
    save: address
    confirm: true
    cancelled: menu
    go: done
  short: {form: {amount: {ask: money, check: {min: 5, max: 500}}, day: {ask: date}, note: {ask: text, optional: true}}, save: order, go: done}
  done: {say: done, end: solved}
  opening: {say: opening, go: menu}
  human: {handover: care, go: bye}
  bye: {say: bye, end: solved}
  asleep: {end: silent}
"""
LABELS = {
    "de": ("Postleitzahl?", "Ort?", "Straße und Hausnummer?", "Ab welchem Tag?", "Telefon?"),
    "en": ("Postcode?", "City?", "Street and number?", "From which day?", "Phone?"),
    "ru": ("Почтовый индекс?", "Город?", "Улица и дом?", "С какого числа?", "Телефон?"),
    "uk": ("Поштовий індекс?", "Місто?", "Вулиця та будинок?", "З якого числа?", "Телефон?"),
}
WORDS = {
    "de": {"postcode": ["PLZ"], "moving_on": ["Datum", "Einzug"]},
    "en": {"moving_on": ["date"]},
    "ru": {"postcode": ["индекс"], "moving_on": ["дата"]},
    "uk": {"postcode": ["індекс"], "moving_on": ["дата"]},
}
SUMMARY = "{{ address.postcode }}|{{ address.city }}|{{ address.street }}|{{ address.moving_on }}|{{ address.phone }}"
NAMES = ("postcode", "city", "street", "moving_on", "phone")


@cache
def rules() -> Rules:
    settings = SETTINGS.replace("source: en, all: [en, de]", "source: en, all: [de, en, ru, uk]")
    files = {
        "bot.yaml": settings,
        "dialogs/main.yaml": DIALOG,
        "dialogs/_answers.yaml": 'postcode: {pattern: "[0-9]{5}", example: "10115", entity: postcode}',
    }
    for language, labels in LABELS.items():
        move = {
            "text": "move",
            "fields": dict(zip(NAMES, labels, strict=True)),
            "words": WORDS[language],
            "confirm": SUMMARY,
        }
        texts = {
            "menu": {"text": "menu", "options": {"move": "move", "short": "short", "talk": "talk"}},
            "move": move,
            "short": {"text": "short", "fields": {"amount": "Amount?", "day": "Day?", "note": "Note?"}},
            "done": "done",
            "opening": "opening",
            "human": "human",
            "bye": "bye",
        }
        files[f"locales/{language}/main.yaml"] = json.dumps({language: texts})
    return make_rules(files)


def moving(language: str, *said: str) -> Talk:
    talk = Talk(rules(), state=fresh(language=language))
    assert talk.say("1", "move") == ["move", "move.postcode"]
    talk.say(*said)
    return talk


def answers(talk: Talk) -> dict[str, object]:
    form = talk.frame.form
    assert form is not None
    return dict(form.answers)


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

FILLED = ("10115 Berlin", "Lange Reihe 5")
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


# ── back, cancel, and what is left ───────────────────────────────────────────────────────────────────────────────────


def test_back_goes_field_by_field_and_out_of_the_form() -> None:
    talk = moving("en", *FILLED, "01.12.2026", "skip")
    asked = [talk.say("back")[-1] for _ in range(6)]
    assert asked == ["move.phone", "move.moving_on", "move.street", "move.city", "move.postcode", "menu"]
    assert talk.say("move") == ["move", "move.postcode"]
    assert answers(talk) == {}


@pytest.mark.parametrize(
    ("language", "word"), [("de", "Abbrechen"), ("en", "cancel"), ("ru", "Отмена"), ("uk", "Скасувати")]
)
def test_who_cancels_in_the_middle_leaves_nothing(language: str, word: str) -> None:
    talk = moving(language, *FILLED)
    assert talk.say(word)[-1] == "menu"
    assert talk.state.run.forms == {}


@pytest.mark.parametrize("away", ["menu", "talk to you"])
@pytest.mark.parametrize("hours", [0, 23])
def test_a_form_that_was_left_goes_on_with_its_answers_and_says_so(away: str, hours: int) -> None:
    talk = moving("en", *FILLED)
    if away == "menu":
        talk.say("menu")
    else:
        talk.say("human")
        talk.claim()
        talk.hand_back()
    talk.now += timedelta(hours=hours)
    assert talk.say("move") == ["move", "form.resumed", "move.moving_on"]
    resumed = words_of(talk.bot_messages[-2])
    assert "Postcode: 10115" in resumed
    assert "Street and number: Lange Reihe 5" in resumed
    assert "Start over" in resumed
    assert talk.say("01.12.2026", "skip", "yes") == ["done"]
    assert talk.state.run.forms == {}


def test_a_form_that_was_left_a_day_ago_begins_anew() -> None:
    talk = moving("en", *FILLED)
    talk.say("menu")
    talk.now += timedelta(hours=24)
    assert talk.say("move") == ["move", "move.postcode"]
    assert answers(talk) == {}


@pytest.mark.parametrize(
    ("language", "words"), [("de", "von vorn"), ("en", "start over"), ("ru", "заново"), ("uk", "спочатку")]
)
def test_who_wants_to_begin_again_does(language: str, words: str) -> None:
    talk = moving(language, *FILLED)
    talk.say("/menu", "move")
    assert talk.say(words) == ["move.postcode"]
    assert answers(talk) == {}
    pressed = moving(language, *FILLED)
    pressed.say("/menu", "move")
    label = pressed.labels[-1]
    assert pressed.press(label) == ["move.postcode"]


def test_answers_that_are_not_good_any_more_are_asked_again() -> None:
    talk = moving("en", *FILLED, "2.11.2026")
    talk.say("menu")
    talk.now += timedelta(hours=20)
    assert talk.say("move")[-1] == "move.moving_on"
    assert "moving_on" not in answers(talk)


def test_silence_and_misses_keep_what_was_answered() -> None:
    talk = moving("en", *FILLED)
    talk.silence(30)
    assert talk.outcome == "silent"
    assert list(talk.state.run.forms) == ["main/move"]
    lost = moving("en", *FILLED)
    assert lost.say("?", "??", "???") == ["human"]
    assert list(lost.state.run.forms) == ["main/move"]


# ── pre-filled ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_named_before_is_shown_in_the_summary() -> None:
    talk = Talk(rules(), state=fresh(language="en"))
    found = means(moving=0.9)
    talk.understand = lambda _: found.__class__(intents=found.intents, entities=entities(postcode="10117"))
    assert talk.say("I move to 10117") == ["move", "move.city"]
    assert talk.say("Berlin", "Main Road 5", "01.12.2026", "skip") == ["move.confirm"]
    assert talk.last.startswith("10117|Berlin|")


def test_a_form_without_a_summary_shows_one_for_what_it_did_not_ask() -> None:
    talk = Talk(rules(), state=fresh(language="en"))
    assert talk.say("1", "short") == ["short", "short.amount"]
    assert talk.say("01.12.2026") == ["form.noted", "short.amount"]
    assert talk.say("49.90") == ["short.note"]
    assert talk.say("skip") == ["short.confirm"]
    assert talk.last == "Amount: €49.90\nDay: 1 Dec 2026\nNote: –"
    assert talk.labels == ["Yes", "No, change"]
    assert talk.say("yes") == ["done"]
    assert talk.state.variables["order"] == {"amount": 49.9, "day": "2026-12-01", "note": None}


def test_a_form_all_asked_for_needs_no_summary() -> None:
    talk = Talk(rules(), state=fresh(language="en"))
    assert talk.say("1", "short", "49.90 euros", "01.12.2026", "for Anna") == ["done"]
    assert talk.state.variables["order"] == {"amount": 49.9, "day": "2026-12-01", "note": "for Anna"}


def test_a_form_whose_field_has_no_kind_is_refused_with_its_line() -> None:
    with pytest.raises(BotError):
        make_rules({"dialogs/main.yaml": DIALOG.replace("{ask: money", "{ask: colour")})


# ── whatever is said ─────────────────────────────────────────────────────────────────────────────────────────────────

GOOD = {
    "postcode": "10115",
    "city": "Berlin",
    "street": "Main Road 5",
    "moving_on": "01.12.2026",
    "phone": "030 5556667",
}
WORDS_AND_WHIMS = st.sampled_from(
    [*GOOD.values(), "10117 Potsdam", "no", "yes", "change city", "city", "City: Kiel", "no, the postcode is 20099", "back", "menu", "move",
     "tomorrow", "in 2 weeks", "skip", "start over", "cancel", "1", "2", "3", "?", "change", "Street", "10115, Berlin", "x", "-", "human",
     "short", "5 €", "1e9", "wo ist mein Geld, 12345, 030 5556667", "\ud800", ",;,", "language", "Deutsch"]
)  # fmt: skip


@given(
    said=st.lists(WORDS_AND_WHIMS | st.text(max_size=20), max_size=14), hours=st.lists(st.integers(0, 30), max_size=3)
)
def test_whatever_is_said_in_a_form_it_answers_and_keeps_only_answers_of_its_kinds(
    said: list[str], hours: list[int]
) -> None:
    talk = moving("en")
    for number, words in enumerate(said):
        heard = len(talk.bot_messages)
        talk.say(words)
        if number < len(hours):
            talk.now += timedelta(hours=hours[number])
        if isinstance(talk.state.phase, Parked | Closed):
            break
        assert len(talk.bot_messages) > heard
        form = talk.frame.form
        if form:
            assert form.answers.get("postcode", "00000").isdecimal()
            assert form.answers.get("moving_on", "2026-12-01")[:2] == "20"


@given(order=st.permutations(list(GOOD)))
def test_any_order_of_answers_ends_in_the_same_form(order: list[str]) -> None:
    """Each named by its label, whatever is asked."""
    labels = dict(zip(NAMES, (label.rstrip("?") for label in LABELS["en"]), strict=True))
    talk = moving("en")
    for name in order:
        talk.say(f"{labels[name]}: {GOOD[name]}")
    assert talk.bot_messages[-1].origin == "main/move.confirm"
    assert talk.say("yes") == ["done"]
    assert talk.state.variables["address"] == {**GOOD, "moving_on": "2026-12-01", "phone": "+49305556667"}


@given(left_after=st.integers(1, 4), through=st.sampled_from(["menu", "human"]))
def test_a_form_that_is_left_and_resumed_ends_as_one_that_was_not(left_after: int, through: str) -> None:
    talk = moving("en")
    values = list(GOOD.values())
    talk.say(*values[:left_after], through)
    if through == "human":
        talk.claim()
        talk.hand_back()
    talk.say("move", *values[left_after:], "yes")
    assert talk.state.variables["address"] == {**GOOD, "moving_on": "2026-12-01", "phone": "+49305556667"}
