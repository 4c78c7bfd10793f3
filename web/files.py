"""Files: of the bot folder, and those that customers sent."""

from pathlib import Path
from typing import Final
from urllib.parse import quote

from aiohttp import web

from conversation.content import Media, Prompt
from conversation.errors import SendError
from conversation.message import Message
from web.deps import Deps
from web.guard import failure

PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""Types that are shown in the page; everything else is a download."""
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


def serve_media(folder: Path, ref: str, cache: str = "public, max-age=3600") -> web.StreamResponse:
    path = media_path(folder, ref)
    if path is None:
        return failure(404, "not_found", "there is no such file")
    type_ = _TYPES[path.suffix.lower()]
    headers = {"Content-Type": type_, "Cache-Control": cache}
    if type_ not in PICTURES:
        headers["Content-Disposition"] = _disposition(path.name)
    return web.FileResponse(path, headers=headers)


async def fetch_file(deps: Deps, chat: str, message_id: str) -> web.StreamResponse:
    """The file in a message of a chat."""
    try:
        snapshot = await deps.store.load(chat)
    except KeyError:
        return failure(404, "not_found", "there is no such file")
    media = _media(await deps.store.message(chat, message_id))
    if media is None:
        return failure(404, "not_found", "there is no such file")
    if media.ref.startswith("media/"):
        return serve_media(deps.media(media.ref), media.ref)
    channel = deps.channels.get(snapshot.chat.channel)
    if channel is None:
        return failure(404, "not_found", "the channel of this file is not connected")
    try:
        type_, body = await channel.fetch(media)
    except SendError as error:
        return failure(502, "not_fetched", f"the channel did not give the file: {error}")
    shown = type_ if type_ in PICTURES else "application/octet-stream"
    headers = {"Cache-Control": "private, max-age=600"}
    if shown not in PICTURES:
        headers["Content-Disposition"] = _disposition(media.name or "file")
    return web.Response(body=body, content_type=shown, headers=headers)


def _media(message: Message | None) -> Media | None:
    content = message.content if message else None
    if isinstance(content, Prompt):
        return content.attach
    return content if isinstance(content, Media) else None


def _disposition(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
