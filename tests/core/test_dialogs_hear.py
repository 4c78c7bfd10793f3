"""What the customer's words mean where the conversation stands: commands, guesses, misses, languages, buttons of earlier questions."""

import msgspec
import pytest

from conversation.events import CustomerChoseLanguage
from conversation.state import Parked
from conversation.understanding import Intent, Understanding
from tests.support.bots import ENDS, Talk, entities, fresh, main_bot, means, nordnetz, words_of

STEPS = (
    """
  menu: {choose: {order: order, extra: {go: extra, intent: more_data}, leave: bye}}
  order: {ask: number, save: number, go: ordered}
  ordered: {say: ordered, go: rest}
  extra: {say: extra, go: rest}
  rest: {choose: {again: menu, done: bye}}
  form: {form: {size: {ask: number}, city: {ask: text}}, save: answers, go: rest}
"""
    + ENDS
)
HEADS = "intents: {order: order, leave: bye, fill: form}"


def talk(understanding: Understanding | None = None, *, first: str = "menu") -> Talk:
    """At the menu, or wherever ``first`` leads; every free text means the same."""
    found = Talk(main_bot(STEPS, heads=HEADS), understand=lambda _: understanding or Understanding())
    found.say(first)
    return found


# ── the first words ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", ["hi", "42", "👋", "/start", "???"])
def test_first_words_that_say_nothing_lead_to_the_start(words: str) -> None:
    begun = Talk(main_bot(STEPS, heads=HEADS))
    assert begun.say(words) == ["menu"]


def test_first_words_that_say_what_is_wanted_lead_there() -> None:
    begun = Talk(main_bot(STEPS, heads=HEADS), understand=lambda _: means(order=0.9, leave=0.05))
    assert begun.say("where is my order") == ["order"]


@pytest.mark.parametrize(
    ("language", "words", "intent", "keys"),
    [
        ("de", "Wo ist mein Auftrag?", "order_status", ["greeting", "order"]),
        ("en", "where is my order", "order_status", ["greeting", "order"]),
        ("ru", "где мой заказ", "order_status", ["greeting", "order"]),
        ("uk", "не працює інтернет", "report_outage", ["greeting", "contract"]),
    ],
)
def test_the_example_greets_and_goes_where_the_first_words_lead(
    language: str, words: str, intent: str, keys: list[str]
) -> None:
    found = Understanding(language=language, language_score=0.99, intents=(Intent(name=intent, score=0.93),))
    begun = Talk(nordnetz(), state=fresh(language=""), understand=lambda _: found)
    assert begun.say(words) == keys
    assert begun.state.language == language
    assert not begun.state.language_chosen


def test_a_number_in_the_first_words_is_not_asked_again() -> None:
    found = Understanding(intents=(Intent(name="order_status", score=0.95),), entities=entities(order_number="A-12345"))
    begun = Talk(nordnetz(), understand=lambda _: found)
    assert begun.say("where is A-12345?") == ["greeting"]
    assert begun.requests[0].arguments == {"number": "A-12345"}


# ── guesses ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sure_guess_is_followed() -> None:
    assert talk(means(leave=0.8, order=0.1)).say("I am done here") == ["bye"]


@pytest.mark.parametrize(
    "scores",
    [
        means(leave=0.64),
        means(leave=0.8, order=0.7),
        means(leave=0.41),
    ],
)
def test_an_unsure_guess_is_asked_back(scores: Understanding) -> None:
    asked = talk(scores)
    assert asked.say("something about it") == ["did_you_mean"]
    assert asked.labels[0] == "leave"
    assert asked.labels[-1] == "None of these"
    assert asked.press("leave") == ["bye"]


@pytest.mark.parametrize("answer", ["1", "leave", "Leave!"])
def test_a_guess_is_answered_in_words_too(answer: str) -> None:
    asked = talk(means(leave=0.6))
    asked.say("something about it")
    assert asked.say(answer) == ["bye"]


def test_none_of_these_asks_the_question_again() -> None:
    asked = talk(means(leave=0.6))
    asked.say("something about it")
    assert asked.say("none of these") == ["menu"]
    assert asked.say("1") == ["order"]


def test_at_most_three_guesses_are_offered() -> None:
    asked = talk(means(leave=0.5, order=0.5, fill=0.49, want_human=0.48))
    asked.say("something about it")
    assert len(asked.labels) == 4


