"""A database that is away for an hour: all that was under way is finished when it is back, in order."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import pytest

from conversation.content import Prompt
from conversation.errors import StoreError
from conversation.events import ActionDone, ActionFailed, Event
from conversation.message import Message
from conversation.ports import Actions, Channel
from conversation.records import Accepted, ActionCall, InboxRow, Job, Send, SendUpdate
from conversation.stores import EngineStore
from conversation.value import Data
from engine.shell.feed import Feed
from engine.shell.jobs import Jobs
from engine.shell.outbox import Outbox
from engine.shell.pace import unpaced
from store.bus import MemoryBus
from tests.support.connector_surroundings import NOON, CountedIds, TurnedClock
from tests.support.engines import Sends, held, sure

BACK = NOON + timedelta(hours=1)


class AwayStore:
    """Takes nothing until ``BACK``, and from then on what it is asked for. ``picky``: an answer that no row can hold."""

    def __init__(self, clock: TurnedClock, *, picky: bool = False) -> None:
        self.clock = clock
        self.picky = picky
        self.answers: list[Event] = []
        self.states: list[tuple[int, str]] = []

    def _check(self) -> None:
        if self.clock.moment < BACK:
            raise StoreError("the disk is full")

    async def start_job(self, number: int, fence: int) -> bool:
        assert (number, fence) == (1, 0)
        return True

    async def finish_job(self, job: Job, event: Event, worker: str) -> Accepted:  # noqa: ARG002 - the port's
        self._check()
        if self.picky and isinstance(event, ActionDone):
            raise OverflowError("a number of 400 digits")
        self.answers.append(event)
        return Accepted(row=InboxRow(number=1, chat=job.chat, event=event))

    async def update_send(self, update: SendUpdate) -> bool:
        if update.state == "sent":
            self._check()
        self.states.append((update.number, update.state))
        return True


class Answers:
    def __init__(self) -> None:
        self.calls = 0

    async def run(self, call: ActionCall) -> Mapping[str, Data]:
        self.calls += 1
        return {"name": call.name}


async def _gone(chat: str, reason: str) -> None:
    raise AssertionError((chat, reason))


def job_of(store: AwayStore, actions: Answers, done: list[InboxRow]) -> Jobs:
    return Jobs(
        store=cast(EngineStore, store),
        actions=cast(Actions, actions),
        repeatable=lambda _: False,
        clock=store.clock,
        ids=CountedIds(),
        fence=held,
        done=lambda accepted: done.append(accepted.row) if accepted.row else None,
    )


def job(number: int = 1) -> Job:
    call = ActionCall(name="order", arguments={}, key=f"k{number}", limit=1, chat="anna", language="en")
    return Job(number=number, chat="anna", conversation="talk", call=call)


def send(number: int, chat: str = "anna") -> Send:
    message = Message(id=f"m{number}", seq=number, author="bot", at=NOON, content=Prompt(text=f"line {number}"))
    return Send(number=number, chat=chat, channel="messenger", account="bot", address=chat, message=message, due=NOON)


def outbox_of(store: AwayStore, channel: Sends) -> Outbox:
    channels: dict[str, Channel] = {channel.name: channel}
    return Outbox(
        store=cast(EngineStore, store),
        channels=channels,
        policies={},
        feed=Feed(MemoryBus(), channels),
        clock=store.clock,
        gone=_gone,
        fence=held,
        sure=sure,
        at=lambda _: None,
        pacer=unpaced(store.clock),
    )


async def test_the_answer_of_a_back_end_is_kept_through_an_outage_of_an_hour() -> None:
    store, actions, done = AwayStore(TurnedClock()), Answers(), list[InboxRow]()
    jobs = job_of(store, actions, done)
    jobs.add(job())
    await jobs.drain(5)
    assert [type(event) for event in store.answers] == [ActionDone]
    assert [row.chat for row in done] == ["anna"]
    assert actions.calls == 1
    assert jobs.numbers() == frozenset()


async def test_an_answer_that_no_row_can_hold_is_a_failure_of_the_action() -> None:
    store, actions, done = AwayStore(TurnedClock(BACK), picky=True), Answers(), list[InboxRow]()
    jobs = job_of(store, actions, done)
    jobs.add(job())
    await jobs.drain(5)
    assert [type(event) for event in store.answers] == [ActionFailed]
    assert len(done) == actions.calls == 1


async def test_a_job_that_is_in_hand_is_not_taken_twice() -> None:
    store, actions, done = AwayStore(TurnedClock(BACK)), Answers(), list[InboxRow]()
    jobs = job_of(store, actions, done)
    jobs.add(job())
    jobs.add(job())
    await jobs.drain(5)
    assert actions.calls == 1


async def test_a_send_whose_state_cannot_be_noted_for_an_hour_goes_out_once_and_before_the_next() -> None:
    store, channel = AwayStore(TurnedClock()), Sends()
    outbox = outbox_of(store, channel)
    outbox.add(send(1))
    outbox.add(send(2))
    await outbox.drain(5)
    assert channel.sent == [("anna", "line 1"), ("anna", "line 2")]
    assert store.states == [(1, "sent"), (2, "sent")]


async def test_a_stop_in_an_outage_does_not_wait_for_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, asleep = TurnedClock(), asyncio.Event()

    async def sleep(_: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(clock, "sleep", sleep)
    store, channel, done = AwayStore(clock), Sends(), list[InboxRow]()
    outbox, jobs = outbox_of(store, channel), job_of(store, Answers(), done)
    outbox.add(send(1))
    jobs.add(job())
    await asleep.wait()
    async with asyncio.timeout(2):
        await outbox.drain(0.02)
        await jobs.drain(0.02)
    assert not outbox.lanes.busy
    assert jobs.numbers() == outbox.numbers() == frozenset[Any]()
    assert done == []
