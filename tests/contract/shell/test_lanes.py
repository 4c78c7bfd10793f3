"""Order inside a chat; one bad item stops neither its chat nor another."""

import asyncio

from conversation.content import Text
from conversation.events import CustomerSaid
from conversation.records import InboxRow
from engine.shell.lanes import Lanes
from tests.support.connector_surroundings import NOON, TurnedClock


def row(number: int, chat: str = "anna") -> InboxRow:
    return InboxRow(number=number, chat=chat, event=CustomerSaid(id=f"e{number}", at=NOON, content=Text(text="hi")))


class Worker:
    """Fails for the numbers in ``failing``, as many times as it says there."""

    def __init__(self, failing: dict[int, int] | None = None) -> None:
        self.failing = failing or {}
        self.begun: list[int] = []
        self.done: list[int] = []
        self.aside: list[tuple[int, str]] = []
        self.go = asyncio.Event()
        self.go.set()
        self.clock = TurnedClock()
        self.lanes: Lanes[InboxRow] = Lanes(self.work, give_up=self.give_up, clock=self.clock)

    async def work(self, item: InboxRow) -> None:
        self.begun.append(item.number)
        await self.go.wait()
        if self.failing.get(item.number, 0):
            self.failing[item.number] -= 1
            raise ZeroDivisionError(item.number)
        self.done.append(item.number)

    async def give_up(self, item: InboxRow, error: Exception) -> None:
        self.aside.append((item.number, str(error)))


async def test_an_item_that_fails_twice_is_done_in_its_turn() -> None:
    worker = Worker({1: 2})
    worker.lanes.add(row(1))
    worker.lanes.add(row(2))
    await worker.lanes.drain(5)
    assert worker.begun == [1, 1, 1, 2]
    assert worker.done == [1, 2]
    assert worker.aside == []
    assert worker.clock.slept == [1, 5]


async def test_an_item_that_fails_three_times_is_put_aside_and_the_next_is_done() -> None:
    worker = Worker({1: 99})
    worker.lanes.add(row(1))
    worker.lanes.add(row(2))
    await worker.lanes.drain(5)
    assert worker.aside == [(1, "1")]
    assert worker.done == [2]


async def test_an_item_that_waits_or_is_in_work_is_not_taken_again_and_one_that_was_done_is() -> None:
    worker = Worker()
    worker.go.clear()
    for number in (1, 2, 1, 2):
        worker.lanes.add(row(number))
    assert worker.lanes.numbers() == {1, 2}
    worker.go.set()
    await worker.lanes.drain(5)
    assert worker.done == [1, 2]
    assert worker.lanes.numbers() == frozenset()
    worker.lanes.add(row(1))
    await worker.lanes.drain(5)
    assert worker.done == [1, 2, 1]


async def test_a_lane_that_was_cut_off_forgets_what_it_held() -> None:
    worker = Worker()
    worker.go.clear()
    worker.lanes.add(row(1))
    worker.lanes.add(row(2))
    await worker.lanes.drain(0.01)
    assert worker.lanes.numbers() == frozenset()
