"""What those ask who run the service: does it live, does it take work, how is it."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Final

import msgspec
from aiohttp import web

from web.deps import Deps
from web.guard import failure, shows
from web.proxies import client_of

_FORWARDED: Final = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
_FORMAT: Final = "text/plain; version=1.0.0; charset=utf-8"
_WHY: Final = {
    "service": "the service is starting or stopping",
    "database": "the database can't be reached; see the log, or run `lotse doctor`",
}


class Operation:
    """``sockets``: who is at the other end → how many are open."""

    def __init__(self, deps: Deps, sockets: Callable[[], dict[str, int]]) -> None:
        self.deps = deps
        self.sockets = sockets

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/healthz", self.health)
        router.add_get("/readyz", self.ready)
        router.add_get("/metrics", self.metrics)

    async def health(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(self, _: web.Request) -> web.Response:
        found = await self.deps.watch.readiness()
        if found.status != "not_ready":
            return web.json_response(msgspec.to_builtins(found))
        why = next(words for part, words in _WHY.items() if found.parts[part] != "ok")
        body = {"code": "not_ready", "message": why, **msgspec.to_builtins(found)}
        return web.json_response(body, status=503, headers={"Retry-After": "5"})

    async def metrics(self, request: web.Request) -> web.Response:
        if not self._may_read(request):
            return failure(404, "not_found", "there is no such page")
        body = await self.deps.watch.metrics(self.sockets())
        return web.Response(body=body, headers={"Content-Type": _FORMAT, "Cache-Control": "no-store"})

    def _may_read(self, request: web.Request) -> bool:
        """Whoever shows the token; without one in the settings programs on this machine, of which a proxy only passes on."""
        token = self.deps.watch.token
        if token:
            return shows(request, token)
        client = client_of(request, self.deps.proxies)
        passed_on = client == request.remote and any(name in request.headers for name in _FORWARDED)
        return _loopback(client) and not passed_on


def _loopback(client: str) -> bool:
    try:
        address = ip_address(client)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
