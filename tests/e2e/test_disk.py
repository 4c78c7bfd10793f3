"""The disk under a running service: it is full or can only be read, in mid traffic, and then it is as it was."""

import asyncio
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bots.webchat.frames import ACCOUNT, CHANNEL
from conversation.content import plain_text
from conversation.message import Message
from store.sql import SqlStore
from tests.support.customers import Say, Visitor, at_work, until
from tests.support.disk import Disk, LimitedFiles, bound_by_rights, disk, lock, unlock
from tests.support.fake_telegram import TOKEN, FakeTelegram
from tests.support.process import ROOT, Running, free_port, lotse_ends, lotse_serve

pytestmark = pytest.mark.timeout(180)

VISITORS, MESSENGERS, TEXTS = 12, 6, 24
TROUBLE = 4.0
"""Seconds: by then those who try again wait longest between two tries."""
WORKS_AGAIN = 5.0


@dataclass(slots=True, kw_only=True)
class Town:
    """A service, visitors on its page who write, and customers of a messenger who do."""

    running: Running
    fake: FakeTelegram
    visitors: list[Visitor]
    pushed: dict[int, list[str]]

    @property
    def pid(self) -> int:
        return self.running.process.pid

    def push(self, texts: int) -> None:
        """Each customer of the messenger writes some more."""
        for chat, said in self.pushed.items():
            for _ in range(texts):
                said.append(f"t{chat} m{len(said) + 1}")
                self.fake.text(chat, said[-1])

    @property
    def acknowledged(self) -> int:
        return sum(len(visitor.confirmed) for visitor in self.visitors)

    def delivered(self, status: int) -> int:
        return sum(delivery.status == status for delivery in self.fake.deliveries)

    def refused(self) -> int:
        return sum(visitor.refusals.count("unavailable") for visitor in self.visitors)


@asynccontextmanager
async def town(var: Path, before: Callable[[], None] | None = None) -> AsyncIterator[Town]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    visitors = [
        Visitor(name=f"v{number}", url=url, script=[Say(text=f"v{number} m{index}") for index in range(1, TEXTS + 1)])
        for number in range(VISITORS)
    ]
    async with FakeTelegram() as fake:
        settings = {
            "LOTSE_BOT": str(ROOT / "tests" / "crash" / "bot"),
            "LOTSE_LOG_LEVEL": "warning",
            "LOTSE_TELEGRAM__TOKEN": TOKEN,
            "LOTSE_TELEGRAM__API": fake.url,
            "LOTSE_TELEGRAM__SECRET": "s3cret-of-the-hook",
            "LOTSE_WEB__PUBLIC_URL": url,
        }
        async with lotse_serve(var, settings, port=port, before=before) as running:
            await until(lambda: bool(fake.webhook), seconds=60, what="the web hook was set")
            made = Town(running=running, fake=fake, visitors=visitors, pushed={100 + n: [] for n in range(MESSENGERS)})
            async with at_work(*visitors):
                yield made


async def trouble_and_back(made: Town, begin: Callable[[], None], end: Callable[[], None]) -> float:
    """Trouble for a while in mid traffic; how many seconds after its end everything that waited had its answer."""
    made.push(3)
    await until(lambda: made.acknowledged > 30 and made.delivered(200) > 6, seconds=30, what="people wrote")
    begin()
    made.push(3)
    await until(lambda: made.delivered(503) > 20 and made.refused() > 20, seconds=30, what="everybody was refused")
    taken = made.acknowledged, made.delivered(200)
    await asyncio.sleep(TROUBLE)
    assert not all(visitor.settled.is_set() for visitor in made.visitors), "the trouble came too late to mean anything"
    assert (made.acknowledged, made.delivered(200)) == taken, "something was acknowledged that could not be stored"
    waited = rows(made, "SELECT max(number) FROM inbox")[0][0]
    confirmed = {visitor.name: len(visitor.confirmed) for visitor in made.visitors}
    end()
    began = time.monotonic()

    def works() -> bool:
        """All that had waited is handled and delivered, and every page had something taken."""
        pushed = sum(map(len, made.pushed.values()))
        pages = all(v.settled.is_set() or len(v.confirmed) > confirmed[v.name] for v in made.visitors)
        return pages and made.delivered(200) >= pushed and open_rows(made, waited) == 0

    await until(works, seconds=30, what="all that had waited was handled")
    return time.monotonic() - began


def rows(made: Town, query: str) -> list[tuple[str | int, ...]]:
    with closing(sqlite3.connect(f"file:{made.running.log.parent / 'lotse.db'}?mode=ro", uri=True)) as connection:
        return list(connection.execute(query))


