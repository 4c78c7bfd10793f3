"""Who may not, is too late or asks the wrong way is told so, in their own language, and nothing goes to the customer."""

from datetime import timedelta

import pytest

from bots.telegram_desk.codes import code_hash
from conversation.records import Operator
from tests.support.customers import until
from tests.support.fake_forum import GROUP
from tests.support.forum_desk import Group

ANNA, BEN, STRANGER = 501, 502, 999


async def test_stranger_writes_and_nothing_is_sent_and_they_are_told_once(desk: Group) -> None:
    topic = await desk.parks()
    heard = desk.heard()
    desk.fake.writes(STRANGER, topic.number, "Hallo, ich bin es")
    desk.fake.writes(STRANGER, topic.number, "/claim")
    desk.fake.writes(ANNA, topic.number, "/help")
    await desk.sees(topic, "In a chat's topic")
    told = [text for text in desk.fake.texts(topic.number) if "I don't know you yet" in text]
    assert len(told) == 1
    assert desk.heard() == heard
    assert topic.icon == "icon-parked"


async def test_administrator_who_writes_as_the_group_is_told_to_show_who_they_are(desk: Group) -> None:
    topic = await desk.parks()
    sender = {"id": GROUP, "type": "supergroup", "title": "Desk"}
    desk.fake.writes(1087968824, topic.number, "Hallo", sender_chat=sender)
    await desk.sees(topic, "Sie schreiben als Gruppe")  # nobody knows whose language
    assert "Hallo" not in desk.heard()


async def test_second_claim_is_told_who_has_it(desk: Group) -> None:
    topic = await desk.parks()
    desk.fake.writes(ANNA, topic.number, "/claim")
    await desk.sees(topic, "The chat is yours")
    late = desk.fake.writes(BEN, topic.number, "/claim", language="de")
    told = await desk.sees(topic, "✗ Anna war schneller")
    assert told.reply_to == late


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Nicht gesendet. Bitte zuerst"),
        ("en", "Not sent. Take it over"),
        ("ru", "Не отправлено."),
        ("uk", "Не надіслано."),
    ],
)
async def test_answer_before_a_claim_is_not_sent_and_says_what_to_do(desk: Group, language: str, words: str) -> None:
    topic = await desk.parks()
    desk.fake.writes(ANNA, topic.number, "Guten Tag", language=language)
    told = await desk.sees(topic, words)
    assert "/claim" in told.text
    assert "Guten Tag" not in desk.heard()


async def test_colleague_of_the_holder_does_not_reach_the_customer(desk: Group) -> None:
    topic = await desk.parks()
    desk.fake.writes(ANNA, topic.number, "/claim")
    await desk.sees(topic, "The chat is yours")
    desk.fake.writes(BEN, topic.number, "frag nach dem Vertrag")
    await desk.sees(topic, "✗ Not sent. Anna has this chat.")
    assert "frag nach dem Vertrag" not in desk.heard()


async def test_operator_of_another_team_is_told_and_changes_nothing(desk: Group) -> None:
    topic = await desk.parks()
    known = await desk.lotse.store.find_operator("ben")
    assert known is not None
    await desk.lotse.store.put_operator(Operator(id="ben", name="Ben", password=known.password, teams=("billing",)))
    desk.fake.writes(BEN, topic.number, "/claim")
    await desk.sees(topic, "This chat is with another team")
    await desk.lotse.settle()
    assert topic.icon == "icon-parked"


async def test_removed_operator_is_a_stranger(desk: Group) -> None:
    topic = await desk.parks()
    await desk.lotse.store.drop_operator("anna")
    desk.fake.writes(ANNA, topic.number, "/claim")
    await desk.sees(topic, "I don't know you yet")


