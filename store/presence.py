"""Who is there, in one process: ``conversation.ports.Presence`` where there is nobody to share it with."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from conversation.ports import Clock

STAYS: Final = timedelta(seconds=60)
"""How long somebody counts as being there who does not say so again."""


class MemoryPresence:
    """Somebody is there as often as they came: two windows of one person are one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, datetime] = {}

    async def here(self, member: str) -> None:
        self._until[member] = self._clock.now() + STAYS

    async def left(self, member: str) -> None:
        self._until.pop(member, None)

    async def who(self) -> Sequence[str]:
        now = self._clock.now()
        self._until = {member: until for member, until in self._until.items() if until > now}
        return sorted(self._until)
