"""The writer: shared commits, and failures that stay with what failed."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection

from conversation.effects import Post
from conversation.errors import StaleError, StoreError
from store.database import connect
from store.saves import prepare
from store.sql import SqlStore
from store.url import parse
from store.writer import BATCH, Writer
from tests.support.storing import arrive, fresh, inbound, later, message, parked, says, talk, turn


def move(file: Path, to: Path) -> None:
    file.rename(to)


def remove(file: Path) -> None:
    file.unlink(missing_ok=True)


async def test_writes_that_wait_share_a_commit(url: str) -> None:
    moments: list[str] = []
    store = await SqlStore.open(url, at=moments.append)
    await asyncio.gather(*(store.accept(inbound(str(n), f"c{n}"), f"chat-{n}") for n in range(100)))
    await store.close()
    assert moments.count("after_commit") == 1


async def test_batch_is_bounded(url: str) -> None:
    moments: list[str] = []
    store = await SqlStore.open(url, at=moments.append)
    await asyncio.gather(*(store.accept(inbound(str(n)), "chat-1") for n in range(2 * BATCH + 1)))
    await store.close()
    assert moments.count("after_commit") == 3


async def test_single_write_waits_for_no_company(url: str) -> None:
    moments: list[str] = []
    store = await SqlStore.open(url, at=moments.append)
    moments.clear()
    await arrive(store, "1")
    assert moments == ["before_commit", "after_commit"]
    await store.close()


async def test_writer_is_told_of_the_commit_before_the_caller_is(url: str) -> None:
    """What dies there must look as if the caller never heard of it."""

    def die(moment: str) -> None:
        if moment == "after_commit":
            raise RuntimeError("crash")

    store = await SqlStore.open(url, at=die)
    with pytest.raises(RuntimeError, match="crash"):
        await arrive(store, "1")
    assert len(await store.unhandled(10)) == 1
    await store.close()


async def test_crash_before_the_commit_leaves_nothing(url: str) -> None:
    def die(moment: str) -> None:
        if moment == "before_commit":
            raise RuntimeError("crash")

    store = await SqlStore.open(url, at=die)
    with pytest.raises(RuntimeError, match="crash"):
        await arrive(store, "1")
    assert await store.unhandled(10) == []
    await store.close()


async def test_one_bad_row_of_a_batch_fails_alone(store: SqlStore) -> None:
    conversation = await talk(store)
    bad = turn(conversation, Post(message=message(conversation, 1, name="seq 1 is taken")))
    writes = [store.accept(inbound(str(n), f"c{n}"), f"chat-{n}") for n in range(20)]
    done = await asyncio.gather(*writes[:10], store.save(bad), *writes[10:], return_exceptions=True)
    assert [index for index, result in enumerate(done) if isinstance(result, BaseException)] == [10]
    assert isinstance(done[10], StaleError)
    assert [row.event.id for row in await store.unhandled(50)] == [f"event-{n}" for n in range(20)]


async def test_broken_call_of_a_batch_fails_alone(store: SqlStore) -> None:
    def broken(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO secrets (name, value) VALUES ('half', 'done')")
        raise ZeroDivisionError

    done = await asyncio.gather(
        arrive(store, "1"), store._writer.call(broken), arrive(store, "2"), return_exceptions=True
    )
    assert [isinstance(result, ZeroDivisionError) for result in done] == [False, True, False]
    assert len(await store.unhandled(10)) == 2
    assert await store.secret("half", b"fresh") == b"fresh"


async def test_number_too_large_for_the_database_fails_alone(store: SqlStore) -> None:
    done = await asyncio.gather(arrive(store, "1"), store.start_job(2**70), arrive(store, "2"), return_exceptions=True)
    assert [isinstance(result, Exception) for result in done] == [False, True, False]
    assert len(await store.unhandled(10)) == 2


async def test_text_that_is_no_text_is_refused_before_it_is_queued(store: SqlStore) -> None:
    with pytest.raises(ValueError, match="surrogates"):
        await store.accept(inbound("1", text="\ud800"), "chat-1")
    assert await store.unhandled(10) == []


async def test_caller_that_gave_up_does_not_stop_its_write(store: SqlStore) -> None:
    waiting = asyncio.create_task(store.accept(inbound("1"), "chat-1"))
    other = asyncio.create_task(store.accept(inbound("2"), "chat-1"))
    await asyncio.sleep(0)
    waiting.cancel()
    assert (await other).row is not None
    assert len(await store.unhandled(10)) == 2


async def test_close_writes_what_waits(url: str) -> None:
    store = await SqlStore.open(url)
    writes = [asyncio.create_task(store.accept(inbound(str(n)), "chat-1")) for n in range(300)]
    await asyncio.sleep(0)
    await store.close()
    assert all(accepted.row for accepted in await asyncio.gather(*writes))


async def test_closed_store_refuses_writes(url: str) -> None:
    store = await SqlStore.open(url)
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.accept(inbound("1"), "chat-1")


async def test_full_disk_is_told_and_writing_goes_on_when_there_is_space(sqlite: SqlStore) -> None:
    await arrive(sqlite, "1")
    pages: list[int] = []

    def fill(connection: Connection) -> None:
        pages.append(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages[0]}")

    await sqlite._writer.call(fill)
    large = "x" * 200_000
    done = await asyncio.gather(
        *(sqlite.accept(inbound(f"full-{n}", text=large), "chat-anna") for n in range(5)), return_exceptions=True
    )
    assert all(isinstance(result, StoreError) and "free some space" in str(result) for result in done)
    assert len(await sqlite.unhandled(10)) == 1
    await arrive(sqlite, "2", text=large)
    assert len(await sqlite.unhandled(10)) == 2


async def test_read_only_file_is_told_and_writing_goes_on_afterwards(sqlite: SqlStore) -> None:
    await arrive(sqlite, "1")
    await sqlite._writer.call(lambda connection: connection.exec_driver_sql("PRAGMA query_only = ON"))
    with pytest.raises(StoreError, match="right to write"):
        await arrive(sqlite, "2")
    assert (await sqlite.load("chat-anna")).chat.id == "chat-anna"
    await arrive(sqlite, "2")
    assert len(await sqlite.unhandled(10)) == 2


async def test_locked_file_is_told_and_writing_goes_on_afterwards(sqlite: SqlStore, file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done = await asyncio.gather(*(arrive(sqlite, str(n)) for n in range(5)), return_exceptions=True)
    assert all(isinstance(result, StoreError) and "locked" in str(result) for result in done)
    other.execute("ROLLBACK")
    other.close()
    await arrive(sqlite, "1")
    assert len(await sqlite.unhandled(10)) == 1


async def test_file_that_is_gone_takes_no_writes_into_nowhere(sqlite: SqlStore, file: Path) -> None:
    await arrive(sqlite, "1")
    await sqlite.secret("flush", b"x")
    move(file, file.with_suffix(".away"))
    with pytest.raises(StoreError, match="gone"):
        await arrive(sqlite, "2")
    with pytest.raises(StoreError, match="gone"):
        await sqlite.unhandled(10)
    move(file.with_suffix(".away"), file)
    await arrive(sqlite, "2")
    assert [row.event.id for row in await sqlite.unhandled(10)] == ["event-1", "event-2"]


async def test_file_that_was_replaced_is_opened_again(sqlite: SqlStore, file: Path, tmp_path: Path) -> None:
    await arrive(sqlite, "1")
    backup = tmp_path / "backup.db"
    with sqlite3.connect(file) as source, sqlite3.connect(backup) as target:
        source.backup(target)
    source.close()
    target.close()
    await arrive(sqlite, "2")
    for suffix in ("-wal", "-shm"):
        remove(file.with_name(file.name + suffix))
    move(backup, file)
    await arrive(sqlite, "3")
    assert [row.event.id for row in await sqlite.unhandled(10)] == ["event-1", "event-3"]


async def test_two_stores_on_one_file_respect_each_others_turns(sqlite: SqlStore, file: Path) -> None:
    other = await SqlStore.open(f"sqlite:///{file}")
    row = await arrive(sqlite, "1")
    each = turn(fresh(row.chat), handled=(row.number,))
    done = await asyncio.gather(sqlite.save(each), other.save(each), return_exceptions=True)
    assert sorted(isinstance(result, StaleError) for result in done) == [False, True]
    assert (await other.accept(inbound("1"), "chat-x")).row is None
    await other.close()


async def test_writer_outlives_many_failures(sqlite: SqlStore) -> None:
    for number in range(30):
        await sqlite._writer.call(lambda connection: connection.exec_driver_sql("PRAGMA query_only = ON"))
        with pytest.raises(StoreError):
            await arrive(sqlite, f"lost-{number}")
    await arrive(sqlite, "1")
    assert len(await sqlite.unhandled(100)) == 1


async def test_turns_wait_for_the_turn_before_them_in_their_chat_only(url: str, store: SqlStore) -> None:
    """Two turns of one chat need two commits; those of other chats ride with the first."""
    rows = [await arrive(store, str(n), f"c{n}") for n in range(3)]
    moments: list[str] = []
    database = connect(parse(url), 5)
    writer = Writer(database, "test", at=moments.append)
    first = turn(fresh(rows[0].chat), says(fresh(rows[0].chat), 1))
    second = turn(first.conversation, says(first.conversation, 2), at=later(1))
    others = [turn(fresh(row.chat)) for row in rows[1:]]
    await asyncio.gather(*(writer.save(prepare(each)) for each in (first, second, *others)))
    await writer.close()
    await database.close()
    assert moments.count("after_commit") == 2
    assert [each.seq for each in await store.history(rows[0].chat, 0, 10)] == [1, 2]


async def test_phase_of_a_turn_is_seen_by_the_queue_after_its_commit(store: SqlStore) -> None:
    conversation = await talk(store, phase=parked(5))
    assert await store.place(conversation.id) is not None


async def test_error_of_the_database_tells_nothing_of_the_customer(sqlite: SqlStore) -> None:
    await sqlite._writer.call(lambda connection: connection.exec_driver_sql("DROP TABLE inbox"))
    with pytest.raises(StoreError) as caught:
        await arrive(sqlite, "1", "anna", "my password is hush")
    assert "no such table" in str(caught.value)
    assert "hush" not in str(caught.value)
    assert "anna" not in str(caught.value)
