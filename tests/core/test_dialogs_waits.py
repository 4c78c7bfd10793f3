"""A ``wait``: for a time, or for something that happens outside; and a split that every customer stays on one side of."""

from collections import Counter

import msgspec
import pytest

from conversation.events import Happened
from dialogs.problems import BotError
from dialogs.walking.waits import MAX_KEPT, kept
from tests.support.bots import ENDS, Talk, fresh, main_bot

PAYING = main_bot(
    """
  menu: {choose: {pay: pay, talk: human}}
  pay: {say: pay, go: due}
  due: {wait: {event: paid, after: 2d, go: unpaid}, save: payment, go: thanks}
  thanks: {say: thanks, end: solved}
  unpaid: {say: unpaid, end: ticket}
"""
    + ENDS
)


def happens(talk: Talk, name: str = "paid", **data: object) -> list[str]:
    return talk.take(Happened(id=talk.event_id(), at=talk.now, name=name, data=data))


def test_event_that_a_step_waits_for_goes_on_with_its_data() -> None:
    talk = Talk(PAYING)
    assert talk.say("hi", "pay") == ["pay"]
    assert talk.at == "main/due"
    assert happens(talk, amount=12.5) == ["thanks"]
    assert talk.state.variables["payment"] == {"amount": 12.5}
    assert talk.state.timers == {}


def test_event_that_does_not_come_in_time_takes_the_other_way() -> None:
    talk = Talk(PAYING)
    talk.say("hi", "pay")
    assert talk.silence(48 * 60 - 1) == []
    assert talk.silence(1) == ["unpaid"]
    assert talk.outcome == "ticket"


def test_event_before_its_step_is_kept_and_taken_once() -> None:
    talk = Talk(PAYING)
    talk.say("hi")
    assert happens(talk, amount=1) == []
    assert happens(talk, amount=2) == []
    assert talk.say("pay") == ["pay", "thanks"]
    assert talk.state.variables["payment"] == {"amount": 2}
    assert talk.state.run.happened == {}


def test_other_event_wakes_nobody() -> None:
    talk = Talk(PAYING)
    talk.say("hi", "pay")
    assert happens(talk, "shipped") == []
    assert talk.at == "main/due"
    assert "wake" in talk.state.timers


def test_event_while_a_person_has_the_chat_is_kept_without_a_word() -> None:
    talk = Talk(PAYING)
    talk.say("hi", "talk")
    talk.claim()
    assert happens(talk) == []
    assert talk.state.run.happened == {"paid": {}}
    talk.hand_back()
    assert talk.say("pay") == ["pay", "thanks"]


def test_customer_who_leaves_a_wait_is_not_fetched_back_by_its_end() -> None:
    talk = Talk(PAYING)
    talk.say("hi", "pay")
    assert talk.say("still there?") == ["one_moment"]
    assert talk.say("menu") == ["menu"]
    assert happens(talk) == []
    assert talk.at == "main/menu"


def test_event_in_a_closed_chat_changes_nothing() -> None:
    talk = Talk(PAYING)
    talk.say("hi", "stop")
    before = talk.state
    assert happens(talk) == []
    assert talk.state == before


def test_only_the_newest_events_are_kept() -> None:
    happened: dict[str, dict[str, object]] = {}
    for number in range(MAX_KEPT + 3):
        happened = kept(happened, f"e{number}", {})
    assert list(happened) == [f"e{number}" for number in range(3, MAX_KEPT + 3)]


@pytest.mark.parametrize(
    ("wait", "wanted"),
    [("{event: paid, go: bye}", "how long"), ("{event: paid, after: 2d}", "go"), ("{after: 2d, go: bye}", "event"),
     ("{event: paid, after: soon, go: bye}", "time span"), ("{event: paid, after: 2d, go: nowhere}", "nowhere"), ("soon", "time span")],
)  # fmt: skip
def test_wait_that_can_not_end_is_refused(wait: str, wanted: str) -> None:
    with pytest.raises(BotError) as caught:
        main_bot("  menu: {choose: {one: due, two: human}}\n  due: {wait: " + wait + ", go: bye}\n" + ENDS)
    assert any(wanted in problem.message and problem.line for problem in caught.value.problems)


SPLIT = main_bot(
    """
  menu: {choose: {try: a_step_with_a_name_that_is_rather_long, talk: human}}
  a_step_with_a_name_that_is_rather_long: {random: {old: 60, new: 31, none: 2}}
  old: {say: old, go: menu}
  new: {say: new, go: menu}
  none: {say: none, go: menu}
"""
    + ENDS
)


def side(customer: str, times: int = 1) -> set[str]:
    talk = Talk(SPLIT, state=msgspec.structs.replace(fresh(), chat=customer))
    talk.say("hi")
    return {talk.say("try")[0] for _ in range(times)}


def test_split_is_by_weight_over_customers_and_the_same_for_each_of_them() -> None:
    sides = Counter[str]()
    for number in range(600):
        (found,) = side(f"chat-{number}", times=2)
        sides[found] += 1
    shares = {name: sides[name] / 600 * 93 for name in ("old", "new", "none")}
    assert shares["old"] == pytest.approx(60, abs=6)
    assert shares["new"] == pytest.approx(31, abs=6)
    assert 0.3 < shares["none"] < 6


def test_who_asks_for_another_language_while_a_step_waits_is_asked_which_and_the_wait_goes_on() -> None:
    talk = Talk(main_bot("  menu: {choose: {one: later, two: human}}\n  later: {wait: 2h, go: bye}\n" + ENDS))
    talk.say("hi", "one")
    wakes = dict(talk.state.timers)
    assert wakes
    assert talk.say("language") == ["which_language"]
    assert talk.state.timers == wakes
    assert talk.silence(121) == ["bye"]
