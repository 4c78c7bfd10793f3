"""The desk's server half: what an operator sees live, and does."""

import asyncio
from collections.abc import Sequence
from hashlib import blake2s
from typing import Final

import msgspec
import structlog
from aiohttp import WSCloseCode, web

from conversation.content import Text
from conversation.effects import Refuse
from conversation.errors import BadInputError, StoreError
from conversation.events import OperatorClaimed, OperatorClosed, OperatorEvent, OperatorHandedBack, OperatorReplied
from conversation.message import Message
from conversation.news import (
    DESK_TOPIC,
    ContextNews,
    DeliveryNews,
    News,
    QueueNews,
    ReadNews,
    TurnNews,
    TypingNews,
    chat_topic,
)
from conversation.records import Card, Operator, Snapshot
from conversation.state import WithOperator
from engine.shell.feed import card_of
from handoff.rights import may, sees_card
from web.access import must_see, shown_card
from web.attendance import Attendance
from web.dead_letters import DeadLetters
from web.deps import Deps
from web.desk_frames import (
    AskUndelivered,
    CardChanged,
    Claim,
    Close,
    CustomerTyping,
    Delivery,
    Done,
    Error,
    HandBack,
    MessageAdded,
    Older,
    OlderMessages,
    Open,
    Opened,
    Panel,
    PanelChanged,
    Read,
    Refused,
    Reply,
    Resend,
    Settle,
    Typing,
    panel_of,
    preview_of,
    read_frame,
)
from web.desk_frames import Snapshot as SnapshotFrame
from web.files import fetch_file
from web.guard import failure
from web.refusals import Refusals
from web.signin import SignIn
from web.sockets import Socket, both, close_all, forward, frame_id, serve, storing, web_socket

MAX_FRAME: Final = 64 * 1024
NEWEST: Final = 100
LOOK_EVERY: Final = 60.0
"""Seconds after which a socket that hears nothing from its page looks whether its session still holds."""
MAX_PENDING: Final = 1_000
LONG_AGO: Final = 1_000
"""Messages back to which an answer is looked for that was sent twice."""
_decoder = msgspec.json.Decoder(News)
_log = structlog.get_logger(__name__)


