"""All that a walk may look at besides the bot and its own state."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from conversation.value import Data, Value
from dialogs.model import Bot
from dialogs.saying.filters import View


class Scene(Value, frozen=True, kw_only=True):
    """``key`` is unique to the event: ids are made from it. ``hours``: team → ``open``, ``next_open``, ``next_slots``,
    worked out when asked. ``handoff``: what came of the last chat with a person."""

    key: str
    now: datetime
    channel: str
    language: str
    customer: str
    hours: Mapping[str, Data]
    handoff: Mapping[str, Data] = {}


class Names(Mapping[str, Data]):
    """The variables of a conversation, then the built-ins: what conditions and texts can name."""

    def __init__(self, bot: Bot, scene: Scene, variables: Mapping[str, Data]) -> None:
        self._bot = bot
        self._scene = scene
        self._variables = variables
        self._made: dict[str, Any] | None = None

    @property
    def _built_in(self) -> dict[str, Any]:
        """Made when the first of them is asked for: most steps name none."""
        if self._made is None:
            scene, zone = self._scene, ZoneInfo(zone_of(self._bot, self._variables))
            self._made = {
                "hours": scene.hours,
                "now": scene.now.isoformat(),
                "today": scene.now.astimezone(zone).date().isoformat(),
                "channel": scene.channel,
                "language": scene.language,
                "handoff": scene.handoff,
            }
        return self._made

    def __getitem__(self, name: str) -> Data:
        return self._variables[name] if name in self._variables else self._built_in[name]

    def __iter__(self) -> Iterator[str]:
        yield from {**self._built_in, **self._variables}

    def __len__(self) -> int:
        return len({**self._built_in, **self._variables})


BUILT_IN_NAMES = frozenset({"hours", "now", "today", "channel", "language", "handoff"})


def view_of(bot: Bot, language: str, variables: Mapping[str, Data] | None = None) -> View:
    """``variables``: of the conversation, where there is one."""
    return View(language=language, zone=zone_of(bot, variables or {}), currency=bot.currency)


def zone_of(bot: Bot, variables: Mapping[str, Data]) -> str:
    """The customer's time zone, where the variable ``time_zone`` has one (a profile, or a back-end, gave it); else the bot's."""
    known = variables.get("time_zone")
    return known if isinstance(known, str) and is_zone(known) else bot.policy.time_zone


@lru_cache(maxsize=256)
def is_zone(name: str) -> bool:
    """Whether it is an IANA name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return bool(name)
