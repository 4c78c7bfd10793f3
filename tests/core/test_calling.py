"""A call-back that was agreed: kept through the end of the conversation, announced, moved, called off, and the team's when due."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from conversation.callback import Callback
from conversation.effects import CancelTimer, Refuse, SetTimer
from conversation.events import OperatorPlanned, TimerFired
from conversation.state import Closed, Parked, WithBot, WithOperator
from engine.step import step
from handoff.callbacks import DUE, PRIORITY, REMIND
from tests.support.bots import Talk, buttons_of, fresh, nordnetz

SATURDAY = datetime(2026, 2, 28, 10, tzinfo=UTC)
NINE = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""Monday, nine o'clock in Berlin."""
EVA = {"name": "Eva", "line": "L-1", "contract": "10000001", "phone": "+49 30 1234567"}
BOOK = {
    "de": ("Hallo", "Mitarbeiter", "Rückruf", "Montag um 9 Uhr", "ja"),
    "en": ("hello", "human", "Call me back", "Monday at 9 am", "yes"),
    "ru": ("Привет", "оператор", "Перезвоните мне", "в понедельник в 9:00", "да"),
    "uk": ("Привіт", "оператор", "Передзвоніть мені", "у понеділок о 9:00", "так"),
}
WORDS = {
    "de": ("Einen anderen Termin, bitte", "Rückruf absagen"),
    "en": ("another time please", "Cancel the call-back, please."),
    "ru": ("перенесите звонок", "Отмените звонок, пожалуйста"),
    "uk": ("Перенесіть дзвінок", "скасуйте дзвінок"),
}


def booked(language: str = "en") -> Talk:
    talk = Talk(nordnetz(), state=fresh(language=language, customer=EVA))
    talk.now = SATURDAY
    talk.say(*BOOK[language])
    assert talk.say("1") == ["callback_done"]
    assert talk.state.callback is not None
    assert talk.state.callback.begin == NINE
    return talk


def again(talk: Talk) -> None:
    """What the shell does with the customer's next words after the end."""
    last = talk.state
    assert isinstance(last.phase, Closed)
    talk.state = msgspec.structs.replace(
        fresh(language=last.language, customer=EVA), id="second", callback=last.callback, seq=last.seq
    )


def fire(talk: Talk, name: str, at: datetime | None = None) -> list[str]:
    due = talk.state.timers[name]
    talk.now = at or due
    return talk.take(TimerFired(id=talk.event_id(), at=talk.now, name=name, due=due))


def plan(talk: Talk, callback: Callback | None) -> list[str]:
    return talk.take(OperatorPlanned(id=talk.event_id(), at=talk.now, operator="anna", name="Anna", callback=callback))


def test_what_was_booked_outlives_the_conversation_with_its_timers() -> None:
    talk = booked()
    assert isinstance(talk.state.phase, Closed)
    assert talk.state.timers == {REMIND: NINE - timedelta(minutes=15), DUE: NINE}
    assert talk.state.callback is not None
    assert (talk.state.callback.phone, talk.state.callback.zone) == ("+49301234567", "Europe/Berlin")


def test_a_new_conversation_takes_it_along_and_sets_the_timers_anew() -> None:
    talk = booked()
    again(talk)
    before = len(talk.effects)
    talk.say("hello")
    timers = {effect.name: effect.due for effect in talk.effects[before:] if isinstance(effect, SetTimer)}
    assert timers.items() >= {REMIND: NINE - timedelta(minutes=15), DUE: NINE}.items()
    assert isinstance(talk.state.phase, WithBot)


def test_a_row_of_the_conversation_before_does_nothing_once_it_was_moved() -> None:
    talk = booked()
    again(talk)
    talk.say("another time please", "Tuesday at 10 am", "yes")
    state, effects = step(talk.state, TimerFired(id="old", at=NINE, name=DUE, due=NINE), nordnetz())
    assert (state, effects) == (talk.state, ())


@pytest.mark.parametrize("language", BOOK)
def test_it_is_moved_by_words_in_the_same_chat_at_any_time(language: str) -> None:
    talk = booked(language)
    again(talk)
    assert talk.say(WORDS[language][0]) == ["callback_when"]
    talk.say("1")
    assert talk.state.callback is not None
    assert talk.state.callback.begin != NINE
    assert talk.state.timers[DUE] == talk.state.callback.begin


@pytest.mark.parametrize("language", BOOK)
def test_it_is_called_off_by_words_in_the_same_chat_at_any_time(language: str) -> None:
    talk = booked(language)
    again(talk)
    said = talk.say(WORDS[language][1])
    assert said[0] == "callback_cancelled"
    assert talk.state.callback is None
    assert not {REMIND, DUE} & set(talk.state.timers)


@pytest.mark.parametrize("language", BOOK)
@pytest.mark.parametrize("words", [0, 1])
def test_words_about_a_call_back_that_nobody_planned_lead_to_one(language: str, words: int) -> None:
    talk = Talk(nordnetz(), state=fresh(language=language))
    assert talk.say(WORDS[language][words]) == ["callback_none"]
    assert talk.say("1") == ["callback"]


