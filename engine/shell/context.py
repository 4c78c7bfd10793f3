"""Asks the back-end about a customer: when the conversation starts, when it becomes known who they are, and when the desk wants it.

Nobody waits for the answers: they are stored as they come, and told over the bus. One that is lost with its process is asked for
again when somebody opens the conversation.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import msgspec
import structlog

from conversation.errors import ContextError, StoreError, UnreadableError
from conversation.knowing import About, Known, KnownState, Offer, Rows
from conversation.news import CONTEXT_TOPIC, ContextNews, chat_topic
from conversation.ports import Bus, Clock, Providers
from conversation.records import Chat, Snapshot
from conversation.state import Closed, Conversation
from conversation.stores import ContextStore
from conversation.value import Data

AT_ONCE: Final = 32
"""Calls of providers that run at the same time."""
MOST: Final = 500
"""Conversations that are asked about at the same time: what starts beyond that is asked for when the desk opens it."""
AGAIN: Final = 1.0
"""Seconds until the bus is listened to again."""
OVERDUE: Final = timedelta(seconds=60)
"""A provider has answered by then, or its process is gone."""
_news = msgspec.json.Decoder(ContextNews)
_log = structlog.get_logger(__name__)


class NoProviders:
    """A bot folder without ``context/``."""

    @property
    def offers(self) -> Sequence[Offer]:
        return ()

    async def ask(self, provider: str, about: About) -> Rows:  # noqa: ARG002 - the port's
        raise ContextError(provider, "there is none of this name")


class _Loads(Protocol):
    async def load(self, chat: str) -> Snapshot: ...


class Contexts:
    """``mine``: whether this worker sees to a chat. ``chats``: where a chat is read when the desk asks about it. ``who``: the variables
    that say who the customer of a chat is."""

    def __init__(
        self,
        *,
        providers: Providers,
        store: ContextStore,
        chats: _Loads,
        bus: Bus,
        clock: Clock,
        mine: Callable[[str], bool],
        who: Callable[[str], Sequence[str]],
    ) -> None:
        self._providers = providers
        self._store = store
        self._chats = chats
        self._bus = bus
        self._clock = clock
        self._mine = mine
        self._who = who
        self._room = asyncio.Semaphore(AT_ONCE)
        self._running: dict[str, asyncio.Task[None]] = {}

    def turn(self, chat: Chat, start: Conversation, end: Conversation) -> None:
        """A turn was saved."""
        if not self._providers.offers:
            return
        begins = start.version == 0 or isinstance(start.phase, Closed)
        who = self._who(end.chat)
        if isinstance(end.phase, Closed):
            if start.version == 0 or not isinstance(start.phase, Closed):
                self._begin(end.id, lambda: self._store.drop(end.id))
        elif begins or _values(start, who) != _values(end, who):
            self._ask(chat, end)

    async def listen(self) -> None:
        """Until cancelled: what desks ask for. Who fell so far behind that the bus gave up hears what comes from then on."""
        while self._providers.offers:
            news = await self._bus.subscribe(CONTEXT_TOPIC)
            try:
                async for payload in news:
                    asked = _news.decode(payload)
                    if self._mine(asked.chat):
                        await self._refresh(asked)
            finally:
                await news.close()
            await self._clock.sleep(AGAIN)

    async def drain(self) -> None:
        """What still runs is given up."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _refresh(self, asked: ContextNews) -> None:
        try:
            snapshot = await self._chats.load(asked.chat)
        except (StoreError, UnreadableError, KeyError) as error:
            _log.warning("context_not_asked", conversation=asked.conversation, error=type(error).__name__)
            return
        found = snapshot.conversation
        if found is not None and found.id == asked.conversation and not isinstance(found.phase, Closed):
            self._ask(snapshot.chat, found)

    def _ask(self, chat: Chat, conversation: Conversation) -> None:
        about = About(
            chat=conversation.chat,
            conversation=conversation.id,
            channel=conversation.channel,
            address=chat.address,
            language=conversation.language,
            name=conversation.name,
            variables=msgspec.json.decode(msgspec.json.encode(conversation.variables)),
        )
        self._begin(conversation.id, lambda: self._all(about))

    def _begin(self, conversation: str, do: Callable[[], Awaitable[None]]) -> None:
        """It takes the place of what is being done about the same conversation."""
        before = self._running.pop(conversation, None)
        if before is not None:
            before.cancel()
        elif len(self._running) >= MOST:
            _log.warning("context_left_for_later", conversation=conversation, running=MOST)
            return
        task = asyncio.create_task(_contained(conversation, do), name="context")
        self._running[conversation] = task
        task.add_done_callback(lambda done: self._ended(conversation, done))

    def _ended(self, conversation: str, task: asyncio.Task[None]) -> None:
        if self._running.get(conversation) is task:
            del self._running[conversation]

    async def _all(self, about: About) -> None:
        at, offers = self._clock.now(), self._providers.offers
        await self._keep(about, [_known(offer, "waiting", at) for offer in offers])
        await asyncio.gather(*(self._one(about, offer, at) for offer in offers))

    async def _one(self, about: About, offer: Offer, at: datetime) -> None:
        try:
            async with self._room:
                known = _known(offer, "ready", at, await self._providers.ask(offer.name, about))
        except ContextError as error:
            _log.warning("context_not_known", conversation=about.conversation, error=error.told)
            known = _known(offer, "late" if error.late else "failed", at)
        await self._keep(about, [known])

    async def _keep(self, about: About, known: Sequence[Known]) -> None:
        await self._store.put(about.conversation, known)
        news = ContextNews(chat=about.chat, conversation=about.conversation)
        await self._bus.publish(chat_topic(about.chat), msgspec.json.encode(news))


def wanted(known: Sequence[Known], now: datetime) -> bool:
    """Whether whoever opens a conversation should have it asked about: nothing was, or an answer was lost with its process."""
    return not known or any(each.state == "waiting" and now - each.at > OVERDUE for each in known)


async def _contained(conversation: str, do: Callable[[], Awaitable[None]]) -> None:
    """What fails here has nobody waiting for it."""
    try:
        await do()
    except StoreError as error:
        _log.warning("context_not_kept", conversation=conversation, error=str(error))
    except Exception:
        _log.exception("context_broke", conversation=conversation)


def _known(offer: Offer, state: KnownState, at: datetime, rows: Rows = ()) -> Known:
    return Known(provider=offer.name, title=offer.title, state=state, rows=rows, at=at)


def _values(conversation: Conversation, who: Sequence[str]) -> list[Data]:
    return [conversation.variables.get(name) for name in who]
