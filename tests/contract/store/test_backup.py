"""Copies of a database: whole, while it is worked on; and put back only where nothing is lost by it."""

import asyncio
import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from conversation.errors import StoreError
from store import postgres_backup, sqlite_backup
from store.inspection import inspect
from store.sql import SqlStore
from store.url import parse
from tests.contract.store.conftest import administer, named
from tests.support.customers import until
from tests.support.storing import arrive, talk

NEWER = "UPDATE alembic_version SET version_num = '9999'"


def numbers(file: Path) -> set[str]:
    with sqlite3.connect(file) as database:
        found = {row[0] for row in database.execute("SELECT external_id FROM inbox")}
    database.close()
    return found


async def test_copy_under_load_opens_is_whole_and_holds_what_was_acknowledged_before(
    sqlite: SqlStore, file: Path, tmp_path: Path
) -> None:
    acknowledged: list[str] = []
    stopped = False

    async def customer(name: str) -> None:
        number = 0
        while not stopped:
            number += 1
            await arrive(sqlite, f"{name}-{number}", name)
            acknowledged.append(f"{name}-{number}")

    customers = [asyncio.create_task(customer(f"c{number}")) for number in range(20)]
    copies = []
    for number in range(3):
        before = len(acknowledged)
        await until(lambda: len(acknowledged) >= before + 200, what="customers wrote")  # noqa: B023 - awaited here
        copy, held = tmp_path / f"copy-{number}.db", set(acknowledged)
        await asyncio.to_thread(sqlite_backup.back_up, file, copy)
        copies.append((copy, held, len(acknowledged)))
    stopped = True
    await asyncio.gather(*customers)
    for copy, held, _ in copies:
        assert held <= numbers(copy)
        with sqlite3.connect(copy) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        database.close()
        opened = await SqlStore.open(f"sqlite:///{copy}")
        assert {row.event.id.removeprefix("event-") for row in await opened.unhandled(1_000_000)} >= held
        await opened.close()
    assert any(after > len(held) for _, held, after in copies), "writing went on while it was copied"


async def test_copy_is_one_file_for_nobody_elses_eyes(sqlite: SqlStore, file: Path, tmp_path: Path) -> None:
    await talk(sqlite)
    folder = tmp_path / "copies"
    folder.mkdir()
    sqlite_backup.back_up(file, folder / "copy.db")
    assert [path.name for path in folder.iterdir()] == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600


async def test_copy_takes_no_other_files_place(sqlite: SqlStore, file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="is there already"):
        sqlite_backup.back_up(file, copy)
    assert copy.read_text(encoding="utf-8") == "mine"


async def test_copy_that_can_not_be_finished_leaves_nothing(
    sqlite: SqlStore, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_: Path) -> None:
        raise StoreError("damaged")

    monkeypatch.setattr(sqlite_backup, "examine", damaged)
    with pytest.raises(StoreError, match="damaged"):
        sqlite_backup.back_up(file, tmp_path / "copy.db")
    left = await asyncio.to_thread(lambda: list(tmp_path.glob("copy*")))
    assert left == []


@pytest.fixture
def closed(migrated: Path, file: Path, tmp_path: Path) -> Path:
    """A copy of a database with one conversation, and the database with two, which nobody has open any more."""
    shutil.copy(migrated, file)
    copy = tmp_path / "copy.db"

    async def fill() -> None:
        store = await SqlStore.open(f"sqlite:///{file}")
        await talk(store, "anna")
        sqlite_backup.back_up(file, copy)
        await talk(store, "bela")
        await store.close()

    asyncio.run(fill())
    return copy


