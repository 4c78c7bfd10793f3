"""A saved turn is done once and told once, whatever fails beside it; an event that no turn can handle is put aside."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from conversation.errors import StoreError
from conversation.events import QueuePlace
from conversation.news import DESK_TOPIC, News, TurnNews
from conversation.records import Saved, Snapshot, Turn
from conversation.state import Parked
from conversation.understanding import Decision, Intent, Meaning, Passed, Understanding
from store.bus import MemoryBus
from store.sql import SqlStore
from tests.support.connector_surroundings import TurnedClock
from tests.support.engines import Process, Sends


class Frail(SqlStore):
    """``fails``: names of what raises its error, each as many times as it says there."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fails: dict[str, tuple[int, Exception]] = {}
        self.tries: list[str] = []

    def _check(self, name: str) -> None:
        self.tries.append(name)
        left, error = self.fails.get(name, (0, Exception()))
        if left:
            self.fails[name] = left - 1, error
            raise error

    async def load(self, chat: str) -> Snapshot:
        self._check("load")
        return await super().load(chat)

    async def save(self, turn: Turn) -> Saved:
        self._check("save")
        return await super().save(turn)

    async def place(self, conversation: str, step: int = 300) -> QueuePlace | None:
        self._check("place")
        return await super().place(conversation, step)

    async def reject(self, number: int, reason: str) -> None:
        self._check("reject")
        await super().reject(number, reason)


