"""What every answer carries, and what every request must show: headers, origins, sizes, plain errors."""

import logging
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from typing import Final, TypeVar

import msgspec
import structlog
from aiohttp import web

from conversation.errors import BadInputError, StoreError

MAX_BODY: Final = 1024 * 1024
"""Bytes of a request; larger ones are refused before they are read."""
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "connect-src 'self' ws: wss:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = structlog.get_logger(__name__)
logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)


class Origins:
    """Which pages may talk to us: our own, and those the settings name. Requests of programs carry no origin."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed = {origin.rstrip("/") for origin in allowed}

    def own(self, request: web.Request) -> bool:
        origin = request.headers.get("Origin", "")
        return not origin or origin in (f"http://{request.host}", f"https://{request.host}")

    def shown(self, request: web.Request) -> bool:
        """Whether the request says that a page of ours made it: a browser always does when something is to change."""
        return bool(request.headers.get("Origin")) and self.own(request)

    def may(self, request: web.Request) -> bool:
        return self.own(request) or request.headers.get("Origin", "") in self._allowed

    def cross_site(self, request: web.Request) -> dict[str, str]:
        """CORS headers for an allowed foreign page."""
        origin = request.headers.get("Origin", "")
        if origin not in self._allowed:
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
            "Vary": "Origin",
        }


def failure(status: int, code: str, message: str) -> web.Response:
    """An error for programs and people: a stable code, and a sentence."""
    body = msgspec.json.encode({"code": code, "message": message})
    return web.Response(status=status, body=body, content_type="application/json")


@web.middleware
async def shield(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns what goes wrong into plain answers, and puts the headers on all of them."""
    response: web.StreamResponse
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = failure(error.status, error.reason.lower().replace(" ", "_"), error.reason)
        response.headers.extend({key: value for key, value in error.headers.items() if key in ("Location", "Allow")})
    except BadInputError as error:
        response = failure(400, error.code, str(error))
    except StoreError:
        _log.exception("store_unavailable", route=_route(request))
        response = failure(503, "unavailable", "the service can't store anything right now; try again in a moment")
        response.headers["Retry-After"] = "5"
    except UnicodeError:
        response = failure(400, "bad_request", "the request is not UTF-8")
    except Exception:
        _log.exception("request_failed", route=_route(request))
        response = failure(500, "broken", "something is wrong here; it was written to the log")
    if not response.prepared:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
    return response


@web.middleware
async def own_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever changes something at the desk is asked for by our own pages: the session's cookie alone proves nothing."""
    if request.path.startswith("/desk") and request.method not in _SAFE and not Origins(()).shown(request):
        return failure(403, "wrong_origin", "this is for the desk's own page; sign in there")
    return await handler(request)


def _route(request: web.Request) -> str:
    """``/desk/file/{chat}/{message}``: what stands in its place came from outside."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""


def shows(request: web.Request, token: str) -> bool:
    """Whether the caller knows the token: ``Authorization: Bearer …``."""
    shown = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
    return compare_digest(shown, f"Bearer {token}".encode())


async def read_json(request: web.Request, type_: type[T]) -> T:
    """The request's body as ``type_``. Raises BadInputError, or HTTPRequestEntityTooLarge."""
    if request.content_type != "application/json":
        raise BadInputError("bad_request", "send JSON, with Content-Type: application/json")
    try:
        return msgspec.json.decode(await request.read(), type=type_)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadInputError("bad_request", f"this is not the JSON that is expected here: {error}") from None
