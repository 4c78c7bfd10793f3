"""What Telegram allows, what it refuses, and what people do to the group."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from bots.telegram_desk.desk import CHECK_EVERY, LOOK_EVERY
from conversation.content import Text
from conversation.errors import RefusedError
from tests.support.customers import until
from tests.support.fake_forum import FakeForum
from tests.support.fake_telegram_answers import Call
from tests.support.forum_desk import Group, group
from tests.support.hand_clock import HandClock

ANNA = 501


async def _claimed(desk: Group) -> None:
    topic = await desk.parks()
    desk.fake.writes(ANNA, topic.number, "/claim")
    await desk.sees(topic, "The chat is yours")
    await desk.quiet()


async def test_burst_of_a_customer_is_one_message_in_order(desk: Group) -> None:
    await _claimed(desk)
    topic = await desk.topic("Ann")
    shown = len(desk.fake.shown)
    desk.fake.fault(method="sendMessage", hold=0.2)  # while this one is under way the others come
    for number in range(10):
        await desk.sends(Text(text=f"Satz {number}"), f"b{number}")
    await desk.sees(topic, "Satz 9")
    told = desk.fake.shown[shown:]
    assert len(told) < 10
    lines = [line for message in told for line in message.text.splitlines()]
    assert lines == [f"👤 Ann: Satz {number}" for number in range(10)]


async def test_long_text_comes_whole_and_in_pieces_and_markup_is_shown_as_written(desk: Group) -> None:
    await _claimed(desk)
    topic = await desk.topic("Ann")
    shown = len(desk.fake.shown)
    words = "<b>fett</b> & <script>alert(1)</script> 🙂 " * 190
    await desk.sends(Text(text=words), "long")
    await desk.sees(topic, "… ")
    await desk.quiet()
    pieces = [message.text for message in desk.fake.shown[shown:]]
    assert len(pieces) > 1
    whole = "".join(piece.removeprefix("👤 Ann: ").removeprefix("… ") for piece in pieces)
    assert whole.split() == words.split()


async def test_group_that_is_told_to_wait_waits_and_then_hears_the_newest_state(desk: Group) -> None:
    clock = desk.lotse.clock
    desk.fake.fault(method="createForumTopic", status=429, description="Too Many Requests", retry_after=40)
    await desk.says("Hallo", "77-1")
    await desk.says("Mitarbeiter", "77-2")
    await until(lambda: desk.fake.counts["createForumTopic"] == 1, seconds=10)
    browser = await desk.lotse.operator("ben")
    link = await browser.desk()
    chat = await desk.lotse.store.find_chat("telegram", "bot", "77")
    assert chat is not None
    await link.send("claim", id="c", conversation=chat.conversation)
    await link.until("done", id="c")
    await desk.lotse.settle()
    clock.turn(39)
    await asyncio.sleep(0.05)
    assert desk.fake.counts["createForumTopic"] == 1
    clock.turn(1)
    topic = await desk.topic("Ann")
    await desk.quiet()
    assert [call.fields["name"] for call in desk.fake.called("createForumTopic")][-1] == "Ann · Ben"
    assert topic.title == "Ann · Ben"
    assert desk.fake.called("editForumTopic") == []


async def test_group_hears_no_more_than_twenty_messages_in_a_minute(tmp_path: Path, fake: FakeForum) -> None:
    """Counted in the service's own time, in which the waits pass as they come."""
    clock = HandClock()
    sent: list[float] = []
    show = fake._show

    def noted(call: Call) -> web.Response:
        sent.append(clock.now().timestamp())
        return show(call)

    fake._show = noted  # type: ignore[method-assign]
    async with group(tmp_path, fake, free=False, clock=clock) as desk:
        for number in range(12):
            await desk.says("Hallo", f"{number}-1", f"Kunde {number}", f"{number}")
            await desk.says("Mitarbeiter", f"{number}-2", f"Kunde {number}", f"{number}")
        for _ in range(2_000):
            if len(sent) >= 24:
                break
            clock.turn(0.5)
            await asyncio.sleep(0.01)
    assert len(sent) >= 24
    assert max(sum(start <= at < start + 60 for at in sent) for start in sent) <= 20
    assert [card.title for card in fake.topics.values()] == [f"Kunde {number} · support" for number in range(12)]


