"""The whole service with a Telegram group for its operators: a fake Bot API over real sockets, and people who write there."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pydantic import SecretStr

from app.settings import TelegramDeskSettings
from bots.telegram_desk.codes import code_hash
from conversation.content import Content, Text
from conversation.ports import Rates
from store.rates import MemoryRates
from tests.support.customers import until
from tests.support.fake_forum import DESK_TOKEN, GROUP, FakeForum, Shown, Topic
from tests.support.hand_clock import HandClock
from tests.support.service import Running, running

SECONDS = 15.0
"""After which what does not happen fails the test."""


class _Free(MemoryRates):
    """The group's pace is tested where time passes: here it stands still."""

    async def take(self, key: str, *, rate: float, burst: float, queue: float = 0.0) -> float | None:
        if key.startswith("telegram_desk:"):
            return 0.0
        return await super().take(key, rate=rate, burst=burst, queue=queue)


@dataclass(kw_only=True)
class Group:
    fake: FakeForum
    lotse: Running

    async def operator(self, name: str, user: int) -> None:
        """Known at the web desk and in the group."""
        await self.lotse.add_operator(name)
        await self.lotse.store.topics.offer(code_hash(name), name, self.lotse.clock.now() + timedelta(minutes=5))
        assert await self.lotse.store.topics.redeem(code_hash(name), user, self.lotse.clock.now()) == name

    async def topic(self, title: str = "") -> Topic:
        await until(lambda: self.fake.topic(title) is not None, seconds=SECONDS, what=f"a topic for {title}")
        found = self.fake.topic(title)
        assert found is not None
        return found

    async def sees(self, topic: Topic, words: str) -> Shown:
        def found() -> Shown | None:
            return self.fake.said(topic.number, words)

        try:
            await until(lambda: found() is not None, seconds=SECONDS)
        except TimeoutError:
            raise AssertionError(f"{words!r} was not said; {self.fake.texts(topic.number)}") from None
        shown = found()
        assert shown is not None
        return shown

    async def says(self, words: str, number: str, name: str = "Ann", address: str = "77") -> None:
        """The messenger's customer."""
        assert self.lotse.messenger is not None
        await self.lotse.messenger.says(Text(text=words), number, address, name)
        await self.lotse.settle()

    async def sends(self, content: Content, number: str, address: str = "77") -> None:
        assert self.lotse.messenger is not None
        await self.lotse.messenger.says(content, number, address)
        await self.lotse.settle()

    async def parks(self, address: str = "77", name: str = "Ann") -> Topic:
        """A customer of the messenger who asks for a person; the topic."""
        await self.says("Hallo", f"{address}-1", name, address)
        await self.says("Mitarbeiter", f"{address}-2", name, address)
        topic = await self.topic(name)
        await self.quiet()
        return topic

    def heard(self, address: str = "77") -> list[str]:
        """What the customer got."""
        assert self.lotse.messenger is not None
        return [str(getattr(message.content, "text", "")) for to, message in self.lotse.messenger.sent if to == address]

    async def customer_hears(self, words: str, address: str = "77") -> None:
        await until(lambda: any(words in text for text in self.heard(address)), seconds=SECONDS, what=words)

    async def quiet(self) -> None:
        """Until everything that happened is told: the store finds nothing behind, and nothing is being said."""
        await self.lotse.settle()

        async def behind() -> bool:
            return bool(await self.lotse.store.topics.behind(GROUP, 10))

        for _ in range(int(SECONDS / 0.02)):
            if not await behind():
                return
            import asyncio

            await asyncio.sleep(0.02)
        raise AssertionError(f"not all was told: {self.fake.texts(0)} {[shown.text for shown in self.fake.shown]}")


@contextmanager
def _free_rates(free: bool) -> Iterator[None]:
    def rates(settings: Any, clock: HandClock, stack: Any) -> Rates:
        return _Free(clock) if free else MemoryRates(clock)

    with patch("app.service.open_rates", rates):
        yield


@asynccontextmanager
async def group(
    folder: Path, fake: FakeForum, *, free: bool = True, clock: HandClock | None = None
) -> AsyncIterator[Group]:
    """``free``: no pace is kept, as time stands still."""
    settings = TelegramDeskSettings(token=SecretStr(DESK_TOKEN), group=GROUP, api=fake.url)
    with _free_rates(free):
        async with running(folder, messenger=True, telegram_desk=settings, clock=clock) as lotse:
            yield Group(fake=fake, lotse=lotse)
