"""Work finds the worker whose chat it is in, whatever of the news is lost; a chat that is done with is given back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from conversation.news import LOST_TOPIC
from conversation.ports import Bus
from conversation.records import Claimed
from engine.shell.claims import IDLE, POLL
from engine.shell.engine import AGAIN
from engine.shell.intake import Intake
from store.bus import MemoryBus
from store.sql import SqlStore
from tests.support.customers import until
from tests.support.engines import Process, Sends
from tests.support.hand_clock import HandClock

Open = Callable[..., Awaitable[Process]]


class DeafBus(MemoryBus):
    """Nobody hears anything."""

    async def publish(self, topic: str, payload: bytes) -> None:  # noqa: ARG002 - the port's
        return


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def open_process(tmp_path: Path, clock: HandClock) -> AsyncIterator[Open]:
    opened, channel, dead = list[Process](), Sends(), set[str]()

    async def start(bus: Bus) -> Process:
        process = Process(await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db"), clock, channel, bus, dead)
        await process.engine.start()
        process._joined = True
        opened.append(process)
        return process

    yield start
    for process in opened:
        await process.engine.stop()
        await process.store.close()


def doors(process: Process, bus: Bus) -> Intake:
    """A process without a worker."""
    engine = process.engine
    return Intake(
        store=process.store,
        bus=bus,
        feed=engine.feed,
        ids=engine._ids,
        choose=lambda _: engine.worker,
        at=lambda _: None,
    )


async def test_event_taken_by_a_process_without_a_worker_is_handled_at_once_by_one(open_process: Open) -> None:
    bus = MemoryBus()
    process = await open_process(bus)
    await doors(process, bus).receive(process.inbound("1", "anna", "hi"))
    await until(lambda: len(process.channel.sent) == 2, what="the bot answered")


async def test_event_of_which_no_worker_was_told_is_found_in_the_store(open_process: Open, clock: HandClock) -> None:
    process = await open_process(DeafBus())
    await doors(process, DeafBus()).receive(process.inbound("1", "anna", "hi"))
    await until(lambda: len(process.channel.sent) == 0)
    clock.turn(POLL)
    await until(lambda: len(process.channel.sent) == 2, what="the bot answered")
    await doors(process, DeafBus()).receive(process.inbound("2", "anna", "hello"))
    clock.turn(POLL)
    await until(lambda: len(process.channel.sent) == 3, what="the bot answered in a chat that the worker holds")


async def test_event_of_anothers_chat_goes_to_its_holder(open_process: Open) -> None:
    bus = MemoryBus()
    one, two = await open_process(bus), await open_process(bus)
    await one.receive("1", "anna", "hi")
    await until(lambda: len(one.channel.sent) == 2)
    await two.receive("2", "anna", "hello")
    await until(lambda: one.channel.sent[2:] == [("anna", "2 after hello")], what="the holder answered")
    assert two.engine.claims.fence((await one.chat("anna")).id) is None


async def test_chat_in_which_nothing_happens_is_given_back_and_another_may_have_it(
    open_process: Open, clock: HandClock
) -> None:
    bus = MemoryBus()
    one, two = await open_process(bus), await open_process(bus)
    await one.receive("1", "anna", "hi")
    await until(lambda: len(one.channel.sent) == 2)
    chat = (await one.chat("anna")).id
    assert one.engine.claims.fence(chat) is not None
    for _ in range(3):
        clock.turn(IDLE)
        await asyncio.sleep(0.03)
    assert one.engine.claims.fence(chat) is None
    await two.receive("2", "anna", "hello")
    await until(lambda: len(one.channel.sent) == 3, what="the other answered")
    assert two.engine.claims.fence(chat) is not None


async def test_chat_that_waits_for_its_messenger_is_not_given_back(open_process: Open, clock: HandClock) -> None:
    process = await open_process(MemoryBus())
    gate = asyncio.Event()

    async def slow(address: str, message: object, key: str) -> str:
        await gate.wait()
        return key

    process.channel.send = slow  # type: ignore[method-assign]
    await process.receive("1", "anna", "hi")
    chat = (await process.chat("anna")).id
    for _ in range(4):
        await asyncio.sleep(0.02)
        await process.engine.claims.release_idle()
    assert process.engine.claims.fence(chat) is not None
    gate.set()


async def test_stopped_process_leaves_its_chats_to_others_at_once(open_process: Open) -> None:
    bus = MemoryBus()
    one, two = await open_process(bus), await open_process(bus)
    await one.receive("1", "anna", "hi")
    await until(lambda: len(one.channel.sent) == 2)
    await one.engine.stop()
    await two.receive("2", "anna", "hello")
    await until(lambda: len(two.channel.sent) == 3, what="the other answered")


async def test_events_that_another_process_took_earlier_are_handled_first(open_process: Open) -> None:
    """The holder has heard of the second only: the store does not let it overtake."""
    bus = MemoryBus()
    process = await open_process(bus)
    await process.receive("1", "anna", "hi")
    await until(lambda: len(process.channel.sent) == 2)
    await doors(process, DeafBus()).receive(process.inbound("2", "anna", "first"))
    await process.receive("3", "anna", "second")
    await until(lambda: len(process.channel.sent) == 4, what="both were answered")
    assert [text for _, text in process.channel.sent[2:]] == ["2 after first", "3 after second"]


async def test_what_a_worker_took_that_ended_is_taken_up_by_the_next_that_begins(open_process: Open) -> None:
    one = await open_process(DeafBus())
    await one.receive("1", "anna", "hi")
    await until(lambda: len(one.channel.sent) == 2)
    await one.store.accept(one.inbound("2", "anna", "hello"), "")
    one.dies()
    two = await open_process(DeafBus())
    await until(lambda: len(two.channel.sent) == 3, what="the next answered")


async def test_frozen_worker_that_was_given_up_writes_nothing_any_more(open_process: Open) -> None:
    bus = MemoryBus()
    one, two = await open_process(bus), await open_process(bus)
    await one.receive("1", "anna", "hi")
    await until(lambda: len(one.channel.sent) == 2)
    peer = next(peer for peer in await one.store.peers() if peer.worker == one.engine.worker)
    assert await two.store.bury(peer.worker, peer.beat)
    row = (await one.store.accept(one.inbound("2", "anna", "hello"), "")).row
    assert row
    await two.engine.claims.take_up()
    await until(lambda: len(two.channel.sent) == 3, what="the other answered")
    one.engine.turns.add(row)
    await until(lambda: not one.engine.turns.lanes.busy)
    assert [text for author, text in await two.history("anna") if author == "customer"] == ["hi", "hello"]
    assert len(two.channel.sent) == 3


async def test_frozen_worker_that_was_given_up_sends_nothing_that_it_had_in_hand(
    open_process: Open, clock: HandClock
) -> None:
    """It wakes in front of the call: the others may have made it."""
    bus = MemoryBus()
    one, two = await open_process(bus), await open_process(bus)
    gate, sure = asyncio.Event(), one.engine.outbox._sure

    async def frozen() -> bool:
        await gate.wait()
        return await sure()

    one.engine.outbox._sure = frozen
    await one.receive("1", "anna", "hi")
    chat = (await one.chat("anna")).id
    await until(lambda: one.engine.outbox.lanes.has(chat))
    peer = next(peer for peer in await one.store.peers() if peer.worker == one.engine.worker)
    assert await two.store.bury(peer.worker, peer.beat)
    await two.engine.claims.take_up()
    await until(lambda: len(two.channel.sent) == 2, what="the other sent it")
    clock.turn(60)
    gate.set()
    await until(lambda: not one.engine.outbox.lanes.busy)
    assert [text for _, text in two.channel.sent] == ["I count.", "1 after nothing"]


class SlowToClaim(SqlStore):
    """A claim is known to the store, and not yet to the worker, until ``go`` is set."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claimed, self.go = asyncio.Event(), asyncio.Event()

    async def claim(self, worker: str, chats: Sequence[str], known: Mapping[str, int] | None = None) -> Claimed:
        found = await super().claim(worker, chats, known)
        self.claimed.set()
        await self.go.wait()
        return found