async def test_deleted_topic_is_made_anew_with_its_summary(desk: Group) -> None:
    await _claimed(desk)
    old = await desk.topic("Ann")
    desk.fake.delete(old)
    await desk.says("Noch etwas", "77-3")
    await until(lambda: (desk.fake.topic("Ann") or old) is not old, seconds=10, what="a new topic")
    await desk.quiet()
    new = await desk.topic("Ann")
    texts = desk.fake.texts(new.number)
    assert "Bei Anna" in texts[0]
    assert "Noch etwas" in texts[-1]
    desk.fake.writes(ANNA, new.number, "Bin noch da")
    await desk.customer_hears("Bin noch da")


async def test_network_that_breaks_is_tried_again_and_what_was_refused_is_not_told_twice(desk: Group) -> None:
    await _claimed(desk)
    topic = await desk.topic("Ann")
    desk.fake.fault(method="sendMessage", status=502, description="Bad Gateway")
    await desk.says("Hören Sie mich?", "77-3")
    await until(lambda: desk.lotse.clock.sleeping > 0 and desk.fake.counts["sendMessage"] > 3, seconds=10)
    for _ in range(100):
        if desk.fake.said(topic.number, "Hören Sie mich?"):
            break
        desk.lotse.clock.turn(1)
        await asyncio.sleep(0.02)
    await desk.quiet()
    assert len([text for text in desk.fake.texts(topic.number) if "Hören Sie mich?" in text]) == 1


async def test_message_that_telegram_never_takes_holds_up_no_other(desk: Group) -> None:
    await _claimed(desk)
    topic = await desk.topic("Ann")
    desk.fake.fault(method="sendMessage", status=400, description="Bad Request: something is odd")
    await desk.says("Erstens", "77-3")
    await desk.quiet()
    await desk.says("Zweitens", "77-4")
    await desk.sees(topic, "Zweitens")


@pytest.mark.parametrize(
    ("wrong", "todo"),
    [
        ({"is_forum": False}, "switch on “Topics”"),
        ({"member": "member"}, "make @fake_bot an administrator"),
        ({"rights": {"can_manage_topics": False, "can_pin_messages": True}}, "Manage topics"),
    ],
)
async def test_group_in_which_the_bot_can_not_work_is_named_in_the_log_and_asked_again(
    tmp_path: Path, fake: FakeForum, wrong: dict[str, object], todo: str, capsys: pytest.CaptureFixture[str]
) -> None:
    right = {name: getattr(fake, name) for name in wrong}
    for name, value in wrong.items():
        setattr(fake, name, value)
    async with group(tmp_path, fake) as desk:
        await until(lambda: fake.counts["getChatMember"] == 1, seconds=10)
        await desk.says("Hallo", "77-1")
        await desk.says("Mitarbeiter", "77-2")
        assert fake.topics == {}
        for name, value in right.items():
            setattr(fake, name, value)
        desk.lotse.clock.turn(CHECK_EVERY)
        await desk.topic("Ann")
    told = capsys.readouterr().out
    assert todo in told
    assert told.count("telegram_desk_lacks") == 1


async def test_summary_that_may_not_be_pinned_is_told_all_the_same(tmp_path: Path, fake: FakeForum) -> None:
    fake.rights["can_pin_messages"] = False
    async with group(tmp_path, fake) as desk:
        topic = await desk.parks()
        assert "👤 Ann: Hallo" in fake.texts(topic.number)[1]
        await desk.quiet()
        assert fake.counts["pinChatMessage"] == 1
        desk.lotse.clock.turn(LOOK_EVERY)
        await desk.quiet()
        assert fake.counts["pinChatMessage"] == 1


async def test_message_that_did_not_reach_the_customer_is_told_where_it_was_written(desk: Group) -> None:
    await _claimed(desk)
    topic = await desk.topic("Ann")
    messenger = desk.lotse.messenger
    assert messenger is not None

    async def refuses(address: str, message: object, key: str) -> str:
        raise RefusedError("the customer's phone is full")

    messenger.send = refuses  # type: ignore[method-assign]
    written = desk.fake.writes(ANNA, topic.number, "Guten Tag")
    told = await desk.sees(topic, "the customer's phone is full")
    assert told.reply_to == written
