"""What operators do among themselves in the group: the customer hears nothing of it."""

import msgspec
import pytest

from conversation.content import Note
from conversation.events import OperatorNoted
from conversation.records import Role
from tests.support.forum_desk import Group

ANNA, BEN = 501, 502


async def _claimed(desk: Group) -> None:
    topic = await desk.parks()
    desk.fake.writes(ANNA, topic.number, "/claim")
    await desk.sees(topic, "The chat is yours")
    await desk.quiet()


async def _notes(desk: Group) -> list[tuple[str, str, tuple[str, ...]]]:
    chat = await desk.lotse.store.find_chat("telegram", "bot", "77")
    assert chat is not None
    return [
        (message.origin, message.content.text, message.content.mentions)
        for message in await desk.lotse.history(chat.id)
        if isinstance(message.content, Note)
    ]


async def test_note_is_kept_for_colleagues_and_calls_the_one_it_names(desk: Group) -> None:
    await _claimed(desk)
    topic = await desk.topic("Ann")
    heard = desk.heard()
    desk.fake.writes(ANNA, topic.number, "/note @ben kennst du <ihn>?")
    told = await desk.sees(topic, "Noted. The customer does not see it.")
    assert "@ben" in told.text
    assert await _notes(desk) == [("note", "@ben kennst du <ihn>?", ("ben",))]
    await desk.quiet()
    assert desk.heard() == heard
    assert not any("kennst du" in text for text in desk.fake.texts(topic.number))


async def test_note_of_the_web_desk_is_shown_in_the_topic_and_calls_by_telegram(desk: Group) -> None:
    await _claimed(desk)
    topic = await desk.topic("Ann")
    chat = await desk.lotse.store.find_chat("telegram", "bot", "77")
    assert chat is not None
    at = desk.lotse.clock.now()
    event = OperatorNoted(
        id="n", at=at, operator="ben", name="Ben", text="frag <Anna>", mentions=("anna",), client_id="w"
    )
    await desk.lotse.service.engine.intake.operate(chat.id, event, "n")
    shown = await desk.sees(topic, "📝 Ben: frag <Anna>")
    assert shown.text.endswith("@anna")
    call = next(call for call in desk.fake.sent() if call.message_id == shown.message)
    assert 'href="tg://user?id=501"' in call.fields["text"]


async def test_transfer_to_a_team_and_to_a_colleague_with_a_reason(desk: Group) -> None:
    await _claimed(desk)
    topic = await desk.topic("Ann")
    desk.fake.writes(ANNA, topic.number, "/transfer billing es geht um Geld")
    await desk.sees(topic, "Transferred.")
    await desk.quiet()
    assert (topic.title, topic.icon) == ("Ann · billing", "icon-parked")
    desk.fake.writes(ANNA, topic.number, "/transfer @ben kennt ihn")
    told = await desk.sees(topic, "Transferred. @ben")
    await desk.quiet()
    assert told.topic == topic.number
    assert [note[:2] for note in await _notes(desk)] == [
        ("transferred", "es geht um Geld"),
        ("transferred", "kennt ihn"),
    ]


async def test_transfer_without_words_offers_teams_and_colleagues_to_press(desk: Group) -> None:
    await _claimed(desk)
    topic = await desk.topic("Ann")
    desk.fake.writes(ANNA, topic.number, "/transfer")
    menu = await desk.sees(topic, "Where should this chat go?")
    assert menu.keys["billing"] == "t:billing"
    assert menu.keys["@Ben"] == "o:ben"
    assert "support" not in menu.keys
    assert "@Anna" not in menu.keys
    desk.fake.presses(ANNA, menu, menu.keys["billing"])
    await desk.sees(topic, "Transferred.")
    await desk.quiet()
    assert topic.title == "Ann · billing"


async def test_transfer_of_what_a_colleague_has_is_refused(desk: Group) -> None:
    await _claimed(desk)
    topic = await desk.topic("Ann")
    desk.fake.writes(BEN, topic.number, "/transfer billing")
    await desk.sees(topic, "✗ Anna has this chat.")
    await desk.quiet()
    assert topic.title == "Ann · Anna"


async def test_supervisor_closes_what_a_colleague_has(desk: Group) -> None:
    await _claimed(desk)
    topic = await desk.topic("Ann")
    await _role(desk, "ben", "supervisor")
    desk.fake.writes(BEN, topic.number, "/close")
    await desk.sees(topic, "Closed.")


async def test_who_has_no_chats_is_given_none(desk: Group) -> None:
    """An editor could neither see nor answer it."""
    await _role(desk, "ben", "editor")
    await _claimed(desk)
    topic = await desk.topic("Ann")
    desk.fake.writes(ANNA, topic.number, "/transfer")
    menu = await desk.sees(topic, "Where should this chat go?")
    assert "@Ben" not in menu.keys
    desk.fake.presses(ANNA, menu, "o:ben")
    await desk.quiet()
    assert topic.title == "Ann · Anna"


async def _role(desk: Group, name: str, role: Role) -> None:
    operator = await desk.lotse.store.find_operator(name)
    assert operator is not None
    await desk.lotse.store.put_operator(msgspec.structs.replace(operator, role=role))


@pytest.mark.parametrize("payload", ["t:nowhere", "x", "c:now", "o:nobody", ""])
async def test_old_or_made_up_button_does_nothing(desk: Group, payload: str) -> None:
    await _claimed(desk)
    topic = await desk.topic("Ann")
    desk.fake.presses(ANNA, desk.fake.shown[0], payload)
    desk.fake.writes(ANNA, topic.number, "/help")
    await desk.sees(topic, "In a chat's topic")
    await desk.quiet()
    assert topic.title == "Ann · Anna"
