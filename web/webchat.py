"""The web chat's server half: a session for each visitor, and a socket that loses and doubles nothing."""

import asyncio
from contextlib import suppress
from typing import Final

import msgspec
import structlog
from aiohttp import WSCloseCode, web

from bots.webchat.frames import (
    ACCOUNT,
    CHANNEL,
    MAX_FRAME,
    Ack,
    Error,
    Hello,
    PhaseNow,
    Press,
    Said,
    Say,
    Seen,
    SetLanguage,
    Skip,
    Typing,
    TypingNow,
    Welcome,
    frame_of,
    inbound_of,
    read_frame,
)
from conversation.content import media_of
from conversation.errors import BadInputError, StoreError
from conversation.message import Message
from conversation.news import (
    QUEUE_TOPIC,
    ContextNews,
    DeliveryNews,
    News,
    QueueNews,
    ReadNews,
    TurnNews,
    TypingNews,
    chat_topic,
)
from conversation.records import Card
from conversation.state import Parked, WithOperator
from web.deps import Deps
from web.floods import BREATH, Floods
from web.guard import Origins, failure, read_json
from web.proxies import client_of
from web.sockets import Forwarding, Socket, TooFastError, close_all, frame_id, serve, storing, web_socket
from web.tokens import Tokens

HELLO_LIMIT: Final = 10.0
PAGE: Final = 500
_decoder = msgspec.json.Decoder(News)
_log = structlog.get_logger(__name__)


class SessionRequest(msgspec.Struct, frozen=True, kw_only=True):
    token: str = ""
    language: str = ""


class SessionReply(msgspec.Struct, frozen=True, kw_only=True):
    token: str
    chat: str
    languages: tuple[str, ...]
    language: str
    title: str


class WebChat:
    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        self.origins = Origins(deps.origins)
        self.tokens = Tokens(deps.webchat_secret, deps.clock)
        self.floods = Floods(deps.clock)
        self.open: set[web.WebSocketResponse] = set()

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/webchat/session", self.session)
        router.add_options("/webchat/session", self.preflight)
        router.add_get("/webchat/socket", self.socket)

    async def preflight(self, request: web.Request) -> web.Response:
        return web.Response(status=204, headers=self.origins.cross_site(request))

    async def session(self, request: web.Request) -> web.Response:
        if not self.origins.may(request):
            return failure(403, "wrong_origin", "this page may not use the chat: add its origin to LOTSE_WEB__ORIGINS")
        wanted = await read_json(request, SessionRequest)
        address = self.tokens.read(wanted.token)
        if not address:
            client = client_of(request, self.deps.proxies)
            if await self.deps.rates.take(f"session:{client}", rate=1.0, burst=60.0) is None:
                return failure(429, "too_fast", "too many new chats from this address; wait a minute")
            address = self.deps.ids.new()
        bot = self.deps.rules().bot
        language = wanted.language if wanted.language in bot.languages else bot.source
        chat = await self.deps.store.find_chat(CHANNEL, ACCOUNT, address)
        reply = SessionReply(
            token=self.tokens.make(address),
            chat=address,
            languages=bot.languages,
            language=(chat.language if chat else "") or language,
            title=bot.title,
        )
        headers = self.origins.cross_site(request)
        return web.Response(body=msgspec.json.encode(reply), content_type="application/json", headers=headers)

    async def socket(self, request: web.Request) -> web.StreamResponse:
        if not self.origins.may(request):
            return failure(403, "wrong_origin", "this page may not use the chat: add its origin to LOTSE_WEB__ORIGINS")
        ws = web_socket(MAX_FRAME, compress=False)
        await ws.prepare(request)
        self.open.add(ws)
        try:
            visit = _Visit(self, Socket(ws))
            async with storing(visit.socket, visit.refuse):
                await visit.run()
        finally:
            self.open.discard(ws)
        return ws

    async def close(self) -> None:
        await close_all(self.open)


