"""What a customer who waits for a person is told, may do, and can rely on."""

from datetime import timedelta
from typing import Final

import msgspec
import pytest

from conversation.content import Prompt, Text
from conversation.events import CustomerSaid, QueuePlace, TimerFired
from conversation.state import Parked, WithBot, WithOperator
from engine.rules import Rules
from engine.step import rescue
from handoff.waiting import PLACE, next_look
from tests.support.bots import MONDAY, SETTINGS, Talk, buttons_of, make_rules, words_of
from tests.support.waiting import RULES, bot, dialog, look, parked, waits

# ── told ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_is_parked_is_told_a_second_later_with_place_and_wait_and_what_to_do_meanwhile() -> None:
    talk = waits()
    assert talk.state.timers[PLACE] == talk.now + timedelta(seconds=1)
    assert look(talk, 3, 240) == ["waiting.first_wait"]
    assert "number 3" in talk.last
    assert "about 4 minutes" in talk.last
    assert talk.labels == ["Ask the assistant"]


def test_half_a_minute_counts_as_one_as_it_does_above_the_chat() -> None:
    talk = waits()
    look(talk, 3, 270)
    assert "about 5 minutes" in talk.last


def test_without_an_estimate_nothing_is_promised() -> None:
    talk = waits()
    assert look(talk, 3) == ["waiting.first"]
    assert "minute" not in talk.last


def test_who_is_taken_at_once_is_told_of_no_queue() -> None:
    talk = waits()
    talk.claim()
    assert PLACE not in talk.state.timers


def test_the_place_is_told_again_only_when_it_is_better_and_at_most_once_a_minute() -> None:
    talk = waits()
    look(talk, 5)
    told_at = talk.now
    assert talk.state.timers[PLACE] == told_at + timedelta(minutes=1)
    assert look(talk, 5) == []
    assert look(talk, 6) == []
    assert look(talk, 4, 300) == ["waiting.place_wait"]
    assert talk.labels == []
    assert parked(talk).told == 4


def test_who_is_far_behind_is_looked_at_less_often() -> None:
    near, far = (next_look(RULES.policy, MONDAY, QueuePlace(position=n), spoke=False) for n in (2, 45))
    assert near == MONDAY + timedelta(seconds=30)
    assert far == MONDAY + timedelta(seconds=150)


def test_a_company_that_wants_no_updates_tells_the_place_once() -> None:
    talk = waits(bot(waiting="updates: off"))
    assert look(talk, 5) == ["waiting.first"]
    assert PLACE not in talk.state.timers


def test_a_reminder_counts_as_told() -> None:
    talk = waits()
    look(talk, 5)
    due = talk.state.timers["wait_remind_1"]
    talk.now = due
    place = QueuePlace(position=2)
    assert talk.take(TimerFired(id="r", at=due, name="wait_remind_1", due=due, place=place)) == ["waiting.place"]
    assert talk.state.timers[PLACE] == due + timedelta(minutes=1)
    assert look(talk, 2) == []


# ── the bot meanwhile ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_button_leads_to_the_bot_and_the_place_stays() -> None:
    talk = waits()
    before = parked(talk)
    look(talk, 3)
    assert talk.press("Ask the assistant") == ["waiting.meanwhile", "menu"]
    after = parked(talk)
    assert (after.since, after.expires, after.meanwhile) == (before.since, before.expires, True)
    assert {"silence", "wait_expire", "wait_warn", PLACE} <= set(talk.state.timers)


def test_asking_for_a_person_again_keeps_the_place_and_tells_it_anew() -> None:
    talk = waits()
    since = parked(talk).since
    look(talk, 3)
    talk.say("menu")
    talk.silence(2)
    assert talk.say("talk") == ["human"]
    assert (parked(talk).since, parked(talk).meanwhile) == (since, False)
    assert "silence" not in talk.state.timers
    assert look(talk, 2) == ["waiting.first"]


def test_asking_for_another_team_takes_the_waiting_time_along() -> None:
    talk = waits()
    since = parked(talk).since
    talk.say("menu")
    talk.silence(2)
    talk.say("bills")
    assert (parked(talk).team, parked(talk).since) == ("billing", since)


def test_when_the_bot_solves_it_the_chat_leaves_the_queue_and_says_so() -> None:
    talk = waits()
    talk.say("menu")
    assert talk.say("leave") == ["bye", "waiting.left"]
    assert talk.outcome == "solved"
    assert not talk.state.timers


def test_when_the_customer_falls_silent_with_the_bot_the_place_is_still_kept() -> None:
    talk = waits()
    talk.say("menu")
    talk.silence(10.5)
    phase = parked(talk)
    assert not phase.meanwhile
    assert talk.frame.stage == "parked"
    assert "silence" not in talk.state.timers


def test_when_an_operator_claims_the_bot_is_silent_at_once_and_the_dialog_goes_on_from_the_handover() -> None:
    talk = waits()
    talk.say("menu", "look")
    assert talk.claim() == []
    assert talk.act({"all": []}) == []
    assert talk.at == "main/human"
    assert set(talk.state.timers) == {"operator_remind", "operator_reassign"}
    assert talk.close() == ["csat"]


