"""What an administrator does beside a running service, with real processes."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from bots.webchat.frames import ACCOUNT, CHANNEL
from conversation.content import plain_text
from conversation.events import CustomerSaid
from store.sql import SqlStore
from tests.support.customers import Say, Visitor, at_work, until
from tests.support.process import ROOT, free_port, lotse_serve

pytestmark = pytest.mark.timeout(180)

COUNTING = {"LOTSE_BOT": str(ROOT / "tests" / "crash" / "bot"), "LOTSE_LOG": "json"}


async def lotse(var: Path, port: int, *words: str) -> tuple[int, str]:
    """Exit code and everything that was printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from app.cli import main; main()", *words),
        cwd=ROOT,
        env=environment | COUNTING | {"LOTSE_VAR": str(var), "LOTSE_WEB__PORT": str(port)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()


async def test_a_copy_made_while_people_write_brings_back_all_that_was_acknowledged_before(tmp_path: Path) -> None:
    port, copy = free_port(), tmp_path / "copy.db"
    visitors = [
        Visitor(
            name=f"v{number}",
            url=f"http://127.0.0.1:{port}",
            script=[
                Say(text=f"v{number} m{index}", until=f"{index} after" if index else "") for index in range(1, 400)
            ],
        )
        for number in range(20)
    ]

    def confirmed() -> int:
        return sum(len(visitor.confirmed) for visitor in visitors)

    async with lotse_serve(tmp_path, COUNTING, port=port) as running:
        async with at_work(*visitors) as session:
            await until(lambda: confirmed() > 60, seconds=30, what="people wrote")
            held = {visitor.name: set(visitor.confirmed) for visitor in visitors}
            before = confirmed()
            assert await lotse(tmp_path, port, "backup", str(copy)) == (
                0,
                f"{tmp_path}/lotse.db → {copy}, {copy.stat().st_size / 1e6:.1f} MB, whole\n",
            )
            assert confirmed() > before, "people went on writing"
            code, said = await lotse(tmp_path, port, "doctor")
            assert (code, "Lotse serves there" in said) == (0, True), said
            code, said = await lotse(tmp_path, port, "restore", "--force", str(copy))
            assert (code, "a service works on" in said) == (1, True), said
            async with session.get(f"{running.url}/metrics") as answer:
                told = await answer.text()
            assert f'lotse_sockets{{who="customer"}} {len(visitors)}.0' in told
        await running.stop(signal.SIGKILL)
        lines = running.log.read_text(encoding="utf-8").splitlines()
    logged = [json.loads(line)["event"] for line in lines if line.startswith("{")]
    assert "serving" in logged
    code, said = await lotse(tmp_path, port, "restore", "--force", str(copy))
    assert (code, "lotse.db.before-restore" in said) == (0, True), said
    store = await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db")
    try:
        rows = await store.unhandled(100_000)
        waiting = {plain_text(row.event.content) for row in rows if isinstance(row.event, CustomerSaid)}
        for visitor in visitors:
            chat = await store.find_chat(CHANNEL, ACCOUNT, visitor.chat)
            assert chat is not None
            history = await store.history(chat.id, 0, 10_000)
            said_there = {plain_text(message.content) for message in history if message.author == "customer"}
            assert held[visitor.name] <= said_there | waiting
    finally:
        await store.close()