async def test_chat_is_not_given_back_while_a_claim_finds_work_in_it(tmp_path: Path, clock: HandClock) -> None:
    store = await SlowToClaim.open(f"sqlite:///{tmp_path}/lotse.db")
    store.go.set()
    process = Process(store, clock, Sends())
    claims = process.engine.claims
    await process.receive("1", "anna", "hi")
    await process.settled()
    chat = await process.chat("anna")
    await claims.release_idle()  # what was touched until here
    store.claimed.clear()
    store.go.clear()

    await store.accept(process.inbound("2", "anna", "again"), chat.id, process.engine.worker)
    claiming = asyncio.create_task(claims.take_up())
    await store.claimed.wait()
    releasing = asyncio.create_task(claims.release_idle())
    await asyncio.sleep(0.05)
    assert claims.fence(chat.id) is not None
    store.go.set()
    await asyncio.gather(claiming, releasing)
    await process.settled()

    assert (await store.claim("other", [chat.id])).others == {chat.id: process.engine.worker}
    assert len(await process.history("anna")) == 5
    await process.engine.stop()
    await store.close()


async def test_worker_that_gives_another_up_says_so_to_those_with_open_pages(open_process: Open) -> None:
    bus = MemoryBus()
    one, two = await open_process(DeafBus()), await open_process(bus)
    heard = await bus.subscribe(LOST_TOPIC)
    one.dies()
    await two.engine.members.look()
    assert heard.pending
    await heard.close()


async def test_part_of_a_worker_that_breaks_is_begun_again(
    open_process: Open, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    async def run(_: object) -> None:
        begun.append(1)
        if len(begun) == 1:
            raise ValueError("nobody foresaw it")
        await asyncio.Event().wait()

    monkeypatch.setattr("engine.shell.sweep.Sweep.run", run)
    await open_process(MemoryBus())
    await until(lambda: len(begun) == 1 and clock.sleeping > 0)
    await asyncio.sleep(0.02)
    clock.turn(AGAIN)
    await until(lambda: len(begun) == 2, what="it was begun again")
