"""Call-backs that operators plan in the group: they are in the team's calendar, and the customer hears of them."""

from datetime import UTC, datetime

import pytest

from app.telegram_desk import desk_words
from conversation.callback import Callback
from tests.support.fake_forum import Topic
from tests.support.forum_desk import Group

ANNA, BEN = 501, 502
TUESDAY_TWO = datetime(2026, 3, 3, 13, tzinfo=UTC)
"""Tomorrow at 14:00 in Berlin."""


@pytest.fixture
async def topic(desk: Group) -> Topic:
    """Anna has the chat."""
    made = await desk.parks()
    desk.fake.writes(ANNA, made.number, "/claim")
    await desk.sees(made, "The chat is yours")
    await desk.quiet()
    return made


async def _booked(desk: Group) -> Callback | None:
    chat = await desk.lotse.store.find_chat("telegram", "bot", "77")
    assert chat is not None
    return await desk.lotse.store.calendar.booked(chat.id, desk.lotse.clock.now())


async def test_time_that_is_pressed_is_booked_and_the_customer_hears_of_it(desk: Group, topic: Topic) -> None:
    desk.fake.writes(ANNA, topic.number, "/callback")
    menu = await desk.sees(topic, "When shall the customer be called back?")
    label = next(iter(menu.keys))
    heard = len(desk.heard())
    desk.fake.presses(ANNA, menu, menu.keys[label])
    await desk.sees(topic, "The call-back is planned.")
    await desk.quiet()
    booked = await _booked(desk)
    assert booked is not None
    assert (booked.team, booked.operator) == ("support", "anna")
    assert menu.keys[label] == f"c:{int(booked.begin.timestamp())}"
    assert len(desk.heard()) > heard
    assert "Rückruf" in desk.fake.shown[0].text


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "morgen 14:00"), ("en", "tomorrow 2pm"), ("ru", "завтра в 14:00"), ("uk", "завтра о 14:00")],
)
async def test_time_in_words_is_booked(desk: Group, topic: Topic, language: str, words: str) -> None:
    desk.fake.writes(ANNA, topic.number, f"/callback {words}", language=language)
    await desk.sees(topic, desk_words("en").say(language, "done.callback"))
    await desk.quiet()
    booked = await _booked(desk)
    assert booked is not None
    assert booked.begin == TUESDAY_TWO


async def test_call_back_is_called_off(desk: Group, topic: Topic) -> None:
    desk.fake.writes(ANNA, topic.number, "/callback tomorrow 2pm")
    await desk.sees(topic, "The call-back is planned.")
    await desk.quiet()
    desk.fake.writes(ANNA, topic.number, "/callback off")
    await desk.sees(topic, "The call-back is called off.")
    await desk.quiet()
    assert await _booked(desk) is None


async def test_call_back_that_there_is_none_of_is_not_called_off(desk: Group, topic: Topic) -> None:
    desk.fake.writes(ANNA, topic.number, "/callback off")
    await desk.sees(topic, "No call-back is planned")


async def test_time_that_is_none_and_time_that_is_not_free_are_told_apart(desk: Group, topic: Topic) -> None:
    desk.fake.writes(ANNA, topic.number, "/callback some day")
    await desk.sees(topic, "no time I understand")
    desk.fake.presses(ANNA, desk.fake.shown[0], "c:1")
    await desk.sees(topic, "That time is taken, or nobody works then.")
    assert await _booked(desk) is None


async def test_colleague_of_the_holder_plans_nothing(desk: Group, topic: Topic) -> None:
    desk.fake.writes(BEN, topic.number, "/callback tomorrow 2pm")
    await desk.sees(topic, "✗ Anna has this chat.")
    assert await _booked(desk) is None
