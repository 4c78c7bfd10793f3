"""Files that operators send: taken in by the desk, kept in the store, given to operators and to the customer they went to."""

import asyncio
from typing import Final

from aiohttp import web

from conversation.content import UPLOAD, Media
from conversation.errors import BadInputError
from conversation.people import PeopleStore
from conversation.records import Operator, Upload
from web.deps import Deps
from web.guard import failure
from web.kinds import TYPES, clean_name, kind_of
from web.signin import SignIn

MAX_BYTES: Final = 10 * 1024 * 1024
_CHUNK: Final = 64 * 1024
RATE: Final = 0.5
"""Files a second of one operator, after BURST."""
BURST: Final = 20
AT_ONCE: Final = 16
"""Files that a process takes in at the same time: each stands in memory, whole."""
LONGEST: Final = 300.0
"""Seconds until a file must be here."""


class Uploads:
    """``POST /desk/upload?name=…`` with the file as body."""

    def __init__(self, deps: Deps, sign_in: SignIn) -> None:
        self.deps = deps
        self.sign_in = sign_in
        self.coming = 0

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/desk/upload", self.upload)

    async def upload(self, request: web.Request) -> web.Response:
        me = await self.sign_in.allow(request, "chats")
        if isinstance(me, web.Response):
            return me
        if await self.deps.rates.take(f"upload:{me.id}", rate=RATE, burst=BURST) is None:
            return failure(429, "too_fast", "many files at once; wait a few seconds, then send the next")
        if self.coming >= AT_ONCE:
            return failure(429, "too_fast", "many files come in right now; wait a few seconds, then send yours again")
        self.coming += 1
        try:
            return await self.take(request, me)
        finally:
            self.coming -= 1

    async def take(self, request: web.Request, me: Operator) -> web.Response:
        try:
            async with asyncio.timeout(LONGEST):
                body = await _read(request)
        except TimeoutError:
            return failure(408, "too_slow", "the file did not come to its end; choose it once more")
        if body is None:
            return failure(413, "too_large", f"a file has at most {MAX_BYTES // 1024 // 1024} MB")
        kind = await asyncio.to_thread(kind_of, body)
        if kind is None:
            return failure(415, "not_sendable", "pictures, PDF, office documents, MP3, MP4, OGG and text can be sent")
        made = Upload(
            id=self.deps.ids.new(),
            name=clean_name(request.query.get("name", ""), kind),
            mime=kind.mime,
            size=len(body),
            operator=me.id,
            at=self.deps.clock.now(),
        )
        await self.deps.people.put_upload(made, body)
        return web.json_response({"upload": made.id, "name": made.name, "mime": made.mime, "size": made.size})


async def _read(request: web.Request) -> bytes | None:
    """The whole body; None for one that is too large, which is not read to its end."""
    if (request.content_length or 0) > MAX_BYTES:
        return None
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.content.iter_chunked(_CHUNK):
        size += len(chunk)
        if size > MAX_BYTES:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


async def sendable(people: PeopleStore, me: Operator, upload: str, caption: str) -> Media:
    """The file as a message holds it. Raises BadInputError for one that is not there, or somebody else's."""
    found = await people.find_upload(upload)
    if found is None or found.operator != me.id:
        raise BadInputError("not_found", "that file is not here; choose it once more")
    return Media(
        type=TYPES.get(found.mime, "file"),
        ref=f"{UPLOAD}{found.id}",
        name=found.name,
        mime=found.mime,
        size=found.size,
        caption=caption,
    )
