"""Single questions: times that are asked back, times that are narrowed down, long lists, suggestions, calls."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conversation.content import Text
from conversation.run import Frame
from dialogs.answers.values import AnswerContext
from dialogs.kinds import Kind, certain
from dialogs.saying.prompts import MAX_ITEMS
from engine.rules import Rules
from tests.support.bots import ENDS, MONDAY, SETTINGS, Talk, entities, fresh, main_bot, make_rules, means, nordnetz

LANGUAGES = {
    "de": ("Ja", "Nein, anders"),
    "en": ("Yes", "No, something else"),
    "ru": ("Да", "Нет, иначе"),
    "uk": ("Так", "Ні, інакше"),
}


def asking(steps: str, language: str = "en", **variables: Any) -> Talk:
    return Talk(_rules(steps), state=fresh(language=language, **variables))


def _rules(steps: str) -> Rules:
    settings = SETTINGS.replace("source: en, all: [en, de]", "source: en, all: [en, de, ru, uk]")
    heads = "start: menu\nintents: {when: menu}\ndefaults: {misses: {limit: 3, go: human}, silence: {after: 10m, reminders: 1, go: asleep}, failed: human}"
    main = f"{heads}\nsteps:\n{steps}{ENDS}"
    texts = {
        name: {"text": name, "item": "{{ item }}", "fields": {"day": "day?", "size": "size?"}}
        for name in ("menu", "done", "bye", "human")
    }
    locales = {f"locales/{code}/main.yaml": json.dumps({code: texts}) for code in LANGUAGES}
    return make_rules({"bot.yaml": settings, "dialogs/main.yaml": main, **locales})


DATE = "  menu: {ask: date, check: {from: today}, save: day, go: done}\n  done: {say: done, end: solved}\n"
SLOT = "  menu: {ask: time_slot, save: slot, go: done}\n  done: {say: done, end: solved}\n"
OFFER = "  menu: {ask: time_slot, offer: slots, save: slot, go: done}\n  done: {say: done, end: solved}\n"
SLOTS = [f"2026-11-03T{hour}:00:00+01:00" for hour in ("09", "10", "14", "15", "16")]


# ── the customer confirms ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "said", "shown", "yes", "no"),
    [
        ("de", "morgen", "03.11.2026 – richtig?", "ja", "nein"),
        ("en", "tomorrow", "3 Nov 2026 – is that right?", "yes", "no"),
        ("ru", "завтра", "03.11.2026 – верно?", "да", "нет"),
        ("uk", "завтра", "03.11.2026 – правильно?", "так", "ні"),
    ],
)
def test_a_day_in_free_words_is_asked_back(language: str, said: str, shown: str, yes: str, no: str) -> None:
    talk = asking(DATE, language)
    talk.say("1")
    assert talk.say(said) == ["menu.confirm"]
    assert talk.last == shown
    assert tuple(talk.labels) == LANGUAGES[language]
    assert talk.say(no) == ["menu"]
    assert talk.say(said, yes) == ["done"]
    assert talk.state.variables["day"] == "2026-11-03"


@pytest.mark.parametrize("said", ["03.11.2026", "3.11.2026", "2026-11-03"])
def test_a_full_date_in_figures_is_not_asked_back(said: str) -> None:
    assert asking(DATE).say("1", said) == ["done"]


@pytest.mark.parametrize("label", ["Yes", "No, something else"])
def test_the_buttons_of_what_is_asked_back_do_what_they_say(label: str) -> None:
    talk = asking(DATE)
    talk.say("1", "tomorrow")
    assert talk.press(label) == (["done"] if label == "Yes" else ["menu"])
    assert talk.state.variables.get("day") == ("2026-11-03" if label == "Yes" else None)


@pytest.mark.parametrize(
    ("said", "then", "day"),
    [
        ("no, on Friday", ["menu.confirm"], None),
        ("the day after tomorrow", ["menu.confirm"], None),
        ("05.11.2026", ["done"], "2026-11-05"),
        ("no, 05.11.2026", ["done"], "2026-11-05"),
        ("back", ["menu"], None),
        ("repeat", ["menu.confirm"], None),
        ("what?", ["menu.error"], None),
    ],
)
def test_another_day_instead_of_a_yes_is_a_correction(said: str, then: list[str], day: str | None) -> None:
    talk = asking(DATE)
    talk.say("1", "tomorrow")
    assert talk.say(said) == then
    assert talk.state.variables.get("day") == day


def test_after_a_correction_it_is_the_corrected_day_that_counts() -> None:
    talk = asking(DATE)
    assert talk.say("1", "tomorrow", "no, on Friday", "yes") == ["done"]
    assert talk.state.variables["day"] == "2026-11-06"


def test_what_is_not_understood_asks_back_once_more_and_the_yes_still_counts() -> None:
    talk = asking(DATE)
    talk.say("1", "tomorrow", "hm")
    assert talk.last.endswith("3 Nov 2026 – is that right?")
    assert talk.say("yes") == ["done"]
    assert talk.state.variables["day"] == "2026-11-03"


def test_a_yes_to_a_day_that_is_over_by_now_is_asked_again() -> None:
    talk = asking(DATE)
    talk.say("1", "today")
    talk.now += timedelta(days=1)
    assert talk.say("yes") == ["menu"]
    assert "day" not in talk.state.variables


def test_a_yes_without_anything_asked_back_is_no_day() -> None:
    assert asking(DATE).say("1", "yes") == ["menu.error"]


@pytest.mark.parametrize(
    ("language", "said", "slot", "shown"),
    [
        ("de", "morgen um 15 Uhr", "2026-11-03T15:00:00+01:00", "Di., 03.11.2026, 15:00 – richtig?"),
        ("en", "Friday between 2 and 4pm", "2026-11-06T14:00:00+01:00/2026-11-06T16:00:00+01:00", "Fri, 6 Nov 2026, 14:00–16:00 – is that right?"),
        ("ru", "завтра после обеда", "2026-11-03T13:00:00+01:00/2026-11-03T18:00:00+01:00", "вт, 03.11.2026, 13:00–18:00 – верно?"),
        ("uk", "завтра о 9", "2026-11-03T09:00:00+01:00", "вт, 03.11.2026, 09:00 – правильно?"),
    ],
)  # fmt: skip
def test_a_moment_in_free_words_is_shown_with_its_day_of_the_week(
    language: str, said: str, slot: str, shown: str
) -> None:
    talk = asking(SLOT, language)
    talk.say("1")
    assert talk.say(said) == ["menu.confirm"]
    assert talk.last == shown
    talk.press(LANGUAGES[language][0])
    assert talk.state.variables["slot"] == slot


def test_a_time_in_free_words_is_asked_back_and_one_in_figures_is_not() -> None:
    steps = "  menu: {ask: time, save: at, go: done}\n  done: {say: done, end: solved}\n"
    talk = asking(steps)
    assert talk.say("1", "half past three") == ["menu.confirm"]
    assert talk.last == "15:30 – is that right?"
    assert asking(steps).say("1", "15:30") == ["done"]


def test_a_field_without_a_summary_asks_back_too() -> None:
    talk = asking(
        "  menu: {form: {day: {ask: date}, size: {ask: number}}, save: all, go: done}\n  done: {say: done, end: solved}\n"
    )
    talk.say("1")
    assert talk.say("tomorrow") == ["menu.day.confirm"]
    assert talk.say("no") == ["menu.day"]
    assert talk.say("tomorrow", "yes") == ["menu.size"]
    assert talk.say("5") == ["done"]
    assert talk.state.variables["all"] == {"day": "2026-11-03", "size": 5}


def test_a_day_named_on_the_way_is_asked_back_and_not_used_silently() -> None:
    rules = main_bot(
        "  menu: {choose: {move: move, talk: human}}\n  move: {ask: date, save: day, go: bye}\n" + ENDS,
        heads="intents: {moving: move}",
    )
    found = means(moving=0.9)
    talk = Talk(rules, understand=lambda _: found.__class__(intents=found.intents, entities=entities(date="tomorrow")))
    assert talk.say("I move tomorrow") == ["move.confirm"]
    assert talk.say("yes") == ["bye"]
    assert talk.state.variables["day"] == "2026-11-03"


def test_a_moment_within_a_sentence_that_nothing_else_understood_is_asked_back() -> None:
    talk = asking(SLOT)
    talk.say("1")
    assert talk.say("I could take your call tomorrow at nine, my dear") == ["menu.confirm"]
    assert talk.say("no", "I'd rather not on Friday at nine") == ["menu.error"]


def test_a_number_of_the_editors_own_kind_within_a_sentence_is_asked_back() -> None:
    rules = make_rules({
        "dialogs/main.yaml": "start: menu\ndefaults: {misses: {limit: 3, go: human}, silence: {after: 10m, go: asleep}, failed: human}\n"
        "steps:\n  menu: {ask: order, save: number, go: bye}\n" + ENDS,
        "dialogs/_answers.yaml": 'order: {pattern: "[A-Z]-[0-9]{4,8}", example: A-12345}',
    })  # fmt: skip
    talk = Talk(rules)
    talk.say("1")
    assert talk.say("my number is A-12345 I think") == ["menu.confirm"]
    assert talk.say("yes") == ["bye"]
    assert talk.state.variables["number"] == "A-12345"
    two = Talk(rules)
    two.say("1")
    assert two.say("either A-12345 or A-54321") == ["menu.error"]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [("date", "1.12.2026", True), ("date", "1.12.", False), ("date", "1/12/2026", False), ("time", "9:05", True), ("time", "9", False),
     ("time_slot", "01.12.2026 15:00", False), ("text", "tomorrow", True), ("number", "five", True)],
)  # fmt: skip
def test_only_what_has_one_reading_is_certain(kind: str, text: str, expected: bool) -> None:
    assert certain(Kind(name=kind), Text(text=text), AnswerContext(now=MONDAY, language="en")) is expected


# ── offers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_words_that_mean_several_of_the_times_offered_leave_those() -> None:
    talk = asking(OFFER, slots=SLOTS)
    talk.say("1")
    assert len(talk.labels) == 5
    assert talk.say("tomorrow afternoon") == ["menu"]
    assert talk.labels == ["Tue, 3 Nov 2026, 14:00", "Tue, 3 Nov 2026, 15:00", "Tue, 3 Nov 2026, 16:00"]
    assert talk.say("2") == ["done"]
    assert talk.state.variables["slot"] == SLOTS[3]


@pytest.mark.parametrize("said", ["2", "Tue, 3 Nov 2026, 10:00", SLOTS[1]])
def test_a_time_that_is_chosen_from_those_offered_is_not_asked_back(said: str) -> None:
    talk = asking(OFFER, slots=SLOTS)
    assert talk.say("1", said) == ["done"]
    assert talk.state.variables["slot"] == SLOTS[1]


def test_a_time_named_in_words_is_one_of_those_offered_or_none() -> None:
    talk = asking(OFFER, slots=SLOTS)
    talk.say("1")
    assert talk.say("tomorrow at three") == ["menu.confirm"]
    assert talk.say("no", "tomorrow at noon") == ["menu.error"]
    assert talk.say("tomorrow at ten", "yes") == ["done"]
    assert talk.state.variables["slot"] == SLOTS[1]


def test_after_one_day_s_times_are_shown_another_day_can_still_be_named() -> None:
    talk = asking(OFFER, slots=[*SLOTS, "2026-11-05T09:00:00+01:00", "2026-11-05T10:00:00+01:00"])
    assert talk.say("1", "tomorrow afternoon", "on Thursday") == ["menu"]
    assert talk.labels == ["Thu, 5 Nov 2026, 09:00", "Thu, 5 Nov 2026, 10:00"]
    assert talk.say("tomorrow at ten", "yes") == ["done"]
    assert talk.state.variables["slot"] == SLOTS[1]


def test_a_call_back_can_be_asked_for_on_any_free_day_also_beyond_the_buttons_shown() -> None:
    talk = Talk(nordnetz(), state=fresh(language="de"))
    talk.now = datetime(2026, 3, 7, 10, tzinfo=UTC)  # a Saturday: the night shift's times come first
    talk.say("Hallo", "Mitarbeiter")
    assert talk.say("Rückruf") == ["callback"]
    assert len(talk.labels) == MAX_ITEMS
    assert talk.say("Montag um 15 Uhr") == ["callback.confirm"]
    assert talk.last == "Mo., 09.03.2026, 15:00 – richtig?"


@pytest.mark.parametrize(
    ("language", "said", "told"),
    [
        ("de", "übermorgen nachmittag", "Zu dieser Zeit ist nichts frei."),
        ("en", "tomorrow at eight", "Nothing is free then."),
        ("ru", "послезавтра после обеда", "На это время записи нет."),
        ("uk", "післязавтра після обіду", "На цей час запису немає."),
    ],
)
def test_a_time_at_which_nothing_is_free_is_told_so_with_those_that_are(language: str, said: str, told: str) -> None:
    talk = asking(OFFER, language, slots=SLOTS)
    talk.say("1")
    assert talk.say(said) == ["menu.error"]
    assert talk.last.startswith(told)
    assert len(talk.labels) >= len(SLOTS)


def test_nothing_offered_does_not_mean_that_any_time_will_do() -> None:
    talk = asking(OFFER, slots=[])
    assert talk.say("1", "tomorrow at three") == ["menu.error"]


# ── long lists ───────────────────────────────────────────────────────────────────────────────────────────────────────


def listing(count: int) -> Talk:
    talk = Talk(
        main_bot("  menu: {pick: all, save: one, go: bye}\n" + ENDS),
        state=fresh(all=[{"name": f"item {index}", "id": index} for index in range(count)]),
    )
    talk.say("hi")
    return talk


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (10, 1), (11, 2), (17, 2), (18, 3), (30, 4)])
def test_a_long_list_has_pages_that_show_each_item_once(count: int, pages: int) -> None:
    talk = listing(count)
    seen, turned = [label for label in talk.labels if label.startswith("item")], 1
    while "More" in talk.labels:
        assert len(talk.labels) <= 10
        talk.press("More")
        seen += [label for label in talk.labels if label.startswith("item")]
        turned += 1
    assert turned == pages
    assert seen == [f"item {index}" for index in range(count)]


def test_a_page_is_turned_by_word_and_number_and_back() -> None:
    talk = listing(30)
    assert talk.say("more") == ["menu"]
    assert talk.labels[0] == "item 9"
    assert talk.say("9") == ["menu"]
    assert talk.labels[0] == "item 17"
    assert talk.say("earlier ones", "Earlier ones") == ["menu"]
    assert talk.labels[0] == "item 0"


@pytest.mark.parametrize("said", ["item 25", "2"])
def test_an_item_is_chosen_by_its_label_on_any_page_and_by_the_number_shown(said: str) -> None:
    talk = listing(30)
    talk.say("more")
    assert talk.say(said) == ["bye"]
    assert talk.state.variables["one"]["id"] == (25 if said == "item 25" else 10)


def test_a_button_of_an_earlier_page_still_chooses_its_item() -> None:
    talk = listing(30)
    first = talk.menu
    talk.press("More")
    assert talk.press("item 3", menu=first) == ["bye"]
    assert talk.state.variables["one"]["id"] == 3


@pytest.mark.parametrize(
    "payload", ["main/menu/#30", "main/menu/#-1", "main/menu/#x", "main/menu/!less", "main/menu/!yes"]
)
def test_a_button_that_is_not_there_says_so(payload: str) -> None:
    talk = listing(30)
    assert talk.press_payload(payload) == ["button_gone", "menu"]


# ── calls ────────────────────────────────────────────────────────────────────────────────────────────────────────────

CALLING = "  menu: {choose: {ask: sub, talk: human}}\n  sub: {call: inner, failed: sorry, go: bye}\n  sorry: {say: sorry, go: menu}\n"
INNER = """
start: ask
defaults: {misses: {limit: 1, go: lost}, silence: {after: 10m, go: lost}, failed: lost}
steps:
  ask: {ask: number, save: number, go: over}
  over: {end: filled}
  lost: {end: failed}
"""


def test_a_dialog_that_is_called_gives_the_word_back_or_fails() -> None:
    rules = main_bot(CALLING + ENDS, inner=INNER)
    talk = Talk(rules)
    assert talk.say("hi", "ask") == ["ask"]
    assert talk.state.run.frames == (Frame(dialog="main", step="sub", stage="called"), talk.frame)
    assert talk.say("5") == ["bye"]
    failed = Talk(rules)
    assert failed.say("hi", "ask", "?") == ["sorry", "menu"]
    silent = Talk(rules)
    silent.say("hi", "ask")
    assert silent.silence(10) == ["sorry", "menu"]