class Tells(MemoryBus):
    """Keeps the news of turns, and those for desks; ``broken``: takes none."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[TurnNews] = []
        self.desk: list[TurnNews] = []
        self.broken = False

    async def publish(self, topic: str, payload: bytes) -> None:
        if self.broken:
            raise ConnectionError("the bus is away")
        news = msgspec.json.decode(payload, type=News)
        if isinstance(news, TurnNews):
            (self.desk if topic == DESK_TOPIC else self.turns).append(news)


Open = Callable[[], Awaitable[tuple[Process, Frail, Tells]]]


@pytest.fixture
async def open_engine(tmp_path: Path) -> AsyncIterator[Open]:
    opened: list[Process] = []
    dead = set[str]()

    async def start() -> tuple[Process, Frail, Tells]:
        store, bus = await Frail.open(f"sqlite:///{tmp_path}/lotse.db"), Tells()
        process = Process(store, TurnedClock(), Sends(), bus, dead)
        opened.append(process)
        return process, store, bus

    yield start
    for process in opened:
        await process.engine.stop()
        await process.store.close()


def errors_in(folder: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(folder / "lotse.db") as database:
        found = database.execute("SELECT state, error FROM inbox WHERE state <> 'done' ORDER BY number").fetchall()
    database.close()
    return found


async def test_a_place_that_cannot_be_read_after_the_turn_is_saved_does_not_keep_its_news_back(
    open_engine: Open,
) -> None:
    process, store, bus = await open_engine()
    await process.receive("1", "anna", "hi")
    await process.settled()
    store.fails["place"] = 1, StoreError("the server went away")
    await process.receive("2", "anna", "human")
    await process.settled()
    assert [(news.card.phase, news.place) for news in bus.turns] == [("with_bot", None), ("parked", None)]
    assert store.tries.count("save") == 2


async def test_a_bus_that_is_away_fails_no_turn(open_engine: Open) -> None:
    process, store, bus = await open_engine()
    bus.broken = True
    await process.receive("1", "anna", "hi")
    await process.receive("2", "anna", "human")
    await process.settled()
    conversation = (await store.load((await process.chat("anna")).id)).conversation
    assert conversation is not None
    assert isinstance(conversation.phase, Parked)
    assert store.tries.count("save") == 2
    assert len(process.channel.sent) == 3


async def test_a_chat_that_only_the_bot_had_ends_without_a_word_to_desks(open_engine: Open) -> None:
    process, _, bus = await open_engine()
    await process.receive("1", "anna", "hi")
    await process.settled()
    process.wait(timedelta(hours=2))
    await process.engine.timers.fire_due()
    await process.settled()
    assert [news.card.phase for news in bus.turns] == ["with_bot", "closed"]
    assert bus.desk == []


async def test_desks_hear_of_a_bots_chat_that_ends_because_nothing_reaches_the_customer(open_engine: Open) -> None:
    process, _, bus = await open_engine()
    await process.receive("1", "anna", "hi")
    await process.settled()
    await process.engine._gone((await process.chat("anna")).id, "the bot was blocked")
    await process.settled()
    assert [news.card.phase for news in bus.desk] == ["closed"]


async def test_a_turn_waits_for_a_database_that_is_away_as_long_as_it_takes(open_engine: Open) -> None:
    process, store, _ = await open_engine()
    store.fails["save"] = 200, StoreError("the disk is full")
    await process.receive("1", "anna", "hi")
    await process.settled()
    assert await process.history("anna") == [
        ("customer", "hi"),
        ("bot", "I count."),
        ("bot", "1 after nothing"),
    ]


async def test_an_event_that_breaks_its_turn_three_times_is_rejected_and_the_next_is_handled(
    open_engine: Open, tmp_path: Path
) -> None:
    process, store, _ = await open_engine()
    store.fails["save"] = 3, OverflowError("too large for the column")
    store.fails["reject"] = 2, StoreError("the disk is full")
    await process.receive("1", "anna", "hi")
    await process.receive("2", "anna", "hello")
    await process.settled()
    assert [line for line in await process.history("anna") if line[0] == "customer"] == [("customer", "hello")]
    assert errors_in(tmp_path) == [("rejected", "OverflowError: too large for the column")]


async def test_an_event_of_a_conversation_that_cannot_be_read_is_rejected_after_some_tries(
    open_engine: Open, tmp_path: Path
) -> None:
    first, store, _ = await open_engine()
    await first.receive("1", "anna", "hi")
    await first.settled()
    with sqlite3.connect(tmp_path / "lotse.db") as database:
        database.execute("UPDATE conversations SET state = ?", (b'{"id": 5}',))
    database.close()
    first.dies()
    process, store, _ = await open_engine()
    await process.receive("2", "anna", "hello")
    await process.settled()
    assert store.tries.count("load") == 3
    ((state, error),) = errors_in(tmp_path)
    assert state == "rejected"
    assert "conversation" in error
    assert "can't be read" in error


async def test_a_start_over_an_event_that_cannot_be_read_takes_up_the_others(open_engine: Open, tmp_path: Path) -> None:
    process, _, _ = await open_engine()
    for number, address in (("1", "anna"), ("2", "boris")):
        await process.store.accept(process.inbound(number, address, "hi"), f"chat-{address}")
    with sqlite3.connect(tmp_path / "lotse.db") as database:
        database.execute("UPDATE inbox SET event = ? WHERE external_id = '1'", (b"no event",))
    database.close()
    await process.engine.start()
    await process.settled()
    assert process.channel.sent == [("boris", "I count."), ("boris", "1 after nothing")]
    assert [state for state, _ in errors_in(tmp_path)] == ["rejected"]


async def test_a_rejected_event_that_is_made_new_again_is_handled(open_engine: Open, tmp_path: Path) -> None:
    process, store, _ = await open_engine()
    store.fails["save"] = 3, OverflowError("too large for the column")
    await process.receive("1", "anna", "hi")
    await process.settled()
    assert [state for state, _ in errors_in(tmp_path)] == ["rejected"]
    with sqlite3.connect(tmp_path / "lotse.db") as database:
        database.execute("UPDATE inbox SET state = 'new' WHERE number = 1")
    database.close()
    await process.settled()
    assert process.channel.sent == [("anna", "I count."), ("anna", "1 after nothing")]


# ── what a customer's words were taken for ───────────────────────────────────────────────────────────────────────────


class Knows:
    """An NLU to which everything means the same."""

    async def understand(self, text: str, language: str) -> Understanding:  # noqa: ARG002 - the port's
        by = Decision(layer="local+multilingual", passed=(Passed(layer="rasa", why="slow"),), read_as=text.upper())
        return Understanding(
            language="en", language_score=0.9, intents=(Intent(name="nobody_knows", score=0.9),), by=by
        )


async def meant_in(process: Process, address: str) -> list[Meaning | None]:
    lines = await process.store.history((await process.chat(address)).id, 0, 100)
    return [line.meaning for line in lines if line.author == "customer"]


@pytest.fixture
async def understanding(tmp_path: Path) -> AsyncIterator[tuple[Process, Tells]]:
    store, bus = await Frail.open(f"sqlite:///{tmp_path}/lotse.db"), Tells()
    process = Process(store, TurnedClock(), Sends(), bus, nlu=Knows())
    yield process, bus
    await process.engine.stop()
    await store.close()


async def test_why_the_bot_did_what_it_did_stands_in_the_history_and_in_the_news(
    understanding: tuple[Process, Tells],
) -> None:
    process, bus = understanding
    await process.receive("1", "anna", "hello there")
    await process.receive("2", "anna", "something that no menu has")
    await process.settled()
    began, answered = await meant_in(process, "anna")
    assert answered == Meaning(did="answered")
    assert began is not None
    assert began.by is not None
    assert (began.did, began.by.layer, began.by.passed[0].why) == ("began", "local+multilingual", "slow")
    told = [message for news in bus.turns for message in news.messages if message.author == "customer"]
    assert [message.meaning for message in told] == [began, answered]


async def test_it_costs_no_write_of_its_own(
    understanding: tuple[Process, Tells], monkeypatch: pytest.MonkeyPatch
) -> None:
    process, _ = understanding
    written: list[object] = []
    monkeypatch.setattr("store.saves._AMEND.run", lambda _, rows: written.extend(rows))
    await process.receive("1", "anna", "hello there")
    await process.receive("2", "anna", "something that no menu has")
    await process.settled()
    assert written == []
    assert None not in await meant_in(process, "anna")


async def test_the_log_tells_of_it_without_a_word_of_the_customer(understanding: tuple[Process, Tells]) -> None:
    process, _ = understanding
    with capture_logs() as logs:
        await process.receive("1", "anna", "hello there")
        await process.settled()
    (line,) = [line for line in logs if line["event"] == "free_text"]
    assert (line["did"], line["layer"], line["passed"], line["language"]) == (
        "began",
        "local+multilingual",
        {"rasa": "slow"},
        "en",
    )
    assert line["scores"] == {"nobody_knows": 0.9}
    assert line["log_level"] == "debug"
    assert "hello" not in str(logs).lower()