@pytest.mark.parametrize("scores", [means(weather=0.99), means(leave=0.29), Understanding()])
def test_a_guess_that_leads_nowhere_is_a_miss(scores: Understanding) -> None:
    assert talk(scores).say("will it rain?") == ["menu.error"]


def test_an_intent_of_this_very_menu_is_more_likely() -> None:
    """0.67 is not enough anywhere else."""
    at_menu = talk(means(order=0.67))
    assert at_menu.say("my order") == ["order"]
    elsewhere = talk(means(order=0.67), first="menu")
    elsewhere.say("2")
    assert elsewhere.at == "main/rest"
    assert elsewhere.say("my order") == ["did_you_mean"]


def test_free_text_means_an_option_of_the_menu_that_is_shown_and_of_no_other() -> None:
    asked = talk(means(more_data=0.9))
    assert asked.say("I need more data") == ["extra", "rest"]
    assert asked.say("I need more data") == ["rest.error"]


def test_a_guess_is_forgotten_when_the_conversation_moves_on() -> None:
    asked = talk(means(leave=0.6))
    asked.say("something about it")
    assert asked.say("order") == ["order"]
    assert asked.say("1") == ["ordered", "rest"]


def test_in_a_form_even_a_sure_guess_is_asked_first() -> None:
    filling = Talk(main_bot(STEPS, heads=HEADS), understand=lambda text: means(fill=0.9) if "form" in text else means(order=0.95))  # fmt: skip
    filling.say("the form please")
    assert filling.at == "main/form"
    assert filling.say("where is my order") == ["leave"]
    assert filling.say("no") == ["form.size"]
    assert filling.say("5") == ["form.city"]


# ── misses ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_second_miss_comes_with_an_example_and_the_third_goes_on() -> None:
    asked = talk()
    assert asked.say("?") == ["menu.error"]
    assert "order" in asked.labels
    first = asked.last
    assert asked.say("??") == ["menu.error"]
    assert "For example" in asked.last
    assert "For example" not in first
    assert asked.say("???") == ["human"]
    assert isinstance(asked.state.phase, Parked)


def test_an_answer_between_misses_begins_the_count_anew() -> None:
    asked = talk()
    asked.say("?", "?")
    assert asked.say("1") == ["order"]
    assert asked.say("?", "?") == ["order.error"]
    assert asked.say("5") == ["ordered", "rest"]


def test_the_fourth_miss_in_different_steps_offers_a_person() -> None:
    asked = talk()
    asked.say("?", "?", "menu", "?")
    assert asked.labels == ["order", "extra", "leave"]
    asked.say("?")
    assert asked.labels[-1] == "Talk to a person"
    assert asked.press("Talk to a person") == ["human"]


def test_another_language_is_offered_not_forced() -> None:
    asked = talk(Understanding(language="de", language_score=0.95))
    assert asked.say("ich verstehe kein Wort") == ["menu.error"]
    assert asked.state.language == "en"
    assert asked.labels[-1] == "Deutsch"
    assert asked.press("Deutsch") == ["menu"]
    assert asked.state.language == "de"
    assert asked.state.language_chosen


# ── commands and languages ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("word", "keys"),
    [
        ("menu", ["menu"]),
        ("0", ["menu"]),
        ("/menu", ["menu"]),
        ("human", ["human"]),
        ("back", ["menu"]),
        ("repeat", ["order"]),
        ("stop", ["stopped"]),
        ("language", ["which_language"]),
        ("Deutsch", ["order"]),
    ],
)
def test_command_words_work_at_a_question(word: str, keys: list[str]) -> None:
    asked = talk()
    asked.say("1")
    assert asked.say(word) == keys


@pytest.mark.parametrize("word", ["menu", "human", "back", "repeat", "stop", "language", "Deutsch"])
def test_command_words_work_as_first_words(word: str) -> None:
    begun = Talk(main_bot(STEPS, heads=HEADS))
    assert begun.say(word)


def test_the_language_is_chosen_from_a_list_and_the_step_stays() -> None:
    asked = talk()
    asked.say("1", "language")
    assert asked.labels == ["English", "Deutsch"]
    assert asked.press("Deutsch") == ["order"]
    assert (asked.at, asked.state.language) == ("main/order", "de")
    assert asked.say("zurück") == ["menu"]


def test_the_channels_own_control_changes_the_texts_and_repeats_the_question() -> None:
    asked = talk()
    event = CustomerChoseLanguage(id="x", at=asked.now, language="de")
    assert asked.take(event) == ["menu"]
    assert asked.take(CustomerChoseLanguage(id="y", at=asked.now, language="de")) == []
    assert asked.take(CustomerChoseLanguage(id="z", at=asked.now, language="fr")) == []
    assert asked.state.language == "de"