class Desk:
    def __init__(self, deps: Deps, sign_in: SignIn) -> None:
        self.deps = deps
        self.sign_in = sign_in
        self.open: set[web.WebSocketResponse] = set()
        self.refusals = Refusals(deps.bus, deps.clock)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/desk/socket", self.socket)
        router.add_get("/desk/file/{chat}/{message}", self.file)

    async def socket(self, request: web.Request) -> web.StreamResponse:
        if not self.sign_in.origins.own(request):
            return failure(403, "wrong_origin", "the desk talks to its own pages only")
        operator = await self.sign_in.allow(request, "chats")
        if isinstance(operator, web.Response):
            return operator
        ws = web_socket(MAX_FRAME)
        await ws.prepare(request)
        self.open.add(ws)
        try:
            shift = _Shift(self, Socket(ws), operator, request)
            async with storing(shift.socket, shift.refuse):
                await shift.run()
        finally:
            self.open.discard(ws)
        return ws

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file of a chat: always a download, but for pictures of harmless types."""
        operator = await self.sign_in.allow(request, "chats")
        if isinstance(operator, web.Response):
            return operator
        return await fetch_file(self.deps, operator, request.match_info["chat"], request.match_info["message"])

    async def close(self) -> None:
        await close_all(self.open)


class _Shift:
    """One socket of one operator."""

    def __init__(self, desk: Desk, socket: Socket, operator: Operator, request: web.Request) -> None:
        self.desk = desk
        self.deps = desk.deps
        self.socket = socket
        self.letters = DeadLetters(desk.deps, socket, lambda: self.me)
        self.attendance = Attendance(desk.deps, socket, operator)
        self.me = operator
        self.request = request
        self.opened: Snapshot | None = None
        self.shown = 0
        """The number of the newest message of the opened conversation that was sent to the page."""
        self.follower: asyncio.Task[None] | None = None
        self.commands: dict[str, str] = {}
        """Event id → the page's command id, for refusals."""

    async def run(self) -> None:
        subscription = await self.deps.bus.subscribe(DESK_TOPIC)
        ending = await self.desk.sign_in.sign_out(self.request)
        try:
            cards = tuple(card for card in await self.deps.store.cards() if sees_card(self.me, card))
            await self.socket.send(
                SnapshotFrame(operator=self.me.id, name=self.me.name, cards=cards, now=self.deps.clock.now())
            )
            live = asyncio.create_task(forward(self.socket, subscription, self.news))
            over = asyncio.create_task(forward(self.socket, ending, self.signed_out))
            held = asyncio.create_task(self.hold())
            attending = asyncio.create_task(self.attendance.run())
            self.letters.changed()
            await both(serve(self.socket, self.frame, self.refuse), live, over, held, attending)
        finally:
            await subscription.close()
            await ending.close()
            await self.letters.close()
            await self.attendance.leave()
            await self.unfollow()

    async def hold(self) -> None:
        """Until the session has ended, whoever ended it: time, an administrator, another process."""
        while True:
            await self.deps.clock.sleep(LOOK_EVERY)
            try:
                if await self.desk.sign_in.at_desk(self.request) is None:
                    await self.signed_out()
                    return
            except StoreError:
                _log.warning("session_not_looked_up", operator=self.me.id, follows="the next look is in a minute")

    async def signed_out(self, _: bytes = b"") -> None:
        """Whoever signed out hears nothing more here."""
        await self.socket.send(Error(code="signed_out", message="you are signed out; sign in again"))
        await self.socket.close(WSCloseCode.POLICY_VIOLATION, "signed_out")

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def news(self, payload: bytes) -> None:
        news = _decoder.decode(payload)
        if isinstance(news, DeliveryNews) or (isinstance(news, TurnNews) and news.card.phase == "closed"):
            self.letters.changed()
        if isinstance(news, TurnNews):
            await self.socket.send(CardChanged(card=shown_card(self.me, news.card)))
            for refusal in news.refusals:
                await self.tell(refusal)

    async def chat_news(self, payload: bytes) -> None:
        """News of the opened conversation."""
        opened = self.opened
        if opened is None or opened.conversation is None:
            return
        here = opened.conversation.id
        match _decoder.decode(payload):
            case TurnNews(messages=messages, seq=seq):
                try:
                    panel = (await self.look(here))[1]
                except BadInputError as error:  # it went to another team
                    self.opened = None
                    await self.socket.send(Error(code=error.code, message=str(error)))
                    return
                await self.add(here, opened.chat.id, messages, seq)
                await self.socket.send(PanelChanged(conversation=here, panel=panel))
            case DeliveryNews(message=message_id, state=state, error=error, decided=decided):
                await self.socket.send(
                    Delivery(conversation=here, message_id=message_id, state=state, error=error, decided=decided)
                )
            case TypingNews(who="customer", on=on):
                await self.socket.send(CustomerTyping(conversation=here, on=on))
            case ReadNews(seq=seq):
                await self.socket.send(Read(conversation=here, seq=seq))
            case TypingNews() | QueueNews() | ContextNews():
                pass

    async def add(self, here: str, chat: str, messages: Sequence[Message], seq: int) -> None:
        """The messages that this desk has not shown. A gap means that news was lost: the store has everything."""
        first = messages[0].seq if messages else seq
        if first > self.shown + bool(messages):
            messages = await self.deps.store.history(chat, self.shown, NEWEST)
        for message in messages:
            if message.seq > self.shown:
                self.shown = message.seq
                await self.socket.send(MessageAdded(conversation=here, message=message))

    # ── what the operator does ───────────────────────────────────────────────────────────────────────────────────────

    async def frame(self, raw: str) -> None:
        frame = read_frame(raw)
        me = await self.desk.sign_in.at_desk(self.request)
        if me is None:
            await self.signed_out()
            return
        self.me = me
        match frame:
            case Open(conversation=conversation):
                await self.show(conversation)
            case Older(conversation=conversation, before=before):
                await self.older(conversation, before)
            case Typing(conversation=conversation, on=on):
                await self.typing(conversation, on=on)
            case AskUndelivered():
                await self.letters.list()
            case Resend() | Settle():
                await self.letters.decide(frame, (await self.find(frame.conversation)).chat.id)
            case Claim() | HandBack() | Close() | Reply():
                await self.command(frame)

    async def find(self, conversation: str) -> Snapshot:
        found = await self.deps.store.conversation(conversation)
        if found is None:
            raise BadInputError("not_found", "there is no such conversation")
        snapshot = await self.deps.store.load(found.chat)
        await must_see(self.deps, self.me, snapshot)
        return Snapshot(chat=snapshot.chat, conversation=found)

    async def look(self, conversation: str) -> tuple[Card, Panel]:
        """The conversation as it is now, and what is known."""
        self.opened = snapshot = await self.find(conversation)
        assert snapshot.conversation is not None  # noqa: S101 - find raises otherwise
        chat, begins = snapshot.chat, snapshot.conversation.begins
        first = tuple(await self.deps.store.history(chat.id, begins, NEWEST))
        newest = tuple(await self.deps.store.recent(chat.id, NEWEST))
        preview = preview_of(snapshot.conversation, newest)
        return card_of(snapshot.conversation, preview), panel_of(snapshot.conversation, chat, first)

    async def show(self, conversation: str) -> None:
        """Follow first, then read: nothing falls between."""
        await self.unfollow()
        snapshot = await self.find(conversation)
        subscription = await self.deps.bus.subscribe(chat_topic(snapshot.chat.id))
        card, panel = await self.look(conversation)
        messages = tuple(await self.deps.store.recent(snapshot.chat.id, NEWEST))
        more = bool(messages) and messages[0].seq > 1
        self.shown = messages[-1].seq if messages else 0
        await self.socket.send(Opened(card=card, messages=messages, panel=panel, more=more))
        if snapshot.chat.read_seq:
            await self.socket.send(Read(conversation=conversation, seq=snapshot.chat.read_seq))
        await self.letters.show(conversation, snapshot.chat)

        async def follow() -> None:
            try:
                await forward(self.socket, subscription, self.chat_news)
            finally:
                await subscription.close()

        self.follower = asyncio.create_task(follow())

    async def unfollow(self) -> None:
        if self.follower:
            self.follower.cancel()
            await asyncio.gather(self.follower, return_exceptions=True)
            self.follower = None
        self.opened = None

    async def older(self, conversation: str, before: int) -> None:
        snapshot = await self.find(conversation)
        start = max(0, before - 1 - NEWEST)
        messages = tuple(
            await self.deps.store.history(snapshot.chat.id, start, max(0, min(NEWEST, before - 1 - start)))
        )
        more = bool(messages) and messages[0].seq > 1
        await self.socket.send(OlderMessages(conversation=conversation, messages=messages, more=more))

    async def typing(self, conversation: str, *, on: bool) -> None:
        """Only the holder's writing is shown to the customer."""
        snapshot = await self.find(conversation)
        phase = snapshot.conversation.phase if snapshot.conversation else None
        if not isinstance(phase, WithOperator) or phase.operator != self.me.id:
            return
        news = TypingNews(chat=snapshot.chat.id, who="operator", on=on, name=self.me.name)
        await self.deps.engine.typing(news, snapshot.chat)

    async def command(self, frame: Claim | HandBack | Close | Reply) -> None:
        """Stored, then confirmed; whether it may be done is decided in its turn. A repeated one is told what came of it."""
        snapshot = await self.find(frame.conversation)
        event = self.event(frame)
        self.commands[event.id] = frame.id
        if len(self.commands) > MAX_PENDING:
            self.commands.pop(next(iter(self.commands)))
        fresh = await self.deps.engine.operate(snapshot.chat.id, event, f"{self.me.id}:{frame.id}")
        await self.socket.send(Done(id=frame.id))
        refusal = None if fresh else self.desk.refusals.find(self.me.id, event.id) or await self.standing(frame, event)
        if refusal:
            await self.tell(refusal)

    async def tell(self, refusal: Refuse) -> None:
        command = self.commands.pop(refusal.event, "")
        if refusal.operator == self.me.id and command:
            await self.socket.send(Refused(id=command, reason=refusal.reason, holder=refusal.holder))

    async def standing(self, frame: Claim | HandBack | Close | Reply, event: OperatorEvent) -> Refuse | None:
        """What must have come of a command that the service heard before it was started anew, as the chat stands now."""
        snapshot = await self.find(frame.conversation)
        phase = snapshot.conversation.phase if snapshot.conversation else None
        holder = phase.name if isinstance(phase, WithOperator) and phase.operator != self.me.id else ""
        if not holder or not isinstance(frame, Claim | Reply):
            return None
        if isinstance(frame, Claim):
            return Refuse(operator=self.me.id, event=event.id, reason="held_by_other", holder=holder)
        said = await self.deps.store.recent(snapshot.chat.id, LONG_AGO)
        if any(message.author == "operator" and message.client_id == frame.id for message in said):
            return None
        return Refuse(operator=self.me.id, event=event.id, reason="not_holder", holder=holder)

    def event(self, frame: Claim | HandBack | Close | Reply) -> OperatorEvent:
        """Its id is the same for a repeated frame."""
        about = {
            "id": blake2s(f"{self.me.id}\0{frame.id}".encode(), digest_size=16).hexdigest(),
            "operator": self.me.id,
            "name": self.me.name,
            "conversation": frame.conversation,
        }
        at = self.deps.clock.now()
        match frame:
            case Claim():
                return OperatorClaimed(at=at, **about)
            case HandBack():
                return OperatorHandedBack(at=at, **about)
            case Close():
                return OperatorClosed(at=at, over=may(self.me, "others"), **about)
            case Reply(id=client_id, text=text):
                return OperatorReplied(at=at, content=Text(text=text), client_id=client_id, **about)

    async def refuse(self, code: str, message: str, raw: str) -> None:
        await self.socket.send(Error(code=code, message=message, id=frame_id(raw)))
