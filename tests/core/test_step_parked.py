"""What a customer who waits for a person is told, may do, and can rely on."""

from datetime import timedelta
from typing import Final

import msgspec
import pytest

from conversation.content import Prompt, Text
from conversation.events import CustomerSaid, OperatorReplied, QueuePlace, TimerFired
from conversation.state import Closed, Conversation, Parked, WithBot, WithOperator
from engine.rules import Rules
from engine.step import rescue, step
from handoff.waiting import PLACE, next_look
from tests.support.bots import ENDS, MONDAY, SETTINGS, Talk, buttons_of, main_bot, make_rules, nordnetz, words_of

STEPS: Final = """
  menu: {choose: {look: look, talk: human, bills: money, leave: bye, mail: mail}}
  look: {do: look_up, save: found, go: menu}
  money: {handover: billing, go: bye}
  mail: {ask: text, save: mail, go: noted}
  noted: {say: noted, end: ticket}
  csat: {ask: rating, save: rating, silence: {after: 5m, go: bye}, go: bye}
  nobody: {choose: {again: human, leave: bye}}
""" + ENDS.replace("human: {handover: care, go: bye}", "human: {handover: care, go: csat}")
TEAMS: Final = 'teams: {care: {hours: {mon-sun: ["00:00-24:00"]}}, billing: {hours: {mon-sun: ["00:00-24:00"]}}}'


def bot(**settings: str) -> Rules:
    text = SETTINGS.replace('teams: {care: {hours: {mon-sun: ["00:00-24:00"]}}}', TEAMS)
    for old, new in settings.items():
        text = text.replace(f"{old}: {{", f"{old}: {{{new}, ")
    main = f"start: menu\ndefaults: {{misses: {{limit: 3, go: human}}, silence: {{after: 10m, go: asleep}}, failed: human}}\nsteps:\n{STEPS}"
    return make_rules({"bot.yaml": text, "dialogs/main.yaml": main})


RULES: Final = bot(waiting="then: nobody")


def waits(rules: Rules = RULES) -> Talk:
    talk = Talk(rules)
    talk.say("hi", "talk")
    return talk


def look(talk: Talk, position: int, wait: int | None = None) -> list[str]:
    """Time goes on to the next look at the place in the queue, and this is what is found there."""
    due = talk.state.timers[PLACE]
    talk.now = max(talk.now, due)
    place = QueuePlace(position=position, wait=wait)
    return talk.take(TimerFired(id=talk.event_id(), at=talk.now, name=PLACE, due=due, place=place))


def parked(talk: Talk) -> Parked:
    phase = talk.state.phase
    assert isinstance(phase, Parked)
    return phase


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
    return make_rules({"bot.yaml": SETTINGS + f"mood: {{anger: {way}}}\n", "dialogs/main.yaml": _main()})


def _main() -> str:
    steps = STEPS.replace("handover: billing", "handover: care")
    return f"start: menu\ndefaults: {{misses: {{limit: 3, go: human}}, silence: {{after: 10m, go: asleep}}, failed: human}}\nsteps:\n{steps}"


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


# ── after the chat ───────────────────────────────────────────────────────────────────────────────────────────────────


def held(rules: Rules = RULES) -> Talk:
    talk = waits(rules)
    talk.claim()
    return talk


def reply(talk: Talk) -> None:
    content = Text(text="Good day")
    talk.take(OperatorReplied(id=talk.event_id(), at=talk.now, operator="anna", name="Anna", content=content, client_id="k"))  # fmt: skip


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
    rules = make_rules({"bot.yaml": hours, "dialogs/main.yaml": _main()})
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
