"""Each of a customer's messages says what the bot took it for, and why: kept with it, whenever the answer came."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from bots.webchat.frames import frame_of
from conversation.message import Message
from conversation.understanding import Decision, Did, Entity, Intent, Meaning, Passed, Understanding
from dialogs.hearing.meaning import OWN_INTENT_BONUS
from engine.rush import BURST
from tests.support.bots import ENDS, Talk, entities, main_bot, means

STEPS = (
    """
  menu: {choose: {order: order, extra: {go: extra, intent: more_data}, leave: bye}}
  order: {ask: number, save: number, go: rest}
  extra: {ask: email, save: mail, go: rest}
  rest: {choose: {again: menu, done: bye}}
"""
    + ENDS
)
HEADS = "intents: {order: order, leave: bye}"
BY = Decision(
    layer="local+multilingual",
    model="abc",
    passed=(Passed(layer="rasa", why="slow"),),
    read_as="привет",
    milliseconds=1.5,
)


def talk(found: Understanding | None = None, *before: str) -> Talk:
    """At the menu, or further; every free text from here on means the same."""
    begun = Talk(main_bot(STEPS, heads=HEADS))
    begun.say("hello", *before)
    begun.understand = lambda _: found or Understanding()
    return begun


def said(begun: Talk, number: int = -1) -> Message:
    return [message for message in begun.messages if message.author == "customer"][number]


def did(begun: Talk) -> Did | None:
    meaning = said(begun).meaning
    return meaning.did if meaning else None


@pytest.mark.parametrize(
    ("before", "words", "took"),
    [
        (("order",), "5", "answered"),
        ((), "leave", "answered"),
        ((), "1", "answered"),
        ((), "/menu", "command"),
        (("order",), "12 or so?!", "missed"),
        (("order",), "???", "missed"),
    ],
)
def test_words_that_no_layer_was_asked_about_say_what_they_were(before: tuple[str, ...], words: str, took: Did) -> None:
    begun = talk(None, *before)
    begun.say(words)
    meaning = said(begun).meaning
    assert meaning is not None
    assert (meaning.did, meaning.by is not None) == (took, "or so" in words)


def test_a_first_word_that_says_nothing_is_a_beginning() -> None:
    begun = Talk(main_bot(STEPS, heads=HEADS))
    begun.say("👋")
    assert said(begun).meaning == Meaning(did="began")


@pytest.mark.parametrize(
    ("found", "took", "intent"),
    [
        (means(leave=0.9), "accepted", "leave"),
        (means(leave=0.5, order=0.45), "offered", "leave"),
        (means(leave=0.1), "missed", ""),
        (means(unheard_of=0.95), "missed", ""),
        (Understanding(), "missed", ""),
    ],
)
def test_words_that_were_understood_say_what_became_of_them(found: Understanding, took: Did, intent: str) -> None:
    begun = talk(found)
    begun.say("let me out of here")
    meaning = said(begun).meaning
    assert meaning is not None
    assert (meaning.did, meaning.intent) == (took, intent)
    assert meaning.intents == found.intents


@pytest.mark.parametrize(("score", "took"), [(0.9, "accepted"), (0.6, "began"), (0.0, "began")])
def test_the_first_words_are_acted_on_or_begin_the_conversation(score: float, took: Did) -> None:
    begun = Talk(main_bot(STEPS, heads=HEADS), understand=lambda _: means(order=score))
    begun.say("where is my parcel")
    assert did(begun) == took


@pytest.mark.parametrize(
    ("found", "took"),
    [
        (Understanding(entities=(Entity(name="email", value="a@b.de", start=0, end=6),)), "answered"),
        (Understanding(entities=entities(postcode="10115")), "missed"),
    ],
)
def test_words_that_hold_the_answer_to_the_question_are_an_answer(found: Understanding, took: Did) -> None:
    begun = talk(found)
    begun.say("extra", "well that would be the one that I use at home")
    assert did(begun) == took


def test_all_that_was_weighed_is_kept_with_the_message() -> None:
    found = Understanding(
        language="de",
        language_score=0.97,
        intents=(Intent(name="more_data", score=0.7), Intent(name="leave", score=0.1)),
        by=BY,
    )
    begun = talk(found)
    begun.say("I want to have some more of it")
    meaning = said(begun).meaning
    assert meaning == Meaning(
        did="accepted",
        intent="more_data",
        language="de",
        language_score=0.97,
        intents=found.intents,
        by=BY,
        lifted=("more_data", "leave"),
        spoken="en",
        accept=0.75,
        offer=0.40,
        margin=0.15,
    )
    assert found.intents[0].score + OWN_INTENT_BONUS >= meaning.accept
    assert msgspec.json.decode(msgspec.json.encode(said(begun)), type=Message).meaning == meaning


def test_a_pressed_button_means_nothing_but_itself() -> None:
    begun = talk()
    begun.press("order")
    assert said(begun).meaning is None


def test_words_to_a_person_are_no_business_of_the_bot() -> None:
    begun = talk(means(want_human=0.9))
    begun.say("a person please, now")
    assert did(begun) == "accepted"
    begun.claim()
    begun.say("are you there?")
    assert said(begun).meaning is None


def test_words_that_had_to_wait_for_quiet_say_it_when_they_were_answered() -> None:
    """They stand in the history long before: the message of an earlier turn is amended."""
    begun = talk(means(order=0.9))
    for number in range(int(BURST) + 5):
        begun.say(f"hello {number}")
    held = said(begun)
    assert held.meaning is None
    begun.now += timedelta(seconds=1)
    begun.silence(1)
    after = said(begun)
    assert (after.id, after.meaning is not None) == (held.id, True)
    assert msgspec.structs.replace(after, meaning=None) == held
    assert begun.state.rush.message is None


@pytest.mark.parametrize("understand", [lambda _: Understanding(), lambda _: means(leave=0.9)])
def test_no_word_of_the_bot_or_of_a_colleague_has_a_meaning(understand: Callable[[str], Understanding]) -> None:
    begun = Talk(main_bot(STEPS, heads=HEADS), understand=understand)
    begun.say("hello", "let me out of here", "what?", "5")
    assert all(message.meaning is None for message in begun.messages if message.author != "customer")


def test_a_customers_page_is_never_told_what_the_words_were_taken_for() -> None:
    begun = talk(Understanding(intents=(Intent(name="leave", score=0.5),), by=BY))
    begun.say("let me out of here")
    told = msgspec.json.encode(frame_of(said(begun))).decode()
    assert "let me out of here" in told
    assert not [word for word in ("meaning", "offered", "multilingual", "привет") if word in told]
