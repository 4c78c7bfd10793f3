"""The service as a process, a customer in Telegram (a fake Bot API), an operator at the desk: the whole way and back."""

import re
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.support.customers import AtTheDesk, at_work, until
from tests.support.fake_telegram import TOKEN, FakeTelegram
from tests.support.process import ROOT, Running, free_port, lotse_serve

pytestmark = pytest.mark.timeout(180)

CUSTOMER = 555
SECRET = "s3cret-of-the-hook"
_HOURS = re.compile(r"(  support:\n    hours:\n).*?(?=    callbacks:)", re.DOTALL)


def open_all_day(to: Path) -> Path:
    """The example with a team that is always there, and without the language model: buttons and answers are enough here."""
    shutil.copytree(ROOT / "examples" / "nordnetz", to, ignore=shutil.ignore_patterns("nlu", "tests", "__pycache__"))
    settings = to / "bot.yaml"
    text, count = _HOURS.subn(r'\1      mon-sun: ["00:00-24:00"]\n', settings.read_text(encoding="utf-8"))
    assert count == 1
    settings.write_text(text, encoding="utf-8")
    return to


@asynccontextmanager
async def service(folder: Path, fake: FakeTelegram, *, hook: bool) -> AsyncIterator[Running]:
    port = free_port()
    settings = {
        "LOTSE_BOT": str(open_all_day(folder / "bot")),
        "LOTSE_TELEGRAM__TOKEN": TOKEN,
        "LOTSE_TELEGRAM__API": fake.url,
        "LOTSE_TELEGRAM__SECRET": SECRET,
    }
    if hook:
        settings["LOTSE_WEB__PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    async with lotse_serve(folder, settings, port=port) as running:
        if hook:
            await until(lambda: bool(fake.webhook), seconds=60, what="the web hook was set")
        yield running


@asynccontextmanager
async def at_the_desk(running: Running) -> AsyncIterator[AtTheDesk]:
    password = (running.log.parent / "first-password.txt").read_text(encoding="utf-8").strip()
    desk = AtTheDesk(url=running.url, operator="operator", password=password)
    async with at_work(desk):
        yield desk


class Customer:
    """Types and presses; ``hears`` waits for words in what was sent since the customer's last move."""

    def __init__(self, fake: FakeTelegram) -> None:
        self.fake = fake
        self.from_ = 0

    def types(self, text: str) -> None:
        self.from_ = len(self.fake.sent(CUSTOMER))
        self.fake.text(CUSTOMER, text)

    def presses(self, label: str) -> None:
        call = self.fake.sent(CUSTOMER)[-1]
        keys = [key for row in call.fields["reply_markup"]["inline_keyboard"] for key in row]
        self.from_ = len(self.fake.sent(CUSTOMER))
        self.fake.press(CUSTOMER, next(key["callback_data"] for key in keys if key["text"] == label), call.message_id)

    async def hears(self, words: str) -> dict[str, Any]:
        def found() -> list[dict[str, Any]]:
            return [
                call.fields for call in self.fake.sent(CUSTOMER)[self.from_ :] if words in call.fields.get("text", "")
            ]

        await until(lambda: bool(found()), seconds=20, what=f"the customer heard “{words}”: {self.heard()}")
        return found()[0]

    def heard(self) -> list[str]:
        return [str(call.fields.get("text")) for call in self.fake.sent(CUSTOMER)]


def stored(running: Running) -> int:
    with sqlite3.connect(f"file:{running.log.parent / 'lotse.db'}?mode=ro", uri=True) as connection:
        count = int(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])
    connection.close()
    return count


def phase(running: Running) -> str:
    with sqlite3.connect(f"file:{running.log.parent / 'lotse.db'}?mode=ro", uri=True) as connection:
        row = connection.execute("SELECT phase FROM conversations ORDER BY opened_at DESC").fetchone()
    connection.close()
    return str(row[0])


async def asks_for_a_person(fake: FakeTelegram) -> Customer:
    """Through the outage check by buttons and answers, then into the queue."""
    customer = Customer(fake)
    customer.types("Hello")
    await customer.hears("help")
    customer.presses("Report an outage")
    await customer.hears("contract")
    customer.types("10000001")
    await customer.hears("postcode")
    customer.types("10115")
    await customer.hears("2 hours")
    customer.presses("Talk to a person")
    await customer.hears("connect")
    return customer


@pytest.mark.parametrize("hook", [True, False], ids=["web hook", "polling"])
async def test_a_customer_in_telegram_is_helped_by_the_bot_and_then_by_a_person(tmp_path: Path, hook: bool) -> None:
    async with FakeTelegram() as fake, service(tmp_path, fake, hook=hook) as running, at_the_desk(running) as desk:
        customer = await asks_for_a_person(fake)
        await until(lambda: bool(desk.cards), what="the desk saw the chat")
        chat, card = next(iter(desk.cards.items()))
        conversation = await desk.parked(chat)
        assert (card["channel"], card["name"]) == ("telegram", "Ann Lee")

        await desk.command("claim", "c1", conversation)
        customer.types("Are you there?")
        await desk.command("reply", "r1", conversation, text="Good day, this is Olga.")
        await customer.hears("Good day, this is Olga.")
        heard = customer.heard()
        await desk.command("close", "x1", conversation)
        await customer.hears("1")

        assert heard.count("Good day, this is Olga.") == 1
        assert bool(fake.webhook) == hook
        assert fake.violations == []
        code, seconds = await running.stop()
        assert (code, seconds < 10) == (0, True), running.log.read_text(encoding="utf-8")


async def test_a_call_without_the_secret_is_refused_and_a_blocked_customers_conversation_is_closed(
    tmp_path: Path,
) -> None:
    async with FakeTelegram() as fake, service(tmp_path, fake, hook=True) as running:
        update = {
            "update_id": 1,
            "message": {"message_id": 1, "date": 1, "chat": {"id": 9, "type": "private"}, "text": "x"},
        }
        async with ClientSession() as session:
            for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}, {"X-Telegram-Bot-Api-Secret-Token": ""}):
                async with session.post(fake.webhook, json=update, headers=headers) as response:
                    assert response.status == 401
        assert stored(running) == 0

        async with at_the_desk(running) as desk:
            await asks_for_a_person(fake)
            await until(lambda: bool(desk.cards), what="the desk saw the chat")
            conversation = await desk.parked(next(iter(desk.cards)))
            await desk.command("claim", "c1", conversation)
            fake.blocked.add(CUSTOMER)
            await desk.command("reply", "r1", conversation, text="Are you there?")
            await until(lambda: phase(running) == "closed", what="the conversation was closed")
