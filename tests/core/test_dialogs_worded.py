"""Questions for a place, a photo or a file, on channels whose customers can't send one: asked in words, answered in words."""

import pytest

from bots.limits import all_limits
from conversation.content import Content, Location, Media
from conversation.understanding import Understanding
from dialogs.saying.worded import LACKS
from dialogs.scene import view_of
from tests.support.bots import ENDS, Talk, fresh, main_bot, make_rules, means, nordnetz
from tests.support.bots import SETTINGS as TWO_LANGUAGES

STEPS = """
  menu: {choose: {where: where, photo: photo, paper: paper, form: form, leave: bye}}
  where: {ask: location, save: place, go: bye}
  photo: {ask: photo, save: picture, go: bye}
  paper: {ask: file, save: paper, go: bye}
  form: {form: {where: {ask: location}, lamp: {ask: photo}}, save: told, go: bye}
"""
RULES = main_bot(STEPS + ENDS, heads="intents: {leave: bye}")
ABLE, WORDS = ("telegram", "whatsapp"), ("webchat", "sms")
SENDS: dict[str, Content] = {
    "where": Location(latitude=53.5, longitude=10.0),
    "photo": Media(type="photo", ref="f1"),
    "paper": Media(type="file", ref="f2"),
}


def talk(channel: str, *said: str, language: str = "en", wanted: str = "") -> Talk:
    understand = lambda text: means(leave=0.95) if text == wanted else Understanding()  # noqa: E731
    found = Talk(RULES, state=fresh(channel=channel, language=language), understand=understand)
    found.say("hi", *said)
    return found


def test_what_customers_can_send_is_what_the_limits_say() -> None:
    every = {"location", "photo", "file"}
    told = {name: every - set(limits.receives) for name, limits in all_limits().items()}
    assert {name: set(kinds) for name, kinds in LACKS.items()} == {name: kinds for name, kinds in told.items() if kinds}


@pytest.mark.parametrize("channel", ABLE)
@pytest.mark.parametrize("step", sorted(SENDS))
def test_where_it_can_be_sent_nothing_is_said_about_words(channel: str, step: str) -> None:
    asked = talk(channel, step)
    assert asked.last == step
    assert asked.say(SENDS[step]) == ["bye"]


@pytest.mark.parametrize("channel", WORDS)
@pytest.mark.parametrize("step", sorted(SENDS))
@pytest.mark.parametrize("language", ["en", "de"])
def test_where_it_can_not_be_sent_the_question_says_what_to_type(channel: str, step: str, language: str) -> None:
    asked = talk(channel, step, language=language)
    name = {"where": "location", "paper": "file"}.get(step, step)
    hint = RULES.bot.texts.product(language, f"errors.{name}_words", view_of(RULES.bot, language, {}))
    assert asked.last == f"{step}\n{hint}"
    assert asked.say("?") == [f"{step}.error"]
    assert hint in asked.last


@pytest.mark.parametrize("language", ["de", "en", "ru", "uk"])
@pytest.mark.parametrize("kind", ["location", "photo", "file"])
def test_every_language_says_what_to_type(language: str, kind: str) -> None:
    bot = nordnetz().bot
    words = bot.texts.product(language, f"errors.{kind}_words", view_of(bot, language, {}))
    others = [bot.texts.product(other, f"errors.{kind}_words", view_of(bot, other, {})) for other in bot.languages]
    assert len(words) > 20
    assert others.count(words) == 1


@pytest.mark.parametrize("channel", WORDS)
@pytest.mark.parametrize(
    "words", ["Lange Reihe 5, 20099 Hamburg", "ул. Садовая 5", "the big square before the station"]
)
def test_a_place_in_words_is_taken(channel: str, words: str) -> None:
    asked = talk(channel, "where")
    assert asked.say(words) == ["bye"]
    assert asked.state.variables["place"] == {"latitude": None, "longitude": None, "address": words}


@pytest.mark.parametrize("channel", [*WORDS, *ABLE])
def test_an_address_and_degrees_are_taken_on_every_channel(channel: str) -> None:
    asked = talk(channel, "where")
    assert asked.say("53.55, 9.99") == ["bye"]
    assert asked.state.variables["place"] == {"latitude": 53.55, "longitude": 9.99}
    asked = talk(channel, "where")
    assert asked.say("Main Street 5, Berlin") == ["bye"]
    assert asked.state.variables["place"]["address"] == "Main Street 5, Berlin"


@pytest.mark.parametrize("channel", ABLE)
def test_words_are_no_photo_where_one_can_be_sent(channel: str) -> None:
    assert talk(channel, "photo").say("the red lamp is on") == ["photo.error"]


@pytest.mark.parametrize("channel", WORDS)
def test_a_photo_in_words_is_taken_where_none_can_be_sent(channel: str) -> None:
    asked = talk(channel, "photo")
    assert asked.say("the red lamp is on") == ["bye"]
    assert asked.state.variables["picture"] == {"ref": "", "name": "", "mime": "", "words": "the red lamp is on"}


@pytest.mark.parametrize("channel", WORDS)
def test_a_form_asks_in_words_too(channel: str) -> None:
    asked = talk(channel, "form")
    assert "address" in asked.last
    assert asked.say("Lange Reihe 5") == ["form.lamp"]
    assert "photo" in asked.last
    assert asked.say("it is red") == ["bye"]
    told = asked.state.variables["told"]
    assert (told["where"]["address"], told["lamp"]["words"]) == ("Lange Reihe 5", "it is red")


@pytest.mark.parametrize("channel", WORDS)
def test_who_wants_something_else_is_heard(channel: str) -> None:
    asked = talk(channel, "photo", wanted="goodbye then")
    assert asked.say("goodbye then") == ["bye"]
    assert "picture" not in asked.state.variables


def test_without_intents_the_words_are_taken_at_once() -> None:
    quiet = TWO_LANGUAGES.replace(", intent: want_human", "")
    rules = make_rules({"bot.yaml": quiet, "dialogs/main.yaml": "start: menu\ndefaults: {misses: {limit: 3, go: human}, silence: {after: 10m, go: asleep}, failed: human}\nsteps:" + STEPS + ENDS})  # fmt: skip
    asked = Talk(rules, state=fresh(channel="sms"))
    asked.say("hi", "photo")
    assert asked.say("the red lamp is on") == ["bye"]
