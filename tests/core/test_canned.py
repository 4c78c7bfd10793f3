"""Replies that operators have ready: filled in for a conversation, in the customer's language."""

from typing import Final

import msgspec
import pytest

from app.bot_folder import product_texts
from app.exchange.bot_texts import BotTexts
from conversation.value import Data
from dialogs.canned import Filled
from engine.panel import canned_for
from engine.rules import Rules, compile_rules
from tests.support.bots import MONDAY, fresh, nordnetz, nordnetz_files

OWN: Final = {language: f"locales/{language}/_replies.yaml" for language in ("de", "en")}


def rules_with(**bodies: str) -> Rules:
    """The example with these replies and no others."""
    files = {name: body for name, body in nordnetz_files().items() if not name.endswith("/_replies.yaml")}
    own = {OWN[language]: f"{language}:\n{body}".encode() for language, body in bodies.items()}
    return compile_rules({**files, **own}, product_texts())


def replies(
    rules: Rules, language: str, name: str = "", asked: str = "", known: dict[str, Data] | None = None
) -> dict[str, Filled]:
    state = msgspec.structs.replace(fresh(), language=language, name=name, variables=known or {})
    return {each.name: each for each in canned_for(rules, state, "Olga", MONDAY, language=asked)}


@pytest.mark.parametrize(
    ("language", "name", "text"),
    [
        ("de", "Eva", "Guten Tag, Eva! Hier ist Olga. Ich sehe mir das gleich an."),
        ("de", "", "Guten Tag! Hier ist Olga. Ich sehe mir das gleich an."),
        ("en", "Eva", "Hello, Eva! This is Olga. I am looking into it."),
        ("ru", "Ева", "Здравствуйте, Ева! Меня зовут Olga. Сейчас всё посмотрю."),
        ("uk", "Єва", "Добрий день, Єва! Мене звати Olga. Зараз усе подивлюся."),
    ],
)
def test_a_reply_has_the_names_of_both_in_the_customers_language(language: str, name: str, text: str) -> None:
    assert replies(nordnetz(), language, name)["greeting"].text == text


def test_a_reply_shows_what_the_dialogs_collected_and_does_without() -> None:
    assert (
        "Ihrem Anschluss L-77 ist"
        in replies(nordnetz(), "de", known={"customer": {"line": "L-77"}})["fault_known"].text
    )
    assert replies(nordnetz(), "de")["fault_known"].text.startswith("Bei Ihnen ist eine Störung bekannt")


def test_a_file_of_the_source_language_is_sent_in_all() -> None:
    found = {language: replies(nordnetz(), language)["restart_router"].attach for language in ("de", "uk")}
    assert found["de"] == found["uk"]
    assert found["uk"] is not None
    assert (found["uk"].ref, found["uk"].type) == ("media/router-restart.jpg", "photo")


def test_operators_may_ask_for_another_language() -> None:
    assert replies(nordnetz(), "de", asked="en")["anything_else"].title == "Anything else?"


def test_what_a_language_lacks_comes_from_the_source() -> None:
    rules = rules_with(de="  a: {title: A, text: eins}\n  b: {text: zwei}", en="  b: {text: two}\n  c: {text: three}")
    assert {name: (each.title, each.text) for name, each in replies(rules, "en").items()} == {
        "a": ("A", "eins"),
        "b": ("b", "two"),
        "c": ("c", "three"),
    }


def test_a_reply_of_which_nothing_is_left_is_not_offered() -> None:
    rules = rules_with(de="  a: {text: '{% if customer %}da{% endif %}'}\n  b: {text: immer}")
    assert list(replies(rules, "de")) == ["b"]
    assert list(replies(rules, "de", known={"customer": {"line": "x"}})) == ["a", "b"]


def test_the_operators_name_is_never_a_variable_of_the_dialogs() -> None:
    rules = rules_with(de="  a: {text: '{{ operator }} {{ name }}'}")
    assert replies(rules, "de", "Eva", known={"operator": "nobody", "name": "Anna"})["a"].text == "Olga Anna"


def test_translators_get_titles_and_texts_and_no_files() -> None:
    texts = BotTexts(nordnetz_files()).texts("en")
    names = [text.name for text in texts if text.topic == "_replies"]
    assert ("greeting", "title") in names
    assert ("restart_router", "text") not in names
    assert ("restart_router",) in names
    assert all(name[-1] != "attach" for name in names)
    assert not [text for text in texts if text.topic == "_moods"]
