"""One socket of one operator: what they see live, and do."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog
from aiohttp import WSCloseCode, web

from conversation.effects import Refuse
from conversation.errors import StoreError
from conversation.news import TypingNews
from conversation.records import Operator, Snapshot
from conversation.state import WithOperator
from handoff.routing import may_claim
from handoff.seats import Seat
from web import customers
from web.deps import Deps
from web.desk import knowledge
from web.desk.commands import NotDoneError, event_id, event_of
from web.desk.dead_letters import DeadLetters
from web.desk.feed import Feed
from web.desk.incoming import (
    AskCanned,
    AskSlots,
    AskUndelivered,
    Claim,
    DeskFrame,
    Find,
    Join,
    Looking,
    Older,
    Open,
    Part,
    Plan,
    Refresh,
    Reply,
    Resend,
    SetStatus,
    Settle,
    Turning,
    Typing,
    read_frame,
)
from web.desk.listener import Listener
from web.desk.opened import View, find, holds, older
from web.desk.outgoing import Done, Error, FoundCustomers, Refused, WrongArgument
from web.desk.panels import Panels
from web.desk.planning import plan, slots_for
from web.desk.running import WrongArgumentError
from web.floods import BREATH, Floods
from web.signin import SignIn
from web.sockets import Socket, TooFastError, both, cut_off, forward, frame_id, serve

LOOK_EVERY: Final = 60.0
"""Seconds after which a socket that hears nothing from its page looks whether its session still holds."""
MAX_PENDING: Final = 1_000
LONG_AGO: Final = 1_000
"""Messages back to which an answer is looked for that was sent twice."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What all desks of a process share."""

    deps: Deps
    sign_in: SignIn
    feed: Feed
    panels: Panels
    floods: Floods


