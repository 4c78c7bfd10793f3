"""Fetching updates where Telegram can't reach us: no public address, a developer's machine."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec
import structlog
from aiogram.methods import DeleteWebhook, GetUpdates

from bots.bot_api import ConflictError
from bots.telegram.api import BotApi
from bots.telegram.translate import Arrival, read_update
from bots.telegram.updates import READ_KINDS, Record
from conversation.errors import AccountDownError, BadInputError, RetryLaterError, SendError, StoreError
from conversation.ports import Clock, Ids, Receive

_log = structlog.get_logger("telegram")

HOLD = 25
"""Seconds that Telegram keeps an empty answer back."""
LONGEST_PAUSE = 30.0
"""Seconds between two tries when nothing works."""
_SURPLUS = 5.0


class _Number(Record, frozen=True, kw_only=True):
    update_id: int


@dataclass(slots=True, kw_only=True)
class Polling:
    """Fetches until it is cancelled. Telegram forgets an update when a later offset is asked for: after the accept."""

    api: BotApi
    receive: Receive
    ids: Ids
    clock: Clock
    pressed: Callable[[str], None]
    hold: int = HOLD
    _offset: int = field(default=0, init=False)
    _failures: int = field(default=0, init=False)
    _may_fetch: bool = field(default=False, init=False)

    async def run(self) -> None:
        """Never returns. A failure is logged, and tried again after a pause that grows to ``LONGEST_PAUSE``."""
        while True:
            try:
                await self._round()
                self._failures = 0
            except RetryLaterError as error:
                await self.clock.sleep(error.seconds)
            except ConflictError as error:
                self._may_fetch = False  # a web hook excludes fetching; it may have been set meanwhile
                _log.error(
                    "another process fetches this bot's messages: stop it, or use another token", error=str(error)
                )
                await self._pause()
            except AccountDownError as error:
                _log.error("Telegram refuses the token: ask BotFather for a new one", error=str(error))
                await self._pause()
            except (SendError, StoreError) as error:
                _log.warning("fetching failed, will try again", error=str(error))
                await self._pause()

    async def _round(self) -> None:
        if not self._may_fetch:
            await self.api.call(DeleteWebhook(drop_pending_updates=False), bool)
            self._may_fetch = True
        request = GetUpdates(offset=self._offset or None, timeout=self.hold, allowed_updates=list(READ_KINDS))
        batch = await self.api.call(request, list[msgspec.Raw], wait=self.hold + _SURPLUS)
        await self._accept([msgspec.Raw(raw) for raw in batch])

    async def _accept(self, batch: Sequence[msgspec.Raw]) -> None:
        """Store a batch, in order inside each chat, the chats side by side: they share a commit. All or none counts."""
        if not batch:
            return
        chats: dict[str, list[Arrival]] = {}
        last = self._offset - 1
        for raw in batch:
            arrival = self._read(raw)
            last = max(last, arrival.update_id)
            chats.setdefault(arrival.inbound.address if arrival.inbound else "", []).append(arrival)
        results = await asyncio.gather(*map(self._accept_chat, chats.values()), return_exceptions=True)
        for failure in filter(None, results):
            raise failure
        self._offset = last + 1

    def _read(self, raw: msgspec.Raw) -> Arrival:
        """An update that can't be read is left out: it would come again for ever, and hold up all others."""
        try:
            return read_update(raw, account=self.api.account, id_=self.ids.new(), at=self.clock.now())
        except BadInputError as error:
            _log.error("an update could not be read and is left out", error=str(error))
        try:
            return Arrival(update_id=msgspec.json.decode(raw, type=_Number).update_id)
        except msgspec.DecodeError:
            return Arrival(update_id=-1)

    async def _accept_chat(self, arrivals: Sequence[Arrival]) -> None:
        for arrival in arrivals:
            if arrival.inbound:
                await self.receive(arrival.inbound)
            if arrival.callback:
                self.pressed(arrival.callback)

    async def _pause(self) -> None:
        await self.clock.sleep(min(LONGEST_PAUSE, 0.5 * 2**self._failures))
        self._failures = min(self._failures + 1, 10)
