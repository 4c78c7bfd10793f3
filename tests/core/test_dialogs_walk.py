"""From step to step: what each verb does, where it leads, and what stops a bot that goes in circles."""

from collections import Counter

import msgspec
import pytest

from conversation.content import Location, Media, Prompt, Text
from conversation.effects import RunAction, Understand
from conversation.events import ActionDone, CustomerSaid, Understood
from conversation.state import Closed, Parked
from dialogs.problems import BotError
from engine.step import step
from tests.support.bots import DEFAULTS, ENDS, Talk, fresh, main_bot, make_rules, means, words_of

ACCOUNT = f"""
start: code
fills: account
defaults: {{{DEFAULTS.replace("human", "lost").replace("asleep", "lost")}}}
steps:
  code: {{ask: number, save: code, go: check}}
  check: {{route: [{{when: code > 100, go: found}}, {{go: again}}]}}
  again: {{choose: {{retry: code, stop: lost}}}}
  found: {{set: {{account: code}}, end: filled}}
  lost: {{end: failed}}
"""


def bot(steps: str, heads: str = "", **more: str) -> Talk:
    return Talk(main_bot(steps + ENDS, heads=heads, **more))


# ── choosing and picking ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_menu_shows_only_options_whose_condition_holds() -> None:
    talk = bot("  menu: {choose: {a: bye, b: {go: bye, when: vip}, c: bye}}\n")
    talk.say("hi")
    assert talk.labels == ["a", "c"]
    assert talk.say("b") == ["menu.error"]
    assert talk.press_payload("main/menu/b", menu="x") == ["button_gone", "menu"]
    vip = Talk(talk.rules, state=fresh(vip=True))
    vip.say("hi")
    assert vip.labels == ["a", "b", "c"]
    assert vip.say("2") == ["bye"]


def test_a_list_is_made_from_data_and_keeps_what_was_picked() -> None:
    talk = Talk(main_bot("  menu: {pick: all, save: one, failed: human, go: bye}\n" + ENDS), state=fresh(
        all=[{"name": "red"}, {"name": "blue"}]
    ))  # fmt: skip
    talk.say("hi")
    assert talk.labels == ["red", "blue"]
    assert talk.say("blue") == ["bye"]
    assert talk.state.variables["one"] == {"name": "blue"}


@pytest.mark.parametrize("data", [[], None, "red", 5])
def test_a_list_of_nothing_goes_where_it_says_for_a_failure(data: object) -> None:
    talk = Talk(main_bot("  menu: {pick: all, save: one, failed: human, go: bye}\n" + ENDS), state=fresh(all=data))
    assert talk.say("hi") == ["human"]


def test_a_long_list_is_cut_to_ten() -> None:
    many = [{"name": f"number {index}"} for index in range(30)]
    talk = Talk(main_bot("  menu: {pick: all, save: one, go: bye}\n" + ENDS), state=fresh(all=many))
    talk.say("hi")
    assert len(talk.labels) == 10


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_offer_is_shown_and_anything_else_of_the_kind_is_taken_too() -> None:
    rules = main_bot("  menu: {ask: phone, offer: known, save: phone, go: bye}\n" + ENDS)
    talk = Talk(rules, state=fresh(known="+49 30 1234567"))
    talk.say("hi")
    assert talk.labels == ["+49 30 1234567"]
    assert talk.say("1") == ["bye"]
    assert talk.state.variables["phone"] == "+49 30 1234567"
    other = Talk(rules, state=fresh(known=None))
    other.say("hi")
    assert other.labels == []
    assert other.say("+49 40 7654321") == ["bye"]


def test_a_place_is_an_answer_where_one_is_asked_for_and_a_miss_elsewhere() -> None:
    talk = bot("  menu: {ask: location, save: place, go: next}\n  next: {ask: number, save: n, go: bye}\n")
    place = Location(latitude=52.5, longitude=13.4)
    assert talk.say("hi", place) == ["next"]
    assert talk.state.variables["place"] == {"latitude": 52.5, "longitude": 13.4}
    assert talk.say(place) == ["next.error"]


# ── back-end actions ─────────────────────────────────────────────────────────────────────────────────────────────────

DO = "  menu: {choose: {go: look, stay: menu}}\n  look: {do: look_up, with: {who: name, gone: nobody}, limit: 7s, save: found, failed: sorry, route: [{when: found.ok, go: bye}, {go: menu}]}\n  sorry: {say: sorry, go: human}\n"  # fmt: skip


