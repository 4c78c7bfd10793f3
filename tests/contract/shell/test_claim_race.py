"""Fifty operators want one chat at the same moment: one gets it, the others learn who. As the desk does it: ``operate``, and the
refusals in the news."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import msgspec
import pytest

from app.clock import SystemClock
from conversation.effects import Refuse
from conversation.events import OperatorClaimed, OperatorClosed
from conversation.news import DESK_TOPIC, News, TurnNews
from conversation.records import Card
from store.bus import MemoryBus
from store.sql import SqlStore
from tests.support.customers import until
from tests.support.engines import Process, Sends
from tests.support.servers import postgres

OPERATORS = 50
ROUNDS, FULL_ROUNDS = 8, 2_000
GENEROUS = 30.0
"""Seconds: only a claim that is never answered takes so long."""
_decoder = msgspec.json.Decoder(News)


@dataclass
class Answers:
    """What the desk hears: each operator's refusal, and whose the chat became."""

    refused: dict[str, tuple[Refuse, float]] = field(default_factory=dict)
    cards: dict[tuple[str, str], tuple[Card, float]] = field(default_factory=dict)
    """By conversation and phase."""

    async def listen(self, bus: MemoryBus) -> None:
        subscription = await bus.subscribe(DESK_TOPIC)
        async for payload in subscription:
            news = _decoder.decode(payload)
            if not isinstance(news, TurnNews):
                continue
            now = perf_counter()
            self.cards.setdefault((news.card.conversation, news.card.phase), (news.card, now))
            for refusal in news.refusals:
                assert refusal.event not in self.refused, "told twice"
                self.refused[refusal.event] = (refusal, now)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/lotse.db"
        return
    with postgres() as server:
        yield server.url


@pytest.fixture
async def processes(database: str) -> AsyncIterator[tuple[MemoryBus, list[Process]]]:
    """Two, each with its own connections; whoever holds a chat works on it, the other hands its events over."""
    bus, channel, clock = MemoryBus(limit=100_000), Sends(), SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        opened: list[Process] = []
        for _ in range(2):
            process = Process(await SqlStore.open(database), clock, channel, bus)
            stack.push_async_callback(process.store.close)
            await process.engine.start()
            stack.push_async_callback(process.engine.stop)
            process._joined = True
            opened.append(process)
        for process in opened:
            await process.engine.members.look()
        yield bus, opened


@pytest.mark.timeout(1800)
async def test_one_of_fifty_who_claim_at_once_has_the_chat_and_the_others_learn_who(
    processes: tuple[MemoryBus, list[Process]],
    database: str,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rounds = FULL_ROUNDS if request.config.getoption("--full") else ROUNDS
    bus, both = processes
    answers = Answers()
    listening = asyncio.create_task(answers.listen(bus))
    await asyncio.sleep(0)
    seconds: list[float] = []
    winners: Counter[str] = Counter()
    for number in range(rounds):
        took, winner = await one_round(number, both, answers)
        seconds += took
        winners[winner] += 1
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)

    seconds.sort()
    figures = {
        "what": "claim_race",
        "database": database.split(":", 1)[0],
        "operators": OPERATORS,
        "rounds": rounds,
        "p50_ms": round(1000 * seconds[len(seconds) // 2], 1),
        "p99_ms": round(1000 * seconds[int(len(seconds) * 0.99)], 1),
        "worst_ms": round(1000 * seconds[-1], 1),
        "winners": len(winners),
    }
    with capsys.disabled():
        print(f"\n{msgspec.json.encode(figures).decode()}")  # noqa: T201 - the figures of the run
    assert len(seconds) == rounds * OPERATORS
    assert len(winners) > 1


async def one_round(number: int, both: list[Process], answers: Answers) -> tuple[list[float], str]:
    """How long each operator waited for an answer, and who won."""
    address = f"customer-{number}"
    for word in ("hi", "human"):
        await both[number % 2].receive(f"{address}-{word}", address, word)
    chat = await both[0].chat(address)
    conversation = await parked(both[0], chat.id)

    started = {}
    operators = [f"o{index}" for index in range(OPERATORS)]
    random.Random(number).shuffle(operators)

    async def claim(index: int, operator: str) -> None:
        process = both[index % 2]
        event = OperatorClaimed(
            id=f"{number}-{operator}",
            at=process.clock.now(),
            operator=operator,
            name=operator.upper(),
            conversation=conversation,
        )
        started[operator] = perf_counter()
        assert await process.engine.intake.operate(chat.id, event, event.id)

    await asyncio.gather(*(claim(index, operator) for index, operator in enumerate(operators)))
    await until(
        lambda: (
            (conversation, "with_operator") in answers.cards
            and sum(f"{number}-{operator}" in answers.refused for operator in operators) == OPERATORS - 1
        ),
        seconds=GENEROUS,
        what="everybody had an answer",
    )

    card, won_at = answers.cards[conversation, "with_operator"]
    winner = card.operator
    losers = {operator: answers.refused[f"{number}-{operator}"] for operator in operators if operator != winner}
    assert {(refusal.reason, refusal.holder) for refusal, _ in losers.values()} == {("held_by_other", winner.upper())}
    lines = await both[0].store.history(chat.id, 0, 200)
    assert [line.name for line in lines if line.origin == "claimed"] == [winner.upper()]
    told = {operator: at for operator, (_, at) in losers.items()} | {winner: won_at}

    over = OperatorClosed(
        id=f"{number}-over", at=both[0].clock.now(), operator=winner, name=winner, conversation=conversation
    )
    await both[0].engine.intake.operate(chat.id, over, over.id)
    return [told[operator] - at for operator, at in started.items()], winner


async def parked(process: Process, chat: str) -> str:
    """The conversation, once it waits."""
    async with asyncio.timeout(GENEROUS):
        while True:
            held = (await process.store.load(chat)).conversation
            if held is not None and held.phase.__struct_config__.tag == "parked":
                return held.id
            await asyncio.sleep(0.002)
