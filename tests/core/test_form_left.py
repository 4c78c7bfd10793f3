"""A form that is gone back in, cancelled, left and taken up again, or pre-filled; whatever is said in it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.state import Closed, Parked
from dialogs.problems import BotError
from tests.support.bots import Talk, entities, fresh, make_rules, means, words_of
from tests.support.moving import DIALOG, FILLED, LABELS, NAMES, answers, moving, rules

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
