"""What operators were refused lately, for pages that lost the connection before they heard it."""

from collections import OrderedDict
from typing import Final

import msgspec
import structlog

from conversation.effects import Refuse
from conversation.news import DESK_TOPIC, News, TurnNews
from conversation.ports import Bus, Clock

KEPT: Final = 200
"""Refusals of one operator."""
AGAIN: Final = 5.0
"""Seconds until a bus that broke is asked again."""
_decoder = msgspec.json.Decoder(News)
_log = structlog.get_logger(__name__)


class Refusals:
    """Fed by the news for the desk, whether or not a page is open. What it misses costs a page an explanation."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._kept: dict[str, OrderedDict[str, Refuse]] = {}

    def find(self, operator: str, event: str) -> Refuse | None:
        return self._kept.get(operator, OrderedDict()).get(event)

    async def listen(self) -> None:
        """Until cancelled; a subscription that fell behind or broke is followed by the next."""
        while True:
            try:
                await self._follow()
            except Exception:
                _log.exception("refusals_not_heard", again_in=AGAIN)
                await self._clock.sleep(AGAIN)

    async def _follow(self) -> None:
        subscription = await self._bus.subscribe(DESK_TOPIC)
        try:
            async for payload in subscription:
                news = _decoder.decode(payload)
                if isinstance(news, TurnNews):
                    self._keep(news)
        finally:
            await subscription.close()

    def _keep(self, news: TurnNews) -> None:
        for refusal in news.refusals:
            kept = self._kept.setdefault(refusal.operator, OrderedDict())
            kept[refusal.event] = refusal
            if len(kept) > KEPT:
                kept.popitem(last=False)
