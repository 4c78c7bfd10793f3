"""Call-backs that operators plan in Telegram: times to press, times in words, and the booking itself."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from conversation.events import OperatorPlanned
from conversation.ports import Clock
from conversation.state import Conversation
from dialogs.answers.moments import slots_meant
from dialogs.answers.values import AnswerContext
from engine.rules import Rules
from engine.shell.callbacks import Callbacks
from engine.shell.intake import Intake
from handoff.callbacks import team_for

_LOOKED_AT: Final = 100
"""Free times among which words are looked for."""


class TelegramCalendar:
    """A ``bots.telegram_desk.ports.Calendar``. Times are the company's: the customer is told them in theirs."""

    def __init__(self, books: Callbacks, intake: Intake, rules: Callable[[], Rules], clock: Clock) -> None:
        self._books = books
        self._intake = intake
        self._rules = rules
        self._clock = clock

    async def slots(self, conversation: Conversation, limit: int) -> Sequence[datetime]:
        return await self._books.free(conversation.chat, self._team(conversation), limit)

    async def zone(self, conversation: Conversation) -> tzinfo:
        del conversation
        return ZoneInfo(self._rules().policy.time_zone)

    async def heard(self, conversation: Conversation, words: str, language: str) -> datetime | None:
        """The first free time that the words can mean; None if there is none."""
        free = {slot.isoformat(): slot for slot in await self.slots(conversation, _LOOKED_AT)}
        now = self._clock.now().astimezone(await self.zone(conversation))
        country = self._rules().bot.country
        context = AnswerContext(now=now, language=language, country=country, offered=tuple(free))
        return next((free[slot] for slot in slots_meant(words, context)), None)

    async def plan(self, conversation: Conversation, note: OperatorPlanned, key: str) -> bool | None:
        if note.callback:
            callback = msgspec.structs.replace(note.callback, team=self._team(conversation))
            note = msgspec.structs.replace(note, callback=callback)
        noted = await self._books.plan(conversation.chat, note, key)
        return None if noted is None else await self._intake.hand_on(noted)

    def _team(self, conversation: Conversation) -> str:
        team = team_for(self._rules().policy, conversation.phase)
        return team.name if team else ""