class Shift:
    def __init__(self, office: Office, *, socket: Socket, operator: Operator, request: web.Request) -> None:
        self.deps = deps = office.deps
        self.sign_in = office.sign_in
        self.feed = office.feed
        self.panels = office.panels
        self.floods = office.floods
        self.socket = socket
        self.listener = Listener(operator)
        self.letters = DeadLetters(deps, socket, lambda: self.me)
        self.request = request
        self.window = deps.ids.new()
        self.view: View | None = None
        self.language = ""
        """Of the page, as it said when it opened a conversation."""
        self.commands: dict[str, str] = {}
        """Event id → the page's command id, for refusals."""

    @property
    def me(self) -> Operator:
        return self.listener.operator

    async def run(self) -> None:
        if not await self.admit():
            return
        ending = await self.sign_in.sign_out(self.request)
        try:
            await self.feed.join(self.listener, self.request.query.get("after", ""))
            live = asyncio.create_task(self.pass_on())
            over = asyncio.create_task(forward(self.socket, ending, self.signed_out))
            held = asyncio.create_task(self.hold())
            await both(serve(self.socket, self.frame, self.refuse), live, over, held)
        finally:
            await ending.close()
            await self.feed.leave(self.listener)
            await self.close_view()

    async def admit(self) -> bool:
        """Who floods and comes back at once gets no further for a moment."""
        if not self.floods.come(self.me.id):
            await self.socket.close(WSCloseCode.TRY_AGAIN_LATER, "too_fast")
            return False
        if self.floods.lasts(self.me.id):
            await self.deps.clock.sleep(BREATH)
        return True

    async def pass_on(self) -> None:
        """What the feed has for this operator, until the page falls behind."""
        async for item in self.listener.items():
            if isinstance(item, Refuse):
                await self.tell(item)
            else:
                await self.socket.send(item)
        await cut_off(self.socket)

    async def hold(self) -> None:
        """Until the session has ended, whoever ended it: time, an administrator, another process."""
        while True:
            await self.deps.clock.sleep(LOOK_EVERY)
            try:
                if await self.sign_in.at_desk(self.request) is None:
                    await self.signed_out()
                    return
            except StoreError:
                _log.warning("session_not_looked_up", operator=self.me.id, follows="the next look is in a minute")

    async def signed_out(self, _: bytes = b"") -> None:
        """Whoever signed out hears nothing more here."""
        await self.socket.send(Error(code="signed_out", message="you are signed out; sign in again"))
        await self.socket.close(WSCloseCode.POLICY_VIOLATION, "signed_out")

    async def refuse(self, code: str, message: str, raw: str) -> None:
        await self.socket.send(Error(code=code, message=message, id=frame_id(raw)))

    # ── what the operator does ───────────────────────────────────────────────────────────────────────────────────────

    async def frame(self, raw: str) -> None:
        if not self.floods.take(self.me.id):
            told = not self.floods.refuse(self.me.id)
            raise TooFastError("that was a lot at once; come back in a few seconds and send it again", quiet=told)
        frame = read_frame(raw)
        me = await self.sign_in.at_desk(self.request)
        if me is None:
            await self.signed_out()
            return
        self.listener.operator = me
        if isinstance(frame, Looking):
            await self.look(frame)
            return
        try:
            await self.do(frame)
        except NotDoneError as error:
            await self.socket.send(Refused(id=frame.id, reason=error.reason, holder=error.holder))
        except WrongArgumentError as error:
            wrong = WrongArgument(id=frame.id, message=str(error), argument=error.name, wanted=error.wanted)
            await self.socket.send(wrong)

    async def look(self, frame: Looking) -> None:
        match frame:
            case Open(conversation=conversation, language=language):
                await self.open(conversation, language)
            case Older(conversation=conversation, before=before):
                await self.socket.send(await older(self.deps, self.me, conversation, before))
            case Typing(conversation=conversation, on=on):
                await self.typing(conversation, on=on)
            case AskUndelivered():
                await self.letters.list()
            case Find(text=text):
                found = tuple(await customers.find(self.deps, self.me, text))
                await self.socket.send(FoundCustomers(text=text, customers=found))
            case Refresh(conversation=conversation):
                await knowledge.refresh(self.deps, await self.find(conversation))
            case AskSlots(conversation=conversation, team=team):
                await self.socket.send(await slots_for(self.deps, await self.find(conversation), team))
            case AskCanned(conversation=conversation, language=language):
                found_here = await self.find(conversation)
                await self.socket.send(knowledge.canned(self.deps, self.me, found_here, language))

    async def do(self, frame: Turning | Plan | Join | Part | SetStatus | Resend | Settle) -> None:
        match frame:
            case Resend() | Settle():
                await self.letters.decide(frame, (await self.find(frame.conversation)).chat.id)
            case SetStatus(status=status):
                await self.feed.set_status(self.me, status)
                await self.socket.send(Done(id=frame.id))
            case Join() | Part():
                await self.join(frame)
            case Plan():
                await self.plan(frame)
            case _:
                await self.command(frame)

    async def find(self, conversation: str) -> Snapshot:
        return await find(self.deps, self.me, conversation)

    async def open(self, conversation: str, language: str) -> None:
        await self.close_view()
        self.language = language
        view = View(
            self.deps,
            self.panels,
            self.socket,
            self.me,
            window=self.window,
            conversation=conversation,
            language=language,
        )
        await view.begin(self.letters)
        self.view = view

    async def close_view(self) -> None:
        if self.view:
            await self.view.end()
            self.view = None

    async def typing(self, conversation: str, *, on: bool) -> None:
        """The customer sees the holder's; colleagues see everybody's who has the conversation open."""
        snapshot = await self.find(conversation)
        if self.view and self.view.conversation == conversation:
            await self.view.type(on=on)
        if holds(self.me, snapshot):
            news = TypingNews(chat=snapshot.chat.id, who="operator", on=on, name=self.me.name)
            await self.deps.engine.typing(news, snapshot.chat)

    async def join(self, frame: Join | Part) -> None:
        """Two places are one person's, or not after all."""
        here = (await self.find(frame.conversation)).chat.id
        change = customers.join if isinstance(frame, Join) else customers.part
        await change(self.deps, self.me, here, frame.chat, frame.id)
        await self.socket.send(Done(id=frame.id))

    async def plan(self, frame: Plan) -> None:
        await plan(self.deps, self.me, frame, await self.find(frame.conversation))
        await self.socket.send(Done(id=frame.id))

    # ── commands that take a turn ────────────────────────────────────────────────────────────────────────────────────

    async def command(self, frame: Turning) -> None:
        """Stored, then confirmed; whether it may be done is decided in its turn. A repeated one is told what came of it."""
        snapshot = await self.find(frame.conversation)
        event = await event_of(self.deps, self.me, frame, self.deps.clock.now(), self.language)
        if isinstance(frame, Claim) and not holds(self.me, snapshot) and not self.has_room():
            raise NotDoneError("full")
        self.commands[event.id] = frame.id
        if len(self.commands) > MAX_PENDING:
            self.commands.pop(next(iter(self.commands)))
        fresh = await self.deps.engine.operate(snapshot.chat.id, event, f"{self.me.id}:{frame.id}")
        await self.socket.send(Done(id=frame.id))
        refusal = None if fresh else self.feed.refusals.find(self.me.id, event.id) or await self.standing(frame)
        if refusal:
            await self.tell(refusal)

    def has_room(self) -> bool:
        me = self.me
        seat = Seat(operator=me.id, capacity=me.capacity, load=self.feed.load(me.id))
        return may_claim(seat, self.deps.rules().policy)

    async def tell(self, refusal: Refuse) -> None:
        command = self.commands.pop(refusal.event, "")
        if refusal.operator == self.me.id and command:
            await self.socket.send(Refused(id=command, reason=refusal.reason, holder=refusal.holder))

    async def standing(self, frame: DeskFrame) -> Refuse | None:
        """What must have come of a command that the service heard before it was started anew, as the chat stands now."""
        if not isinstance(frame, Claim | Reply):
            return None
        snapshot = await self.find(frame.conversation)
        phase = snapshot.conversation.phase if snapshot.conversation else None
        holder = phase.name if isinstance(phase, WithOperator) and phase.operator != self.me.id else ""
        if not holder:
            return None
        event = event_id(self.me.id, frame.id)
        if isinstance(frame, Claim):
            return Refuse(operator=self.me.id, event=event, reason="held_by_other", holder=holder)
        said = await self.deps.store.recent(snapshot.chat.id, LONG_AGO)
        if any(message.author == "operator" and message.client_id == frame.id for message in said):
            return None
        return Refuse(operator=self.me.id, event=event, reason="not_holder", holder=holder)
