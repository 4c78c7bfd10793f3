"""A server that stands in for Rasa's, in the loop of the test: what it answers to ``/model/parse`` is played."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from aiohttp import web

from tests.support.played import listening

Play: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True, kw_only=True)
class RasaServer:
    """``texts`` that it was given, ``tokens`` that it was shown; ``open``: requests that it works on."""

    url: str = ""
    play: Play
    texts: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    open: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.open += 1
        try:
            self.tokens.append(request.query.get("token", ""))
            self.texts.append((await request.json())["text"])
            return await self.play(request)
        finally:
            self.open -= 1


@asynccontextmanager
async def rasa_server(play: Play) -> AsyncIterator[RasaServer]:
    server = RasaServer(play=play)
    async with listening("/model/parse", server.handle) as base:
        server.url = base
        yield server


def parsed(*ranking: tuple[str, float], entities: list[dict[str, Any]] | None = None) -> Play:
    """An answer as Rasa gives it: intents with their confidences, best first."""

    async def play(_: web.Request) -> web.StreamResponse:
        ranked = [{"name": name, "confidence": confidence} for name, confidence in ranking]
        first = ranked[0] if ranked else {"name": None, "confidence": 0.0}
        return web.json_response(
            {"text": "", "intent": first, "intent_ranking": ranked, "entities": entities or [], "text_tokens": [[0, 2]]}
        )

    return play


def entity(name: str, value: Any, start: int, end: int) -> dict[str, Any]:
    return {"entity": name, "value": value, "start": start, "end": end, "confidence_entity": 0.9, "extractor": "DIET"}


def raw(body: bytes, status: int = 200) -> Play:
    async def play(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, content_type="application/json")

    return play


async def slow(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


async def endless(request: web.Request) -> web.StreamResponse:
    """A byte a moment: each of them comes in time."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


async def hangs_up(request: web.Request) -> web.StreamResponse:
    """In the middle of its answer."""
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b'{"intent": ')
    if request.transport:
        request.transport.abort()
    return response
