"""The fake must be able to find fault, or the suites that lean on it prove nothing."""

import asyncio
import subprocess
import sys

import msgspec
from aiohttp import ClientSession

from bots.telegram.api import BotApi
from bots.telegram.channel import TelegramChannel
from conversation.content import Text
from tests.support.connector_surroundings import bot_says
from tests.support.fake_telegram import TOKEN, FakeTelegram


async def test_two_messages_in_flight_to_one_chat_are_a_violation() -> None:
    async with FakeTelegram(latency=0.02) as fake:
        channel = TelegramChannel(BotApi(TOKEN, fake.url), lambda _: b"")
        await asyncio.gather(*(channel.send(chat, bot_says(Text(text="x")), chat) for chat in ("5", "6")))
        assert fake.violations == []
        await asyncio.gather(*(channel.send("5", bot_says(Text(text="x")), key) for key in ("a", "b")))
        await channel.close()
        assert len(fake.violations) == 1


async def test_messages_that_the_real_server_refuses_are_refused() -> None:
    async with FakeTelegram() as fake, ClientSession() as session:

        async def status(**fields: object) -> int:
            async with session.post(f"{fake.url}/bot{TOKEN}/sendMessage", json={"chat_id": 5} | fields) as response:
                return response.status

        keys = {"inline_keyboard": [[{"text": "x", "callback_data": "я" * 33}]]}
        assert await status(text="ok") == 200
        assert await status(text=" ") == 400
        assert await status(text="😀" * 2049) == 400
        assert await status(text="ok", reply_markup=msgspec.json.encode(keys).decode()) == 400
        fake.blocked.add(5)
        assert await status(text="ok") == 403
        assert len(fake.sent()) == 1


async def test_program_serves_and_is_steered_over_http() -> None:
    command = [sys.executable, "-m", "tests.support.fake_telegram"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: ASYNC220 - started once
        try:
            assert process.stdout
            url = process.stdout.readline().strip()
            async with ClientSession() as session:
                await session.post(f"{url}/control/fault", json={"method": "getMe", "status": 500, "description": "x"})
                async with session.get(f"{url}/bot{TOKEN}/getMe") as response:
                    assert response.status == 500
                await session.post(f"{url}/control/push", json={"message": {"message_id": 1}})
                async with session.get(f"{url}/control/state") as response:
                    state = await response.json()
            assert (state["pending"], state["counts"]) == (1, {"getMe": 1})
        finally:
            process.terminate()
