"""What is counted in the database, whether it answers, and what its errors say."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from conversation.effects import SetTimer
from conversation.errors import StoreError
from conversation.records import SendState, SendUpdate
from store.figures import STATEMENTS, Figures
from store.sql import SqlStore
from store.tables import metadata
from tests.support.storing import NOW, arrive, fresh, held, later, parked, says, talk, turn

EMPTY = Figures(
    parked=0,
    parked_since=None,
    with_operator=0,
    unhandled=0,
    unhandled_since=None,
    unsent={},
    overdue=0,
    overdue_since=None,
)


async def test_figures_of_an_empty_database_are_none(store: SqlStore) -> None:
    assert await store.figures(NOW) == EMPTY


async def test_figures_count_what_waits_and_since_when(store: SqlStore) -> None:
    await talk(store, "anna", phase=parked(60))
    await talk(store, "bela", phase=parked(30, team="sales"))
    await talk(store, "cleo", phase=held(10))
    await talk(store, "dora")
    await arrive(store, "late", "anna")
    await arrive(store, "later", "bela")
    found = await store.figures(later(100))
    assert (found.parked, found.parked_since, found.with_operator) == (2, later(30), 1)
    assert (found.unhandled, found.unhandled_since) == (2, NOW)


async def test_figures_count_messages_that_are_not_sent_and_timers_that_should_have_fired(store: SqlStore) -> None:
    conversation = fresh((await arrive(store, "1")).chat)
    timers = (SetTimer(name="a", due=later(5)), SetTimer(name="b", due=later(7)), SetTimer(name="c", due=later(70)))
    saved = await store.save(
        turn(conversation, *(says(conversation, seq) for seq in range(1, 5)), *timers, handled=(1,))
    )
    numbers = [send.number for send in saved.sends]
    states: tuple[SendState, ...] = ("sent", "failed", "ambiguous", "pending")
    for number, state in zip(numbers, states, strict=True):
        await store.update_send(SendUpdate(number=number, state=state, attempts=1, due=NOW))
    found = await store.figures(later(60))
    assert found.unsent == {"failed": 1, "ambiguous": 1, "pending": 1}
    assert (found.overdue, found.overdue_since) == (2, later(5))
    assert (await store.figures(NOW - timedelta(days=1))).overdue == 0


async def test_figures_count_workers_until_they_leave(store: SqlStore) -> None:
    for worker in ("ada", "ben"):
        await store.join(worker, "here")
    assert (await store.figures(NOW)).workers == 2
    await store.leave("ada")
    assert (await store.figures(NOW)).workers == 1


@pytest.mark.parametrize("statement", STATEMENTS)
async def test_what_is_counted_for_a_meter_is_found_by_an_index(statement: str, tmp_path: Path) -> None:
    """A meter that is read every few seconds must not cost more as the database grows."""
    file = tmp_path / "lotse.db"
    await (await SqlStore.open(f"sqlite:///{file}")).close()
    database = sqlite3.connect(file)
    plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement.format(now=1)}")]
    database.close()
    whole = [step for step in plan if step.split()[0] == "SCAN" and "INDEX" not in step]
    assert whole == []
    assert any(table in " ".join(plan) for table in metadata.tables)


async def test_a_database_that_answers_is_pinged(store: SqlStore) -> None:
    await store.ping()


async def test_a_ping_writes_once_writing_failed_and_is_content_when_it_works_again(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(store._database._inner, "write", full)
        with pytest.raises(StoreError):
            await arrive(store, "1")
        with pytest.raises(StoreError):
            await store.ping()
    await store.ping()
    assert not store._database.write_failed
    await arrive(store, "2")


async def test_an_error_about_one_write_does_not_quote_what_was_to_be_written(store: SqlStore) -> None:
    def twice(connection: Connection) -> None:
        for _ in range(2):
            connection.exec_driver_sql("INSERT INTO operators (id, name, password) VALUES ('Wasserschild', 'x', 'y')")

    with pytest.raises(StoreError) as caught:
        await store._writer.call(twice)
    assert "operators" in str(caught.value), "what is wrong must be seen"
    assert "Wasserschild" not in str(caught.value)
    assert not store._database.write_failed
