"""Who works in the group is there, for routing and for colleagues, for as long as they did something in it lately."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from bots.telegram_desk.ports import Surroundings
from conversation.news import ATTENDANCE_TOPIC

LATELY: Final = timedelta(minutes=15)
"""After a message, a command or a press."""
EVERY: Final = 20.0
"""Seconds after which it is said again of those who are there."""
_log = structlog.get_logger("telegram_desk")


class Attending:
    def __init__(self, surroundings: Surroundings) -> None:
        self._lent = surroundings
        self._last: dict[str, datetime] = {}
        """By operator: when they did something."""

    async def seen(self, operator: str) -> None:
        """They did something in the group. Never raises: what they did counts, whoever hears that they are there."""
        here = operator in self._last
        self._last[operator] = self._lent.clock.now()
        if here:
            return
        await self._lent.presence.here(operator)
        await self._tell()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._lent.clock.sleep(EVERY)
            now = self._lent.clock.now()
            self._last = {operator: at for operator, at in self._last.items() if now - at < LATELY}
            for operator in sorted(self._last):
                await self._lent.presence.here(operator)

    async def _tell(self) -> None:
        try:
            await self._lent.bus.publish(ATTENDANCE_TOPIC, b"")
        except Exception:
            _log.exception("attendance_not_told", follows="the desks look by themselves within half a minute")
