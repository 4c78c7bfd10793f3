"""What happens at the web desk shows in the topic, and the other way round; nothing is told twice, nothing is lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bots.telegram_desk.desk import LOOK_EVERY
from conversation.content import Text
from conversation.events import OperatorReplied
from conversation.news import DESK_TOPIC
from store.bus import MemoryBus
from tests.support.browsing import Link
from tests.support.customers import until
from tests.support.fake_forum import GROUP, FakeForum
from tests.support.forum_desk import Group, group
from tests.support.hand_clock import MONDAY_NOON as NOON
from tests.support.hand_clock import HandClock

ANNA, BEN = 501, 502


async def web(desk: Group, name: str) -> Link:
    """The same operator at the web desk."""
    browser = await desk.lotse.operator(name)
    return await browser.desk()


async def conversation(desk: Group, address: str = "77") -> str:
    chat = await desk.lotse.store.find_chat("telegram", "bot", address)
    assert chat is not None
    return chat.conversation


async def test_web_desk_claims_answers_and_closes_and_the_topic_shows_it(desk: Group) -> None:
    topic = await desk.parks()
    link, here = await web(desk, "ben"), await conversation(desk)
    await link.send("claim", id="c", conversation=here)
    await desk.sees(topic, "— Ben hat übernommen")
    await desk.quiet()
    assert (topic.title, topic.icon) == ("Ann · Ben", "icon-live")
    await link.send("reply", id="r", conversation=here, text="Guten Tag von <Ben>")
    await desk.sees(topic, "🎧 Ben: Guten Tag von <Ben>")
    await link.send("close", id="x", conversation=here)
    await desk.sees(topic, "Ben hat den Chat beendet")


async def test_group_claims_and_answers_and_the_web_desk_shows_it(desk: Group) -> None:
    topic = await desk.parks()
    link, here = await web(desk, "ben"), await conversation(desk)
    await link.send("open", conversation=here)
    await link.until("conversation")
    desk.fake.writes(ANNA, topic.number, "/claim")
    await link.until(
        "message", lambda frame: frame["message"]["origin"] == "claimed" and frame["message"]["name"] == "Anna"
    )
    await link.until("card", lambda frame: frame["card"]["operator"] == "anna")
    desk.fake.writes(ANNA, topic.number, "Guten Tag")
    await link.until("message", lambda frame: frame["message"]["content"].get("text") == "Guten Tag")


async def test_both_desks_claim_at_once_and_one_is_told_who_has_it(desk: Group) -> None:
    topic = await desk.parks()
    link, here = await web(desk, "ben"), await conversation(desk)
    desk.fake.writes(ANNA, topic.number, "/claim")
    await link.send("claim", id="c", conversation=here)

    def over() -> bool:
        telegram = desk.fake.said(topic.number, "✗ Ben") or desk.fake.said(topic.number, "The chat is yours")
        return telegram is not None

    await until(over, seconds=15, what="the group was answered")
    await desk.quiet()
    won = desk.fake.said(topic.number, "The chat is yours") is not None
    assert topic.title == ("Ann · Anna" if won else "Ann · Ben")
    if won:
        assert (await link.until("refused"))["holder"] == "Anna"
    else:
        assert desk.fake.said(topic.number, "✗ Ben was faster and has this chat.")


async def test_restart_in_the_middle_tells_the_rest_and_nothing_again(tmp_path: Path, fake: FakeForum) -> None:
    clock = HandClock()
    async with group(tmp_path, fake, clock=clock) as before:
        await before.operator("anna", ANNA)
        topic = await before.parks()
        before.fake.writes(ANNA, topic.number, "/claim")
        await before.sees(topic, "The chat is yours")
        before.fake.writes(ANNA, topic.number, "Guten Tag")
        await before.customer_hears("Guten Tag")
        await before.quiet()
    shown = list(fake.shown)
    async with group(tmp_path, fake, clock=clock) as after:
        await after.says("Sind Sie noch da?", "77-3")
        await after.sees(topic, "Sind Sie noch da?")
        after.fake.writes(ANNA, topic.number, "Ja!")
        await after.customer_hears("Ja!")
        await after.quiet()
        assert after.heard() == ["Ja!"]
    assert [message.text for message in fake.shown[len(shown) :]] == ["👤 Ann: Sind Sie noch da?"]
    assert len(fake.topics) == 1


async def test_update_that_comes_again_after_a_restart_has_one_effect(tmp_path: Path, fake: FakeForum) -> None:
    clock = HandClock()
    async with group(tmp_path, fake, clock=clock) as before:
        await before.operator("anna", ANNA)
        topic = await before.parks()
        before.fake.writes(ANNA, topic.number, "/claim")
        await before.sees(topic, "The chat is yours")
        answer = before.fake.writes(ANNA, topic.number, "Guten Tag")
        await before.customer_hears("Guten Tag")
        await before.quiet()
    fake.writes(ANNA, topic.number, "", name="Ann", text_again="")  # something of no kind: the update after it is new
    note = {
        "message_id": answer,
        "date": 1,
        "chat": fake._group(),
        "from": {"id": ANNA, "is_bot": False, "first_name": "A"},
    }
    fake.push({"message": note | {"message_thread_id": topic.number, "is_topic_message": True, "text": "Guten Tag"}})
    async with group(tmp_path, fake, clock=clock) as after:
        after.fake.writes(ANNA, topic.number, "Noch etwas?")
        await after.customer_hears("Noch etwas?")
        assert after.heard() == ["Noch etwas?"]


async def test_answer_that_was_written_in_the_group_before_a_restart_is_not_told_there(
    tmp_path: Path, fake: FakeForum
) -> None:
    async with group(tmp_path, fake) as desk:
        await desk.operator("anna", ANNA)
        topic = await desk.parks()
        desk.fake.writes(ANNA, topic.number, "/claim")
        await desk.sees(topic, "The chat is yours")
        await desk.quiet()  # the summary may quote what was said last
        chat = await desk.lotse.store.find_chat("telegram", "bot", "77")
        assert chat is not None
        # as if another process had heard it: this one has nothing pending
        words = Text(text="von vorher")
        event = OperatorReplied(
            id="e", at=NOON, operator="anna", name="Anna", content=words, client_id=f"tg:{GROUP}:4242"
        )
        await desk.lotse.service.engine.intake.operate(chat.id, event, "e")
        await desk.customer_hears("von vorher")
        await desk.says("danach", "77-3")
        await desk.sees(topic, "danach")
        assert [text for text in desk.fake.texts(topic.number) if "von vorher" in text] == []


class _LossyBus(MemoryBus):
    """News for desks are lost."""

    async def publish(self, topic: str, payload: bytes) -> None:
        if topic != DESK_TOPIC:
            await super().publish(topic, payload)


@asynccontextmanager
async def _deaf(tmp_path: Path, fake: FakeForum, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Group]:
    monkeypatch.setattr("app.ground.MemoryBus", _LossyBus)
    async with group(tmp_path, fake) as made:
        await made.operator("anna", ANNA)
        yield made


async def test_lost_news_are_found_in_the_store_by_the_next_look(
    tmp_path: Path, fake: FakeForum, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _deaf(tmp_path, fake, monkeypatch) as desk:
        await desk.says("Hallo", "77-1")
        await desk.says("Mitarbeiter", "77-2")
        assert await desk.lotse.store.topics.behind(GROUP, 10)
        assert fake.topics == {}
        desk.lotse.clock.turn(LOOK_EVERY)
        topic = await desk.topic("Ann")
        await desk.quiet()
        # what came of a command is seen in the conversation, once the answer is overdue
        desk.fake.writes(ANNA, topic.number, "/claim")
        await until(lambda: fake.counts["getUpdates"] > 1, seconds=10)
        await _turned(desk, "The chat is yours")


async def _turned(desk: Group, words: str) -> None:
    topic = await desk.topic("Ann")
    for _ in range(200):
        if desk.fake.said(topic.number, words):
            return
        desk.lotse.clock.turn(0.5)
        try:
            await until(lambda: desk.fake.said(topic.number, words) is not None, seconds=0.1)
        except TimeoutError:
            continue
    raise AssertionError(desk.fake.texts(topic.number))