def test_restored_database_is_the_copy_and_the_old_one_is_kept(closed: Path, file: Path, tmp_path: Path) -> None:
    file.chmod(0o640)
    kept = sqlite_backup.restore(closed, file, force=True)
    assert kept == tmp_path / "lotse.db.before-restore"
    assert numbers(file) == {"first-anna"}
    assert numbers(kept) == {"first-anna", "first-bela"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sqlite_backup.restore(closed, file, force=True) == tmp_path / "lotse.db.before-restore.2"
    assert numbers(kept) == {"first-anna", "first-bela"}


async def test_service_goes_on_with_what_was_restored(sqlite: SqlStore, file: Path, tmp_path: Path) -> None:
    await talk(sqlite, "anna")
    sqlite_backup.back_up(file, tmp_path / "copy.db")
    sqlite_backup.restore(tmp_path / "copy.db", tmp_path / "restored.db", force=False)
    restored = await SqlStore.open(f"sqlite:///{tmp_path}/restored.db")
    assert await restored.find_chat("telegram", "bot", "anna")
    await talk(restored, "bela")
    await restored.close()


def test_restore_where_there_are_conversations_needs_force(closed: Path, file: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="--force"):
        sqlite_backup.restore(closed, file, force=False)
    assert numbers(file) == {"first-anna", "first-bela"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "lotse.db"]


def test_restore_where_there_is_nothing_needs_no_force(closed: Path, migrated: Path, tmp_path: Path) -> None:
    assert sqlite_backup.restore(closed, tmp_path / "new" / "lotse.db", force=False) is None
    assert numbers(tmp_path / "new" / "lotse.db") == {"first-anna"}
    empty = tmp_path / "empty.db"
    shutil.copy(migrated, empty)
    assert sqlite_backup.restore(closed, empty, force=False) == tmp_path / "empty.db.before-restore"
    assert numbers(empty) == {"first-anna"}


async def test_restore_is_refused_while_a_service_works_there(sqlite: SqlStore, file: Path, tmp_path: Path) -> None:
    """Also where it only has it open: what it wrote next would be lost."""
    await talk(sqlite, "anna")
    copy = tmp_path / "copy.db"
    sqlite_backup.back_up(file, copy)
    with pytest.raises(StoreError, match="a service works on"):
        sqlite_backup.restore(copy, file, force=True)
    assert numbers(file) == {"first-anna"}
    await talk(sqlite, "bela")
    assert numbers(file) == {"first-anna", "first-bela"}


def test_damaged_database_can_be_replaced(closed: Path, file: Path, tmp_path: Path) -> None:
    file.write_bytes(b"x" * 8192)
    (tmp_path / "lotse.db-wal").write_bytes(b"y" * 100)
    with pytest.raises(StoreError, match="--force"):
        sqlite_backup.restore(closed, file, force=False)
    sqlite_backup.restore(closed, file, force=True)
    assert numbers(file) == {"first-anna"}
    assert (tmp_path / "lotse.db.before-restore").read_bytes() == b"x" * 8192


@pytest.mark.parametrize("wrong", ["missing", "text", "cut", "flipped", "other", "newer"])
def test_restore_looks_a_copy_through_before_it_puts_it_anywhere(
    closed: Path, file: Path, tmp_path: Path, wrong: str
) -> None:
    spoil(closed, wrong)
    before = file.read_bytes()
    with pytest.raises(StoreError):
        sqlite_backup.restore(closed, file, force=True)
    assert file.read_bytes() == before
    assert not list(tmp_path.glob("*.before-restore")) + list(tmp_path.glob("*.part"))


def spoil(copy: Path, wrong: str) -> None:
    body = bytearray(copy.read_bytes())
    match wrong:
        case "missing":
            copy.unlink()
        case "text":
            copy.write_text("hello " * 1000, encoding="utf-8")
        case "cut":
            copy.write_bytes(body[: len(body) // 2])
        case "flipped":
            for at in range(len(body) // 2, len(body) // 2 + 20_000):
                body[at] ^= 0xFF
            copy.write_bytes(body)
        case "other":
            copy.unlink()
            execute(copy, "CREATE TABLE things (name TEXT)")
        case "newer":
            execute(copy, NEWER)


def execute(file: Path, statement: str) -> None:
    database = sqlite3.connect(file)
    database.execute(statement)
    database.commit()
    database.close()


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_copy_of_postgresql_under_load_is_restored_into_an_empty_database(server: str, tmp_path: Path) -> None:
    await administer(server, "CREATE DATABASE backed_up", "CREATE DATABASE restored")
    store = await SqlStore.open(named(server, "backed_up"))
    acknowledged: set[str] = set()
    stopped = False

    async def customer(name: str) -> None:
        number = 0
        while not stopped:
            number += 1
            await arrive(store, f"{name}-{number}", name)
            acknowledged.add(f"{name}-{number}")

    customers = [asyncio.create_task(customer(f"c{number}")) for number in range(10)]
    await until(lambda: len(acknowledged) >= 200, what="customers wrote")
    held, copy = set(acknowledged), tmp_path / "copy.dump"
    await asyncio.to_thread(postgres_backup.back_up, parse(named(server, "backed_up")), copy)
    stopped = True
    await asyncio.gather(*customers)
    await store.close()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    await asyncio.to_thread(postgres_backup.restore, parse(named(server, "restored")), copy)
    restored = await SqlStore.open(named(server, "restored"))
    assert {row.event.id.removeprefix("event-") for row in await restored.unhandled(1_000_000)} >= held
    await talk(restored, "dora")
    await restored.close()
    await administer(server, "DROP DATABASE backed_up WITH (FORCE)", "DROP DATABASE restored WITH (FORCE)")


async def test_copy_that_is_none_or_newer_is_not_put_into_postgresql(server: str, tmp_path: Path) -> None:
    await administer(server, "CREATE DATABASE source", "CREATE DATABASE target")
    url = named(server, "source")
    await (await SqlStore.open(url)).close()
    await administer(url, NEWER)
    text, newer = tmp_path / "text", tmp_path / "newer.dump"
    text.write_text("hello", encoding="utf-8")
    with pytest.raises(StoreError, match="newer Lotse"):
        await asyncio.to_thread(postgres_backup.back_up, parse(url), newer)
    assert not newer.exists()
    with pytest.raises(StoreError, match="pg_restore failed"):
        await asyncio.to_thread(postgres_backup.restore, parse(named(server, "target")), text)
    async with inspect(named(server, "target")) as looking:
        assert not await looking.tables()
    await administer(server, "DROP DATABASE source WITH (FORCE)", "DROP DATABASE target WITH (FORCE)")


def test_without_postgresqls_programs_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_backup, "FOLDERS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError, match=r"postgresql-client.*pg_dump -Fc"):
        postgres_backup.back_up(parse("postgresql://lotse:secret@db.example.net/lotse"), tmp_path / "copy.dump")


def test_password_is_given_to_postgresqls_programs_where_nobody_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/words\nenv > {tmp_path}/environment\nexit 3\n')
    program.chmod(0o755)
    monkeypatch.setattr(postgres_backup, "FOLDERS", tmp_path / "none")
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    with pytest.raises(StoreError, match="exit code 3") as caught:
        postgres_backup.back_up(parse("postgresql://lotse:s3cret@127.0.0.1:5/lotse"), tmp_path / "copy.dump")
    assert "s3cret" not in (tmp_path / "words").read_text(encoding="utf-8") + str(caught.value)
    assert "PGPASSWORD=s3cret\n" in (tmp_path / "environment").read_text(encoding="utf-8")
