"""However often something is delivered, it has one effect: channel events, operators' commands, timers."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conversation.content import Text
from conversation.events import OperatorClaimed, OperatorEvent, OperatorReplied
from conversation.records import Chat, Claimed, Inbound
from conversation.state import WithOperator
from store.sql import SqlStore
from tests.support.engines import CHANNEL, Process, Sends
from tests.support.hand_clock import HandClock

Open = Callable[..., Awaitable[Process]]


class SlowToRecall(SqlStore):
    """Turns are quicker than the read of what is still to be sent."""

    async def claim(self, worker: str, chats: Sequence[str], known: Mapping[str, int] | None = None) -> Claimed:
        await asyncio.sleep(0.05)
        return await super().claim(worker, chats, known)


@pytest.fixture
async def open_process(tmp_path: Path) -> AsyncIterator[Open]:
    """Each call is another process on the same database, at the same messenger, with the same time."""
    clock, channel, opened = HandClock(datetime(2026, 3, 2, 9, tzinfo=UTC)), Sends(), list[Process]()
    dead = set[str]()

    async def start(kind: type[SqlStore] = SqlStore) -> Process:
        process = Process(await kind.open(f"sqlite:///{tmp_path}/lotse.db"), clock, channel, dead=dead)
        await process.join()
        opened.append(process)
        return process

    yield start
    for process in opened:
        await process.settled()
        await process.engine.stop()
        await process.store.close()


async def at_once(calls: Sequence[Awaitable[Any]]) -> list[Any]:
    return list(await asyncio.gather(*calls))


async def both_settled(*processes: Process) -> None:
    for process in processes:
        await process.settled()


async def test_an_event_delivered_five_times_at_once_over_several_connections_has_one_effect(
    open_process: Open,
) -> None:
    one, two = await open_process(), await open_process()

    known = await at_once([process.receive("update-1", "anna", "hi") for process in (one, two, one, two, one)])
    await both_settled(one, two)

    assert sorted(known) == [False, False, False, False, True]
    expected = [("customer", "hi"), ("bot", "I count."), ("bot", "1 after nothing")]
    assert await one.history("anna") == expected
    assert one.channel.sent == [("anna", "I count."), ("anna", "1 after nothing")]


async def test_an_event_delivered_again_after_a_restart_is_known(open_process: Open) -> None:
    one = await open_process()
    await one.receive("update-1", "anna", "hi")
    await one.settled()

    two = await open_process()

    assert await two.receive("update-1", "anna", "hi") is False
    await two.settled()
    assert len(await two.history("anna")) == 3


async def test_the_same_number_of_another_channel_or_account_is_another_event(open_process: Open) -> None:
    one = await open_process()
    await one.receive("update-1", "anna", "hi")
    other = one.inbound("update-1", "anna", "hello")

    assert await one.engine.intake.receive(other) is False
    assert await one.engine.intake.receive(
        Inbound(channel=CHANNEL, account="second", external_id="update-1", address="anna", event=other.event)
    )


async def test_hundreds_of_events_delivered_up_to_five_times_in_any_order_are_handled_once(open_process: Open) -> None:
    one = await open_process()
    random_ = random.Random(20260302)
    events = [(f"update-{number}", f"customer-{number % 40}", f"text {number}") for number in range(500)]
    deliveries = [event for event in events for _ in range(random_.randint(1, 5))]
    random_.shuffle(deliveries)

    known = await at_once([one.receive(*event) for event in deliveries])
    await one.settled()

    assert sum(known) == len(events)
    for customer in range(40):
        address = f"customer-{customer}"
        history = await one.history(address)
        said = [text for author, text in history if author == "customer"]
        assert Counter(said) == Counter(text for _, to, text in events if to == address)
        numbers = ["1 after nothing", *(f"{count} after {text}" for count, text in enumerate(said[1:], start=2))]
        assert [text for author, text in history if author == "bot"] == ["I count.", *numbers]
        assert [text for to, text in one.channel.sent if to == address] == ["I count.", *numbers]


async def parked(process: Process, address: str = "anna") -> Chat:
    await process.receive(f"{address}-1", address, "hi")
    await process.receive(f"{address}-2", address, "human")
    await process.settled()
    return await process.chat(address)


def claim(process: Process, chat: Chat, operator: str = "olga") -> OperatorEvent:
    about = {"operator": operator, "name": operator.title(), "conversation": chat.conversation}
    return OperatorClaimed(id=process.engine._ids.new(), at=process.clock.now(), **about)


def reply(process: Process, chat: Chat, text: str, client_id: str) -> OperatorEvent:
    about = {"operator": "olga", "name": "Olga", "conversation": chat.conversation}
    at, id_ = process.clock.now(), process.engine._ids.new()
    return OperatorReplied(id=id_, at=at, content=Text(text=text), client_id=client_id, **about)


async def test_an_operators_double_click_is_one_command(open_process: Open) -> None:
    one, two = await open_process(), await open_process()
    chat = await parked(one)

    claims = [
        process.engine.intake.operate(chat.id, claim(process, chat), "olga:c1") for process in (one, two, one, two)
    ]
    assert sorted(await at_once(claims)) == [False, False, False, True]
    await both_settled(one, two)
    replies = [
        process.engine.intake.operate(chat.id, reply(process, chat, "Good day", "r1"), "olga:r1")
        for process in (one, two, one)
    ]
    assert sorted(await at_once(replies)) == [False, False, True]
    await both_settled(one, two)

    said = [text for author, text in await one.history("anna") if author == "operator"]
    assert said == ["You are now talking with Olga.", "Good day"]
    assert one.channel.sent.count(("anna", "Good day")) == 1


async def test_of_several_operators_who_claim_at_once_one_holds_the_chat(open_process: Open) -> None:
    one, two = await open_process(), await open_process()
    chat = await parked(one)

    names = [f"operator-{number}" for number in range(8)]
    await at_once(
        [
            process.engine.intake.operate(chat.id, claim(process, chat, name), f"{name}:c")
            for name, process in zip(names, [one, two] * 4, strict=True)
        ]
    )
    await both_settled(one, two)

    conversation = await one.store.conversation(chat.conversation)
    assert conversation is not None
    assert isinstance(conversation.phase, WithOperator)
    claimed = [line for line in await one.store.history(chat.id, 0, 1000) if line.origin == "claimed"]
    assert len(claimed) == 1
    assert await one.store.unhandled(10) == []


async def test_timers_due_in_two_processes_fire_once(open_process: Open) -> None:
    one, two = await open_process(), await open_process()
    addresses = [f"customer-{number}" for number in range(60)]
    for address in addresses:
        await one.receive(f"{address}-1", address, "hi")
        await one.receive(f"{address}-2", address, "a nap")
    await one.settled()

    one.wait(timedelta(seconds=1))
    await at_once([process.engine.timers.fire_due() for process in (one, two, one, two)])
    await both_settled(one, two)

    for address in addresses:
        ends = [text for author, text in await one.history(address) if author == "bot"][2:]
        assert ends == ["nap 1 begins", "nap 1 is over", "2 after a nap"]
    assert sum(text == "nap 1 is over" for _, text in one.channel.sent) == len(addresses)


async def test_a_timer_whose_customer_writes_in_the_same_moment_fires_or_not_but_never_twice(
    open_process: Open,
) -> None:
    one = await open_process()
    addresses = [f"customer-{number}" for number in range(60)]
    for address in addresses:
        await one.receive(f"{address}-1", address, "hi")
        await one.receive(f"{address}-2", address, "a nap")
    await one.settled()

    one.wait(timedelta(seconds=1))
    await at_once(
        [one.engine.timers.fire_due(), *(one.receive(f"{address}-3", address, "awake") for address in addresses)]
    )
    await one.settled()

    for address in addresses:
        ends = [text for author, text in await one.history(address) if author == "bot"][3:]
        assert ends in (["2 after awake"], ["nap 1 is over", "2 after a nap", "3 after awake"])


async def test_messages_that_two_processes_took_for_one_chat_are_all_handled(open_process: Open) -> None:
    one, two = await open_process(), await open_process()
    await one.receive("update-0", "anna", "hi")
    await one.settled()

    await at_once(
        [
            process.receive(f"update-{number}", "anna", f"text {number}")
            for number in range(1, 41)
            for process in (one, two)
        ]
    )
    await both_settled(one, two)

    said = [text for author, text in await one.history("anna") if author == "customer"]
    assert sorted(said) == sorted(["hi", *(f"text {number}" for number in range(1, 41))])
    assert await one.store.unhandled(100) == []


async def test_what_was_to_be_sent_before_a_restart_goes_out_before_what_is_said_after_it(open_process: Open) -> None:
    one = await open_process()
    one.engine.outbox.lanes.add = lambda *_: None  # type: ignore[method-assign]  # the process ends before it sends
    await one.receive("update-1", "anna", "hi")
    await one.settled()
    await one.store.accept(one.inbound("update-2", "anna", "again there"), "")
    one.dies()

    two = await open_process(SlowToRecall)
    await two.engine.start()
    await two.settled()

    said = [text for author, text in await two.history("anna") if author == "bot"]
    assert said == ["I count.", "1 after nothing", "2 after again there"]
    assert [text for _, text in two.channel.sent] == said


async def test_what_a_dead_process_was_to_send_goes_out_before_what_is_said_to_the_next_message(
    open_process: Open,
) -> None:
    one, two = await open_process(), await open_process()
    one.engine.outbox.lanes.add = lambda *_: None  # type: ignore[method-assign]  # the process ends before it sends
    await one.receive("update-1", "anna", "hi")
    await one.settled()
    one.dies()

    await two.engine.members.look()
    await two.receive("update-2", "anna", "again there")
    await two.settled()

    said = [text for author, text in await two.history("anna") if author == "bot"]
    assert said == ["I count.", "1 after nothing", "2 after again there"]
    assert [text for _, text in two.channel.sent] == said
