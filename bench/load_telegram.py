"""The load generator of Telegram: the Bot API and the customers behind it. ``python -m bench.load_telegram --help``.

A turn lasts from the update's POST until the web hook has answered and ``sendMessage`` has arrived: the real Bot API holds a
chat's next update back until then.
"""

import argparse
import asyncio
import itertools
import re
import time
from urllib.parse import parse_qs, urlsplit

import msgspec
import uvloop

from bench import crowd, wire
from bench.scripts import SCRIPTS, Course

TOKEN = "42:bench-token-bench-token-bench-token"
DATE = 1_772_445_600
"""Of every message; nobody looks at it."""
_CHAT = re.compile(rb"chat_id\W+?(-?\d+)")


class BotApi:
    """Answers as the real one does, at once, and tells who waits for a message."""

    def __init__(self) -> None:
        self.hook: asyncio.Future[tuple[str, str]] = asyncio.get_running_loop().create_future()
        self.waiting: dict[int, asyncio.Future[None]] = {}
        self.heard: dict[int, float] = {}
        """Chat to when it was last sent something, by ``time.perf_counter``."""
        self._ids = itertools.count(1_000)

    def answer(self, path: str, body: bytes) -> bytes:
        method = path.rpartition("/")[2]
        if method == "sendMessage":
            return self._sent(body)
        if method == "setWebhook" and not self.hook.done():
            self.hook.set_result(_hook(body))
        if method == "getMe":
            return b'{"ok":true,"result":{"id":42,"is_bot":true,"first_name":"Bench","username":"bench_bot"}}'
        return b'{"ok":true,"result":true}'

    def _sent(self, body: bytes) -> bytes:
        found = _CHAT.search(body)
        assert found, body
        chat = int(found[1])
        self.heard[chat] = time.perf_counter()
        waiting = self.waiting.pop(chat, None)
        if waiting:
            waiting.set_result(None)
        return (
            b'{"ok":true,"result":{"message_id":%d,"date":%d,"chat":{"id":%d,"type":"private","first_name":"Mia"},'
            b'"from":{"id":42,"is_bot":true,"first_name":"Bench"},"text":"taken"}}'
        ) % (next(self._ids), DATE, chat)


def _hook(body: bytes) -> tuple[str, str]:
    """Address and secret of a ``setWebhook`` call, JSON or form."""
    if body.startswith(b"{"):
        given = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        return msgspec.json.decode(given["url"], type=str), msgspec.json.decode(given["secret_token"], type=str)
    form = parse_qs(body.decode())
    return form["url"][0], form["secret_token"][0]


class Crowd:
    """The customers: each has a chat, and uses any free connection to the web hook."""

    def __init__(self, api: BotApi, url: str, secret: str) -> None:
        target = urlsplit(url)
        self._api = api
        self._place = target.hostname or "127.0.0.1", target.port or 80
        self._head = (
            f"POST {target.path} HTTP/1.1\r\nHost: {target.netloc}\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: "
        ).encode()
        self._free: list[wire.Posting] = []
        self._updates = itertools.count(1)

    async def open(self, connections: int) -> None:
        self._free = [await wire.connect(*self._place) for _ in range(connections)]

    async def turn(self, customer: tuple[int, Course]) -> None:
        chat, course = customer
        answered = self._api.waiting[chat] = asyncio.get_running_loop().create_future()
        await self.post(chat, course.line()[0])
        async with asyncio.timeout(30.0):
            await answered

    async def post(self, chat: int, text: str) -> None:
        """Deliver a line; returns when the web hook has answered."""
        number = next(self._updates)
        update = (
            b'{"update_id":%d,"message":{"message_id":%d,"date":%d,"text":"%b","chat":{"id":%d,"type":"private","first_name":'
            b'"Mia"},"from":{"id":%d,"is_bot":false,"first_name":"Mia","last_name":"Krause","language_code":"en"}}}'
        ) % (number, number, DATE, text.encode(), chat, chat)
        connection = self._free.pop()
        status = await connection.post(self._head, update)
        self._free.append(connection)
        if status != 200:
            raise RuntimeError(f"the web hook answered {status}")


async def main(port: int, script: str, customers: int, parallel: int, seconds: float) -> None:
    api = BotApi()
    server = await asyncio.get_running_loop().create_server(lambda: wire.Answering(api.answer), "127.0.0.1", port)
    print("listening", flush=True)
    url, secret = await api.hook
    people = Crowd(api, url, secret)
    crowd.say("idle")
    await people.open(parallel)
    await crowd.run(
        [(number, Course(*SCRIPTS[script])) for number in range(1_000, 1_000 + customers)],
        people.turn,
        parallel=parallel,
        seconds=seconds,
    )
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--script", choices=sorted(SCRIPTS), default="form")
    parser.add_argument("--customers", type=int, default=1_000)
    parser.add_argument("--parallel", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=5.0)
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(given.port, given.script, given.customers, given.parallel, given.seconds))