def test_the_reminder_says_when_in_the_customers_zone_and_has_both_buttons() -> None:
    talk = booked("de")
    plan(talk, msgspec.structs.replace(TEN, zone="Asia/Tokyo"))
    assert fire(talk, REMIND) == ["callback.remind_phone"]
    assert "Mo., 02.03.2026, 18:00" in talk.last
    assert "+49 30 1234567" in talk.last
    assert [button.payload for button in buttons_of(talk.messages[-1])] == ["!callback_move", "!callback_cancel"]


def test_the_button_of_the_reminder_calls_it_off() -> None:
    talk = booked()
    fire(talk, REMIND)
    menu = talk.messages[-1].id
    again(talk)
    assert talk.press_payload("!callback_cancel", menu=menu)[0] == "callback_cancelled"
    assert talk.state.callback is None


def test_a_reminder_that_is_late_is_left_out() -> None:
    talk = booked()
    assert fire(talk, REMIND, NINE) == []


def test_when_it_is_due_the_closed_chat_waits_at_the_top_of_the_queue() -> None:
    talk = booked()
    assert fire(talk, DUE) == ["callback.due_phone"]
    phase = talk.state.phase
    assert isinstance(phase, Parked)
    assert (phase.team, phase.since, phase.priority) == ("support", NINE, PRIORITY)
    assert phase.callback is not None
    assert phase.callback.phone == "+49301234567"
    assert talk.state.callback is None
    assert talk.state.timers == {}
    assert talk.state.unanswered


def test_it_fires_once() -> None:
    talk = booked()
    fire(talk, DUE)
    before = talk.state
    assert talk.take(TimerFired(id="again", at=NINE, name=DUE, due=NINE)) == []
    assert talk.state == before


def test_an_operator_who_planned_it_is_preferred() -> None:
    talk = booked()
    assert talk.state.callback is not None
    plan(talk, msgspec.structs.replace(talk.state.callback, id="b", operator="anna"))
    fire(talk, DUE)
    assert isinstance(talk.state.phase, Parked)
    assert talk.state.phase.prefer == "anna"


def test_whoever_takes_it_sees_that_it_is_a_call_back() -> None:
    talk = booked()
    fire(talk, DUE)
    talk.claim()
    assert isinstance(talk.state.phase, WithOperator)
    assert talk.state.phase.callback is not None


def test_a_person_who_has_the_chat_gets_a_note_and_the_bot_says_nothing() -> None:
    talk = booked()
    again(talk)
    talk.now = NINE - timedelta(minutes=40)
    talk.say("hello", "human")
    talk.claim()
    assert fire(talk, REMIND) == []
    assert fire(talk, DUE) == []
    assert isinstance(talk.state.phase, WithOperator)
    assert talk.state.phase.callback is not None
    assert [line.origin for line in talk.messages if line.author == "system"][-1] == "callback_due"


def test_what_was_agreed_is_noted_as_a_moment_that_the_desk_can_show_in_any_language() -> None:
    noted = [line.name for line in booked().messages if line.origin == "callback_planned"]
    assert noted == ["2026-03-02T09:00+01:00"]


def test_who_waits_for_a_person_already_keeps_the_place_and_rises() -> None:
    talk = booked()
    again(talk)
    talk.now = NINE - timedelta(minutes=5)
    talk.say("hello", "human")
    waits = talk.state.phase
    assert isinstance(waits, Parked)
    fire(talk, DUE)
    assert isinstance(talk.state.phase, Parked)
    assert talk.state.phase.since == waits.since
    assert talk.state.phase.priority == PRIORITY
    talk.silence(60 * 24)
    assert isinstance(talk.state.phase, Parked)


def test_it_waits_for_days_where_nobody_takes_it() -> None:
    talk = booked()
    fire(talk, DUE)
    talk.silence(60 * 24 * 7)
    assert isinstance(talk.state.phase, Parked)


def test_an_operator_who_is_silent_gives_it_back_to_the_queue_as_what_it_is() -> None:
    talk = booked()
    fire(talk, DUE)
    talk.claim()
    talk.silence(6)
    phase = talk.state.phase
    assert isinstance(phase, Parked)
    assert (phase.priority, phase.avoid) == (PRIORITY, "anna")
    assert phase.callback is not None


def test_after_three_days_of_standstill_it_waits_until_the_team_works_and_says_sorry() -> None:
    talk = booked()
    night = NINE + timedelta(days=2, hours=14)  # Wednesday, eleven at night
    assert fire(talk, REMIND, night) == []
    assert fire(talk, DUE, night) == ["callback.late_phone"]
    assert isinstance(talk.state.phase, Closed)
    assert talk.state.timers == {DUE: datetime(2026, 3, 5, 7, tzinfo=UTC)}
    assert fire(talk, DUE) == ["callback.sorry_phone"]
    assert isinstance(talk.state.phase, Parked)


