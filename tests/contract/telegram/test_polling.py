import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from bots.connector import Surroundings
from bots.telegram.api import BotApi
from bots.telegram.connector import TelegramConnector
from bots.telegram.polling import LONGEST_PAUSE, Polling
from conversation.content import Text
from conversation.events import CustomerSaid
from conversation.records import Inbound
from tests.support.connector_surroundings import CountedIds, Inbox, TurnedClock
from tests.support.fake_telegram import TOKEN, FakeTelegram


@asynccontextmanager
async def running(connector: TelegramConnector) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(connector.run())
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.fixture
def taken(inbox: Inbox) -> "asyncio.Queue[Inbound]":
    """What the inbox took, to wait for."""
    queue: asyncio.Queue[Inbound] = asyncio.Queue()
    inbox.on_take = queue.put_nowait
    return queue


async def words(taken: "asyncio.Queue[Inbound]") -> str:
    event = (await asyncio.wait_for(taken.get(), 5)).event
    assert isinstance(event, CustomerSaid)
    assert isinstance(event.content, Text)
    return event.content.text


async def test_messages_are_fetched_in_order_before_and_while_running(
    fake: FakeTelegram, connector: TelegramConnector, taken: "asyncio.Queue[Inbound]"
) -> None:
    for number in range(150):
        fake.text(5, f"n{number}")
    async with running(connector):
        assert [await words(taken) for _ in range(150)] == [f"n{number}" for number in range(150)]
        fake.text(5, "later")
        assert await words(taken) == "later"
    assert connector.hook is None


async def test_offset_moves_only_after_the_accept(
    fake: FakeTelegram, connector: TelegramConnector, inbox: Inbox, clock: TurnedClock, taken: "asyncio.Queue[Inbound]"
) -> None:
    first = fake.text(5, "a")
    fake.text(5, "b")
    inbox.broken = 2
    async with running(connector):
        assert [await words(taken), await words(taken)] == ["a", "b"]
        fake.text(5, "c")
        assert await words(taken) == "c"
    offsets = [int(call.fields.get("offset", 0)) for call in fake.called("getUpdates")]
    assert offsets[:4] == [0, 0, 0, first["update_id"] + 2]
    assert clock.slept == [0.5, 1.0]


async def test_message_after_one_that_could_not_be_stored_waits_for_it(
    fake: FakeTelegram, connector: TelegramConnector, inbox: Inbox, taken: "asyncio.Queue[Inbound]"
) -> None:
    inbox.broken = 1
    for number in range(5):
        fake.text(5, f"n{number}")
    async with running(connector):
        assert [await words(taken) for _ in range(5)] == [f"n{number}" for number in range(5)]


async def test_update_that_cannot_be_read_holds_nobody_up(
    fake: FakeTelegram, connector: TelegramConnector, taken: "asyncio.Queue[Inbound]"
) -> None:
    fake.push({"message": {"message_id": "seven"}})
    fake.push({"hologram": {}})
    fake.text(5, "a")
    fake.push({"message": {"message_id": "eight"}})
    async with running(connector):
        assert await words(taken) == "a"
        fake.text(5, "b")
        assert await words(taken) == "b"


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 502, "raw": "<html>Bad Gateway</html>"},
        {"raw": "<html>not Telegram</html>"},
        {"cut": "before"},
        {"cut": "after"},
        {"status": 401, "description": "Unauthorized"},
        {"status": 409, "description": "Conflict: terminated by other getUpdates request"},
    ],
)
async def test_fetching_goes_on_after_a_failure(
    fake: FakeTelegram,
    connector: TelegramConnector,
    clock: TurnedClock,
    taken: "asyncio.Queue[Inbound]",
    fault: dict[str, object],
) -> None:
    fake.fault(method="getUpdates", times=3, **fault)
    fake.text(5, "a")
    async with running(connector):
        assert await words(taken) == "a"
    assert clock.slept == [0.5, 1.0, 2.0]


async def test_pauses_grow_to_a_limit_and_start_again(
    fake: FakeTelegram, connector: TelegramConnector, clock: TurnedClock
) -> None:
    done = asyncio.Event()

    def count(_: float) -> None:
        if len(clock.slept) == 10:
            done.set()

    clock.on_sleep = count
    fake.fault(method="getUpdates", times=10, status=500, description="Internal Server Error")
    async with running(connector):
        await asyncio.wait_for(done.wait(), 5)
    assert clock.slept[:8] == [0.5, 1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE]


async def test_rate_limit_is_waited_out(
    fake: FakeTelegram, connector: TelegramConnector, clock: TurnedClock, taken: "asyncio.Queue[Inbound]"
) -> None:
    fake.fault(method="getUpdates", status=429, description="Too Many Requests", retry_after=11)
    fake.text(5, "a")
    async with running(connector):
        assert await words(taken) == "a"
    assert clock.slept == [11]


async def test_web_hook_of_before_is_taken_away_and_nothing_dropped(
    fake: FakeTelegram, connector: TelegramConnector, taken: "asyncio.Queue[Inbound]"
) -> None:
    fake.text(5, "a")
    fake.webhook = "https://old.example"
    async with running(connector):
        assert await words(taken) == "a"
        fake.webhook = "https://set.meanwhile.example"
        fake.pending.append(
            {"update_id": 900, "message": {"message_id": 9, "chat": {"id": 5, "type": "private"}, "text": "b"}}
        )
        fake._news.set()
        assert await words(taken) == "b"
    assert fake.webhook == ""


async def test_press_is_answered_after_it_was_stored(
    fake: FakeTelegram, connector: TelegramConnector, taken: "asyncio.Queue[Inbound]"
) -> None:
    fake.press(5, "support/menu/bill")
    async with running(connector):
        await asyncio.wait_for(taken.get(), 5)
    await connector.close()
    assert len(fake.called("answerCallbackQuery")) == 1


async def test_cancelling_ends_the_long_poll_at_once(fake: FakeTelegram, surroundings: Surroundings) -> None:
    api = BotApi(TOKEN, fake.url)
    polling = Polling(
        api=api,
        receive=surroundings.receive,
        ids=CountedIds(),
        clock=surroundings.clock,
        pressed=lambda _: None,
    )
    task = asyncio.create_task(polling.run())
    await asyncio.wait_for(fake.reached("getUpdates"), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 1)
    await api.close()
