"""Files: of the bot folder, and those that customers sent."""

from pathlib import Path
from typing import Final
from urllib.parse import quote

from aiohttp import web

from conversation.content import UPLOAD, media_of
from conversation.errors import SendError
from conversation.records import Operator
from web.access import may_see
from web.deps import Deps
from web.guard import failure

PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""Types that are shown in the page; everything else is a download."""
_CACHE: Final = "private, max-age=600"
"""Of what an operator looks at: in their browser, a while."""
_TYPES: Final = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp",
    ".pdf": "application/pdf", ".txt": "text/plain; charset=utf-8", ".mp3": "audio/mpeg", ".mp4": "video/mp4",
}  # fmt: skip


def media_path(folder: Path, ref: str) -> Path | None:
    """``media/x.jpg`` inside the bot folder, or None for anything that is not a file there."""
    root = (folder / "media").resolve()
    try:
        path = (folder / ref).resolve()
        inside = path.is_relative_to(root) and path.is_file()
    except (OSError, ValueError):
        return None
    return path if inside and path.suffix.lower() in _TYPES else None


def serve_media(folder: Path, ref: str, cache: str) -> web.StreamResponse:
    """For those who may have it: the caller has asked. ``cache``: who may keep it."""
    path = media_path(folder, ref)
    if path is None:
        return failure(404, "not_found", "there is no such file")
    type_ = _TYPES[path.suffix.lower()]
    headers = {"Content-Type": type_, "Cache-Control": cache}
    if type_ not in PICTURES:
        headers["Content-Disposition"] = _disposition(path.name)
    return web.FileResponse(path, headers=headers)


async def fetch_file(deps: Deps, operator: Operator, chat: str, message_id: str) -> web.StreamResponse:
    """The file in a message of a chat, whoever sent it."""
    if "\0" in f"{chat}{message_id}":  # no database looks for that
        return failure(404, "not_found", "there is no such file")
    try:
        snapshot = await deps.store.load(chat)
    except KeyError:
        return failure(404, "not_found", "there is no such file")
    if not await may_see(deps, operator, snapshot):
        return failure(404, "not_found", "there is no such file")
    message = await deps.store.message(chat, message_id)
    media = media_of(message.content) if message else None
    if media is None:
        return failure(404, "not_found", "there is no such file")
    if media.ref.startswith("media/"):
        return serve_media(deps.media(media.ref), media.ref, _CACHE)
    if media.ref.startswith(UPLOAD):
        return await serve_upload(deps, media.ref.removeprefix(UPLOAD), _CACHE)
    channel = deps.channels.get(snapshot.chat.channel)
    if channel is None:
        return failure(404, "not_found", "the channel of this file is not connected")
    try:
        type_, body = await channel.fetch(media)
    except SendError as error:
        return failure(502, "not_fetched", f"the channel did not give the file: {error}")
    shown = type_ if type_ in PICTURES else "application/octet-stream"
    headers = {"Cache-Control": _CACHE}
    if shown not in PICTURES:
        headers["Content-Disposition"] = _disposition(media.name or "file")
    return web.Response(body=body, content_type=shown, headers=headers)


async def serve_upload(deps: Deps, upload: str, cache: str) -> web.Response:
    """For those who may have it: the caller has asked. ``cache``: who may keep it."""
    found = await deps.people.find_upload(upload)
    body = await deps.people.upload_body(upload) if found else None
    if found is None or body is None:
        return failure(404, "not_found", "there is no such file")
    headers = {"Cache-Control": cache}
    shown = found.mime if found.mime in PICTURES else "application/octet-stream"
    if shown not in PICTURES:
        headers["Content-Disposition"] = _disposition(found.name)
    return web.Response(body=body, content_type=shown, headers=headers)


def _disposition(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
