"""What was not delivered, at one operator's desk: how many, which, and what is to follow."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog

from conversation.errors import BadInputError, StoreError
from conversation.records import Chat, Operator
from web.access import may_see
from web.deps import Deps
from web.desk.incoming import Resend, Settle
from web.desk.listener import Listener
from web.desk.outgoing import Delivery, Done, Undelivered
from web.sockets import Socket

LISTED: Final = 100
FRESH: Final = timedelta(seconds=20)
"""How old a number may be that a desk is told which comes."""
OF_A_CHAT: Final = 1_000
_log = structlog.get_logger(__name__)


class LetterCount:
    """For all desks of a process. However many fail at once, they are counted a few times only."""

    def __init__(self, deps: Deps, listeners: Collection[Listener]) -> None:
        self._deps = deps
        self._listeners = listeners
        self._task: asyncio.Task[None] | None = None
        self._stale = False
        self._known: tuple[int, datetime] | None = None
        """The number, and when it was counted."""

    def tell(self, listener: Listener) -> None:
        """A desk comes. It is counted anew where no news of a delivery came for long: they may have been lost."""
        if self._task is not None and not self._task.done():
            return  # whoever is here at the end of the count is told
        if self._known is None or abs(self._deps.clock.now() - self._known[1]) > FRESH:
            self.changed()
        elif not self._stale:
            self._put(listener, self._known[0])

    def changed(self) -> None:
        """Count again, soon; a desk that does not know the number yet is told. With no desk open it waits for the first."""
        self._stale = True
        if not self._listeners:
            self._known = None
        elif self._task is None or self._task.done():
            self._task = asyncio.create_task(self._recount(), name="undelivered")

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _recount(self) -> None:
        while self._stale:
            self._stale = False
            try:
                count = await self._deps.store.count_undelivered()
            except StoreError as error:
                _log.warning("undelivered_not_counted", error=str(error))
                return
            self._known = count, self._deps.clock.now()
            for listener in self._listeners:
                self._put(listener, count)

    def _put(self, listener: Listener, count: int) -> None:
        if listener.count != count:
            listener.count = count
            listener.put(Undelivered(count=count))


class DeadLetters:
    """For one socket: listed are those of chats that ``me`` may see."""

    def __init__(self, deps: Deps, socket: Socket, me: Callable[[], Operator]) -> None:
        self._deps = deps
        self._me = me
        self._socket = socket

    async def list(self) -> None:
        found = tuple(await self._deps.store.undelivered(limit=LISTED))
        count = await self._deps.store.count_undelivered() if len(found) == LISTED else len(found)
        chats = {letter.chat: await self._deps.store.load(letter.chat) for letter in found}
        seen = {chat for chat, snapshot in chats.items() if await may_see(self._deps, self._me(), snapshot)}
        items = tuple(letter for letter in found if letter.chat in seen)
        await self._socket.send(Undelivered(count=count, items=items))

    async def show(self, conversation: str, chat: Chat) -> None:
        """How far the messages of a chat came, for those that did not arrive."""
        waiting = {
            letter.message: letter for letter in await self._deps.store.undelivered(chat=chat.id, limit=OF_A_CHAT)
        }
        for message, state in (await self._deps.store.send_states(chat.id)).items():
            letter = waiting.get(message)
            await self._socket.send(
                Delivery(
                    conversation=conversation,
                    message_id=message,
                    state=state,
                    error=letter.error if letter else "",
                    decided=state == "failed" and letter is None,
                )
            )

    async def decide(self, frame: Resend | Settle, chat: str) -> None:
        """A repeated command finds nothing left to do."""
        number = await self._deps.store.find_send(chat, frame.message_id)
        if number is None:
            raise BadInputError("not_found", "there is no such message")
        match frame:
            case Resend():
                await self._deps.engine.resend((number,), self._deps.clock.now())
            case Settle():
                await self._deps.engine.settle((number,))
        await self._socket.send(Done(id=frame.id))
