"""The desk's doors: its socket and its files."""

from typing import Final

from aiohttp import web

from web.deps import Deps
from web.desk.feed import Feed
from web.desk.panels import Panels
from web.desk.shift import Office, Shift
from web.files import fetch_file
from web.floods import Floods
from web.guard import failure
from web.signin import SignIn
from web.sockets import Socket, close_all, storing, web_socket

MAX_FRAME: Final = 64 * 1024
RATE: Final = 20.0
"""Frames a second of one operator, in all windows together, after a burst of BURST: no hand is that fast, a broken page is."""
BURST: Final = 300.0
COME_RATE: Final = 2.0
"""Sockets a second of one operator, after COME_BURST: each gets the whole list."""
COME_BURST: Final = 60.0


class Desk:
    def __init__(self, deps: Deps, sign_in: SignIn) -> None:
        self.deps = deps
        self.sign_in = sign_in
        self.open: set[web.WebSocketResponse] = set()
        self.feed = Feed(deps)
        self.panels = Panels(deps)
        floods = Floods(deps.clock, rate=RATE, burst=BURST, come_rate=COME_RATE, come_burst=COME_BURST)
        self.office = Office(deps=deps, sign_in=sign_in, feed=self.feed, panels=self.panels, floods=floods)

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
            shift = Shift(self.office, socket=Socket(ws), operator=operator, request=request)
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
        await self.panels.close()
