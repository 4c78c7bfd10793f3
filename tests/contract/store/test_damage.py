"""A file that was damaged on the disk: what was stored before the damage is there, and what is gone is not passed over in silence."""

import asyncio
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from conversation.errors import StoreError
from store.soundness import DamagedError
from store.sql import SqlStore
from tests.support.process import ROOT
from tests.support.storing import arrive, make_old

FRAME = 24 + 4096
EVENTS = 12


async def crashed(store: SqlStore, file: Path, to: Path) -> list[int]:
    """Copies as a killed process leaves them, after ``EVENTS`` events; how many frames the log had after each."""
    ends = []
    for number in range(EVENTS):
        await arrive(store, f"{number}", f"c{number}")
        ends.append((len(read(log(file))) - 32) // FRAME)
    for suffix in ("", "-wal"):
        shutil.copy(f"{file}{suffix}", f"{to}{suffix}")
    return ends


async def events(file: Path) -> list[str]:
    """Stored events, and the file is sound and takes another."""
    store = await SqlStore.open(f"sqlite:///{file}")
    try:
        found = [row.event.id for row in await store.unhandled(100)]
        await arrive(store, "new", "somebody")
        assert len(await store.unhandled(100)) == len(found) + 1
    finally:
        await store.close()
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return found


def log(file: Path) -> Path:
    return Path(f"{file}-wal")


def read(path: Path) -> bytes:
    return path.read_bytes()


def overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as opened:
        opened.seek(at)
        opened.write(content)


def truncate(path: Path, size: int) -> None:
    with path.open("r+b") as opened:
        opened.truncate(size)


def ids(count: int) -> list[str]:
    return [f"event-{number}" for number in range(count)]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "crashed.db"


@pytest.mark.parametrize(
    "tear",
    [
        lambda path, size: truncate(path, size - 100),
        lambda path, size: truncate(path, size - FRAME),
        lambda path, size: overwrite(path, size - 500, b"\xff" * 500),
        lambda path, size: overwrite(path, size - FRAME, b"\0" * FRAME),
    ],
    ids=["cut inside the last frame", "last frame gone", "garbage at the end", "zeros in place of the last frame"],
)
async def test_torn_end_costs_the_last_transaction_and_nothing_before_it(
    sqlite: SqlStore, file: Path, copy: Path, tear: Callable[[Path, int], None]
) -> None:
    await crashed(sqlite, file, copy)
    tear(log(copy), log(copy).stat().st_size)
    assert await events(copy) == ids(EVENTS - 1)


async def test_truncated_log_keeps_what_is_left_of_it(sqlite: SqlStore, file: Path, copy: Path) -> None:
    ends = await crashed(sqlite, file, copy)
    truncate(log(copy), 32 + ends[4] * FRAME + 10)
    assert await events(copy) == ids(5)


async def test_garbage_behind_the_end_of_the_log_costs_nothing(sqlite: SqlStore, file: Path, copy: Path) -> None:
    await crashed(sqlite, file, copy)
    with log(copy).open("ab") as opened:
        opened.write(b"\x5a" * 3 * FRAME)
    assert await events(copy) == ids(EVENTS)


@pytest.mark.parametrize("size", [10, 200, FRAME], ids=["a few bytes", "a header", "a frame"])
async def test_damage_inside_the_log_is_refused_once_and_kept_and_what_was_before_it_is_there(
    sqlite: SqlStore, file: Path, copy: Path, size: int
) -> None:
    """SQLite alone would go on as if the later events had never been."""
    ends = await crashed(sqlite, file, copy)
    overwrite(log(copy), 32 + ends[4] * FRAME, b"\x5a" * size)
    damaged = read(log(copy))
    told = rf"at least {EVENTS - 5} transactions .* can't be read.*kept as .*damaged\. Check the disk.*start again"
    with pytest.raises(DamagedError, match=told):
        await SqlStore.open(f"sqlite:///{copy}")
    assert read(Path(f"{copy}-wal.damaged")) == damaged
    assert await events(copy) == ids(5)


async def test_log_with_a_broken_head_is_refused_once_and_kept(sqlite: SqlStore, file: Path, copy: Path) -> None:
    await crashed(sqlite, file, copy)
    overwrite(log(copy), 16, b"\x5a" * 4)
    damaged = read(log(copy))
    with pytest.raises(DamagedError, match=r"head can't be read.*kept as"):
        await SqlStore.open(f"sqlite:///{copy}")
    assert read(Path(f"{copy}-wal.damaged")) == damaged
    assert await events(copy) == []


async def test_log_of_earlier_rounds_is_no_damage(sqlite: SqlStore, file: Path, copy: Path) -> None:
    """The log was copied into the file and begun anew: older frames lie behind the newer ones."""
    await crashed(sqlite, file, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA wal_checkpoint(RESTART)")
        connection.execute("DELETE FROM inbox WHERE external_id = '0'")
        connection.commit()
        for suffix in ("", "-wal"):
            shutil.copy(f"{copy}{suffix}", f"{file.parent}/again.db{suffix}")
    assert await events(file.parent / "again.db") == ids(EVENTS)[1:]


@pytest.mark.parametrize("content", [b"\0" * 4096, b"\x5a" * 4096], ids=["zeros", "garbage"])
async def test_overwritten_page_is_refused(sqlite: SqlStore, file: Path, copy: Path, content: bytes) -> None:
    await crashed(sqlite, file, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'inbox'").fetchone()[0]
    overwrite(copy, (page - 1) * 4096, content)
    with pytest.raises(StoreError, match=r"damaged.*backup"):
        await SqlStore.open(f"sqlite:///{copy}")


async def test_garbage_in_place_of_a_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "lotse.db"
    garbage = b"\x5a\xa5 no database" * 1000
    await asyncio.to_thread(path.write_bytes, garbage)
    with pytest.raises(StoreError, match=r"no SQLite database: check the path, or restore a backup"):
        await SqlStore.open(f"sqlite:///{path}")
    assert await asyncio.to_thread(path.read_bytes) == garbage


_KILLED = """
import asyncio, os, signal, sys
import alembic.op
from store.migrate import migrate

real, wanted = getattr(alembic.op, sys.argv[2]), sys.argv[3]

def killed(name, *arguments, **options):
    real(name, *arguments, **options)
    if name == wanted:
        os.kill(os.getpid(), signal.SIGKILL)

setattr(alembic.op, sys.argv[2], killed)
asyncio.run(migrate(sys.argv[1]))
"""


async def killed_in(url: str, operation: str, name: str) -> None:
    """A process that is killed right after that operation of a migration."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _KILLED, url, operation, name, cwd=ROOT)
    assert await process.wait() == -signal.SIGKILL


@pytest.mark.parametrize("table", ["chats", "outbox", "secrets"])
async def test_first_migration_killed_half_way_is_made_good_by_the_next_start(tmp_path: Path, table: str) -> None:
    path = tmp_path / "lotse.db"
    await killed_in(f"sqlite:///{path}", "create_table", table)
    assert await events(path) == []


@pytest.mark.parametrize(
    ("operation", "name"),
    [("create_index", "inbox_done"), ("add_column", "chats"), ("create_index", "outbox_undelivered")],
)
async def test_later_migration_killed_half_way_keeps_all_that_was_stored(
    sqlite: SqlStore, file: Path, copy: Path, operation: str, name: str
) -> None:
    await crashed(sqlite, file, copy)
    await asyncio.to_thread(make_old, copy)
    await killed_in(f"sqlite:///{copy}", operation, name)
    assert await events(copy) == ids(EVENTS)