def test_a_back_end_that_fails_meanwhile_leads_back_to_the_queue() -> None:
    talk = waits()
    talk.say("menu", "look")
    talk.act(None)
    assert not parked(talk).meanwhile


def test_a_step_that_breaks_meanwhile_costs_nobody_the_place() -> None:
    talk = waits()
    since = parked(talk).since
    talk.say("menu")
    state, effects = rescue(talk.state, CustomerSaid(id="b", at=talk.now, content=Text(text="boom")), RULES)
    assert isinstance(state.phase, Parked)
    assert (state.phase.since, state.phase.meanwhile) == (since, False)
    assert "rescue" in str(effects)


# ── the wait runs out ────────────────────────────────────────────────────────────────────────────────────────────────


def warned(rules: Rules = RULES) -> Talk:
    talk = waits(rules)
    assert talk.silence(13.1)[-1] == "waiting.warn"
    return talk


def test_the_warning_offers_the_place_or_another_way() -> None:
    talk = warned()
    assert [button.payload for button in buttons_of(talk.menu)] == ["=keep", "=instead"]
    assert talk.press("Keep my place") == ["waiting.kept"]
    assert (parked(talk).expires - talk.now).total_seconds() == 15 * 60


def test_where_the_company_has_no_other_way_none_is_offered() -> None:
    talk = warned(bot())
    assert talk.labels == ["Keep my place"]


@pytest.mark.parametrize("answer", ["Call-back, message", "call-back", "2"])
def test_who_would_rather_be_called_back_need_not_wait_any_longer(answer: str) -> None:
    talk = warned()
    assert talk.say(answer) == ["nobody"]
    assert isinstance(talk.state.phase, WithBot)
    assert set(talk.state.timers) == {"silence"}


def test_the_buttons_of_a_wait_that_is_over_do_no_harm() -> None:
    talk = warned()
    menu = talk.menu
    assert talk.silence(3) == ["nobody"]
    assert talk.press("Keep my place", menu=menu) == ["button_gone", "nobody"]


def test_what_the_customer_says_to_the_bot_keeps_the_place_too() -> None:
    talk = waits()
    talk.silence(13.5)
    assert talk.say("menu")[:1] == ["waiting.kept"]
    assert parked(talk).meanwhile


def test_a_wait_that_runs_out_while_the_bot_is_at_work_ends_where_the_company_says() -> None:
    talk = waits()
    talk.silence(5)
    talk.say("menu")
    assert talk.silence(10)[-1] == "nobody"
    assert isinstance(talk.state.phase, WithBot)


# ── mood ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def moody(words: str) -> Talk:
    talk = Talk(RULES)
    talk.say("hi")
    talk.say(words)
    return talk


ANGRY: Final = "This is outrageous, I have had enough!"
URGENT: Final = "It is urgent, I need this immediately"


@pytest.mark.parametrize(("words", "kind"), [(ANGRY, "anger"), (URGENT, "urgency")])
def test_who_is_angry_or_pressed_comes_to_a_person_with_one_kind_sentence_first(words: str, kind: str) -> None:
    talk = moody(words)
    assert [message.origin for message in talk.bot_messages[-2:]] == [f"_product/mood.{kind}", "main/human"]
    assert parked(talk).priority == 1
    assert talk.state.mood is not None
    assert talk.state.mood.kind == kind
    assert [message.name for message in talk.messages if message.origin == "mood"] == [kind]


def test_a_mood_is_acted_upon_once_in_a_conversation() -> None:
    talk = moody(ANGRY)
    talk.claim()
    talk.hand_back()
    assert "mood.anger" not in talk.say(ANGRY)


def with_mood(way: str) -> Rules:
    return make_rules({"bot.yaml": SETTINGS + f"mood: {{anger: {way}}}\n", "dialogs/main.yaml": dialog()})


@pytest.mark.parametrize(("way", "priority"), [("priority", 1), ("off", 0)])
def test_a_company_may_only_serve_them_earlier_or_do_nothing(way: str, priority: int) -> None:
    talk = Talk(with_mood(way))
    talk.say("hi", ANGRY)
    assert isinstance(talk.state.phase, WithBot)
    assert talk.state.mood is not None
    talk.say("talk")
    assert parked(talk).priority == priority


def test_a_message_that_is_being_dictated_is_not_taken_away() -> None:
    talk = Talk(RULES)
    talk.say("hi", "mail")
    assert talk.say(ANGRY) == ["noted"]
    assert talk.state.mood is not None


def test_who_gets_angry_with_the_bot_while_waiting_is_served_earlier() -> None:
    talk = waits()
    talk.say("menu")
    talk.say(ANGRY)
    assert (parked(talk).priority, parked(talk).meanwhile) == (1, True)


def test_the_words_of_all_languages_fill_in() -> None:
    for language in ("en", "de"):
        talk = Talk(RULES, state=msgspec.structs.replace(Talk(RULES).state, language=language, language_chosen=True))
        talk.say("hi")
        talk.press_payload("!human")
        look(talk, 2, 61)
        assert "{{" not in talk.last
        assert isinstance(talk.bot_messages[-1].content, Prompt)
        assert words_of(talk.bot_messages[-1])
        assert isinstance(talk.state.phase, Parked | WithOperator)
