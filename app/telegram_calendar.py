"""Call-backs that operators plan in Telegram: times to press, times in words, and the booking itself."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from conversation.callback import Callback
from conversation.events import OperatorEvent, OperatorPlanned
from conversation.ports import Clock
from conversation.records import Operator
from conversation.state import Closed, Conversation, Parked, WithOperator
from dialogs.answers.moments import slots_meant
from dialogs.answers.values import AnswerContext
from engine.rules import Rules
from engine.shell.callbacks import Callbacks

_LOOKED_AT: Final = 100
"""Free times among which words are looked for."""


class TelegramCalendar:
    """A ``bots.telegram_desk.ports.Calendar``. Times are the company's: the customer is told them in theirs."""

    def __init__(self, books: Callbacks, rules: Callable[[], Rules], clock: Clock) -> None:
        self._books = books
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

    async def plan(
        self, conversation: Conversation, event: str, by: Operator, begin: datetime | None
    ) -> OperatorEvent | None:
        callback: Callback | None = None
        if begin is None:
            await self._books.call_off(conversation.chat, event)
        else:
            wanted = Callback(id=event, team=self._team(conversation), begin=begin, operator=by.id)
            callback = await self._books.book(conversation.chat, wanted)
            if callback is None:
                return None
        return OperatorPlanned(
            id=event,
            at=self._clock.now(),
            operator=by.id,
            name=by.name,
            conversation=conversation.id,
            callback=callback,
        )

    def _team(self, conversation: Conversation) -> str:
        """Whose chat it is, if that team calls back; else any that does."""
        phase = conversation.phase
        team = phase.team if isinstance(phase, Parked | WithOperator | Closed) else ""
        found = self._rules().policy.teams.get(team)
        return team if found and found.callbacks else ""