def test_back_walks_the_questions_and_stops_at_the_first() -> None:
    asked = talk()
    asked.say("1", "5")
    assert asked.at == "main/rest"
    assert asked.say("back") == ["order"]
    assert asked.say("back") == ["menu"]
    assert asked.say("back") == ["menu"]


# ── buttons ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_button_pressed_twice_has_one_effect() -> None:
    asked = talk()
    menu = asked.menu
    assert asked.press("order", menu=menu) == ["order"]
    seq = asked.state.seq
    assert asked.press("order", menu=menu) == []
    assert asked.state.seq == seq


def test_another_button_of_the_same_menu_is_taken_as_a_change_of_mind() -> None:
    asked = talk()
    menu = asked.menu
    assert asked.press("order", menu=menu) == ["order"]
    assert asked.press("leave", menu=menu) != []


def test_the_same_button_counts_again_after_words() -> None:
    asked = talk()
    menu = asked.menu
    assert asked.press("order", menu=menu) == ["order"]
    asked.say("menu")
    assert asked.press("order", menu=menu) == ["order"]


def test_a_button_of_an_earlier_menu_goes_where_it_says() -> None:
    asked = talk()
    first = asked.menu
    asked.say("2")
    assert asked.press("order", menu=first) == ["order"]


@pytest.mark.parametrize(
    "payload", ["main/gone/x", "gone/menu/x", "main/menu/gone", "!gone", "?leave", "", "//", "x" * 64]
)
def test_a_button_that_leads_nowhere_says_so_and_asks_again(payload: str) -> None:
    asked = talk()
    assert asked.press_payload(payload, menu="m1") == ["button_gone", "menu"]
    assert asked.say("1") == ["order"]


def test_a_button_of_a_menu_that_was_never_shown_leads_nowhere() -> None:
    asked = talk()
    assert asked.press_payload("main/rest/done", menu="m1") == ["button_gone", "menu"]


def test_a_menu_button_from_the_last_conversation_begins_a_new_one_there() -> None:
    begun = Talk(nordnetz())
    assert begun.press_payload("support/menu/order", menu="old") == ["greeting", "order"]


# ── what is shown beside the step's own choices can be typed ─────────────────────────────────────────────────────────


@pytest.mark.parametrize("channel", ["webchat", "telegram", "whatsapp", "sms"])
def test_every_option_of_what_is_asked_beside_can_be_typed_as_shown(channel: str) -> None:
    """By number and by label: languages, guesses, ways out of an error."""
    for number, label in ((1, "English"), (2, "Deutsch")):
        for typed in (str(number), label):
            asked = talk()
            asked.state = msgspec.structs.replace(asked.state, channel=channel)
            assert asked.say("language") == ["which_language"]
            assert asked.labels == ["English", "Deutsch"]
            assert asked.say(typed) == ["menu"]
            assert asked.state.language == label[:2].casefold()


@pytest.mark.parametrize("typed", ["4", "Talk to a person"])
def test_the_person_in_an_error_can_be_chosen_by_what_is_shown(typed: str) -> None:
    asked = talk()
    asked.say("?", "?", "menu", "?", "?")
    assert asked.labels == ["order", "extra", "leave", "Talk to a person"]
    assert asked.say(typed) == ["human"]


def test_the_language_in_an_error_can_be_chosen_by_its_number_and_only_there() -> None:
    asked = talk(Understanding(language="de", language_score=0.95))
    asked.say("ich verstehe kein Wort")
    assert asked.labels == ["order", "extra", "leave", "Deutsch"]
    assert asked.say("4") == ["menu"]
    assert asked.state.language == "de"
    assert asked.say("4") == ["menu.error"]


def test_which_language_can_be_the_first_words_and_its_answer_a_number() -> None:
    begun = Talk(main_bot(STEPS, heads=HEADS))
    assert begun.say("language") == ["which_language"]
    assert begun.say("2") == ["menu"]
    assert begun.state.language == "de"


def test_three_steps_with_a_miss_each_offer_a_person_whatever_was_answered_between() -> None:
    asked = talk()
    assert asked.say("?", "1", "?", "5") == ["ordered", "rest"]
    assert asked.say("?") == ["rest.error"]
    assert asked.labels[-1] == "Talk to a person"


