"""While the bus is silent, what other processes do is read from the store; here they are a second process on it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conversation.events import QueuePlace
from conversation.news import DESK_TOPIC, QUEUE_TOPIC, News, TurnNews, chat_topic
from conversation.ports import Subscription
from conversation.records import Snapshot, Standing
from engine.shell.lookout import Lookout
from store.sql import SqlStore
from tests.support.hand_clock import HandClock
from tests.support.storing import fresh, held, in_phase, parked, says, talk, turn

_decoder = msgspec.json.Decoder(News)


@dataclass
class SilentBus:
    """Keeps what it is told to deliver, and which topics were ended."""

    up: bool = False
    listened: tuple[str, ...] = ()
    delivered: list[tuple[str, Any]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def topics(self) -> tuple[str, ...]:
        return self.listened

    def deliver(self, topic: str, payload: bytes) -> None:
        self.delivered.append((topic, _decoder.decode(payload)))

    def end(self, topic: str) -> None:
        self.ended.append(topic)

    async def subscribe(self, topic: str) -> Subscription:
        raise AssertionError(f"nobody listens to {topic} here")

    def told(self, topic: str) -> list[Any]:
        """What was delivered there since it was asked last."""
        found = [news for where, news in self.delivered if where == topic]
        self.delivered = [(where, news) for where, news in self.delivered if where != topic]
        return found


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    opened = await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db")
    yield opened
    await opened.close()


@pytest.fixture
def bus() -> SilentBus:
    return SilentBus()


@pytest.fixture
def lookout(store: SqlStore, bus: SilentBus) -> Lookout:
    return Lookout(store=store, bus=bus, clock=HandClock())


async def say_more(store: SqlStore, conversation: Any, seq: int) -> Any:
    saved = turn(conversation, says(conversation, seq))
    await store.save(saved)
    return saved.conversation


async def test_pages_are_told_how_far_their_chats_are_and_then_only_what_is_new(
    store: SqlStore, bus: SilentBus, lookout: Lookout
) -> None:
    anna, ben = await talk(store, "anna"), await talk(store, "ben")
    bus.listened = (chat_topic(anna.chat), chat_topic(ben.chat), chat_topic("unknown"))
    await lookout.look()
    assert [news.seq for news in bus.told(chat_topic(anna.chat))] == [1]
    assert [news.seq for news in bus.told(chat_topic(ben.chat))] == [1]
    await lookout.look()
    assert bus.delivered == []
    await say_more(store, anna, 2)
    await lookout.look()
    assert [(topic, news.seq, news.card.version) for topic, news in bus.delivered] == [(chat_topic(anna.chat), 2, 2)]


async def test_page_that_comes_while_the_bus_is_silent_is_told_too(
    store: SqlStore, bus: SilentBus, lookout: Lookout
) -> None:
    """What was saved between its own reading and the next look is in no other news."""
    anna = await talk(store, "anna")
    await lookout.look()
    bus.listened = (chat_topic(anna.chat),)
    await lookout.look()
    assert [news.seq for news in bus.told(chat_topic(anna.chat))] == [1]


class NotAsked:
    """A store that nobody may ask."""

    async def standings(self, chats: Sequence[str]) -> Sequence[Standing]:
        raise AssertionError(f"asked for {chats}")

    async def load(self, chat: str) -> Snapshot:
        raise AssertionError(f"asked for {chat}")

    async def place(self, conversation: str) -> QueuePlace | None:
        raise AssertionError(f"asked for {conversation}")


async def test_nothing_is_read_while_the_bus_brings_news(bus: SilentBus) -> None:
    bus.listened, bus.up = (chat_topic("chat-anna"),), True
    await Lookout(store=NotAsked(), bus=bus, clock=HandClock()).look()
    assert (bus.delivered, bus.ended) == ([], [])


async def test_desk_reads_its_list_anew_and_is_then_told_what_changes_on_it(
    store: SqlStore, bus: SilentBus, lookout: Lookout
) -> None:
    anna = await talk(store, "anna", phase=parked())
    await talk(store, "ben")
    await lookout.look()
    assert (bus.ended, bus.delivered) == ([DESK_TOPIC], [])
    cleo = await talk(store, "cleo", phase=parked(5))
    claimed = turn(in_phase(anna, held()))
    await store.save(claimed)
    await lookout.look()
    cards = {news.card.chat: (news.card.phase, news.card.preview) for news in bus.told(DESK_TOPIC)}
    assert cards == {cleo.chat: ("parked", "line 1"), anna.chat: ("with_operator", "line 1")}
    assert len(bus.told(QUEUE_TOPIC)) == 1  # whoever waits behind anna moves up
    await store.save(turn(in_phase(claimed.conversation, fresh(anna.chat).phase)))
    await lookout.look()
    assert [news.card.phase for news in bus.told(DESK_TOPIC)] == ["with_bot"]
    await lookout.look()
    assert bus.told(DESK_TOPIC) == []
    assert bus.ended == [DESK_TOPIC]


async def test_parked_customer_is_told_the_place(store: SqlStore, bus: SilentBus, lookout: Lookout) -> None:
    await talk(store, "anna", phase=parked())
    ben = await talk(store, "ben", phase=parked(1))
    bus.listened = (chat_topic(ben.chat),)
    await lookout.look()
    news: TurnNews = bus.told(chat_topic(ben.chat))[0]
    assert news.place is not None
    assert news.place.position == 2


async def test_pages_are_told_how_far_their_chats_are_when_a_worker_ended(
    store: SqlStore, bus: SilentBus, lookout: Lookout
) -> None:
    """It may have saved a turn, and not told."""
    anna = await talk(store, "anna")
    bus.up, bus.listened = True, (chat_topic(anna.chat),)
    await lookout.look()
    assert bus.delivered == []
    lookout.miss()
    await lookout.look()
    assert [(topic, news.seq) for topic, news in bus.delivered] == [(chat_topic(anna.chat), 1)]
    assert bus.ended == [DESK_TOPIC]
    await lookout.look()
    assert len(bus.delivered) == 1
