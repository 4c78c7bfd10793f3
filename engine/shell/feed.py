"""Tells the sockets what was saved."""

import asyncio
from collections.abc import Mapping

import msgspec
import structlog

from conversation.cards import card_of
from conversation.content import plain_text
from conversation.effects import Amend, Post, Refuse
from conversation.events import QueuePlace
from conversation.news import (
    DESK_TOPIC,
    LOST_TOPIC,
    QUEUE_TOPIC,
    DeliveryNews,
    News,
    QueueNews,
    ReadNews,
    TurnNews,
    TypingNews,
    chat_topic,
)
from conversation.ports import Bus, Channel
from conversation.records import Chat, SendState, Turn
from conversation.state import Closed, Conversation, Parked, Phase, WithBot

PREVIEW = 120
"""Characters of the customer's last words on a card."""

_log = structlog.get_logger(__name__)


def works(conversation: Conversation) -> bool:
    """Whether the bot waits for a back-end."""
    frames = conversation.run.frames
    return bool(frames) and frames[-1].stage == "doing" and isinstance(conversation.phase, WithBot)


class Feed:
    """Publishes on the bus; what is lost there is read from the store."""

    def __init__(self, bus: Bus, channels: Mapping[str, Channel]) -> None:
        self._bus = bus
        self._channels = channels
        self._typing: dict[str, asyncio.Task[None]] = {}
        """By chat: what a messenger is being told about an operator's typing."""

    async def turn(self, turn: Turn, before: Phase, place: QueuePlace | None) -> None:
        """A saved turn: all of it to the chat's sockets. To the desk unless the bot has the chat, or had it and ended it; what
        it had to send to a customer who can't be reached has failed, and counts there.
        """
        conversation = turn.conversation
        found = {effect.message.id: effect.message for effect in turn.effects if isinstance(effect, Amend)}
        posted = (effect.message for effect in turn.effects if isinstance(effect, Post))
        messages = tuple(found.get(message.id, message) for message in posted)
        refusals = tuple(effect for effect in turn.effects if isinstance(effect, Refuse))
        words = [plain_text(message.content) for message in messages if message.author == "customer"]
        news = TurnNews(
            chat=conversation.chat,
            card=card_of(conversation, words[-1][:PREVIEW] if words else ""),
            messages=messages,
            place=place,
            working=works(conversation),
            refusals=refusals,
        )
        await self._publish(chat_topic(conversation.chat), news)
        bots = isinstance(before, WithBot) and isinstance(conversation.phase, WithBot | Closed)
        if not bots or refusals or turn.unreachable:
            await self._publish(DESK_TOPIC, msgspec.structs.replace(news, messages=()))

        left = before.team if isinstance(before, Parked) and not isinstance(conversation.phase, Parked) else ""
        if left:
            await self._publish(QUEUE_TOPIC, QueueNews(team=left))

    async def lost(self) -> None:
        """A worker ended who may have saved what it did not tell: whoever has open pages reads it."""
        try:
            await self._bus.publish(LOST_TOPIC, b"")
        except Exception:
            _log.exception("loss_not_told")

    async def delivery(self, chat: str, message: str, state: SendState, error: str = "") -> None:
        """To the chat's sockets; to the desk too, except that all went well."""
        news = DeliveryNews(chat=chat, message=message, state=state, error=error)
        await self._publish(chat_topic(chat), news)
        if state != "sent":
            await self._publish(DESK_TOPIC, news)

    async def decided(self, chat: str, message: str, state: SendState) -> None:
        """An operator settled a delivery or wants another try: it leaves the list of what was not delivered."""
        news = DeliveryNews(chat=chat, message=message, state=state, decided=True)
        await self._publish(chat_topic(chat), news)
        await self._publish(DESK_TOPIC, news)

    async def read(self, news: ReadNews) -> None:
        """To whoever shows the chat."""
        await self._publish(chat_topic(news.chat), news)

    async def typing(self, news: TypingNews, chat: Chat | None = None) -> None:
        """``chat`` for an operator's typing: a messenger shows it too, at its own pace. Nobody waits for that."""
        await self._publish(chat_topic(news.chat), news)
        channel = self._channels.get(chat.channel) if chat else None
        if chat and channel and news.on and news.who == "operator" and chat.id not in self._typing:
            task = asyncio.create_task(channel.typing(chat.address), name="typing")
            self._typing[chat.id] = task
            task.add_done_callback(lambda _: self._typing.pop(chat.id, None))

    async def close(self) -> None:
        """Typing that is still being told is nobody's business any more."""
        tasks = list(self._typing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _publish(self, topic: str, news: News) -> None:
        """What happened is stored already: a bus that fails must not have it done again."""
        try:
            await self._bus.publish(topic, msgspec.json.encode(news))
        except Exception:
            _log.exception("news_not_published", topic=topic)