def test_an_action_gets_its_arguments_and_its_result_is_kept() -> None:
    talk = Talk(main_bot(DO + ENDS), state=fresh(name="Eva"))
    assert talk.say("hi", "go") == []
    assert talk.requests == [
        RunAction(request="e3.a1", name="look_up", arguments={"who": "Eva", "gone": None}, limit=7)
    ]
    assert talk.act({"ok": True}) == ["bye"]
    assert talk.state.variables["found"] == {"ok": True}


def test_a_failed_action_goes_where_it_says() -> None:
    talk = bot(DO)
    talk.say("hi", "go")
    assert talk.act(None) == ["sorry", "human"]


def test_words_during_an_action_are_answered_and_the_result_still_counts() -> None:
    talk = bot(DO)
    talk.say("hi", "go")
    for words in ("hello?", "back", "repeat", "Deutsch"):
        assert talk.say(words) == ["one_moment"]
    assert talk.act({"ok": True}) == ["bye"]


def test_a_result_that_comes_after_the_customer_left_changes_nothing_but_what_a_person_may_read() -> None:
    talk = bot(DO)
    talk.say("hi", "go", "menu")
    before = talk.state
    assert talk.act({"ok": True}) == []
    assert msgspec.structs.replace(talk.state, ran=before.ran) == before
    assert [(each.state, each.result) for each in talk.state.ran] == [("done", "ok: ✓")]


def test_a_result_that_comes_twice_counts_once() -> None:
    talk = bot(DO)
    talk.say("hi", "go")
    talk.act({"ok": False})
    assert talk.at == "main/menu"
    assert talk.act({"ok": True}) == []


def test_a_late_result_does_not_swallow_words_that_are_being_understood() -> None:
    talk = Talk(main_bot(DO + ENDS, heads="intents: {leave: bye}"))
    talk.say("hi", "go", "menu")
    said = CustomerSaid(id="x1", at=talk.now, content=Text(text="I want to leave"))
    state, effects = step(talk.state, said, talk.rules)
    asked = next(effect for effect in effects if isinstance(effect, Understand))
    late = ActionDone(id="x2", at=talk.now, request=talk.requests[0].request, result={})
    state, effects = step(state, late, talk.rules)
    assert not effects
    answer = Understood(id="x3", at=talk.now, request=asked.request, understanding=means(leave=0.9))
    state, _ = step(state, answer, talk.rules)
    assert isinstance(state.phase, Closed)


# ── dialogs inside dialogs ───────────────────────────────────────────────────────────────────────────────────────────

NEEDS = "  menu: {choose: {account: account, leave: bye}}\n  account: {needs: account, say: account, failed: sorry, go: menu}\n  sorry: {say: sorry, go: menu}\n"  # fmt: skip


def test_what_a_step_needs_is_found_out_first_and_then_it_goes_on() -> None:
    talk = bot(NEEDS, account=ACCOUNT)
    assert talk.say("hi", "account") == ["code"]
    assert talk.say("500") == ["account", "menu"]
    assert talk.state.variables["account"] == 500


def test_what_is_known_is_not_asked() -> None:
    talk = Talk(main_bot(NEEDS + ENDS, account=ACCOUNT), state=fresh(account=7))
    assert talk.say("hi", "account") == ["account", "menu"]


def test_what_could_not_be_found_out_leads_where_the_step_says_and_leaves_nothing_behind() -> None:
    talk = bot(NEEDS, account=ACCOUNT)
    assert talk.say("hi", "account", "5", "2") == ["sorry", "menu"]
    assert "account" not in talk.state.variables
    assert talk.say("account") == ["code"]


def test_back_out_of_an_inner_dialog_leads_to_the_question_before_it() -> None:
    talk = bot(NEEDS, account=ACCOUNT)
    assert talk.say("hi", "account", "5", "back") == ["code"]
    assert talk.say("back") == ["menu"]
    assert [frame.dialog for frame in talk.state.run.frames] == ["main"]


def test_back_after_an_inner_dialog_does_not_lead_into_it_alone() -> None:
    talk = bot(NEEDS, account=ACCOUNT)
    talk.say("hi", "account", "500")
    assert talk.say("back") == ["menu"]
    assert talk.at == "main/menu"


def test_an_old_button_of_an_inner_dialog_does_not_lead_into_it_alone() -> None:
    talk = bot(NEEDS, account=ACCOUNT)
    talk.say("hi", "account", "5")
    old = talk.menu
    talk.say("menu")
    assert talk.press("retry", menu=old) == ["button_gone", "menu"]
    assert talk.at == "main/menu"


