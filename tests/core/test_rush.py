"""A customer who writes faster than anybody can answer: all of it is kept, told once, and the newest is answered when there is quiet."""

from datetime import timedelta
from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.content import plain_text
from conversation.effects import Post, SetTimer
from conversation.events import OperatorClaimed, TimerFired
from conversation.state import Conversation, Parked, Rush, WithOperator
from engine.draft import CALM
from engine.rush import BURST, QUIET, RATE, faster
from tests.support.bots import ENDS, MONDAY, Talk, main_bot

RULES: Final = main_bot(
    """
  menu:
    ask: text
    save: words
    route:
      - {when: "words == 'talk'", go: human}
      - {when: "words == 'name'", go: name}
      - {when: "words == 'leave'", go: bye}
      - {go: menu}
  name: {choose: {talk: human, leave: bye}}
"""
    + ENDS
)
TOLD: Final = "_product/rush"


def talking() -> Talk:
    talk = Talk(RULES)
    talk.say("hi")
    talk.now += timedelta(minutes=1)
    return talk


def flood(talk: Talk, count: int, *, rate: float = 200.0, word: str = "m") -> list[str]:
    """Messages at that rate; timers fire between them as they are due. What was said."""
    said = []
    for number in range(count):
        said.append(f"{word}{number}")
        talk.say(said[-1])
        talk.silence(1 / rate / 60)
    return said


def kept(talk: Talk) -> list[str]:
    return [plain_text(message.content) for message in talk.messages if message.author == "customer"]


def told(talk: Talk) -> int:
    return [message.origin for message in talk.bot_messages].count(TOLD)


def test_a_flood_of_two_hundred_a_second_is_kept_whole_told_once_and_answered_once_at_its_end() -> None:
    talk = talking()
    said = flood(talk, 2_000)
    assert kept(talk) == ["hi", *said]
    assert told(talk) == 1
    answers = len(talk.bot_messages)
    assert answers <= BURST + 10 * RATE + 10
    assert talk.state.turns <= BURST + 10 * RATE + 10
    talk.silence(0.1)
    assert len(talk.bot_messages) > answers
    assert talk.state.rush.held is None
    talk.silence(0.2)
    talk.say("talk")
    assert isinstance(talk.state.phase, Parked)


def test_the_newest_message_is_the_one_that_is_answered() -> None:
    talk = talking()
    flood(talk, 50)
    talk.say("name")
    answers = len(talk.bot_messages)
    talk.silence(0.1)
    assert len(talk.bot_messages) == answers + 1
    assert talk.at == "main/name"


def test_a_press_in_a_flood_is_answered_when_there_is_quiet() -> None:
    talk = talking()
    talk.say("name")
    talk.state = msgspec.structs.replace(talk.state, rush=Rush(level=50))
    talk.press("talk")
    assert not isinstance(talk.state.phase, Parked)
    talk.silence(0.1)
    assert isinstance(talk.state.phase, Parked)


def test_what_comes_while_one_is_held_waits_behind_it() -> None:
    talk = talking()
    flood(talk, 50)
    talk.now += timedelta(seconds=1.9)
    talk.say("name")
    assert talk.at == "main/menu"
    talk.silence(0.1)
    assert talk.at == "main/name"


def test_a_pace_that_a_person_can_type_is_answered_message_by_message() -> None:
    talk = talking()
    flood(talk, 300, rate=RATE)
    assert told(talk) == 0
    assert talk.state.rush.held is None


def test_who_goes_on_slowly_after_a_flood_is_answered_again() -> None:
    talk = talking()
    flood(talk, 500)
    answers = len(talk.bot_messages)
    flood(talk, 8, rate=1)
    assert len(talk.bot_messages) > answers
    assert talk.state.rush.held is None
    assert told(talk) == 1


def test_as_many_at_once_as_the_web_chat_takes_are_answered() -> None:
    talk = talking()
    for number in range(int(BURST)):
        assert talk.say(f"m{number}")
    assert told(talk) == 0


def test_floods_in_a_row_are_told_once_and_one_after_a_rest_again() -> None:
    talk = talking()
    for _ in range(3):
        flood(talk, 60)
        talk.silence(3 / 60)
    assert told(talk) == 1
    talk.silence(2)
    flood(talk, 60)
    assert told(talk) == 2


def test_a_flood_sets_one_timer_in_two_seconds() -> None:
    talk = talking()
    before = len(talk.effects)
    flood(talk, 1_000)
    timers = [effect for effect in talk.effects[before:] if isinstance(effect, SetTimer) and effect.name == CALM]
    assert len(timers) <= 1000 / 200 / QUIET.total_seconds() + 1


def test_in_the_queue_and_with_an_operator_a_flood_is_kept_and_shown_whole() -> None:
    talk = talking()
    talk.say("talk")
    assert isinstance(talk.state.phase, Parked)
    waiting = flood(talk, 100, word="w")
    talk.claim("anna")
    assert isinstance(talk.state.phase, WithOperator)
    live = flood(talk, 100, word="l")
    assert kept(talk)[2:] == [*waiting, *live]
    assert told(talk) == 0
    assert talk.state.rush.held is None
    assert talk.state.unanswered
    assert CALM not in talk.state.timers


def test_a_timer_of_a_flood_that_a_person_took_over_does_nothing() -> None:
    talk = talking()
    flood(talk, 50)
    due = talk.state.timers[CALM]
    state = msgspec.structs.replace(
        talk.state, phase=Parked(team="support", since=MONDAY, expires=MONDAY + timedelta(hours=1)), timers={}
    )
    taken = Talk(RULES, state=state)
    taken.take(TimerFired(id="late", at=due, name=CALM, due=due))
    assert taken.state == state
    taken.take(OperatorClaimed(id="claim", at=due, operator="anna", name="Anna"))
    assert isinstance(taken.state.phase, WithOperator)


def test_a_clock_that_goes_back_does_not_slow_a_customer_down() -> None:
    rush = faster(Rush(level=10), MONDAY, MONDAY - timedelta(hours=1))
    assert rush.level == 11


def test_a_conversation_stored_before_there_were_rushes_is_read() -> None:
    old = msgspec.json.decode(msgspec.json.encode(talking().state), type=dict[str, object])
    old.pop("rush", None)
    assert msgspec.json.decode(msgspec.json.encode(old), type=Conversation).rush == Rush()


@pytest.mark.timeout(300)
@given(
    moves=st.lists(
        st.one_of(
            st.tuples(st.just("flood"), st.integers(1, 60)),
            st.tuples(st.just("rest"), st.integers(0, 90)),
            st.tuples(st.sampled_from(("name", "talk", "leave", "claim", "back")), st.just(0)),
        ),
        max_size=12,
    )
)
def test_whatever_happens_the_history_has_every_text_once_and_in_order(moves: list[tuple[str, int]]) -> None:
    talk, said = talking(), ["hi"]
    for count, (move, size) in enumerate(moves):
        match move:
            case "flood":
                said += flood(talk, size, word=f"f{count}-")
            case "rest":
                talk.silence(size / 60)
            case "claim":
                talk.claim()
            case "back":
                talk.hand_back()
            case word:
                talk.say(word)
                said.append(word)
    assert kept(talk) == said
    posts = [effect.message for effect in talk.effects if isinstance(effect, Post)]
    assert [post.seq for post in posts] == list(range(1, len(posts) + 1))
    assert told(talk) <= sum(move == "flood" for move, _ in moves)
    talk.silence(1)
    assert CALM not in talk.state.timers
