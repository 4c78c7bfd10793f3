"""What the summary in a Telegram topic tells: as the web desk's panel, in a few lines."""

from app.ground import Ground
from bots.telegram_desk.ports import About
from conversation.knowing import spoken
from conversation.records import Chat
from conversation.state import Conversation, Parked
from dialogs.model import Bot
from engine.panel import reason_of
from engine.rules import Rules
from engine.shell.seating import Seating
from engine.summary import summary_of
from handoff.routing import explain, waiters
from web.desk.panel import panel_of

_MESSAGES = 100
"""Messages in which the reason is looked for, and of which the summary is made."""


class TelegramKnows:
    """A ``bots.telegram_desk.ports.Knows``."""

    def __init__(self, ground: Ground) -> None:
        self._store = ground.store
        self._bot = ground.bot
        self._clock = ground.clock
        self._seating = Seating(store=ground.store, presence=ground.presence, clock=ground.clock)

    async def about(self, chat: Chat, conversation: Conversation, language: str) -> About:
        rules, now = self._bot.rules(), self._clock.now()
        first = tuple(await self._store.history(chat.id, conversation.begins, _MESSAGES))
        newest = await self._store.recent(chat.id, _MESSAGES)
        panel = panel_of(conversation, chat, first)
        guess = reason_of(rules, conversation, language, now)
        known = await self._store.context.of(conversation.id)
        rows = [(spoken(name, language), spoken(value, language)) for each in known for name, value in each.rows]
        return About(
            reason=panel.reason,
            guess=f"{guess.title} ({guess.score:.0%})" if guess else "",
            facts=(*((fact.name, fact.value) for fact in panel.facts), *rows),
            summary=summary_of(rules, conversation, newest, language, now),
            why=await self._why(rules, conversation),
        )

    async def _why(self, rules: Rules, conversation: Conversation) -> str:
        """A key of the pages' texts (``why.<key>``), and after a blank its parameter."""
        if not isinstance(conversation.phase, Parked):
            return getattr(conversation.phase, "why", "")
        cards = await self._store.cards()
        there = await self._seating.seats(cards)
        return explain(waiters(cards, rules.policy), there, rules.policy, self._clock.now()).get(conversation.id, "")


def topics_of(bot: Bot) -> tuple[str, ...]:
    """What a chat can have been about."""
    return tuple(sorted(bot.intents))