def open_rows(made: Town, up_to: str | int = 2**62) -> int:
    """Events that wait for their turn."""
    return int(rows(made, f"SELECT count(*) FROM inbox WHERE state = 'new' AND number <= {up_to}")[0][0])  # noqa: S608 - a number


async def nothing_was_lost_or_doubled(made: Town) -> None:
    for visitor in made.visitors:
        assert visitor.faults == []
    with closing(sqlite3.connect(made.running.log.parent / "lotse.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT state, count(*) FROM inbox GROUP BY state").fetchall() == [
            ("done", VISITORS * TEXTS + sum(map(len, made.pushed.values())))
        ]
    store = await SqlStore.open(f"sqlite:///{made.running.log.parent}/lotse.db")
    try:
        for visitor in made.visitors:
            assert await said(store, CHANNEL, ACCOUNT, visitor.chat) == [say.text for say in visitor.script]
        for chat, texts in made.pushed.items():
            assert await said(store, "telegram", TOKEN.split(":")[0], str(chat)) == texts
    finally:
        await store.close()


async def said(store: SqlStore, channel: str, account: str, address: str) -> list[str]:
    chat = await store.find_chat(channel, account, address)
    assert chat is not None
    history: list[Message] = list(await store.history(chat.id, 0, 1000))
    counted = [int(plain_text(m.content).split()[-1]) for m in history if m.author == "bot" and "heard" in m.origin]
    assert counted == sorted(set(counted)), "something was handled twice"
    return [plain_text(message.content) for message in history if message.author == "customer"]


async def all_said(made: Town) -> None:
    await until(lambda: all(visitor.settled.is_set() for visitor in made.visitors), seconds=60, what="all was said")
    await made.fake.settled()
    await until(lambda: open_rows(made) == 0, seconds=30, what="all was handled")
    code, _ = await made.running.stop()
    assert code == 0, made.running.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["limit", "tmpfs"])
async def test_a_full_disk_refuses_what_it_cannot_keep_and_goes_on_when_there_is_space(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with disk(kind, tmp_path / "var") as small:
        async with town(small.var) as made:
            seconds = await trouble_and_back(made, lambda: small.fill(made.pid), lambda: small.free(made.pid))
            await all_said(made)
        await nothing_was_lost_or_doubled(made)
    with capsys.disabled():
        print(f'\n{{"disk":"{kind}","works_again_seconds":{seconds:.2f}}}')  # noqa: T201 - figures
    assert seconds <= WORKS_AGAIN


async def test_a_disk_that_failed_and_can_only_be_read_is_written_again_when_it_can_be(tmp_path: Path) -> None:
    """As after an error of the disk: what was open fails, and from then on it can be opened for reading only."""
    broken: Disk = LimitedFiles(tmp_path)

    def fail(pid: int) -> None:
        broken.fill(pid)
        lock(tmp_path)

    async with town(tmp_path, bound_by_rights) as made:
        made.push(1)

        async def only_read() -> None:
            await until(lambda: made.delivered(503) > 10 and made.refused() > 10, seconds=30, what="a write failed")
            broken.free(made.pid)

        lifting = asyncio.create_task(only_read())
        seconds = await trouble_and_back(made, lambda: fail(made.pid), lambda: unlock(tmp_path))
        await lifting
        await all_said(made)
    await nothing_was_lost_or_doubled(made)
    assert "it is read-only: give the service the right to write" in made.running.log.read_text(encoding="utf-8")
    assert seconds <= WORKS_AGAIN


@pytest.fixture
def var(tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    return tmp_path / "var"


async def started_once(folder: Path) -> dict[str, str]:
    settings = {"LOTSE_BOT": str(ROOT / "tests" / "crash" / "bot"), "LOTSE_LOG_LEVEL": "warning"}
    async with lotse_serve(folder, settings) as running:
        assert (await running.stop())[0] == 0
    return settings


async def test_a_file_that_can_only_be_read_is_refused_at_the_start_with_what_to_do(var: Path) -> None:
    settings = await started_once(var)
    lock(var)
    code, said = await lotse_ends(var, settings, before=bound_by_rights)
    unlock(var)
    words = " ".join(said.split())
    assert code == 1, said
    assert re.search(r"it is read-only: give the service the right to write the file and its folder", words), said
    assert "Traceback" not in said


async def test_a_damaged_file_is_refused_at_the_start_with_what_to_do(var: Path) -> None:
    settings = await started_once(var)
    with (var / "lotse.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\x5a" * 8192)
    code, said = await lotse_ends(var, settings)
    assert code == 1, said
    assert re.search(r"damaged.*backup", " ".join(said.split())), said
    assert "Traceback" not in said
