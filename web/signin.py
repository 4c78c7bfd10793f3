"""Who an operator is: sign-in, session cookie, sign-out."""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec
from aiohttp import web

from conversation.errors import StoreError
from conversation.ports import Subscription
from conversation.records import Operator, Session
from handoff.rights import Right, may
from web.deps import Deps
from web.guard import Origins, failure, read_json
from web.proxies import client_of

COOKIE: Final = "lotse_session"
LIFETIME: Final = timedelta(days=14)
UNUSED: Final = timedelta(hours=12)
"""A session that no page used for so long has ended: a browser that somebody left is not a way in the next morning."""
SEEN_EVERY: Final = timedelta(minutes=10)
"""How often it is written down that a session is in use."""
REMEMBERED: Final = 10_000


class LoginRequest(msgspec.Struct, frozen=True, kw_only=True):
    operator: str
    password: str


class SignIn:
    """Passwords are checked off the event loop, in two threads of their own: argon2 takes a tenth of a second on purpose."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        self.origins = Origins(())
        self.checkers = ThreadPoolExecutor(2, thread_name_prefix="password")
        self.seen: OrderedDict[str, datetime] = OrderedDict()
        """Session to when its use was written down by this process."""

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/desk/login", self.login)
        router.add_post("/desk/logout", self.logout)
        router.add_get("/desk/me", self.me)

    async def close(self) -> None:
        self.checkers.shutdown(wait=False)

    async def who(self, request: web.Request) -> Operator | None:
        """The signed-in operator of this request."""
        token = request.cookies.get(COOKIE, "")
        if not token:
            return None
        session, now = _hash(token), self.deps.clock.now()
        operator = await self.deps.store.find_session(session, now, UNUSED)
        if operator is not None:
            await self.see(session, now)
        return operator

    async def see(self, session: str, now: datetime) -> None:
        """A database that takes no writes ends nobody's session."""
        if now - self.seen.get(session, now - SEEN_EVERY) < SEEN_EVERY:
            return
        self.seen[session] = now
        self.seen.move_to_end(session)
        if len(self.seen) > REMEMBERED:
            self.seen.popitem(last=False)
        with suppress(StoreError):
            await self.deps.store.see_session(session, now)

    async def at_desk(self, request: web.Request) -> Operator | None:
        """The signed-in operator, as long as they talk with customers."""
        operator = await self.who(request)
        return operator if operator is not None and may(operator, "chats") else None

    async def allow(self, request: web.Request, right: Right) -> Operator | web.Response:
        """The signed-in operator who has that right, or the answer for anybody else."""
        operator = await self.who(request)
        if operator is None:
            return failure(401, "signed_out", "sign in first")
        if not may(operator, right):
            return failure(403, "not_allowed", f"your role, {operator.role}, may not do this; ask an administrator")
        return operator

    async def sign_out(self, request: web.Request) -> Subscription:
        """Brings one message when the session of this request is signed out, on whichever machine."""
        return await self.deps.bus.subscribe(_topic(_hash(request.cookies.get(COOKIE, ""))))

    async def login(self, request: web.Request) -> web.Response:
        wanted = await read_json(request, LoginRequest)
        name = wanted.operator[:200]
        wait = await self.wait(client_of(request, self.deps.proxies), name)
        if wait is None:
            return failure(429, "too_fast", "too many tries; wait a minute, then try again")
        if wait:
            await self.deps.clock.sleep(wait)
        operator = await self.deps.store.find_operator(name) if name.isprintable() else None
        check = partial(self.deps.verify, operator, wanted.password[:1000])
        right = await asyncio.get_running_loop().run_in_executor(self.checkers, check)
        if operator is None or not right:
            return failure(401, "wrong_credentials", "name or password is wrong")
        await self.end(request)
        token, now = secrets.token_urlsafe(32), self.deps.clock.now()
        session = Session(token=_hash(token), operator=operator.id, expires=now + LIFETIME, seen=now)
        await self.deps.store.put_session(session)
        response = web.json_response(me_of(operator))
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(LIFETIME.total_seconds()),
            httponly=True,
            samesite="Strict",
            secure=self.deps.secure_cookies,
            path="/desk",
        )
        return response

    async def wait(self, client: str, name: str) -> float | None:
        """Seconds until this try may be made; None for one too many.

        Those at one name, wherever they come from, slow each other down, so that nobody can lock out another.
        """
        take = self.deps.rates.take
        if await take(f"signin:{client}", rate=10 / 60, burst=10) is None:
            return None
        return await take(f"signin-name:{name}", rate=1.0, burst=10, queue=30)

    async def logout(self, request: web.Request) -> web.Response:
        await self.end(request)
        response = web.Response(status=204)
        response.del_cookie(COOKIE, path="/desk")
        return response

    async def end(self, request: web.Request) -> None:
        """The session that the request came with, in all its windows: a sign-in begins a new one."""
        token = request.cookies.get(COOKIE, "")
        if token:
            await self.deps.store.drop_session(_hash(token))
            await self.deps.bus.publish(_topic(_hash(token)), b"")

    async def me(self, request: web.Request) -> web.Response:
        operator = await self.who(request)
        if operator is None:
            return failure(401, "signed_out", "sign in first")
        return web.json_response(me_of(operator))


def me_of(operator: Operator) -> dict[str, object]:
    """What a page is told about who uses it."""
    names = ("name", "role", "teams", "skills", "languages", "capacity", "status")
    return {"operator": operator.id, **{name: getattr(operator, name) for name in names}}


def _topic(session: str) -> str:
    return f"session:{session}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
