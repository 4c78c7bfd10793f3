"""Killed in the middle of a publication: the old version runs or the new one, and what runs is there whole."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from app.bot_folder import read_folder
from app.editions import LiveEditions
from store.sql import SqlStore
from tests.support.connector_surroundings import TurnedClock
from tests.support.editions import editions_of, put
from tests.support.engines import BOT
from tests.support.process import ROOT

KILLED = """
import asyncio, os, signal, sys
from app.bot_folder import read_folder
from store.sql import SqlStore
from tests.support.connector_surroundings import NOON
from tests.support.editions import put
from tests.support.engines import BOT

async def main() -> None:
    point = sys.argv[2]
    at = lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == point else None
    store = await SqlStore.open(sys.argv[1], at=at)
    files = dict(read_folder(BOT))
    await put(store, {**files, "media/new.txt": b"new"}, NOON)

asyncio.run(main())
"""


async def live(url: str, folder: Path) -> LiveEditions:
    """What a service that begins now runs."""
    store = await SqlStore.open(url)
    try:
        editions = editions_of(folder, store, TurnedClock())
        await editions.begin()
        return editions
    finally:
        await store.close()


@pytest.mark.parametrize(("point", "new"), [("before_commit", False), ("after_commit", True)])
async def test_killed_while_publishing_leaves_the_old_version_or_the_new_one(
    tmp_path: Path, point: str, new: bool
) -> None:
    url = f"sqlite:///{tmp_path}/lotse.db"
    store = await SqlStore.open(url)
    old = await put(store, {"media/old.txt": b"old", **_files()}, TurnedClock().now())
    await store.close()
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, url, point, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert await killed.wait() == -signal.SIGKILL
    editions = await live(url, tmp_path / "bot")
    assert editions.published
    assert (editions.version != old) == new
    store = await SqlStore.open(url)
    kept = await store.bundles.all()
    assert len(kept) == 1 + new, "all of a version is kept, or nothing of it"
    await put(store, {"media/new.txt": b"new", **_files()}, TurnedClock().now())
    assert len(await store.bundles.all()) == 2, "it can be published again"
    await store.close()


def _files() -> dict[str, bytes]:
    return dict(read_folder(BOT))
