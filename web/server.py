"""The HTTP application: all doors of the service."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web

from web.deps import Deps
from web.desk.desk import Desk
from web.events import Events
from web.guard import MAX_BODY, failure, own_pages, shield
from web.links import Links
from web.operation import Operation
from web.pages import Pages
from web.signin import SignIn
from web.uploads import Uploads
from web.webchat import WebChat

DEPS: Final = web.AppKey("deps", Deps)
"""What the application was given."""


def make_app(deps: Deps) -> web.Application:
    """Everything that listens, on one port. Nothing here knows where its collaborators come from."""
    app = web.Application(middlewares=[shield, own_pages], client_max_size=MAX_BODY)
    app[DEPS] = deps
    sign_in = SignIn(deps)
    webchat, desk = WebChat(deps), Desk(deps, sign_in)
    operation = Operation(deps, lambda: {"customer": len(webchat.open), "desk": len(desk.open)})
    parts = (
        Pages(deps),
        Links(deps),
        operation,
        sign_in,
        webchat,
        desk,
        Uploads(deps, sign_in),
        Events(deps),
        Hooks(deps),
    )
    for part in parts:
        part.add_routes(app.router)

    async def close_sockets(_: web.Application) -> None:
        await asyncio.gather(webchat.close(), desk.close())

    async def keep_up(_: web.Application) -> AsyncIterator[None]:
        hearing = asyncio.create_task(desk.feed.listen(), name="desk")
        yield
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)

    async def close_sign_in(_: web.Application) -> None:
        await sign_in.close()

    app.on_shutdown.append(close_sockets)
    app.cleanup_ctx.append(keep_up)
    app.on_cleanup.append(close_sign_in)
    return app


def make_health_app(deps: Deps) -> web.Application:
    """For a process without doors: whether it lives and works, and its figures."""
    app = web.Application(middlewares=[shield])
    Operation(deps, dict).add_routes(app.router)
    return app


class Hooks:
    """The channels' web hooks: ``POST /hooks/<channel>``."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/hooks/{channel}", self.hook)

    async def hook(self, request: web.Request) -> web.Response:
        hook = self.deps.hooks.get(request.match_info["channel"])
        if hook is None:
            return failure(404, "not_found", "no channel listens here")
        reply = await hook(await request.read(), request.headers)
        return web.Response(status=reply.status, text=reply.text, headers=reply.headers)
