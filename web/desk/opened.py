"""One conversation that an operator has open: what was said, what is known, and what comes in."""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from conversation.cards import card_of
from conversation.errors import BadInputError
from conversation.message import Message
from conversation.news import ContextNews, DeliveryNews, News, ReadNews, TurnNews, TypingNews, chat_topic
from conversation.records import Card, Operator, Snapshot
from conversation.state import WithOperator
from handoff.rights import sees_card
from web.access import must_see
from web.deps import Deps
from web.desk.board import LISTED, bare
from web.desk.dead_letters import DeadLetters
from web.desk.knowledge import context_for, panel_for
from web.desk.outgoing import (
    Context,
    CustomerTyping,
    Delivery,
    Error,
    MessageAdded,
    OlderMessages,
    Opened,
    PanelChanged,
    Read,
)
from web.desk.panel import Panel, preview_of
from web.desk.panels import Panels
from web.desk.viewers import Onlookers
from web.sockets import Socket, forward, stop

NEWEST: Final = 100
_decoder = msgspec.json.Decoder(News)


async def find(deps: Deps, me: Operator, conversation: str) -> Snapshot:
    """Raises BadInputError for one that there is not, or that is not the operator's business."""
    found = await deps.store.conversation(conversation)
    if found is None:
        raise BadInputError("not_found", "there is no such conversation")
    snapshot = await deps.store.load(found.chat)
    await must_see(deps, me, snapshot)
    return Snapshot(chat=snapshot.chat, conversation=found)


class View:
    """``window``: the socket that shows it; ``language``: the operator's."""

    def __init__(
        self,
        deps: Deps,
        panels: Panels,
        socket: Socket,
        me: Operator,
        *,
        window: str,
        conversation: str,
        language: str,
    ) -> None:
        self._deps = deps
        self._panels = panels
        self._socket = socket
        self._me = me
        self._language = language or deps.rules().bot.source
        self.conversation = conversation
        self._chat = ""
        self._shown = 0
        """The number of the newest message that was sent to the page."""
        self._gone = False
        self._panel: Panel | None = None
        """As the page has it."""
        self._context = Context(conversation=conversation, items=())
        self._follower: asyncio.Task[None] | None = None
        self._onlookers = Onlookers(deps.bus, deps.clock, socket, me=me, window=window, conversation=conversation)

    async def begin(self, letters: DeadLetters) -> None:
        """Follow first, then read: nothing falls between."""
        found = await find(self._deps, self._me, self.conversation)
        self._chat = found.chat.id
        subscription = await self._deps.bus.subscribe(chat_topic(found.chat.id))
        try:
            snapshot = await self._show()
        except BaseException:
            await subscription.close()
            raise
        if snapshot.chat.read_seq:
            await self._socket.send(Read(conversation=self.conversation, seq=snapshot.chat.read_seq))
        await letters.show(self.conversation, snapshot.chat)
        await self._tell_context(snapshot)

        async def follow() -> None:
            try:
                await forward(self._socket, subscription, self._news)
            finally:
                await subscription.close()

        self._follower = asyncio.create_task(follow())
        await self._onlookers.begin()

    async def end(self) -> None:
        if self._follower:
            await stop(self._follower)
            await self._onlookers.end()

    async def type(self, *, on: bool) -> None:
        await self._onlookers.type(on=on)

    async def _show(self) -> Snapshot:
        snapshot = await find(self._deps, self._me, self.conversation)
        assert snapshot.conversation is not None  # noqa: S101 - find raises otherwise
        messages = tuple(await self._deps.store.recent(self._chat, NEWEST))
        self._panel = await panel_for(self._deps, snapshot, self._language)
        self._shown = messages[-1].seq if messages else 0
        card = card_of(snapshot.conversation, preview_of(snapshot.conversation, messages))
        more = bool(messages) and messages[0].seq > 1
        await self._socket.send(Opened(card=bare(card), messages=messages, panel=self._panel, more=more))
        return snapshot

    async def _news(self, payload: bytes) -> None:
        if self._gone:
            return
        here = self.conversation
        match _decoder.decode(payload):
            case TurnNews() as turn:
                await self._turn(turn)
            case DeliveryNews(message=message_id, state=state, error=error, decided=decided):
                await self._socket.send(
                    Delivery(conversation=here, message_id=message_id, state=state, error=error, decided=decided)
                )
            case TypingNews(who="customer", on=on):
                await self._socket.send(CustomerTyping(conversation=here, on=on))
            case ReadNews(seq=seq):
                await self._socket.send(Read(conversation=here, seq=seq))
            case ContextNews(conversation=about) if about == here:
                await self._tell_context(await find(self._deps, self._me, here))
            case _:
                pass

    async def _tell_context(self, found: Snapshot) -> None:
        context = await context_for(self._deps, found, self._language)
        if context != self._context:
            self._context = context
            await self._socket.send(context)

    async def _turn(self, turn: TurnNews) -> None:
        if not await self._still_mine(turn.card):
            return
        await self._add(turn.messages, turn.seq)
        version = turn.card.version if turn.card.conversation == self.conversation else 0
        panel = await self._panels.since(self.conversation, self._language, version)
        if panel is not self._panel:
            self._panel = panel
            card = bare(turn.card) if version and turn.card.phase not in LISTED else None
            await self._socket.send(PanelChanged(conversation=self.conversation, panel=panel, card=card))

    async def _still_mine(self, card: Card) -> bool:
        """Whether the operator may still see it. The store is asked only where the line in the list does not say so."""
        if card.phase in LISTED and sees_card(self._me, card):
            return True
        try:
            await find(self._deps, self._me, self.conversation)
        except BadInputError as error:  # it went to another team
            self._gone = True
            await self._socket.send(Error(code=error.code, message=str(error)))
        return not self._gone

    async def _add(self, messages: Sequence[Message], seq: int) -> None:
        """The messages that this desk has not shown. A gap means that news was lost: the store has everything."""
        first = messages[0].seq if messages else seq
        if first > self._shown + bool(messages):
            messages = await self._deps.store.history(self._chat, self._shown, NEWEST)
        for message in messages:
            if message.seq > self._shown:
                self._shown = message.seq
                await self._socket.send(MessageAdded(conversation=self.conversation, message=message))


async def older(deps: Deps, me: Operator, conversation: str, before: int) -> OlderMessages:
    snapshot = await find(deps, me, conversation)
    before = min(before, snapshot.chat.seq + 1)
    start = max(0, before - 1 - NEWEST)
    messages = tuple(await deps.store.history(snapshot.chat.id, start, max(0, min(NEWEST, before - 1 - start))))
    return OlderMessages(conversation=conversation, messages=messages, more=bool(messages) and messages[0].seq > 1)


def holds(me: Operator, snapshot: Snapshot) -> bool:
    """Only the holder's writing is shown to the customer."""
    phase = snapshot.conversation.phase if snapshot.conversation else None
    return isinstance(phase, WithOperator) and phase.operator == me.id
