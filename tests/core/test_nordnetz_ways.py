"""Every place of the example that a customer can get to, in every language and on every channel: each option can be chosen
by number, by its label as shown and by its button, and no place is without a way to an end or a person."""

from collections import deque
from collections.abc import Iterator
from typing import TypeAlias

import msgspec
import pytest

from bots.limits import limits_of
from bots.shape import MediaPart, TextPart, shape
from conversation.content import Prompt
from conversation.message import Message
from conversation.state import Closed, Conversation, Parked
from conversation.understanding import Understanding
from conversation.value import Data
from dialogs.ways import is_question
from tests.support.bots import Talk, buttons_of, fresh, means, nordnetz

Place: TypeAlias = tuple[object, ...]
Stubs: TypeAlias = dict[str, dict[str, Data] | None]

CUSTOMER = {"name": "Eva", "line": "L-1", "contract": "10000001", "phone": "+49 30 1234567"}
SLOTS = ["2026-03-03T09:00:00+01:00", "2026-03-03T09:30:00+01:00"]
GOOD: Stubs = {
    "check_outage": {"found": True, "id": "F1", "hours": 2},
    "notify_when_fixed": {},
    "find_order": {"exists": True, "late": False, "state": "planned", "due": "2026-12-01"},
    "list_invoices": {"all": [{"number": f"R{n}", "date": f"2026-0{n}-01", "total": 9.9 * n, "pdf": "r.pdf"} for n in (1, 2)]},
    "change_address": {},
    "free_slots": {"slots": SLOTS},
    "book_callback": {"booked": True, "begin": SLOTS[0], "slots": []},
    "my_callback": {"begin": SLOTS[0], "phone": "+49301234567", "slots": SLOTS},
    "move_callback": {"moved": True, "begin": SLOTS[0], "phone": "+49301234567", "slots": []},
    "cancel_callback": {"begin": SLOTS[0], "phone": "+49301234567"},
    "create_ticket": {"number": "T-1"},
    "find_customer": CUSTOMER,
}  # fmt: skip
BAD: Stubs = {
    **GOOD,
    "check_outage": {"found": True, "id": "F1", "hours": None},
    "find_order": {"exists": False, "late": None, "state": None, "due": None},
    "list_invoices": {"all": None},
    "free_slots": {"slots": []},
    "my_callback": {"begin": None, "phone": None, "slots": []},
    "move_callback": {"moved": False, "begin": None, "phone": None, "slots": []},
    "cancel_callback": {"begin": None, "phone": None},
    "find_customer": {"name": None, "line": None, "contract": None, "phone": None},
}
LATE: Stubs = {
    **GOOD,
    "check_outage": {"found": False, "id": None, "hours": None},
    "find_order": {"exists": True, "late": True, "state": "late", "due": "2026-12-01"},
    "book_callback": {"booked": False, "begin": SLOTS[0], "slots": SLOTS},
    "move_callback": {"moved": False, "begin": SLOTS[0], "phone": None, "slots": SLOTS},
}
BROKEN: Stubs = dict.fromkeys(GOOD)
WIFI, ORDER = "what is the code?", "and my order?"
ANSWERS = (
    WIFI,
    ORDER,
    "A-12345",
    "12345678",
    "10115",
    "01.12.2026",
    "+49 30 1234567",
    "5",
    "1",
    "Lange Reihe 5",
    "/callback_move",
    "/callback_cancel",
    "???",
)


class Spot:
    """A place, one conversation that stands there, and the bot's last message with buttons."""

    def __init__(self, state: Conversation, menu: Message | None) -> None:
        self.state = state
        self.menu = menu


def place_of(state: Conversation) -> Place:
    if isinstance(state.phase, Closed):
        return ("closed",)
    if isinstance(state.phase, Parked):
        return ("parked", *((frame.dialog, frame.step) for frame in state.run.frames))
    known = "customer" in state.variables
    forms = [(frame.form.field, frame.form.correcting) if frame.form else None for frame in state.run.frames]
    return (known, *((frame.dialog, frame.step, frame.stage) for frame in state.run.frames), *forms)


def talk_at(spot: Spot, stubs: Stubs) -> Talk:
    meanings = {WIFI: means(wifi_password=0.9), ORDER: means(order_status=0.9)}
    understand = lambda text: meanings.get(text, Understanding())  # noqa: E731
    talk = Talk(nordnetz(), actions=stubs, understand=understand, state=msgspec.structs.replace(spot.state, turns=1))
    talk.now = spot.state.last_customer_at or talk.now
    talk.event_id = lambda prefix=f"{spot.state.seq}-": f"{prefix}{len(talk.effects)}-{len(talk.messages)}"  # type: ignore[method-assign,misc]
    return talk


def labels_on(channel: str, menu: Message) -> list[str]:
    """The options' words as the channel shows them."""
    parts = shape(menu, limits_of(channel))
    shown = [button.label for part in parts if isinstance(part, TextPart | MediaPart) for button in part.buttons]
    return shown or [button.label for button in buttons_of(menu)]


