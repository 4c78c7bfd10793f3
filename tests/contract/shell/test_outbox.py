"""A chat that must wait keeps nobody else waiting; what limits the account holds for all its chats."""

import asyncio
from typing import cast

from conversation.content import Text
from conversation.errors import AccountDownError, RetryLaterError, SendError, TransientError
from conversation.message import Message
from conversation.ports import Channel
from conversation.records import Send, SendUpdate
from conversation.stores import EngineStore
from engine.shell.feed import Feed
from engine.shell.outbox import MAX_ATTEMPTS, AmbiguousPolicy, Outbox
from engine.shell.pace import unpaced
from store.bus import MemoryBus
from tests.support.customers import until
from tests.support.engines import CHANNEL, Sends, held, sure
from tests.support.hand_clock import MONDAY_NOON, HandClock


class Notes:
    """Keeps the state of each send."""

    def __init__(self) -> None:
        self.states: dict[int, str] = {}

    async def update_send(self, update: SendUpdate) -> bool:
        self.states[update.number] = update.state
        return True


class Moody(Sends):
    """``moods``: address to what it says instead of taking a message."""

    def __init__(self, **moods: Exception) -> None:
        super().__init__()
        self.moods = moods
        self.tried: list[str] = []

    async def send(self, address: str, message: Message, key: str) -> str:
        self.tried.append(address)
        if address in self.moods:
            raise self.moods[address]
        return await super().send(address, message, key)


class Post:
    """An outbox with one room unless more are asked for."""

    def __init__(self, channel: Moody, *, policy: AmbiguousPolicy = "resend", in_flight: int = 1) -> None:
        self.channel, self.clock, self.notes = channel, HandClock(), Notes()
        channels: dict[str, Channel] = {CHANNEL: channel}
        self.outbox = Outbox(
            store=cast(EngineStore, self.notes),
            channels=channels,
            policies={CHANNEL: policy},
            feed=Feed(MemoryBus(), channels),
            clock=self.clock,
            gone=self._gone,
            fence=held,
            sure=sure,
            at=lambda _: None,
            pacer=unpaced(self.clock),
            in_flight=in_flight,
        )

    async def _gone(self, chat: str, reason: str) -> None:
        raise AssertionError((chat, reason))

    def add(self, number: int, address: str) -> None:
        said = Message(id=f"m{number}", seq=number, author="bot", at=MONDAY_NOON, content=Text(text=f"{number}"))
        self.outbox.add(
            Send(
                number=number,
                chat=address,
                channel=CHANNEL,
                account="bot",
                address=address,
                message=said,
                due=MONDAY_NOON,
            )
        )

    async def pass_seconds(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.turn(1)
            await asyncio.sleep(0.001)

    async def close(self) -> None:
        await self.outbox.drain(0)


async def test_chats_that_were_told_to_wait_take_no_place_of_others() -> None:
    post = Post(Moody(anna=RetryLaterError(300), boris=RetryLaterError(300)), in_flight=2)
    post.add(1, "anna")
    post.add(2, "boris")
    post.add(3, "carla")
    await until(lambda: post.notes.states.get(3) == "sent", seconds=2, what="the third got through")
    assert post.channel.tried == ["anna", "boris", "carla"]
    assert post.notes.states[1] == post.notes.states[2] == "pending"
    await post.close()


async def test_a_limit_of_one_chat_does_not_hold_for_another() -> None:
    post = Post(Moody(anna=RetryLaterError(300)))
    post.add(1, "anna")
    await until(lambda: post.notes.states.get(1) == "pending", what="the first waits")
    post.add(2, "boris")
    await until(lambda: post.notes.states.get(2) == "sent", what="the second got through")
    await post.close()


async def account_limit(error: SendError, seconds: int) -> None:
    """The first chat meets it; nobody asks again before the time is over, and then all get through."""
    post = Post(Moody(anna=error), in_flight=10)
    post.add(1, "anna")
    await until(lambda: post.notes.states.get(1) == "pending", what="the first waits")
    for number, address in enumerate(("boris", "carla", "dora"), start=2):
        post.add(number, address)
    await post.pass_seconds(seconds - 1)
    assert post.channel.tried == ["anna"]
    assert post.notes.states == {1: "pending"}
    post.channel.moods.clear()
    await post.pass_seconds(2)
    await until(lambda: set(post.notes.states.values()) == {"sent"}, what="all got through")
    assert sorted(post.channel.tried) == ["anna", "anna", "boris", "carla", "dora"]
    await post.close()


async def test_a_limit_of_the_account_holds_for_all_its_chats() -> None:
    await account_limit(RetryLaterError(30, account_wide=True), 30)


async def test_an_account_that_is_down_is_asked_once_a_minute() -> None:
    await account_limit(AccountDownError("the token is wrong"), 60)


async def test_sends_that_waited_for_a_place_while_the_account_was_limited_ask_only_after() -> None:
    post = Post(Moody(anna=RetryLaterError(30, account_wide=True)))
    for number, address in enumerate(("anna", "boris", "carla"), start=1):
        post.add(number, address)
    await until(lambda: post.notes.states.get(1) == "pending", what="the first waits")
    await asyncio.sleep(0.01)
    assert post.channel.tried == ["anna"]
    await post.close()


async def test_a_send_that_breaks_the_connector_is_given_up_and_the_next_goes_out() -> None:
    post = Post(Moody(anna=ZeroDivisionError("a bug")))
    post.add(1, "anna")
    post.add(2, "anna")
    await until(lambda: post.channel.tried == ["anna"], what="the first was tried")
    await post.pass_seconds(10)
    await until(lambda: post.notes.states.get(1) == "failed", what="the first was given up")
    post.channel.moods.clear()
    await post.pass_seconds(10)
    await until(lambda: post.notes.states.get(2) == "sent", what="the second went out")
    assert 4 <= len(post.channel.tried) <= 6
    await post.close()


async def test_a_send_that_broke_the_connector_is_not_repeated_where_nothing_may_come_twice() -> None:
    post = Post(Moody(anna=ZeroDivisionError("a bug")), policy="flag")
    post.add(1, "anna")
    await until(lambda: post.notes.states.get(1) == "ambiguous", what="an operator sees that it is unsure")
    assert post.channel.tried == ["anna"]
    await post.close()


async def test_a_send_that_waited_out_an_account_that_was_down_for_an_hour_is_not_given_up_for_the_next_slip() -> None:
    post = Post(Moody(anna=AccountDownError("the token is wrong")))
    post.add(1, "anna")
    while len(post.channel.tried) < MAX_ATTEMPTS + 3:
        post.clock.turn(60)
        await asyncio.sleep(0.001)
    post.channel.moods["anna"] = TransientError("the connection was refused")
    tried = len(post.channel.tried)
    while len(post.channel.tried) < tried + 2:
        post.clock.turn(60)
        await asyncio.sleep(0.001)
    post.channel.moods.clear()
    await post.pass_seconds(60)
    await until(lambda: post.notes.states.get(1) == "sent", what="it went out")
    await post.close()