def test_what_is_due_while_the_team_works_is_queued_at_once_however_late() -> None:
    talk = booked()
    assert fire(talk, DUE, NINE + timedelta(days=1)) == ["callback.sorry_phone"]
    assert isinstance(talk.state.phase, Parked)


def test_a_late_one_is_taken_along_by_a_new_conversation_as_well() -> None:
    talk = booked()
    again(talk)
    talk.now = NINE + timedelta(days=2, hours=14)
    talk.say("hello")
    assert talk.state.timers[DUE] == NINE
    fire(talk, DUE, talk.now)
    assert talk.state.callback is not None


@pytest.mark.parametrize(("language", "words"), [(code, word) for code, words in WORDS.items() for word in words])
def test_who_is_about_to_be_called_may_still_move_it_or_call_it_off(language: str, words: str) -> None:
    talk = booked(language)
    fire(talk, DUE)
    talk.say(words)
    talk.say("1")
    assert not isinstance(talk.state.phase, Parked)
    assert talk.state.callback is None or talk.state.callback.begin > NINE


def test_who_was_about_to_be_called_and_thinks_no_more_of_another_time_is_called_all_the_same() -> None:
    """They left the queue for the question of the bot, and answered it by nothing."""
    talk = booked()
    callback = talk.state.callback
    fire(talk, DUE)
    talk.say(WORDS["en"][0])
    assert isinstance(talk.state.phase, WithBot)
    assert fire(talk, DUE) == ["callback.due_phone"]
    assert isinstance(talk.state.phase, Parked)
    assert talk.state.phase.callback == callback
    assert DUE not in talk.state.timers


# ── an operator plans it ─────────────────────────────────────────────────────────────────────────────────────────────

TEN = Callback(id="t", team="support", begin=NINE + timedelta(hours=1), phone="+49301234567", operator="anna")


def test_an_operator_plans_it_and_the_customer_is_told() -> None:
    talk = Talk(nordnetz(), state=fresh(language="ru"))
    talk.now = SATURDAY
    talk.say("Привет")
    assert plan(talk, TEN) == ["callback.planned_phone"]
    assert "пн, 02.03.2026, 10:00" in talk.last
    assert talk.state.timers[DUE] == TEN.begin
    assert plan(talk, msgspec.structs.replace(TEN, id="u", begin=NINE)) == ["callback.moved_phone"]
    assert talk.state.timers[DUE] == NINE
    assert plan(talk, None) == ["callback.called_off"]
    assert DUE not in talk.state.timers
    assert plan(talk, None) == []


def test_who_holds_the_chat_says_it_in_their_own_name() -> None:
    talk = Talk(nordnetz(), state=fresh(language="en"))
    talk.say("hello", "human")
    talk.claim()
    assert plan(talk, TEN) == []
    said = [line for line in talk.messages if line.author == "operator"][-1]
    assert (said.name, said.origin) == ("Anna", "_product/callback.planned_phone")


def test_a_closed_chat_stays_closed_when_one_is_planned() -> None:
    talk = booked()
    assert plan(talk, TEN) == ["callback.moved_phone"]
    assert isinstance(talk.state.phase, Closed)
    assert not talk.state.unanswered
    assert [effect.name for effect in talk.effects if isinstance(effect, CancelTimer)].count(DUE) == 1


@pytest.mark.parametrize("called_off", [False, True])
def test_one_that_was_planned_on_an_earlier_conversations_screen_is_the_chats_all_the_same(called_off: bool) -> None:
    """The calendar has it already: a refusal would leave its place taken, and nobody would call."""
    talk = booked()
    again(talk)
    talk.say("hello")
    planned = None if called_off else TEN
    event = OperatorPlanned(
        id="p", at=talk.now, operator="anna", name="Anna", conversation="the one before", callback=planned
    )
    assert talk.take(event) == ["callback.called_off" if called_off else "callback.moved_phone"]
    assert talk.state.timers.get(DUE) == (None if called_off else TEN.begin)
    assert not [effect for effect in talk.effects if isinstance(effect, Refuse)]


@pytest.mark.parametrize("live", [False, True])
def test_one_that_is_due_and_gets_another_time_or_none_is_told_so(live: bool) -> None:
    talk = booked()
    fire(talk, DUE)
    if live:
        talk.claim()
    later = msgspec.structs.replace(TEN, phone="")
    said = len(talk.messages)
    plan(talk, later)
    plan(talk, None)
    told = [line.origin for line in talk.messages[said:] if line.author in ("bot", "operator")]
    assert told == ["_product/callback.moved", "_product/callback.called_off"]


def test_one_that_is_due_and_is_called_off_is_told_so() -> None:
    talk = booked()
    fire(talk, DUE)
    assert plan(talk, None) == ["callback.called_off"]
    assert isinstance(talk.state.phase, WithBot)
