"""What the product itself asks, beside the dialogs' questions, in every language and on every channel: each option can be chosen
by number, by its label as the channel shows it, and by its button, with the same effect."""

from collections.abc import Callable

import msgspec
import pytest

from bots.limits import limits_of
from bots.shape import TextPart, shape
from conversation.content import Prompt
from conversation.understanding import Understanding
from tests.support.bots import Talk, buttons_of, fresh, means, nordnetz

CUSTOMER = {"name": "Eva", "line": "L-1", "contract": "10000001", "phone": "+49 30 1234567"}
MEANINGS = {
    "order?": means(order_status=0.95),
    "hm?": means(report_outage=0.5, office_hours=0.5, order_status=0.45),
    "person?": means(want_human=0.5),
}
FIND = {"exists": True, "late": False, "state": "planned", "due": "2026-12-01"}
LANGUAGES, CHANNELS = ("de", "en", "ru", "uk"), ("webchat", "telegram", "whatsapp", "sms")


def in_form(talk: Talk) -> None:
    talk.say("4", "20099", "Hamburg", "Lange Reihe 5")


def leaving(talk: Talk) -> None:
    in_form(talk)
    talk.say("order?")


def returning(talk: Talk) -> None:
    leaving(talk)
    talk.say("1", "A-12345", "2", "5")


def back_in_the_menu(talk: Talk) -> None:
    leaving(talk)
    talk.say("1", "0")


def guessing(talk: Talk) -> None:
    in_form(talk)
    talk.say("hm?")


def guessing_at_the_menu(talk: Talk) -> None:
    talk.say("hm?")


def which_language(talk: Talk) -> None:
    in_form(talk)
    talk.say("/language")


def lost(talk: Talk) -> None:
    talk.say("??", "/menu", "??", "/menu", "??", "/menu", "??")


BESIDE = {
    "leave": leaving,
    "return": returning,
    "menu": back_in_the_menu,
    "did_you_mean": guessing,
    "did_you_mean ": guessing_at_the_menu,
    "which_language": which_language,
    "menu.error": lost,
}


def talk_there(language: str, channel: str, there: Callable[[Talk], None]) -> Talk:
    state = msgspec.structs.replace(fresh(language=language, channel=channel, customer=CUSTOMER), language_chosen=True)
    found = Talk(
        nordnetz(),
        state=state,
        understand=lambda text: MEANINGS.get(text, Understanding()),
        actions={"find_order": FIND},
    )
    found.say("42")
    there(found)
    return found


def shown(talk: Talk) -> list[str]:
    """The options' labels as the channel shows them."""
    message = talk.bot_messages[-1]
    parts = shape(message, limits_of(talk.state.channel))
    buttons = [button.label for part in parts if isinstance(part, TextPart) for button in part.buttons]
    return buttons or [button.label for button in buttons_of(message)]


def outcome(talk: Talk) -> tuple[object, ...]:
    run = talk.state.run
    places = [(frame.dialog, frame.step, frame.form) for frame in run.frames]
    last = talk.bot_messages[-1].content
    words = last.text if isinstance(last, Prompt) else ""
    return places, len(run.left), run.leaving, run.guess, run.returning, talk.state.language, talk.outcome, words


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", BESIDE)
def test_every_option_has_one_effect_however_it_is_chosen(key: str, language: str, channel: str) -> None:
    """An option of the step's own that reads like a way out stands for it."""
    first = talk_there(language, channel, BESIDE[key])
    message = first.bot_messages[-1]
    assert message.origin.endswith(f"/{key.strip()}")
    buttons, labels = buttons_of(message), shown(first)
    assert len(buttons) >= 2
    assert all(any(char.isalpha() for char in label) for label in labels)
    for number, (button, label) in enumerate(zip(buttons, labels, strict=True), start=1):
        talks = [talk_there(language, channel, BESIDE[key]) for _ in range(3)]
        talks[0].say(str(number))
        talks[1].say(label)
        talks[2].press_payload(button.payload, menu=talks[2].bot_messages[-1].id)
        ends = [outcome(talk) for talk in talks]
        assert ends[0] == ends[1] == ends[2], (key, number, label)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_asked_beside_fits_on_buttons_everywhere(language: str) -> None:
    """WhatsApp shows three buttons of 20 characters, or ten rows of 24."""
    for key in ("leave", "return", "did_you_mean", "which_language"):
        talk = talk_there(language, "whatsapp", BESIDE[key])
        assert "…" not in "".join(shown(talk)), key