class _Visit:
    """One socket of one visitor."""

    __slots__ = ("address", "chat", "deps", "language", "phase", "queue", "seen", "sent", "socket", "team")

    def __init__(self, chat: WebChat, socket: Socket) -> None:
        self.chat = chat
        self.deps = chat.deps
        self.socket = socket
        self.address = ""
        self.language = ""
        self.sent = 0
        self.seen = 0
        self.phase: PhaseNow | None = None
        self.queue: asyncio.Task[None] | None = None
        self.team = ""
        """Whose queue it is."""

    async def run(self) -> None:
        if not await self.greet():
            return
        subscription = await self.deps.bus.subscribe(chat_topic(self.address))
        try:
            await self.welcome()
            await self.catch_up()
            live = Forwarding(self.socket, subscription, self.news)
            try:
                await serve(self.socket, self.frame, self.refuse)
            finally:
                await live.stop()
        finally:
            self.watch_queue("")
            await subscription.close()

    async def greet(self) -> bool:
        """The first frame says who this is and what the page has."""
        try:
            async with asyncio.timeout(HELLO_LIMIT):
                raw = await self.socket.receive()
                frame = read_frame(raw) if raw is not None else None
        except TimeoutError:
            await self.socket.close(WSCloseCode.POLICY_VIOLATION, "say hello first")
            return False
        except BadInputError as error:
            await self.refuse(error.code, str(error), "")
            await self.socket.close(WSCloseCode.POLICY_VIOLATION, error.code)
            return False
        if frame is None:
            return False
        self.address = self.chat.tokens.read(frame.token) if isinstance(frame, Hello) else ""
        if not self.address or not isinstance(frame, Hello):
            await self.refuse("bad_token", "this chat is not known any more; start a new one", "")
            await self.socket.close(WSCloseCode.POLICY_VIOLATION, "bad_token")
            return False
        self.sent = frame.last_seq
        self.language = frame.language or ""
        return await self.admit()

    async def admit(self) -> bool:
        """Who floods and comes back at once gets no further for a moment: a greeting reads the history."""
        if not self.chat.floods.come(self.address):
            await self.socket.close(WSCloseCode.TRY_AGAIN_LATER, "too_fast")
            return False
        if self.chat.floods.lasts(self.address):
            await self.deps.clock.sleep(BREATH)
        return True

    async def welcome(self) -> None:
        chat = await self.deps.store.find_chat(CHANNEL, ACCOUNT, self.address)
        conversation = await self.deps.store.conversation(chat.conversation) if chat and chat.conversation else None
        phase = conversation.phase if conversation else None
        seq = chat.seq if chat else 0
        self.seen = chat.read_seq if chat else 0
        self.sent = min(self.sent, seq)
        await self.socket.send(
            Welcome(
                chat=self.address,
                seq=seq,
                language=(conversation.language if conversation else "")
                or (chat.language if chat else "")
                or self.language
                or self.deps.rules().bot.source,
                phase=str(phase.__struct_config__.tag) if phase else "with_bot",
                operator=phase.name if isinstance(phase, WithOperator) else "",
                place=await self.deps.place(conversation.id, phase.team)
                if conversation and isinstance(phase, Parked)
                else None,
            )
        )
        if conversation and isinstance(phase, Parked):
            self.watch_queue(conversation.id, phase.team)
        else:
            self.watch_queue("")

    async def catch_up(self) -> None:
        """Everything after what the page has, page by page."""
        while True:
            messages = await self.deps.store.history(self.address, self.sent, PAGE)
            for message in messages:
                await self.socket.send(self.shown(message))
                self.sent = message.seq
            if len(messages) < PAGE:
                return

    def shown(self, message: Message) -> Said | Skip:
        """With a link to its file, good for this customer's eyes and for a while."""
        media = media_of(message.content)
        return frame_of(message, self.deps.links.path(media, CHANNEL, self.address) if media else "")

    async def news(self, payload: bytes) -> None:
        match _decoder.decode(payload):
            case TurnNews() as turn:
                await self.turn(turn)
            case TypingNews(who="operator", on=on, name=name):
                await self.socket.send(TypingNow(who="operator", on=on, name=name))
            case TypingNews() | DeliveryNews() | QueueNews() | ReadNews() | ContextNews():
                pass

    async def turn(self, turn: TurnNews) -> None:
        """A gap means that news was lost or overtaken: the store has everything."""
        fresh = [message for message in turn.messages if message.seq > self.sent]
        if fresh[0].seq != self.sent + 1 if fresh else turn.seq > self.sent:
            await self.catch_up()
        for message in fresh:
            if message.seq == self.sent + 1:
                await self.socket.send(self.shown(message))
                self.sent = message.seq
        await self.show_phase(turn.card, turn)

    async def show_phase(self, card: Card, turn: TurnNews) -> None:
        await self.tell(PhaseNow(phase=card.phase, operator=card.operator_name, place=turn.place, working=turn.working))
        self.watch_queue(card.conversation if card.phase == "parked" else "", card.team)

    async def tell(self, phase: PhaseNow) -> None:
        if phase != self.phase:
            self.phase = phase
            await self.socket.send(phase)

    def watch_queue(self, conversation: str, team: str = "") -> None:
        """While the customer waits, the place in the queue follows what happens there."""
        if self.queue and (not conversation or team != self.team):
            self.queue.cancel()
            self.queue = None
        if conversation and self.queue is None:
            self.team = team
            self.queue = asyncio.create_task(self.follow_queue(conversation, team))

    async def follow_queue(self, conversation: str, team: str) -> None:
        subscription = await self.deps.bus.subscribe(QUEUE_TOPIC)
        try:
            async for _ in subscription:
                place = await self.deps.place(conversation, team)
                if place:
                    await self.tell(PhaseNow(phase="parked", place=place))
        finally:
            await subscription.close()

    # ── from the page ────────────────────────────────────────────────────────────────────────────────────────────────

    async def frame(self, raw: str) -> None:
        floods = self.chat.floods
        if not floods.take(self.address):
            told = not floods.refuse(self.address)
            raise TooFastError("that was a lot at once; come back in a few seconds and send it again", quiet=told)
        frame = read_frame(raw)
        match frame:
            case Hello():
                raise BadInputError("bad_frame", "hello comes once, first")
            case Typing(on=on):
                await self.deps.engine.typing(TypingNews(chat=self.address, who="customer", on=on))
            case Seen(seq=seq):
                await self.mark(seq)
            case Say() | Press() | SetLanguage():
                inbound = inbound_of(
                    frame,
                    address=self.address,
                    language=self.language,
                    id_=self.deps.ids.new(),
                    at=self.deps.clock.now(),
                )
                await self.deps.engine.receive(inbound, self.address)
                await self.socket.send(Ack(id=frame.id))

    async def mark(self, seq: int) -> None:
        """What was seen is known to the desk, once; a page can't have seen what it was not sent."""
        if not self.seen < seq <= self.sent:
            return
        self.seen = seq
        with suppress(StoreError):  # the next one says it too
            if await self.deps.people.seen(self.address, seq):
                await self.deps.engine.read(ReadNews(chat=self.address, seq=seq))

    async def refuse(self, code: str, message: str, raw: str) -> None:
        await self.socket.send(Error(code=code, message=message, id=frame_id(raw)))