def test_two_steps_with_a_miss_do_not() -> None:
    asked = talk()
    asked.say("?", "1", "?")
    assert asked.labels == []


# ── another language in the middle ───────────────────────────────────────────────────────────────────────────────────


def test_who_is_understood_in_another_language_hears_once_how_to_switch() -> None:
    said = Understanding(language="de", language_score=0.95, intents=(Intent(name="order", score=0.9),))
    asked = talk(said)
    assert asked.say("wo ist meine Bestellung") == ["switch", "order"]
    assert "„Deutsch“" in words_of(asked.bot_messages[-2])
    assert asked.state.language == "en"
    asked.say("menu")
    assert asked.say("wo ist meine Bestellung") == ["order"]
    assert asked.say("Deutsch") == ["order"]
    assert asked.state.language == "de"


# ── what a thing is called ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("de", ["Umzug", "Mitarbeiter", "Servicezeiten", "Nichts davon"]),
        ("en", ["Moving home", "Talk to a person", "Office hours", "None of these"]),
        ("ru", ["Переезд", "Оператор", "Часы работы", "Ничего из этого"]),
        ("uk", ["Переїзд", "Оператор", "Години роботи", "Нічого з цього"]),
    ],
)
def test_guesses_have_titles_in_the_customers_language(language: str, titles: list[str]) -> None:
    found = means(office_hours=0.5, change_address=0.49, want_human=0.48)
    asked = Talk(nordnetz(), state=fresh(language=language), understand=lambda _: found)
    asked.say("1", "hmm")
    assert asked.labels == titles


def test_an_intent_that_only_a_menu_knows_is_called_as_its_option() -> None:
    asked = talk(means(more_data=0.5))
    asked.say("gigabytes")
    assert asked.labels == ["extra", "None of these"]


def test_a_personal_answer_that_was_named_is_a_suggestion_and_never_used_silently() -> None:
    found = Understanding(intents=(Intent(name="report_outage", score=0.9),), entities=entities(postcode="10115"))
    asked = Talk(nordnetz(), understand=lambda _: found, actions={"find_customer": None})
    assert asked.say("no internet in 10115") == ["greeting", "contract"]
    assert asked.say("10000001") == ["postcode"]
    assert asked.labels == ["10115"]
    assert "postcode" not in asked.state.variables
    asked.say("1")
    assert asked.requests[-1].arguments == {"contract": "10000001", "postcode": "10115"}


# ── buttons of lists from data ───────────────────────────────────────────────────────────────────────────────────────

LIST = """
  menu: {pick: things, save: thing, go: more}
  more: {choose: {list: menu, done: bye}}
"""


def test_an_old_button_of_a_list_means_what_it_showed_not_what_stands_there_now() -> None:
    things = [{"name": name} for name in ("ant", "bee", "cat")]
    asked = Talk(main_bot(LIST + ENDS), state=fresh(things=things))
    asked.say("hi")
    old = asked.menu
    asked.say("1")
    asked.state = msgspec.structs.replace(asked.state, variables={"things": [{"name": "new"}, *things[1:]]})
    asked.say("list")
    assert asked.labels == ["new", "bee", "cat"]
    assert asked.press("ant", menu=old) == ["button_gone", "menu"]
    assert asked.press("bee", menu=old) == ["more"]
    assert asked.state.variables["thing"] == {"name": "bee"}
    asked.state = msgspec.structs.replace(asked.state, variables={"things": [things[2], things[1]]})
    asked.say("list")
    assert asked.press("cat", menu=old) == ["more"]
    assert asked.state.variables["thing"] == {"name": "cat"}


def test_an_old_button_of_a_renamed_step_is_found_under_its_new_name() -> None:
    steps = STEPS.replace("rest:", "finish:").replace("go: rest", "go: finish")
    asked = Talk(main_bot(steps, heads=f"{HEADS}\nrenamed: {{rest: finish}}"))
    asked.say("menu", "2")
    assert asked.at == "main/finish"
    assert asked.press_payload("main/rest/again", menu="m") == ["menu"]


def test_an_old_button_of_a_renamed_step_pressed_twice_has_one_effect() -> None:
    steps = STEPS.replace("rest:", "finish:").replace("go: rest", "go: finish")
    asked = Talk(main_bot(steps, heads=f"{HEADS}\nrenamed: {{rest: finish}}"))
    asked.say("menu", "2")
    assert asked.press_payload("main/rest/again", menu="m") == ["menu"]
    assert asked.press_payload("main/rest/again", menu="m") == []
