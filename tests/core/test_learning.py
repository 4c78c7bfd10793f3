"""What a conversation teaches: sentences with what they meant, kept for an editor to look at."""

from typing import Final

import pytest

from conversation.candidates import Candidate
from conversation.content import Example
from conversation.effects import Suggest, Unsuggest
from conversation.events import CustomerSaid, OperatorLabelled
from dialogs.saying.prompts import NONE
from engine.learning import LATELY, LONGEST, SOON
from tests.support.bots import ENDS, Talk, main_bot, means

STEPS: Final = f"""
  menu: {{choose: {{bill: bill, move: move, talk: human}}}}
  bill: {{say: bill, go: menu}}
  move: {{say: move, call: moving, go: menu}}
{ENDS}
"""
MOVING: Final = """
start: where
defaults: {misses: {limit: 3, go: over}, silence: {after: 10m, reminders: 1, go: over}, failed: over}
intents: {move_house: where}
steps:
  where: {ask: text, save: town, go: when}
  when: {choose: {soon: over, late: over}}
  over: {end: solved}
"""
RULES: Final = main_bot(STEPS, heads="intents: {billing: bill}", moving=MOVING)


def talk() -> Talk:
    made = Talk(RULES)
    made.say("hi")
    return made


def heard(made: Talk, text: str, **scores: float) -> None:
    """The customer says something that means this."""
    made.understand = lambda _: means(**scores)
    made.say(text)


def suggested(made: Talk) -> list[tuple[str, str, str]]:
    return [(each.text, each.origin, each.intent) for each in candidates(made)]


def candidates(made: Talk) -> list[Candidate]:
    return [effect.candidate for effect in made.effects if isinstance(effect, Suggest)]


def test_nothing_that_went_well_is_suggested() -> None:
    made = talk()
    heard(made, "my bill please", billing=0.9)
    made.press("bill")
    heard(made, "it is about the flat", move_house=0.9)
    made.say("Berlin")
    assert suggested(made) == []


def test_what_the_customer_chose_after_did_you_mean_is_suggested_with_what_was_thought_of_it() -> None:
    made = talk()
    heard(made, "my bill is wrong", billing=0.5, move_house=0.2)
    made.press_payload("?billing")
    (found,) = candidates(made)
    assert (found.text, found.origin, found.intent, found.language) == ("my bill is wrong", "meant", "billing", "en")
    assert found.scores == {"billing": 0.5, "move_house": 0.2}
    assert (found.chat, found.conversation, found.message) == ("chat1", "c1", "e3.1")
    assert any(message.id == found.message for message in made.messages)


def test_none_of_these_is_suggested_without_an_intent() -> None:
    made = talk()
    heard(made, "my bill is wrong", billing=0.5)
    made.press_payload(f"?{NONE}")
    assert suggested(made) == [("my bill is wrong", "meant_nothing", "")]


def test_what_was_not_understood_is_suggested_when_a_person_has_to_come() -> None:
    made = talk()
    heard(made, "das ding blinkt")
    assert suggested(made) == []
    made.say("talk")
    assert suggested(made) == [("das ding blinkt", "not_understood", "")]
    assert made.state.heard == ()


def test_what_was_not_understood_once_too_often_is_suggested_with_the_miss_itself() -> None:
    made = talk()
    for text in ("one two three", "four five six", "seven eight nine"):
        heard(made, text)
    assert suggested(made) == [
        (text, "not_understood", "") for text in ("one two three", "four five six", "seven eight nine")
    ]


def test_a_miss_of_long_ago_is_not_why_a_person_came() -> None:
    made = talk()
    heard(made, "das ding blinkt")
    for _ in range(LATELY):
        made.press("bill")
    made.say("talk")
    assert suggested(made) == []


def test_a_greeting_that_leads_nowhere_is_no_miss() -> None:
    made = Talk(RULES, understand=lambda _: means(greeting=0.99))
    made.say("good evening to you all")
    made.say("talk")
    assert suggested(made) == []


def test_who_asks_for_a_person_at_once_was_not_understood_perhaps() -> None:
    made = talk()
    heard(made, "my bill please", billing=0.9)
    made.press_payload("!human")
    assert suggested(made) == [("my bill please", "taken_back", "billing")]


def test_a_person_whom_the_dialog_brings_takes_nothing_back() -> None:
    made = talk()
    heard(made, "my bill please", billing=0.9)
    made.press("talk")
    assert suggested(made) == []


def test_who_asks_for_a_person_later_had_been_understood() -> None:
    made = talk()
    heard(made, "my bill please", billing=0.9)
    for _ in range(SOON):
        made.press("bill")
    made.press_payload("!human")
    assert suggested(made) == []


