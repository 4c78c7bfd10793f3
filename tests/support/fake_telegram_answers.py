"""What the fake Bot API server understands and says: arguments in, answers out, and what it finds wrong with a message."""

import time
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from aiohttp import BodyPartReader, web

Cut = Literal["", "before", "after"]


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong with the next ``times`` calls of ``method`` ("" = any), to ``chat`` if it is given.

    ``cut``: close the connection before or after the message was taken. ``raw``: a body that is not of the Bot API.
    ``hold``: seconds before the answer's first byte; the message is taken before that.
    """

    method: str = ""
    chat: int | None = None
    times: int = 1
    skip: int = 0
    status: int = 200
    description: str = ""
    retry_after: int = 0
    migrate_to: int = 0
    cut: Cut = ""
    raw: str = ""
    hold: float = 0.0


@dataclass(slots=True, kw_only=True)
class Call:
    """A call that came in. ``message_id`` is 0 for one that was not taken, or sends nothing."""

    method: str
    fields: dict[str, Any]
    at: float
    message_id: int = 0
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def chat(self) -> int:
        return int(self.fields.get("chat_id", 0))


async def read_call(request: web.Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Arguments and files: from the query, a form, parts, or JSON. A keyboard is an object or the JSON of one."""
    fields: dict[str, Any] = dict(request.query)
    files: dict[str, bytes] = {}
    if request.content_type == "application/json":
        fields |= msgspec.json.decode(await request.read())
    elif request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name:
                content = bytes(await part.read())
                if part.filename:
                    files[part.name] = content
                else:
                    fields[part.name] = content.decode()
    else:
        fields |= dict(await request.post())
    if isinstance(fields.get("reply_markup"), str):
        fields["reply_markup"] = msgspec.json.decode(fields["reply_markup"])
    return fields, files


def wrong_with(call: Call) -> str:
    """What the real server would find wrong with a message."""
    if not call.chat:
        return "chat not found"
    if call.method == "sendMessage":
        text = str(call.fields.get("text", ""))
        if not text.strip():
            return "message text is empty"
        if _units(text) > 4096:
            return "message is too long"
    if _units(str(call.fields.get("caption", ""))) > 1024:
        return "message caption is too long"
    keys = [key for row in call.fields.get("reply_markup", {}).get("inline_keyboard", []) for key in row]
    if len(keys) > 100:
        return "reply markup is too long"
    if any(not 1 <= len(key["callback_data"].encode()) <= 64 for key in keys if "callback_data" in key):
        return "BUTTON_DATA_INVALID"
    return ""


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def date() -> int:
    """Seconds as Telegram dates messages; nothing here depends on the day."""
    return 1_790_000_000 + int(time.monotonic())


def private_chat(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "private", "first_name": "Ann"}


def person(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": "Ann", "last_name": "Lee", "language_code": "en"}


def ok(result: Any) -> web.Response:
    return json_answer({"ok": True, "result": result})


def error(status: int, description: str, **parameters: int) -> web.Response:
    answer: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        answer["parameters"] = parameters
    return json_answer(answer, status)


def json_answer(data: Any, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(data), status=status, content_type="application/json")


def fail(fault: Fault) -> web.Response:
    if fault.raw:
        return web.Response(text=fault.raw, status=fault.status, content_type="text/html")
    parameters = {"retry_after": fault.retry_after, "migrate_to_chat_id": fault.migrate_to}
    return error(fault.status, fault.description, **{name: value for name, value in parameters.items() if value})


def cut(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    if request.transport:
        request.transport.abort()
    return web.Response()
