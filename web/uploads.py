"""Files that operators send: taken in by the desk, kept in the store, given to operators and to the customer they went to."""

import asyncio
from typing import Final

import msgspec
from aiohttp import web

from conversation.content import LARGEST_UPLOAD, UPLOAD, Media
from conversation.errors import BadInputError
from conversation.people import PeopleStore
from conversation.records import Operator, Upload
from web.deps import Deps
from web.guard import failure
from web.kinds import TYPES, clean_name, kind_of
from web.signin import SignIn

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
            return failure(413, "too_large", f"a file has at most {LARGEST_UPLOAD // 1024 // 1024} MB")
        sent = Upload(
            id=self.deps.ids.new(),
            name=request.query.get("name", ""),
            mime="",
            size=len(body),
            operator=me.id,
            at=self.deps.clock.now(),
        )
        made = await keep(self.deps.people, sent, body)
        if made is None:
            return failure(415, "not_sendable", "pictures, PDF, office documents, MP3, MP4, OGG and text can be sent")
        return web.json_response({"upload": made.id, "name": made.name, "mime": made.mime, "size": made.size})


async def _read(request: web.Request) -> bytes | None:
    """The whole body; None for one that is too large, which is not read to its end."""
    if (request.content_length or 0) > LARGEST_UPLOAD:
        return None
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.content.iter_chunked(_CHUNK):
        size += len(chunk)
        if size > LARGEST_UPLOAD:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


async def keep(people: PeopleStore, upload: Upload, body: bytes) -> Upload | None:
    """As it is kept: of the kind that its content is, under a name that says so. None: nobody should send such a file. The same id
    again changes nothing. Raises StoreError."""
    kind = await asyncio.to_thread(kind_of, body)
    if kind is None:
        return None
    kept = msgspec.structs.replace(upload, name=clean_name(upload.name, kind), mime=kind.mime)
    await people.put_upload(kept, body)
    return kept


async def sendable(people: PeopleStore, me: Operator, upload: str, caption: str) -> Media:
    """The file as a message holds it. Raises BadInputError for one that is not there, or somebody else's."""
    found = await people.find_upload(upload)
    if found is None or found.operator != me.id:
        raise BadInputError("not_found", "that file is not here; choose it once more")
    return as_media(found, caption)


def as_media(upload: Upload, caption: str = "") -> Media:
    """As a message holds it."""
    return Media(
        type=TYPES.get(upload.mime, "file"),
        ref=f"{UPLOAD}{upload.id}",
        name=upload.name,
        mime=upload.mime,
        size=upload.size,
        caption=caption,
    )