def test_a_called_dialog_comes_back_and_its_failure_is_told() -> None:
    talk = bot(
        "  menu: {choose: {call: call, leave: bye}}\n  call: {call: account, failed: human, go: menu}\n",
        account=ACCOUNT,
    )
    assert talk.say("hi", "call") == ["code"]
    assert talk.say("500") == ["menu"]
    assert talk.say("call", "5", "2") == ["human"]


def test_dialogs_inside_each_other_end_at_three_levels() -> None:
    ends = "  out: {end: failed}\n  human: {end: failed}\n  asleep: {end: failed}\n"
    head = f"start: on\ndefaults: {{{DEFAULTS}}}\nsteps:\n"
    below = {f"deep{n}": f"{head}  on: {{call: deep{n + 1}, failed: out, go: out}}\n{ends}" for n in range(1, 6)}
    last = f"{head}  on: {{say: here, go: done}}\n  done: {{end: solved}}\n{ends}"
    talk = bot("  menu: {call: deep1, failed: human, go: bye}\n", **below, deep6=last)
    assert talk.say("hi") == ["human"]


# ── waiting, chance, files, circles ──────────────────────────────────────────────────────────────────────────────────

PAUSE = "  menu: {choose: {pause: pause, leave: bye}}\n  pause: {say: pause, wait: 2h, go: bye}\n"


def test_a_pause_goes_on_by_itself() -> None:
    talk = bot(PAUSE)
    assert talk.say("hi", "pause") == ["pause"]
    assert set(talk.state.timers) == {"wake"}
    assert talk.silence(119) == []
    assert talk.silence(1) == ["bye"]


def test_a_pause_that_was_left_does_not_go_on() -> None:
    talk = bot(PAUSE)
    talk.say("hi", "pause")
    assert talk.say("hello?") == ["one_moment"]
    assert talk.say("back") == ["menu"]
    assert set(talk.state.timers) == {"silence"}


def test_chance_is_the_same_for_the_same_customer_and_fair_over_many() -> None:
    rules = main_bot(
        "  menu: {random: {one: 3, two: 1}}\n  one: {say: one, end: solved}\n  two: {say: two, end: solved}\n" + ENDS
    )
    counted: Counter[str] = Counter()
    for number in range(400):
        state = msgspec.structs.replace(fresh(), chat=f"chat-{number}-{number * 7919}")
        first = Talk(rules, state=state).say("hi")
        assert Talk(rules, state=state).say("hi") == first
        counted[first[0]] += 1
    assert 240 < counted["one"] < 360


def test_a_file_goes_with_the_question() -> None:
    rules = make_rules(
        {
            "dialogs/main.yaml": f"start: menu\ndefaults: {{{DEFAULTS}}}\nsteps:\n  menu: {{attach: media/a.png, choose: {{a: own, b: bye}}}}\n  own: {{attach: '{{{{ doc }}}}', say: own, go: bye}}\n{ENDS}",
            "media/a.png": "x",
        }
    )
    talk = Talk(rules, state=fresh(doc="media/b.pdf"))
    talk.say("hi")
    shown = talk.bot_messages[-1].content
    assert isinstance(shown, Prompt)
    assert shown.attach == Media(type="photo", ref="media/a.png", name="a.png", mime="image/png")
    assert [button.label for button in shown.buttons] == ["a", "b"]
    talk.say("a")
    own = talk.bot_messages[-2].content
    assert isinstance(own, Prompt)
    assert own.attach == Media(type="file", ref="media/b.pdf", name="b.pdf", mime="application/pdf")


def test_a_bot_that_goes_in_circles_is_stopped_at_a_person() -> None:
    talk = bot(
        "  menu: {choose: {go: one, leave: bye}}\n  one: {needs: account, failed: one, go: one}\n",
        account="start: lost\nfills: account\nsteps:\n  lost: {end: failed}\n",
    )
    assert talk.say("hi", "go") == []
    assert isinstance(talk.state.phase, Parked)


@pytest.mark.parametrize(
    "steps",
    [
        "  one: {say: one, go: two}\n  two: {say: two, go: one}\n",
        "  one: {pick: gone, save: x, failed: one, go: one}\n",
        "  one: {do: it, failed: one, go: bye}\n",
        "  one: {random: {two: 1, bye: 1}}\n  two: {route: [{when: gone, go: bye}, {go: one}]}\n",
    ],
)
def test_steps_that_come_back_to_themselves_without_a_question_are_refused(steps: str) -> None:
    with pytest.raises(BotError, match=r"main\.yaml:\d+: \(step one\) it comes back to itself"):
        bot("  menu: {choose: {go: one, leave: bye}}\n" + steps)


