"""A bot that waits to be paid: an action gives the back-end the chat's id, the back-end calls the door, the bot goes on."""

import asyncio
from pathlib import Path

import pytest

from conversation.content import plain_text
from tests.support.bots import SETTINGS
from tests.support.browsing import Answer, Visitor
from tests.support.service import Running, running

TOKEN = "a-long-secret"
BILL = """
from rasa_sdk import Action
from rasa_sdk.events import SlotSet


class Bill(Action):
    def name(self):
        return "bill"

    async def run(self, dispatcher, tracker, domain):
        return [SlotSet("chat", tracker.sender_id)]
"""
DIALOG = """start: menu
defaults: {misses: {limit: 3, go: human}, silence: {after: 3d, go: human}, failed: human}
steps:
  menu: {choose: {pay: bill, talk: human}}
  bill: {do: bill, save: bill, go: pay}
  pay: {say: pay, go: due}
  due: {wait: {event: paid, after: 2d, go: not_paid}, save: payment, go: thanks}
  thanks: {say: thanks, go: menu}
  not_paid: {say: not_paid, go: menu}
  human: {handover: care, go: bye}
  bye: {say: bye, end: solved}
"""
TEXTS = """
menu: {text: What next?, options: {pay: pay, talk: talk}}
pay: "Pay for {{ bill.chat }}."
thanks: "Thank you for {{ payment.amount }}."
not_paid: Nothing came.
human: One moment.
bye: Bye.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "bot.yaml": SETTINGS,
        "dialogs/main.yaml": DIALOG,
        "actions/catalogue.yaml": "bill: {gives: {chat: text}}",
        "actions/bill.py": BILL,
        **{f"locales/{code}/main.yaml": f"{code}:{TEXTS.replace(chr(10), chr(10) + '  ')}" for code in ("en", "de")},
    }
    for name, text in files.items():
        path = tmp_path / "bot" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


async def billed(lotse: Running) -> tuple[Visitor, str]:
    """A customer for whose payment the bot waits, and the chat's id as the action gave it away."""
    visitor = await lotse.visitor()
    await visitor.say("Hallo")
    await visitor.hears("What next?")
    await visitor.say("pay")
    text = (await visitor.hears("Pay for"))["content"]["text"]
    await lotse.settle()
    return visitor, text.removeprefix("Pay for ").removesuffix(".")


async def paid(lotse: Running, chat: str) -> Answer:
    body = {"id": "pay-1", "name": "paid", "chat": chat, "data": {"amount": 12}}
    answer = await lotse.browser().post("/hooks/events", body, Authorization=f"Bearer {TOKEN}")
    assert answer.status == 200, answer
    return answer


async def said(lotse: Running, chat: str) -> list[str]:
    return [plain_text(message.content) for message in await lotse.history(chat)]


async def test_bot_that_waits_for_a_payment_goes_on_when_the_back_end_tells_of_it(folder: Path) -> None:
    async with running(folder, events_token=TOKEN) as lotse:
        visitor, chat = await billed(lotse)
        assert chat == visitor.chat
        await paid(lotse, chat)
        await visitor.hears("Thank you for 12.")
        await visitor.hears("What next?")


async def test_event_that_comes_too_late_finds_the_bot_on_the_other_way(folder: Path) -> None:
    async with running(folder, events_token=TOKEN) as lotse:
        visitor, chat = await billed(lotse)
        lotse.clock.turn(48 * 3600)
        for _ in range(500):
            if "Nothing came." in await said(lotse, chat):
                break
            lotse.clock.turn(1)  # a worker that is not sure whose chat it is waits for a while
            await asyncio.sleep(0.01)
        await visitor.hears("Nothing came.")
        await paid(lotse, chat)
        await lotse.settle()
        assert "Thank you for 12." not in await said(lotse, chat)


async def test_bot_that_was_started_anew_while_it_waits_goes_on_too(folder: Path) -> None:
    async with running(folder, events_token=TOKEN) as lotse:
        visitor, chat = await billed(lotse)
        token = visitor.token
    async with running(folder, events_token=TOKEN) as lotse:
        await paid(lotse, chat)
        visitor = Visitor(lotse.browser())
        visitor.token = token
        await visitor.enter()
        await visitor.connect()
        await visitor.hears("Thank you for 12.")
