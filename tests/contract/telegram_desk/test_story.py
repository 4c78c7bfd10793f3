"""A chat from the first word to the last, worked on in the group alone."""

from tests.support.fake_forum import GROUP
from tests.support.forum_desk import Group

ANNA, BEN = 501, 502


async def test_customer_who_waits_has_a_topic_with_a_pinned_summary_and_what_was_said(desk: Group) -> None:
    topic = await desk.parks()
    assert (topic.title, topic.icon, topic.open) == ("Ann · support", "icon-parked", True)
    card, before = desk.fake.shown[:2]
    assert "Ann" in card.text
    assert "Telegram" in card.text
    assert "support" in card.text
    assert card.keys == {"Übernehmen": "claim", "Weitergeben": "transfer"}
    assert topic.pinned == [card.message]
    assert "Bisher" in before.text
    assert "👤 Ann: Hallo" in before.text
    assert "👤 Ann: Mitarbeiter" in before.text


async def test_operator_claims_answers_and_closes_and_the_customer_hears_only_the_answer(desk: Group) -> None:
    topic = await desk.parks()
    claim = desk.fake.writes(ANNA, topic.number, "/claim")
    done = await desk.sees(topic, "The chat is yours")
    assert done.reply_to == claim
    await desk.quiet()
    assert (topic.title, topic.icon) == ("Ann · Anna", "icon-live")
    desk.fake.writes(ANNA, topic.number, "Guten Tag, hier ist Anna <3")
    await desk.customer_hears("Guten Tag, hier ist Anna <3")
    await desk.says("Mein Modem & ich", "77-3")
    await desk.sees(topic, "👤 Ann: Mein Modem & ich")
    desk.fake.writes(ANNA, topic.number, "/close solved")
    await desk.sees(topic, "Closed.")
    await desk.quiet()
    card, *told = desk.fake.texts(topic.number)  # the card may quote what was said last
    assert card.startswith("Ann")
    assert not any("Guten Tag" in text for text in told)
    assert not any("/close" in text or "/claim" in text for text in desk.heard())


async def test_buttons_of_the_summary_do_as_the_commands_do(desk: Group) -> None:
    topic = await desk.parks()
    desk.fake.presses(ANNA, desk.fake.shown[0], "claim")
    await desk.sees(topic, "The chat is yours")
    await desk.quiet()
    assert list(desk.fake.shown[0].keys.values()) == ["transfer", "callback", "bot", "close"]
    desk.fake.presses(ANNA, desk.fake.shown[0], "close")
    sure = await desk.sees(topic, "Close this chat?")
    desk.fake.presses(ANNA, sure, sure.keys["Yes, close"])
    await desk.sees(topic, "Closed.")
    assert len(desk.fake.called("answerCallbackQuery")) == 3


async def test_chat_given_back_to_the_bot_leaves_the_group_and_comes_back_to_the_same_topic(desk: Group) -> None:
    topic = await desk.parks()
    desk.fake.writes(ANNA, topic.number, "/claim")
    await desk.sees(topic, "The chat is yours")
    desk.fake.writes(ANNA, topic.number, "/bot")
    await desk.sees(topic, "The bot has the chat again.")
    await desk.quiet()
    assert (topic.open, topic.icon) == (False, "icon-bot")
    shown = len(desk.fake.shown)
    await desk.says("Mitarbeiter", "77-9")
    await desk.quiet()
    assert desk.fake.topic("Ann") is topic
    assert (topic.open, topic.icon, len(desk.fake.topics)) == (True, "icon-parked", 1)
    assert "Wartet" in desk.fake.shown[shown].text
    assert topic.pinned[-1] == desk.fake.shown[shown].message


async def test_group_of_the_settings_is_named_to_telegram_with_its_commands(desk: Group) -> None:
    await desk.parks()
    assert desk.fake.commands["de"]["claim"] == "Diesen Chat übernehmen"
    assert set(desk.fake.commands[""]) == {"claim", "note", "transfer", "bot", "close", "callback", "help"}
    assert {call.chat for call in desk.fake.calls if "chat_id" in call.fields} == {GROUP}
