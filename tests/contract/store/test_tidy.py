"""What need not be known any more is forgotten; what must be is kept."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from app.service import TIDY_EVERY, TIDY_PAUSE, _tidy
from conversation.knowing import Known
from conversation.records import Operator, Session
from conversation.state import Closed, WithBot
from store.sql import _TIDY_AT_ONCE, _TIDY_INBOX, SqlStore
from tests.support.connector_surroundings import TurnedClock
from tests.support.storing import NOW, Store, arrive, fresh, inbound, later, make_old, turn


async def test_handled_delivery_is_forgotten_when_it_is_old(store: Store) -> None:
    row = await arrive(store, "1")
    await store.save(turn(fresh("chat-anna"), handled=(row.number,)))
    await store.tidy(later(10_000_000_000), NOW)
    assert (await store.accept(inbound("1"), "chat-anna")).row is not None


async def test_handled_delivery_is_known_again_while_it_is_young(store: Store) -> None:
    row = await arrive(store, "1")
    await store.save(turn(fresh("chat-anna"), handled=(row.number,)))
    await store.tidy(later(-10_000_000), NOW)
    assert (await store.accept(inbound("1"), "chat-anna")).row is None


async def test_unhandled_event_stays_however_old(store: Store) -> None:
    row = await arrive(store, "1")
    await store.tidy(later(10_000_000_000), NOW)
    assert [kept.number for kept in await store.unhandled(10)] == [row.number]


async def test_expired_session_goes_and_valid_one_stays(store: Store) -> None:
    await store.put_operator(Operator(id="maria", name="Maria", password="x"))
    await store.put_session(Session(token="old", operator="maria", expires=later(-1)))
    await store.put_session(Session(token="new", operator="maria", expires=later(1)))
    await store.tidy(later(-1), NOW)
    assert await store.find_session("old", later(-2)) is None
    assert await store.find_session("new", NOW) is not None


async def test_what_was_known_of_a_customer_is_forgotten_when_the_conversation_is_over(store: Store) -> None:
    """Its worker does so at the end, and may be killed before it could."""
    states = {"over": Closed(outcome="solved", at=NOW), "here": WithBot()}
    for name, phase in states.items():
        row = await arrive(store, name, name)
        conversation = msgspec.structs.replace(fresh(f"chat-{name}"), phase=phase)
        await store.save(turn(conversation, handled=(row.number,)))
        known = Known(provider="orders", title="Orders", state="ready", rows=(("A-1", "sent"),), at=NOW)
        await store.context.put(conversation.id, [known])
    await store.tidy(later(-1), NOW)
    found = {name: len(await store.context.of(fresh(f"chat-{name}").id)) for name in states}
    assert found == {"over": 0, "here": 1}


def fill(file: Path, count: int, received_at: int = 0) -> None:
    """Deliveries that were handled long ago."""
    with sqlite3.connect(file) as database:
        database.executemany(
            "INSERT INTO inbox (channel, account, external_id, chat, state, received_at, event)"
            " VALUES ('t', 'bot', ?, 'chat-anna', 'done', ?, x'')",
            [(f"old-{number}", received_at) for number in range(count)],
        )
    database.close()


async def test_old_deliveries_go_some_at_a_time_and_it_is_told_how_many(sqlite: SqlStore, file: Path) -> None:
    fill(file, _TIDY_AT_ONCE + 3)
    assert [await sqlite.tidy(NOW, NOW) for _ in range(3)] == [_TIDY_AT_ONCE, 3, 0]


async def test_tidying_goes_on_in_batches_with_pauses_until_nothing_is_old(sqlite: SqlStore, file: Path) -> None:
    fill(file, 2 * _TIDY_AT_ONCE + 3)

    class EnoughError(Exception):
        """The second round would begin."""

    def on_sleep(seconds: float) -> None:
        if seconds == TIDY_EVERY and len(clock.slept) > 1:
            raise EnoughError

    clock = TurnedClock(NOW, on_sleep=on_sleep)
    with pytest.raises(EnoughError):
        await _tidy(sqlite, clock)
    assert clock.slept == [TIDY_EVERY, TIDY_PAUSE, TIDY_PAUSE, TIDY_PAUSE, TIDY_EVERY]
    assert await sqlite.tidy(NOW, NOW) == 0


async def test_tidying_does_not_read_the_whole_inbox(sqlite: SqlStore, file: Path) -> None:
    await sqlite.tidy(NOW, NOW)
    with sqlite3.connect(file) as database:
        plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {_TIDY_INBOX.text}", {"before": 1, "most": 2})]
    database.close()
    assert any("inbox_done" in step for step in plan), plan
    assert not any(step.startswith("SCAN inbox") or "TEMP B-TREE" in step for step in plan), plan


async def test_a_database_of_the_first_version_is_brought_up_and_keeps_what_it_has(file: Path) -> None:
    first = await SqlStore.open(f"sqlite:///{file}")
    await arrive(first, "1")
    await first.close()
    make_old(file)
    again = await SqlStore.open(f"sqlite:///{file}")
    assert len(await again.unhandled(10)) == 1
    await again.close()
    with sqlite3.connect(file) as database:
        names = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
    database.close()
    assert {"inbox_done", "chats_held", "workers"} <= names


async def test_who_was_an_operator_before_there_were_roles_is_an_admin(file: Path) -> None:
    await (await SqlStore.open(f"sqlite:///{file}")).close()
    make_old(file)
    with sqlite3.connect(file) as database:
        database.execute("INSERT INTO operators (id, name, password) VALUES ('maria', 'Maria', 'x')")
    database.close()
    again = await SqlStore.open(f"sqlite:///{file}")
    assert await again.operators() == [Operator(id="maria", name="Maria", password="x", role="admin")]
    await again.close()
