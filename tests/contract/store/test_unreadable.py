"""A row that this version can't read is put aside by name; it keeps nothing else from being taken up."""

import asyncio
import sqlite3
from pathlib import Path

from structlog.testing import capture_logs

from conversation.effects import RunAction
from conversation.errors import UnreadableError
from store.sql import SqlStore
from tests.support.storing import arrive, fresh, inbound, parked, says, talk, turn


def spoil(file: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(file) as database:
        assert database.execute(statement, values).rowcount == 1
    database.close()


def found(file: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(file) as database:
        rows = database.execute(query).fetchall()
    database.close()
    return rows


async def test_event_that_cannot_be_read_is_rejected_and_its_neighbours_are_there(sqlite: SqlStore, file: Path) -> None:
    bad, good = await arrive(sqlite, "1"), await arrive(sqlite, "2", "boris")
    spoil(file, "UPDATE inbox SET event = ? WHERE number = ?", b'{"kind":"customer_flew"}', bad.number)
    with capture_logs() as lines:
        assert await sqlite.unhandled(10) == [good]
    assert [f"inbox {bad.number}" in line["error"] for line in lines] == [True]
    ((number, state, error),) = found(file, "SELECT number, state, error FROM inbox WHERE state <> 'new'")
    assert (number, state) == (bad.number, "rejected")
    assert f"inbox {bad.number} can't be read" in str(error)
    assert (await sqlite.accept(inbound("1"), "chat-anna")).row is None


async def test_send_whose_message_cannot_be_read_fails_and_its_neighbours_are_there(
    sqlite: SqlStore, file: Path
) -> None:
    row = await arrive(sqlite, "1")
    conversation = fresh(row.chat)
    saved = await sqlite.save(turn(conversation, says(conversation, 1), says(conversation, 2), handled=(row.number,)))
    bad, good = saved.sends
    spoil(file, "UPDATE messages SET body = ? WHERE id = ?", b"[]", bad.message.id)
    assert await sqlite.open_sends(10) == [good]
    assert await sqlite.send_states(row.chat) == {bad.message.id: "failed", good.message.id: "pending"}


async def test_call_that_cannot_be_read_comes_as_one_that_nobody_can_repeat(sqlite: SqlStore, file: Path) -> None:
    calls = [RunAction(request=f"k{number}", name="order", arguments={}, limit=5) for number in (1, 2)]
    await talk(sqlite, "anna", *calls)
    spoil(file, "UPDATE jobs SET call = ? WHERE key = 'k1'", b"{")
    bad, good = await sqlite.open_jobs(10)
    assert (bad.call.name, bad.call.key, bad.started, bad.chat) == ("", "k1", True, "chat-anna")
    assert (good.call.name, good.call.key, good.started) == ("order", "k2", False)


async def test_conversation_that_cannot_be_read_is_missing_on_the_desk_and_the_others_are_there(
    sqlite: SqlStore, file: Path
) -> None:
    anna, boris = await talk(sqlite, "anna", phase=parked()), await talk(sqlite, "boris", phase=parked(1))
    spoil(file, "UPDATE conversations SET state = ? WHERE id = ?", b"{}", anna.id)
    assert [card.conversation for card in await sqlite.cards()] == [boris.id]


async def test_conversation_that_cannot_be_read_is_told_from_a_database_that_is_away(
    sqlite: SqlStore, file: Path
) -> None:
    anna, boris = await talk(sqlite, "anna"), await talk(sqlite, "boris")
    spoil(file, "UPDATE conversations SET state = ? WHERE id = ?", b"{}", anna.id)
    broken, whole = await asyncio.gather(sqlite.load(anna.chat), sqlite.load(boris.chat), return_exceptions=True)
    assert isinstance(broken, UnreadableError)
    assert not isinstance(whole, BaseException)
    assert whole.conversation == boris
