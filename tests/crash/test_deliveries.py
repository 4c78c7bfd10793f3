"""A messenger that delivers everything several times, at once and to several processes: each event has one effect."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientSession, TCPConnector

from app.service import Role
from conversation.content import plain_text
from store.sql import SqlStore
from tests.crash.campaign import Ground
from tests.crash.lives import Lives
from tests.crash.serve import SECRET, Life, Place
from tests.support.fake_telegram import TOKEN, FakeTelegram
from tests.support.process import free_port

CONNECTIONS: Final = 8
EACH: Final = 20
"""Events of a customer: a pace that is still answered one by one."""
PICTURES: Final = 6
AT_A_TIME: Final = 8
"""Customers who send an album in the same moment."""
ACCOUNT: Final = TOKEN.split(":", maxsplit=1)[0]


@asynccontextmanager
async def processes(roles: Sequence[Role], ground: Ground, folder: Path, seed: int) -> AsyncIterator[list[str]]:
    """The web hooks of those that have doors. Whatever one of them logs as an error fails the test."""
    log = folder / "service.log"
    async with FakeTelegram(record=False) as telegram:
        places = [
            Place(
                var=str(folder / "var"),
                port=free_port(),
                role=role,
                telegram=telegram.url,
                token=TOKEN,
                database=ground.database,
                redis=ground.redis,
            )
            for role in roles
        ]
        lives = Lives(places=places, log=log, seed=seed)
        await lives.start()
        try:
            await asyncio.gather(*(lives.begin(Life(), number) for number in range(len(places))))
            yield [f"http://127.0.0.1:{place.port}/hooks/telegram" for place in places if place.role != "worker"]
            assert await lives.stop() == 0
        finally:
            await lives.close()
    assert log.read_text(encoding="utf-8") == ""


def update(number: int, chat: int, **content: Any) -> bytes:
    person = {"id": chat, "is_bot": False, "first_name": "Anna", "language_code": "en"}
    message = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private"}, "from": person, **content}
    return json.dumps({"update_id": number, "message": message}).encode()


async def post(session: ClientSession, hook: str, body: bytes) -> int:
    headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET}
    async with session.post(hook, data=body, headers=headers) as response:
        return response.status


async def settled(store: SqlStore) -> None:
    """All events are handled."""
    for _ in range(3_000):
        if not await store.unhandled(1):
            return
        await asyncio.sleep(0.1)
    raise TimeoutError("some events were not handled in five minutes")


async def count(store: SqlStore, query: str) -> int:
    found: int = await store._read(lambda connection: connection.exec_driver_sql(query).scalar_one())
    return found


async def deliver(hooks: list[str], deliveries: Iterable[bytes]) -> Counter[int]:
    """Each connection takes the next one, and is at one process; how often which status came."""
    statuses, left = Counter[int](), iter(deliveries)

    async def one(hook: str) -> None:
        async with ClientSession(connector=TCPConnector(limit=1)) as session:
            for body in left:
                statuses[await post(session, hook, body)] += 1

    await asyncio.gather(*(one(hooks[number % len(hooks)]) for number in range(CONNECTIONS)))
    return statuses


@pytest.mark.timeout(900)
async def test_events_delivered_up_to_five_times_over_eight_connections_have_one_effect_each(
    cluster: Ground, tmp_path: Path, seed: int, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    random_, customers = random.Random(seed), 500 if request.config.getoption("--full") else 50
    events = [(number, 1000 + number % customers, f"text {number}") for number in range(customers * EACH)]
    deliveries = [
        update(number, chat, text=text) for number, chat, text in events for _ in range(random_.randint(1, 5))
    ]
    random_.shuffle(deliveries)
    async with processes(("web", "web", "worker"), cluster, tmp_path, seed) as hooks:
        began = time.monotonic()
        statuses = await deliver(hooks, deliveries)
        took = time.monotonic() - began
        store = await SqlStore.open(cluster.database)
        try:
            await settled(store)
            effects, answers = Counter[str](), 0
            for chat in range(1000, 1000 + customers):
                found = await store.find_chat("telegram", ACCOUNT, str(chat))
                assert found is not None
                lines = await store.history(found.id, 0, 1_000)
                effects.update(plain_text(line.content) for line in lines if line.author == "customer")
                answers += sum(line.author == "bot" for line in lines)
            deadlocks = await count(store, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        finally:
            await store.close()
    figures = {
        "case": "duplicates", "seed": seed, "events": len(events), "deliveries": len(deliveries), "effects": effects.total(),
        "server_errors": sum(times for status, times in statuses.items() if status >= 500), "answers": answers,
        "seconds": round(took, 1), "all_seconds": round(time.monotonic() - began, 1), "deadlocks": deadlocks,
    }  # fmt: skip
    with capsys.disabled():
        print(f"\n{json.dumps(figures)}")  # noqa: T201 - the figures of the run
    assert statuses == {200: len(deliveries)}
    assert effects == Counter(text for _, _, text in events), f"again with --seed {seed}"
    assert answers == len(events) + customers


@pytest.mark.timeout(900)
async def test_albums_of_new_customers_that_come_as_six_calls_at_once_to_two_processes_open_one_conversation_each(
    cluster: Ground, tmp_path: Path, seed: int, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    albums = 500 if request.config.getoption("--full") else 50
    statuses = Counter[int]()
    async with processes(("all", "all"), cluster, tmp_path, seed) as hooks:
        began = time.monotonic()
        room = asyncio.Semaphore(AT_A_TIME)

        async def album(session: ClientSession, number: int) -> None:
            pictures = [
                update(
                    number * PICTURES + picture,
                    5000 + number,
                    media_group_id=f"album {number}",
                    photo=[{"file_id": f"p{number}.{picture}", "file_unique_id": "u", "width": 1, "height": 1}],
                )
                for picture in range(PICTURES)
            ]
            async with room:
                posts = (post(session, hooks[index % 2], body) for index, body in enumerate(pictures))
                statuses.update(await asyncio.gather(*posts))

        async with ClientSession(connector=TCPConnector(limit=0)) as session:
            await asyncio.gather(*(album(session, number) for number in range(albums)))
        took = time.monotonic() - began
        store = await SqlStore.open(cluster.database)
        try:
            await settled(store)
            chats = await count(store, "SELECT count(*) FROM chats")
            conversations = await count(store, "SELECT count(*) FROM conversations")
            messages = await count(store, "SELECT count(*) FROM messages WHERE author = 'customer'")
            deadlocks = await count(store, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        finally:
            await store.close()
    figures = {
        "case": "albums", "seed": seed, "albums": albums, "conversations": conversations, "messages": messages,
        "server_errors": sum(times for status, times in statuses.items() if status >= 500), "seconds": round(took, 1),
        "all_seconds": round(time.monotonic() - began, 1), "deadlocks": deadlocks,
    }  # fmt: skip
    with capsys.disabled():
        print(f"\n{json.dumps(figures)}")  # noqa: T201 - as above
    assert statuses == {200: albums * PICTURES}
    assert (chats, conversations, messages) == (albums, albums, albums * PICTURES)
