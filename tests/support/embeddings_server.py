"""A server that stands in for ``/v1/embeddings``, in the loop of the test: what it answers is played."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from aiohttp import web

from tests.support.played import listening

Play: TypeAlias = Callable[[dict[str, Any]], Awaitable[web.StreamResponse]]
"""The body of the request → the answer."""


@dataclass(slots=True, kw_only=True)
class EmbeddingsServer:
    """``bodies`` and ``keys`` that it was sent."""

    url: str = ""
    play: Play
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.keys.append(request.headers.get("Authorization", ""))
        self.bodies.append(await request.json())
        return await self.play(self.bodies[-1])


@asynccontextmanager
async def embeddings_server(play: Play) -> AsyncIterator[EmbeddingsServer]:
    server = EmbeddingsServer(play=play)
    async with listening("/v1/embeddings", server.handle) as base:
        server.url = f"{base}/v1"
        yield server


def vector_of(text: str) -> list[float]:
    """Another for another text; of length one only by chance."""
    return [float(len(text)), float(text.count("o")), 1.0]


async def embedded(body: dict[str, Any]) -> web.StreamResponse:
    """As OpenAI answers."""
    return web.json_response(
        {"object": "list", "model": body["model"], "usage": {"total_tokens": 1}, "data": rows(body["input"])}
    )


async def backwards(body: dict[str, Any]) -> web.StreamResponse:
    return web.json_response({"data": rows(body["input"])[::-1]})


def rows(texts: Sequence[str]) -> list[dict[str, Any]]:
    return [{"object": "embedding", "index": number, "embedding": vector_of(text)} for number, text in enumerate(texts)]


def answering(data: Any) -> Play:
    async def play(_: dict[str, Any]) -> web.StreamResponse:
        return web.json_response({"data": data})

    return play


def raw(body: bytes, status: int = 200) -> Play:
    async def play(_: dict[str, Any]) -> web.StreamResponse:
        return web.Response(body=body, status=status, content_type="application/json")

    return play