def assert_nothing_lost(message: Message, channel: str) -> None:
    """Each word, option and file of a message is in what the channel shows of it, and within the channel's limits."""
    content, limits = message.content, limits_of(channel)
    assert isinstance(content, Prompt)
    parts = shape(message, limits, lambda media: f"https://x/{media.name}")
    words = "\n".join(part.text if isinstance(part, TextPart) else part.media.caption for part in parts if isinstance(part, TextPart | MediaPart))  # fmt: skip
    assert " ".join(content.text.split()) in " ".join(words.split())
    shown = [button for part in parts if isinstance(part, TextPart | MediaPart) for button in part.buttons]
    if shown:
        assert [button.payload for button in shown] == [button.payload for button in content.buttons]
        assert len({button.label for button in shown}) == len({button.label for button in content.buttons})
    else:
        lines = [" ".join(line.split()) for line in words.splitlines()]
        assert {f"{n}. {' '.join(button.label.split())}" for n, button in enumerate(content.buttons, 1)} <= set(lines)
    if content.attach:
        carried = any(isinstance(part, MediaPart) and part.media.ref == content.attach.ref for part in parts)
        assert carried or f"https://x/{content.attach.name}" in words
        assert carried == (content.attach.type in limits.media)


def choices(spot: Spot, channel: str) -> Iterator[tuple[str, str, str]]:
    """(number, label as shown, payload) of each option of the question that is asked."""
    menu = spot.menu
    if menu is not None:
        for number, (button, label) in enumerate(zip(buttons_of(menu), labels_on(channel, menu), strict=True), start=1):
            yield str(number), label, button.payload


def after(talk: Talk, spot: Spot) -> Spot:
    for message in talk.bot_messages:
        assert_nothing_lost(message, talk.state.channel)
    with_buttons = [
        message for message in talk.bot_messages if message is talk.bot_messages[-1] and buttons_of(message)
    ]
    menu = with_buttons[-1] if with_buttons else (None if talk.bot_messages else spot.menu)
    return Spot(talk.state, menu)


def ways(spot: Spot, channel: str) -> Iterator[Spot]:
    """All that can follow, with every kind of back-end."""
    for stubs in (GOOD, BAD, LATE, BROKEN):
        if isinstance(spot.state.phase, Parked):
            talk = talk_at(spot, stubs)
            talk.silence(16)
            yield after(talk, spot)
            talk = talk_at(spot, stubs)
            talk.claim()
            talk.close()
            yield after(talk, spot)
            continue
        for number, label, payload in choices(spot, channel):
            talks = [talk_at(spot, stubs) for _ in range(3)]
            talks[0].say(number)
            talks[1].say(label)
            talks[2].press_payload(payload, menu=spot.menu.id if spot.menu else "")
            reached = {end[:1] if end[0] == "parked" else end for end in (place_of(talk.state) for talk in talks)}
            assert len(reached) == 1, (place_of(spot.state), number, label, payload, reached)
            yield after(talks[2], spot)
        for answer in ANSWERS:
            talk = talk_at(spot, stubs)
            said = talk.say(answer)
            assert said or talk.requests or isinstance(talk.state.phase, Closed), (place_of(spot.state), answer)
            yield after(talk, spot)
        talk = talk_at(spot, stubs)
        talk.silence(60)
        yield after(talk, spot)


def explore(language: str, channel: str) -> dict[Place, set[Place]]:
    begin = Talk(nordnetz(), state=fresh(language=language, channel=channel))
    begin.say("42")
    spots = deque([Spot(begin.state, begin.menu)])
    found: dict[Place, set[Place]] = {}
    while spots:
        spot = spots.popleft()
        here = place_of(spot.state)
        if here in found:
            continue
        found[here] = set()
        if isinstance(spot.state.phase, Closed):
            continue
        for following in ways(spot, channel):
            there = place_of(following.state)
            found[here].add(there)
            if there not in found:
                spots.append(following)
    return found


@pytest.mark.parametrize("channel", ["webchat", "telegram", "whatsapp", "sms"])
@pytest.mark.parametrize("language", ["de", "en", "ru", "uk"])
def test_every_place_has_a_way_to_an_end_or_a_person(language: str, channel: str) -> None:
    found = explore(language, channel)
    good = {place for place in found if place[0] in ("closed", "parked")}
    while True:
        more = {place for place, following in found.items() if following & good} - good
        if not more:
            break
        good |= more
    assert set(found) - good == set()
    visited = {part[:2] for place in found for part in place if isinstance(part, tuple) and len(part) == 3}
    dialogs = nordnetz().bot.dialogs.values()
    questions = {(dialog.name, step.name) for dialog in dialogs for step in dialog.steps.values() if is_question(step)}
    assert questions - visited == set()
