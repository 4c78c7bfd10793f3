"""What is open in the store and in nobody's hands is taken up again; what is in hand, or just done, is left alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from conversation.errors import StoreError
from conversation.records import InboxRow
from engine.shell.sweep import EVERY, Left, Sweep
from store.sql import SqlStore
from tests.support.connector_surroundings import TurnedClock
from tests.support.customers import until
from tests.support.engines import Process, Sends
from tests.support.hand_clock import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def process(tmp_path: Path, clock: HandClock) -> AsyncIterator[Process]:
    made = Process(await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db"), clock, Sends())
    yield made
    await made.engine.stop()
    await made.store.close()


async def test_an_event_that_was_stored_and_never_handed_on_is_handled_within_two_looks(
    process: Process, clock: HandClock
) -> None:
    await process.engine.start()
    await process.store.accept(process.inbound("1", "anna", "hi"), "chat-anna")
    for _ in range(2):
        await asyncio.sleep(0.02)
        clock.turn(EVERY)
    await until(lambda: len(process.channel.sent) == 2, what="the bot answered")


async def test_sends_that_a_saved_turn_left_behind_go_out(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(process.engine.outbox.lanes, "add", lambda *_: None)
        await process.receive("1", "anna", "hi")
        await process.settled()
    for _ in range(2):
        assert process.channel.sent == []
        await process.engine.sweep.once()
    await process.settled()
    assert process.channel.sent == [("anna", "I count."), ("anna", "1 after nothing")]


@dataclass
class Work:
    """``during`` comes into hand while the rows are being read, and is done before they are there."""

    rows: Sequence[InboxRow] = ()
    held: frozenset[int] = frozenset()
    after: frozenset[int] = frozenset()
    broken: bool = False

    def __post_init__(self) -> None:
        self.added: list[int] = []

    def add(self, item: InboxRow) -> None:
        self.added.append(item.number)

    def numbers(self) -> frozenset[int]:
        return self.held

    async def read(self, limit: int) -> Sequence[InboxRow]:
        assert limit > 0
        if self.broken:
            raise StoreError("the server went away")
        self.held = self.after
        return self.rows


async def rows(process: Process, count: int) -> Sequence[InboxRow]:
    for number in range(count):
        await process.store.accept(process.inbound(str(number), "anna", "hi"), "chat-anna")
    return await process.store.unhandled(count)


async def test_what_is_in_hand_before_or_after_the_read_is_left_alone(process: Process) -> None:
    one, two, three = await rows(process, 3)
    work = Work(rows=(one, two, three))
    left = Left("event", work.read, work)
    for _ in range(3):
        work.held, work.after = frozenset({one.number}), frozenset({two.number})
        await left.look()
    assert work.added == [three.number, three.number]


async def test_what_was_finished_while_it_was_read_is_not_taken_again(process: Process) -> None:
    (row,) = await rows(process, 1)
    work = Work(rows=(row,))
    left = Left("event", work.read, work)
    await left.look()
    work.rows = ()
    await left.look()
    await left.look()
    assert work.added == []


async def test_a_read_that_fails_does_not_keep_the_others_from_being_looked_at(process: Process) -> None:
    (row,) = await rows(process, 1)
    away, work = Work(broken=True), Work(rows=(row,))
    sweep = Sweep(TurnedClock(), Left("send", away.read, away).look, Left("event", work.read, work).look)
    await sweep.once()
    await sweep.once()
    assert work.added == [row.number]
