"""How a chat with a person ends: silence, a word within the window, ratings, and channels with a reply window."""

from datetime import timedelta

import msgspec

from conversation.events import TimerFired
from conversation.state import Closed, Conversation
from engine.rules import Rules
from engine.step import step
from tests.support.bots import ENDS, MONDAY, SETTINGS, Talk, main_bot, make_rules, nordnetz
from tests.support.waiting import RULES, dialog, held, parked, reply

# ── after the chat ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_silent_customer_is_reminded_in_the_name_of_the_person_and_then_let_go_kindly() -> None:
    talk = held()
    reply(talk)
    talk.silence(5)
    last = talk.messages[-1]
    assert (last.author, last.name, last.origin) == ("operator", "Anna", "_product/live.remind")
    assert talk.silence(10) == ["closed_silent"]
    phase = talk.state.phase
    assert isinstance(phase, Closed)
    assert (phase.outcome, phase.team, phase.operator) == ("silent", "care", "anna")
    assert phase.reopen == talk.now + timedelta(hours=24)


def test_words_within_the_window_bring_the_same_chat_back_to_its_team_and_person() -> None:
    talk = held()
    reply(talk)
    talk.silence(15)
    talk.silence(23 * 60)
    assert talk.say("sorry, I was away") == ["reopened"]
    assert (parked(talk).team, parked(talk).prefer) == ("care", "anna")
    assert "wait_expire" in talk.state.timers
    talk.claim("anna")
    assert talk.close() == ["csat"]


def test_after_the_window_or_with_a_command_the_chat_stays_closed() -> None:
    talk = held()
    reply(talk)
    talk.silence(15)
    before = talk.state
    talk.say("menu")
    assert isinstance(talk.state.phase, Closed)
    talk = Talk(RULES, state=before)
    talk.now = MONDAY + timedelta(hours=25)
    talk.say("hello")
    assert isinstance(talk.state.phase, Closed)


def test_outside_working_hours_nothing_is_reopened() -> None:
    hours = SETTINGS.replace('mon-sun: ["00:00-24:00"]', 'mon-fri: ["09:00-12:00"]')
    rules = make_rules({"bot.yaml": hours, "dialogs/main.yaml": dialog()})
    talk = held(rules)
    reply(talk)
    talk.silence(15)
    talk.now = MONDAY + timedelta(hours=6)
    talk.say("hello")
    assert isinstance(talk.state.phase, Closed)


def test_what_the_bot_solved_after_a_return_is_not_reopened() -> None:
    talk = held()
    talk.hand_back()
    talk.say("leave")
    phase = talk.state.phase
    assert isinstance(phase, Closed)
    assert phase.reopen is None


def test_a_chat_that_a_person_closed_is_over_with_the_rating_and_thanks_bring_it_to_nobody() -> None:
    talk = held()
    talk.close()
    assert talk.say("5") == ["bye"]
    phase = talk.state.phase
    assert isinstance(phase, Closed)
    assert (phase.operator, phase.reopen) == ("anna", None)
    assert talk.say("thank you") == []
    assert talk.outcome == "solved"


def test_back_to_the_bot_says_so_and_the_dialogs_know_what_happened() -> None:
    steps = """
  menu: {choose: {talk: human, ask: ask}}
  ask: {route: [{when: 'handoff.operator == "Anna"', go: known}, {go: bye}]}
  known: {say: known, end: solved}
"""
    talk = Talk(main_bot(steps + ENDS))
    talk.say("hi", "talk")
    talk.claim()
    assert talk.hand_back() == ["bot_again", "menu"]
    assert talk.say("ask") == ["known"]


# ── ratings and reply windows ────────────────────────────────────────────────────────────────────────────────────────


def test_a_rating_is_kept_with_the_conversation_and_stands_in_its_history() -> None:
    talk = held()
    talk.close()
    talk.say("4")
    assert talk.state.rating is not None
    assert talk.state.rating.stars == 4
    assert [message.name for message in talk.messages if message.origin == "rated"] == ["4"]


def test_the_examples_rating_comes_with_its_reason() -> None:
    talk = Talk(nordnetz())
    talk.say("hello")
    talk.press_payload("!human")
    talk.claim()
    talk.close()
    talk.say("1", "nobody called back")
    assert talk.state.rating is not None
    assert (talk.state.rating.stars, talk.state.rating.why) == (1, "nobody called back")


def windowed() -> Rules:
    return Rules(RULES.bot, RULES.structure, {"whatsapp": 86400})


def test_after_the_reply_window_no_question_is_asked_and_the_chat_simply_ends() -> None:
    talk = Talk(windowed(), state=msgspec.structs.replace(Talk(RULES).state, channel="whatsapp"))
    talk.say("hi", "talk")
    talk.claim()
    talk.now += timedelta(hours=25)
    assert talk.close() == []
    assert talk.outcome == "solved"


def test_within_the_window_and_on_other_channels_it_is_asked() -> None:
    for channel, hours in (("whatsapp", 23), ("webchat", 48)):
        talk = Talk(windowed(), state=msgspec.structs.replace(Talk(RULES).state, channel=channel))
        talk.say("hi", "talk")
        talk.claim()
        talk.now += timedelta(hours=hours)
        assert talk.close() == ["csat"]


def test_nothing_that_lotse_itself_says_goes_out_after_the_window() -> None:
    state: Conversation = msgspec.structs.replace(Talk(RULES).state, channel="whatsapp")
    talk = Talk(windowed(), state=state)
    talk.say("hi", "talk")
    talk.claim()
    reply(talk)
    due = talk.state.timers["customer_close"] + timedelta(hours=30)
    fired = TimerFired(id="late", at=due, name="customer_close", due=talk.state.timers["customer_close"])
    after, effects = step(talk.state, fired, windowed())
    assert isinstance(after.phase, Closed)
    assert "closed_silent" not in str(effects)
