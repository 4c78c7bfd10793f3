"""A service killed while it starts for the first time: the next start goes on from there."""

import asyncio
import random
import signal
from pathlib import Path

import pytest

from tests.crash.lives import Lives
from tests.crash.serve import Life, Place
from tests.support.customers import AtTheDesk, Say, Visitor, at_work, until
from tests.support.process import free_port

KILLS = 12
LATEST = 0.4
"""Seconds after the fork: the tables, the first operator and the port come in this time."""


@pytest.mark.timeout(120)
async def test_a_first_start_killed_at_any_moment_is_made_good_by_the_next(tmp_path: Path, seed: int) -> None:
    random_ = random.Random(seed)
    place = Place(var=str(tmp_path / "var"), port=free_port())
    lives = Lives(places=[place], log=tmp_path / "service.log", seed=seed)
    url = f"http://127.0.0.1:{place.port}"
    await lives.start()
    try:
        for number in range(KILLS):
            await lives.fork(Life())
            await asyncio.sleep(random_.random() * LATEST * (number + 1) / KILLS)
            assert await lives.end(signal.SIGKILL) == -signal.SIGKILL, lives.log.read_text(encoding="utf-8")
        await lives.begin(Life())

        password = (tmp_path / "var" / "first-password.txt").read_text(encoding="utf-8").strip()
        visitor = Visitor(name="anna", url=url, script=[Say(text="hi", until="after nothing"), Say(text="human")])
        desk = AtTheDesk(url=url, operator="operator", password=password)
        async with at_work(visitor, desk):
            await until(visitor.settled.is_set, what=f"the bot answered (seed {seed})")
            await desk.parked(visitor.chat)
        assert await lives.end(signal.SIGTERM) == 0
    finally:
        await lives.close()
