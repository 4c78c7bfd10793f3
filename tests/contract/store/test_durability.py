"""What stays: after a close, a crash, a killed migration, an upgrade."""

import asyncio
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from conversation.effects import RunAction, SetTimer
from conversation.errors import StoreError
from store import migrate as migration
from store.migrate import SchemaError, migrate
from store.sql import SqlStore
from store.tables import metadata
from store.url import parse
from store.versions import known_versions
from tests.support.storing import arrive, fresh, inbound, later, parked, says, talk, turn

PARTS = ("", "-wal")
DIARY = b"Dear diary, this is no database at all." * 100


async def fill(store: SqlStore) -> None:
    await talk(store, "anna", SetTimer(name="silence", due=later(60)), phase=parked())
    conversation = fresh((await arrive(store, "b", "boris")).chat)
    await store.save(
        turn(conversation, says(conversation, 1), RunAction(request="r", name="find", arguments={}, limit=1))
    )


async def all_of(store: SqlStore) -> list[object]:
    return [
        await store.unhandled(10),
        await store.open_sends(10),
        await store.open_jobs(10),
        await store.due_timers(later(1e6), 10),
        await store.cards(),
        [await store.load(chat) for chat in ("chat-anna", "chat-boris")],
        [await store.history(chat, 0, 10) for chat in ("chat-anna", "chat-boris")],
    ]


def log_of(file: Path) -> bytes:
    return Path(f"{file}-wal").read_bytes()


def write(file: Path, content: bytes) -> None:
    file.write_bytes(content)


async def test_everything_is_there_after_a_close(url: str) -> None:
    store = await SqlStore.open(url)
    await fill(store)
    before = await all_of(store)
    await store.close()
    again = await SqlStore.open(url)
    assert await all_of(again) == before
    assert all(before)
    await again.close()


async def test_everything_committed_is_there_after_a_crash(sqlite: SqlStore, file: Path, tmp_path: Path) -> None:
    """The file and its log as a killed process leaves them."""
    await fill(sqlite)
    for suffix in PARTS:
        shutil.copy(f"{file}{suffix}", f"{tmp_path}/crashed.db{suffix}")
    again = await SqlStore.open(f"sqlite:///{tmp_path}/crashed.db")
    assert await all_of(again) == await all_of(sqlite)
    await again.close()


async def test_torn_end_of_the_log_loses_only_what_is_torn(sqlite: SqlStore, file: Path, tmp_path: Path) -> None:
    await arrive(sqlite, "1")
    whole = len(log_of(file))
    await arrive(sqlite, "2")
    write(tmp_path / "torn.db-wal", log_of(file)[: whole + 100])
    shutil.copy(file, tmp_path / "torn.db")
    again = await SqlStore.open(f"sqlite:///{tmp_path}/torn.db")
    assert [row.event.id for row in await again.unhandled(10)] == ["event-1"]
    assert (await again.accept(inbound("2"), "chat-anna")).row is not None
    await again.close()


async def test_numbers_go_on_after_a_restart(url: str) -> None:
    store = await SqlStore.open(url)
    first = await arrive(store, "1")
    await store.close()
    again = await SqlStore.open(url)
    assert (await arrive(again, "2")).number > first.number
    await again.close()


async def test_file_is_written_through(sqlite: SqlStore) -> None:
    def settings(connection: Connection) -> tuple[str | int, ...]:
        return tuple(
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous")
        )

    assert await sqlite._writer.call(settings) == ("wal", 2)


async def test_migration_makes_missing_folders(tmp_path: Path) -> None:
    await migrate(f"sqlite:///{tmp_path}/a/b/lotse.db")
    with sqlite3.connect(tmp_path / "a/b/lotse.db") as database:
        assert database.execute("SELECT count(*) FROM chats").fetchone() == (0,)
    database.close()


async def test_migration_of_a_database_in_use_changes_nothing(url: str) -> None:
    store = await SqlStore.open(url)
    await fill(store)
    before = await all_of(store)
    await migrate(url)
    assert await all_of(store) == before
    await store.close()


async def test_migrations_at_once_make_one_database(url: str) -> None:
    await asyncio.gather(*(migrate(url) for _ in range(5)))
    store = await SqlStore.open(url)
    await fill(store)
    await store.close()


async def test_migrated_tables_are_those_the_code_names(store: SqlStore) -> None:
    differences = await store._database.write(
        lambda connection: compare_metadata(MigrationContext.configure(connection), metadata)
    )
    assert differences == []


@pytest.mark.parametrize("table", ["inbox", "timers", "secrets"])
async def test_migration_killed_in_the_middle_leaves_nothing_half_done(
    url: str, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import alembic.op

    create = alembic.op.create_table

    def killed(name: str, *arguments: Any, **options: Any) -> object:
        if name == table:
            raise KeyboardInterrupt
        return create(name, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(alembic.op, "create_table", killed)
        with pytest.raises(KeyboardInterrupt):
            await _migrate_in_thread(url)
    store = await SqlStore.open(url)
    await fill(store)
    await store.close()


async def _migrate_in_thread(url: str) -> None:
    """A KeyboardInterrupt would stop the test's own loop: it is carried out of one of its own."""
    outcome = await asyncio.to_thread(_outcome, url)
    if outcome is not None:
        raise outcome


def _outcome(url: str) -> BaseException | None:
    try:
        asyncio.run(migrate(url))
    except BaseException as error:
        return error
    return None


async def test_database_of_a_newer_version_is_refused(url: str) -> None:
    store = await SqlStore.open(url)
    await fill(store)
    await store._writer.call(lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    with pytest.raises(SchemaError, match=r"newer Lotse \(tables 9999.*install the newer version"):
        await SqlStore.open(url)
    with pytest.raises(SchemaError):
        await migrate(url)


async def test_file_that_is_no_database_is_refused_and_left_alone(file: Path) -> None:
    write(file, DIARY)
    with pytest.raises(StoreError, match=r"no SQLite database.*restore a backup"):
        await SqlStore.open(f"sqlite:///{file}")
    assert await asyncio.to_thread(file.read_bytes) == DIARY


async def test_path_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be opened"):
        await SqlStore.open(f"sqlite:///{tmp_path}")


async def test_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "file", b"x")
    with pytest.raises(StoreError, match="check the folder"):
        await SqlStore.open(f"sqlite:///{tmp_path}/file/lotse.db")


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/lotse", "lotse.db", "", "postgres"]
)
async def test_url_of_no_store_is_refused_with_the_forms(url: str) -> None:
    with pytest.raises(StoreError, match=r"sqlite:///var/lotse\.db"):
        await SqlStore.open(url)


def test_urls_get_their_drivers() -> None:
    assert parse("sqlite:///var/lotse.db").drivername == "sqlite+pysqlite"
    assert parse("postgresql://u:p@host/lotse").drivername == "postgresql+asyncpg"


async def test_database_server_that_is_away_is_told_without_the_password() -> None:
    with pytest.raises(StoreError, match="can't be reached") as caught:
        await SqlStore.open("postgresql://lotse:hush@127.0.0.1:9/lotse")
    assert "hush" not in str(caught.value)


def test_lock_of_migrations_is_a_number_postgres_takes() -> None:
    assert 0 < migration._LOCK < 2**63


def test_newest_tables_are_those_of_the_migrations() -> None:
    """The start asks a file's name what the newest tables are, and Alembic only when they are not there."""
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    assert known_versions()[-1] == ScriptDirectory.from_config(config).get_current_head()