@pytest.mark.parametrize("way", ["menu", "back"])
def test_who_leaves_the_dialog_at_once_was_not_understood_perhaps(way: str) -> None:
    made = talk()
    heard(made, "it is about the flat", move_house=0.9)
    assert made.state.run.frames[-1].dialog == "moving"
    made.say(way)
    assert suggested(made) == [("it is about the flat", "taken_back", "move_house")]


def test_who_goes_back_inside_of_the_dialog_takes_nothing_back() -> None:
    made = talk()
    heard(made, "it is about the flat", move_house=0.9)
    made.say("Berlin")
    made.say("back")
    assert made.state.run.frames[-1].dialog == "moving"
    assert suggested(made) == []


def test_no_something_else_takes_back_what_was_understood_last() -> None:
    made = talk()
    heard(made, "my bill please", billing=0.9)
    heard(made, "no, I am moving to Berlin", move_house=0.9)
    assert suggested(made) == [("my bill please", "taken_back", "billing")]


def test_another_wish_takes_nothing_back() -> None:
    made = talk()
    heard(made, "my bill please", billing=0.9)
    heard(made, "and I am moving to Berlin", move_house=0.9)
    assert suggested(made) == []


def test_a_sentence_is_suggested_once() -> None:
    made = talk()
    heard(made, "my bill please", billing=0.9)
    heard(made, "no, not at all that", billing=0.1)
    made.press_payload("!human")
    assert [each for each in suggested(made) if each[0] == "my bill please"] == [
        ("my bill please", "taken_back", "billing")
    ]


def test_what_is_the_customers_own_stays_out_of_it() -> None:
    made = talk()
    made.take(
        CustomerSaid(
            id="n", at=made.now, content=Example(text="", language="", intent="", scores={}), name="Anna Lotte"
        )
    )
    heard(made, "Anna here, call 0151 2345678 or anna@lotte.example about the thing")
    made.say("talk")
    ((text, *_),) = suggested(made)
    assert text == "Alex here, call 0000 0000000 or name@example.com about the thing"


def test_a_novel_is_cut_and_signs_alone_are_nothing() -> None:
    made = talk()
    heard(made, "word " * 500)
    made.say("talk")
    ((text, *_),) = suggested(made)
    assert len(text) <= LONGEST
    made = talk()
    made.take(label(made, "e1.1", "12345 ?!", "billing"))
    assert suggested(made) == []


# ── operators ────────────────────────────────────────────────────────────────────────────────────────────────────────


def label(made: Talk, message: str, text: str, intent: str | None, conversation: str = "") -> OperatorLabelled:
    return OperatorLabelled(
        id=made.event_id(), at=made.now, operator="anna", name="Anna", conversation=conversation,
        message=message, text=text, intent=intent,
    )  # fmt: skip


def test_what_an_operator_says_is_noted_and_suggested_with_who_and_what_was_thought_of_it() -> None:
    made = talk()
    heard(made, "das ding blinkt", billing=0.3)
    message = next(each for each in made.messages if each.author == "customer" and each.id.startswith("e3"))
    made.claim()
    made.take(label(made, message.id, "das ding blinkt", "move_house"))
    found = candidates(made)[-1]
    assert (found.text, found.intent, found.origin) == ("das ding blinkt", "move_house", "labelled")
    assert (found.operator, found.name, found.message) == ("anna", "Anna", message.id)
    assert found.scores == {"billing": 0.3}
    note = made.messages[-1]
    assert (note.author, note.origin, note.name) == ("system", "labelled", "Anna")
    assert isinstance(note.content, Example)
    assert (note.content.intent, note.content.of) == ("move_house", message.id)


@pytest.mark.parametrize(("intent", "origin"), [("", "labelled_nothing"), (None, "label_undone")])
def test_nothing_of_these_and_taken_back_are_noted(intent: str | None, origin: str) -> None:
    made = talk()
    made.take(label(made, "e1.1", "das ding blinkt", intent))
    assert made.messages[-1].origin == origin
    forgotten = [effect.id for effect in made.effects if isinstance(effect, Unsuggest)]
    assert forgotten == ([] if intent == "" else ["e1.1/labelled"])


@pytest.mark.parametrize("conversation", ["", "c1", "an earlier one of the chat"])
def test_words_of_any_conversation_of_the_chat_can_be_labelled_also_after_its_end(conversation: str) -> None:
    made = talk()
    made.silence(60)
    phase = made.state.phase
    made.take(label(made, "e1.1", "das ding blinkt", "billing", conversation))
    assert made.state.phase == phase
    assert suggested(made)[-1] == ("das ding blinkt", "labelled", "billing")