def test_a_text_of_several_variants_is_not_always_said_the_same() -> None:
    texts = "{en: {menu: {text: [one, two, three], options: {a: A, b: B}}, bye: bye, human: human}}"
    rules = make_rules({
        "dialogs/main.yaml": f"start: menu\ndefaults: {{{DEFAULTS}}}\nsteps:\n  menu: {{choose: {{a: menu, b: bye}}}}\n{ENDS}",
        "locales/en/main.yaml": texts,
        "locales/de/main.yaml": texts.replace("en:", "de:", 1),
    })  # fmt: skip
    talk = Talk(rules)
    talk.say("hi", "menu", "menu", "menu", "menu")
    assert {words_of(message) for message in talk.bot_messages} == {"one", "two", "three"}


# ── ends and persons ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_handover_goes_on_when_the_person_is_done() -> None:
    talk = bot("  menu: {choose: {a: human, b: bye}}\n")
    assert talk.say("hi", "a") == ["human"]
    talk.claim()
    assert talk.close() == ["bye"]
    assert talk.outcome == "solved"


def test_a_chat_handed_back_begins_at_the_menu_after_the_bot_said_who_it_is() -> None:
    talk = bot("  menu: {choose: {a: human, b: bye}}\n")
    talk.say("hi", "a")
    talk.claim()
    assert talk.hand_back() == ["bot_again", "menu"]
    assert talk.say("b") == ["bye"]


@pytest.mark.parametrize("word", ["back", "menu"])
def test_a_waiting_customer_can_go_back_to_the_bot_and_keeps_the_place(word: str) -> None:
    talk = bot("  menu: {choose: {a: human, b: bye}}\n")
    talk.say("hi", "a")
    waits = set(talk.state.timers)
    before = talk.state.phase
    assert talk.say(word) == ["waiting.meanwhile", "menu"]
    phase = talk.state.phase
    assert isinstance(before, Parked)
    assert isinstance(phase, Parked)
    assert (phase.since, phase.team, phase.meanwhile) == (before.since, before.team, True)
    assert set(talk.state.timers) == waits | {"silence"}


def test_a_waiting_customer_can_leave_the_queue() -> None:
    talk = bot("  menu: {choose: {a: human, b: bye}}\n")
    talk.say("hi", "a")
    assert talk.say("stop") == ["stopped"]
    assert isinstance(talk.state.phase, Closed)
    assert not talk.state.timers


def test_back_from_the_queue_without_any_question_before_leads_to_the_menu() -> None:
    talk = Talk(main_bot("  menu: {choose: {a: human, b: bye}}\n" + ENDS), understand=lambda _: means(want_human=0.95))
    assert talk.say("a person please") == ["human"]
    assert talk.say("back") == ["waiting.meanwhile", "menu"]


def test_busy_leads_where_the_step_says() -> None:
    talk = bot(
        "  menu: {choose: {a: line, b: bye}}\n  line: {handover: care, busy: {after: 3m, go: later}, go: bye}\n  later: {say: later, go: menu}\n"
    )
    talk.say("hi", "a")
    talk.silence(2.9)
    assert isinstance(talk.state.phase, Parked)
    assert talk.silence(0.2) == ["later", "menu"]
    assert talk.at == "main/menu"


def test_silence_reminds_and_then_ends() -> None:
    talk = bot("  menu: {choose: {a: human, b: bye}}\n")
    talk.say("hi")
    assert talk.silence(9.9) == []
    assert talk.silence(0.1) == ["reminder"]
    assert talk.silence(10) == []
    assert talk.outcome == "silent"


def test_an_answer_after_the_reminder_starts_the_silence_anew() -> None:
    talk = bot("  menu: {choose: {a: human, b: bye}}\n")
    talk.say("hi")
    assert talk.silence(10) == ["reminder"]
    talk.say("what?")
    assert talk.silence(10) == ["reminder"]


def test_the_words_of_a_conversation_are_never_empty() -> None:
    talk = bot(NEEDS, account=ACCOUNT)
    talk.say("hi", "account", "5", "1", "x", "y", "z")
    assert all(words_of(message).strip() for message in talk.bot_messages)
