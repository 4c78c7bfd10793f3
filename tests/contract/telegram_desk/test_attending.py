"""Operators who work only in the group are there: colleagues see it, and routing gives them chats, as long as they do something."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.telegram_desk.attending import LATELY
from tests.contract.telegram_desk.test_in_step import conversation, web
from tests.support.customers import until
from tests.support.fake_forum import FakeForum, Topic
from tests.support.forum_desk import Group, group
from tests.support.service import NORDNETZ, bot_folder

ANNA, BEN = 501, 502


@pytest.fixture
async def routed(fake: FakeForum, tmp_path: Path) -> AsyncIterator[Group]:
    """With anna and ben in it; chats are given out."""
    text = (NORDNETZ / "bot.yaml").read_text(encoding="utf-8")
    automatic = text.replace("  support:\n", "  support:\n    routing: automatic\n", 1)
    bot_folder(tmp_path / "bot", **{"bot.yaml": automatic})
    async with group(tmp_path, fake) as made:
        await made.operator("anna", ANNA)
        await made.operator("ben", BEN)
        yield made


async def is_called(desk: Group, topic: Topic) -> None:
    shown = await desk.sees(topic, "Ben hat diesen Chat")
    call = next(call for call in desk.fake.sent() if call.message_id == shown.message)
    assert f'href="tg://user?id={BEN}"' in call.fields["text"]


async def test_who_does_something_in_the_group_is_given_the_next_chat_and_called_by_name(routed: Group) -> None:
    first = await routed.parks("77", "Ann")
    routed.fake.writes(BEN, first.number, "/note ich sehe es mir an")
    await is_called(routed, first)
    second = await routed.parks("78", "Bob")
    await is_called(routed, second)
    routed.fake.writes(BEN, second.number, "Guten Tag")
    await routed.customer_hears("Guten Tag", "78")


async def test_a_stranger_and_one_who_only_reads_are_given_nothing(routed: Group) -> None:
    topic = await routed.parks()
    routed.fake.writes(999, topic.number, "/claim")
    await routed.quiet()
    found = await routed.lotse.store.conversation(await conversation(routed))
    assert found
    assert found.phase.__struct_config__.tag == "parked"


async def test_colleagues_at_the_web_desk_see_who_works_in_the_group_until_a_while_after_the_last_word(
    desk: Group,
) -> None:
    topic = await desk.parks()
    link = await web(desk, "cid")

    async def seat(present: bool) -> None:
        await link.until(
            "seat", lambda frame: frame["seat"]["operator"] == "anna" and frame["seat"]["present"] is present
        )

    desk.fake.writes(ANNA, topic.number, "/note da")
    await seat(True)
    until_then = LATELY.total_seconds() - 60
    for _ in range(int(until_then / 20)):
        sleeping = desk.lotse.clock.sleeping
        desk.lotse.clock.turn(20)
        await until(lambda: desk.lotse.clock.sleeping >= sleeping, what="all who wait look and wait again")  # noqa: B023
    assert not [frame for frame in link.frames if frame["type"] == "seat" and not frame["seat"]["present"]]
    desk.lotse.clock.turn(LATELY.total_seconds())
    await seat(False)
