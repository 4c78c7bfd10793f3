"""A customer whom nothing reaches any more: marked, left alone, and as before with their next word."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from conversation.errors import RecipientGoneError
from conversation.message import Message
from conversation.state import Closed
from store.sql import SqlStore
from tests.support.connector_surroundings import TurnedClock
from tests.support.engines import Process, Sends

NEVER = timedelta(days=10_000)


class Blockable(Sends):
    """``blocked``: addresses of customers who want no more of it."""

    def __init__(self) -> None:
        super().__init__()
        self.blocked: set[str] = set()
        self.tried = 0

    async def send(self, address: str, message: Message, key: str) -> str:
        self.tried += 1
        if address in self.blocked:
            raise RecipientGoneError("bot was blocked by the user")
        return await super().send(address, message, key)


async def test_who_blocked_the_bot_is_marked_has_no_timers_and_gets_nothing_until_the_next_word(
    tmp_path: Path,
) -> None:
    clock, channel = TurnedClock(datetime(2026, 3, 2, 9, tzinfo=UTC)), Blockable()
    process = Process(await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db"), clock, channel)
    await process.receive("1", "anna", "hello")
    await process.receive("2", "boris", "hello")
    await process.settled()
    assert len(await process.store.due_timers(clock.now() + NEVER, 10)) == 2

    channel.blocked.add("anna")
    sent, tried = len(channel.sent), channel.tried
    await process.receive("3", "anna", "one more, then I block you")
    await process.settled()
    assert channel.tried == tried + 1
    chat = await process.chat("anna")
    assert (chat.unreachable, chat.conversation) == ("bot was blocked by the user", "")
    snapshot = await process.store.load(chat.id)
    assert snapshot.conversation is not None
    assert isinstance(snapshot.conversation.phase, Closed)
    left = await process.store.due_timers(clock.now() + NEVER, 10)
    assert [timer.chat for timer in left] == [(await process.chat("boris")).id]
    (letter,) = await process.store.undelivered()
    assert letter.error == "bot was blocked by the user"

    assert await process.engine.intake.resend([letter.number], clock.now()) == 1
    await process.settled()
    assert channel.tried == tried + 2
    assert (await process.chat("anna")).unreachable

    channel.blocked.clear()
    await process.receive("4", "anna", "I am back")
    await process.settled()
    assert not (await process.chat("anna")).unreachable
    assert len(channel.sent) > sent

    assert await process.engine.intake.resend([letter.number], clock.now()) == 1
    await process.settled()
    assert channel.sent[-1][0] == "anna"
    assert await process.store.count_undelivered() == 0
    await process.engine.stop()
    await process.store.close()