async def test_unknown_command_and_wrong_arguments_say_what_there_is(desk: Group) -> None:
    topic = await desk.parks()
    desk.fake.writes(ANNA, topic.number, "/clam")
    await desk.sees(topic, "There is no /clam.")
    desk.fake.writes(ANNA, topic.number, "/transfer nobody please")
    told = await desk.sees(topic, "There are:")
    assert "support, billing" in told.text
    assert "@ben" in told.text
    desk.fake.writes(ANNA, topic.number, "/close quite happy")
    await desk.sees(topic, "Write /close alone")
    desk.fake.writes(ANNA, topic.number, "/note")
    await desk.sees(topic, "Write the note after the command")
    await desk.lotse.settle()
    assert topic.icon == "icon-parked"


async def test_command_for_another_bot_is_none_of_ours(desk: Group) -> None:
    topic = await desk.parks()
    desk.fake.writes(ANNA, topic.number, "/claim@another_bot")
    desk.fake.writes(ANNA, topic.number, "/help@fake_bot")
    await desk.sees(topic, "In a chat's topic")
    await desk.lotse.settle()
    assert topic.icon == "icon-parked"


async def test_edited_answer_is_not_sent_twice_and_the_operator_knows(desk: Group) -> None:
    topic = await desk.parks()
    desk.fake.writes(ANNA, topic.number, "/claim")
    await desk.sees(topic, "The chat is yours")
    desk.fake.writes(ANNA, topic.number, "Gutn Tag")
    await desk.customer_hears("Gutn Tag")
    desk.fake.writes(ANNA, topic.number, "Guten Tag", edited=True)
    await desk.sees(topic, "The customer has your first words already")
    assert "Guten Tag" not in desk.heard()


async def test_code_links_a_person_once_and_in_a_private_chat(desk: Group) -> None:
    clock = desk.lotse.clock
    await desk.lotse.add_operator("carl")
    await desk.lotse.store.topics.offer(code_hash("ABCDE23456"), "carl", clock.now() + timedelta(minutes=30))
    desk.fake.text(503, "/start")
    desk.fake.text(503, "/link wrong")
    desk.fake.text(503, "/link abcde23456 ")
    desk.fake.text(504, "/link ABCDE23456")
    desk.fake.text(503, "hello")
    topic = await desk.parks()
    desk.fake.writes(503, topic.number, "/claim")
    await desk.sees(topic, "The chat is yours")
    told = [(chat, text[:25]) for chat, text in desk.fake.private]
    assert told == [
        (503, "I only talk to operators."),
        (503, "This code is not good any"),
        (503, "Good to see you, Carl. Fr"),
        (504, "This code is not good any"),
        (503, "You are Carl. Work in the"),
    ]


async def test_topic_that_people_made_for_themselves_is_left_alone(desk: Group) -> None:
    await desk.parks()
    desk.fake.writes(ANNA, 4711, "Wer macht Kaffee?")
    desk.fake.writes(ANNA, 0, "Guten Morgen")
    desk.fake.writes(ANNA, 0, "/help")
    while not desk.fake.said(0, "In a chat's topic"):
        await desk.fake.reached("sendMessage")
    assert len([shown for shown in desk.fake.shown if shown.topic == 0]) == 1


async def test_other_group_is_not_heard(desk: Group) -> None:
    topic = await desk.parks()
    note = {"message_id": 9, "date": 1, "chat": {"id": -5, "type": "supergroup", "title": "x"}, "text": "/claim"}
    person = {"id": ANNA, "is_bot": False, "first_name": "Ann"}
    more = {"from": person, "message_thread_id": topic.number, "is_topic_message": True}
    desk.fake.push({"message": note | more})
    desk.fake.writes(ANNA, topic.number, "/help")
    await desk.sees(topic, "In a chat's topic")
    await desk.lotse.settle()
    assert topic.icon == "icon-parked"


async def test_stranger_who_tries_codes_again_and_again_is_not_answered_any_more(desk: Group) -> None:
    for number in range(30):
        desk.fake.text(600, f"/link {number}")
    desk.fake.text(ANNA, "hello")
    await until(lambda: any(chat == ANNA for chat, _ in desk.fake.private), seconds=15)
    assert len([chat for chat, _ in desk.fake.private if chat == 600]) == 10
