"""Starting and stopping ``lotse serve`` as an administrator does."""

import asyncio
import os
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector

from bots.webchat.frames import ACCOUNT, CHANNEL
from conversation.content import plain_text
from store.sql import SqlStore
from tests.support.customers import Say, Visitor, until
from tests.support.process import ROOT, free_port, lotse_serve

pytestmark = pytest.mark.timeout(180)

COUNTING = {"LOTSE_BOT": str(ROOT / "tests" / "crash" / "bot"), "LOTSE_LOG_LEVEL": "warning"}


async def test_a_service_asked_to_stop_while_people_write_ends_in_good_order_and_loses_nothing(tmp_path: Path) -> None:
    port = free_port()
    visitors = [
        Visitor(
            name=f"v{number}",
            url=f"http://127.0.0.1:{port}",
            script=[Say(text=f"v{number} m{index}", until=f"{index} after" if index else "") for index in range(1, 16)],
        )
        for number in range(20)
    ]
    async with ClientSession(connector=TCPConnector(limit=0)) as session:
        async with lotse_serve(tmp_path, COUNTING, port=port) as running:
            writing = [asyncio.create_task(visitor.run(session)) for visitor in visitors]
            await until(
                lambda: sum(len(visitor.confirmed) for visitor in visitors) > 60, seconds=30, what="people wrote"
            )
            code, seconds = await running.stop()
        assert code == 0, running.log.read_text(encoding="utf-8")
        assert seconds < 10
        assert not all(visitor.settled.is_set() for visitor in visitors), "the stop came too late to mean anything"
        async with lotse_serve(tmp_path, COUNTING, port=port) as running:
            await until(lambda: all(visitor.settled.is_set() for visitor in visitors), seconds=60, what="all was said")
            await running.stop()
        for task in writing:
            task.cancel()
        await asyncio.gather(*writing, return_exceptions=True)

    assert [fault for visitor in visitors for fault in visitor.faults] == []
    store = await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db")
    try:
        for visitor in visitors:
            chat = await store.find_chat(CHANNEL, ACCOUNT, visitor.chat)
            assert chat is not None
            history = await store.history(chat.id, 0, 1000)
            said = [plain_text(message.content) for message in history if message.author == "customer"]
            assert said == [say.text for say in visitor.script]
    finally:
        await store.close()


def cpu_seconds(pid: int) -> float:
    """What a process has worked so far: on a busy machine its time on the wall says little."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def test_the_second_start_of_the_example_answers_within_five_seconds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {"LOTSE_BOT": str(ROOT / "examples" / "nordnetz"), "LOTSE_LOG_LEVEL": "warning"}
    async with lotse_serve(tmp_path, settings, seconds=120) as first:
        code, _ = await first.stop()
        assert code == 0, first.log.read_text(encoding="utf-8")

    async with lotse_serve(tmp_path, settings) as second:
        worked = cpu_seconds(second.process.pid)

    with capsys.disabled():
        print(f'\n{{"second_start_seconds":{second.start_seconds:.2f},"cpu_seconds":{worked:.2f}}}')  # noqa: T201 - figures
    assert min(worked, second.start_seconds) < 5
