"""A Bot API server for tests and benchmarks, over real sockets, with faults on demand.

It answers as the real one does where a connector can tell, delivers updates to a web hook or to ``getUpdates``, and holds
against the connector what the real one would suffer from: ``violations``. Also a program:
``python -m tests.support.fake_telegram --port 8081``, steered by POST ``/control/push``, ``/control/fault`` and
``/control/clear``, and GET ``/control/calls`` and ``/control/state``.
"""

import argparse
import asyncio
import itertools
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

import msgspec
from aiohttp import BodyPartReader, ClientError, ClientSession, ClientTimeout, web

TOKEN = "42:fake-token-fake-token-fake-token"
SENDS = frozenset(
    (
        "sendMessage",
        "sendPhoto",
        "sendDocument",
        "sendAudio",
        "sendVideo",
        "sendVoice",
        "sendSticker",
        "sendLocation",
        "sendContact",
    )
)
OTHERS = frozenset(("sendChatAction", "answerCallbackQuery", "editMessageReplyMarkup"))

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


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One try to bring an update to the web hook; ``status`` 0: the connection broke."""

    update_id: int
    status: int


class FakeTelegram:
    """``latency``: seconds that every call takes. ``record``: keep the calls (a benchmark has no use for them)."""

    def __init__(self, *, token: str = TOKEN, latency: float = 0.0, record: bool = True, retry: float = 0.01) -> None:
        self.token = token
        self.calls: list[Call] = []
        self.counts: Counter[str] = Counter()
        self.violations: list[str] = []
        self.deliveries: list[Delivery] = []
        self.blocked: set[int] = set()
        self.files: dict[str, tuple[str, bytes]] = {}
        self.webhook = ""
        self.secret = ""
        self.pending: deque[dict[str, Any]] = deque()
        self._latency, self._record, self._retry = latency, record, retry
        self._faults: list[Fault] = []
        self._in_flight: Counter[int] = Counter()
        self._message_ids, self._update_ids = itertools.count(1000), itertools.count(1)
        self._news = asyncio.Event()
        self._poller: asyncio.Event | None = None
        self._queues: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: ClientSession | None = None
        self._runner: web.AppRunner | None = None
        self.url = ""

    # ── running ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def start(self, port: int = 0) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        app.router.add_post("/control/{verb}", self._control)
        app.router.add_get("/control/{verb}", self._control)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # ── what a test does ─────────────────────────────────────────────────────────────────────────────────────────────

    def fault(self, **what: Any) -> None:
        """Plan a ``Fault``; planned ones are used up in order."""
        self._faults.append(Fault(**what))

    def sent(self, chat: int | None = None) -> list[Call]:
        """The messages that were taken, in order."""
        return [call for call in self.calls if call.message_id and chat in (None, call.chat)]

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def text(self, chat: int, text: str, **fields: Any) -> dict[str, Any]:
        """A private text message, delivered. Returns the update."""
        return self.message(chat, text=text, **fields)

    def message(self, chat: int, **fields: Any) -> dict[str, Any]:
        number = next(self._message_ids)
        note = {"message_id": number, "date": _date(), "chat": _private(chat), "from": _person(chat)} | fields
        return self.push({"message": note})

    def press(self, chat: int, data: str, message_id: int = 1) -> dict[str, Any]:
        """A button of the message with that id, pressed."""
        menu = {"message_id": message_id, "date": 1, "chat": _private(chat)}
        number = next(self._message_ids)
        query = {"id": f"q{number}", "from": _person(chat), "message": menu, "chat_instance": "1", "data": data}
        return self.push({"callback_query": query})

    def push(self, update: dict[str, Any]) -> dict[str, Any]:
        """Deliver an update; it gets an ``update_id`` if it has none."""
        update.setdefault("update_id", next(self._update_ids))
        if self.webhook:
            self._enqueue(update)
        else:
            self.pending.append(update)
            self._news.set()
        return update

    async def settled(self) -> None:
        """Until the web hook took all that was pushed."""
        await asyncio.gather(*(queue.join() for queue in self._queues.values()))

    # ── calls ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.counts[method] += 1
        if request.match_info["token"] != self.token:
            return _error(401, "Unauthorized")
        fields, files = await _read(request)
        chat = int(fields["chat_id"]) if str(fields.get("chat_id", "")).lstrip("-").isdigit() else 0
        call = Call(method=method, fields=fields, at=time.monotonic(), files=files)
        if self._record:
            self.calls.append(call)
        sends = method in SENDS
        if sends:
            self._in_flight[chat] += 1
            if self._in_flight[chat] > 1:
                self.violations.append(f"{method}: more than one message in flight to chat {chat}")
        try:
            if self._latency:
                await asyncio.sleep(self._latency)
            return await self._answer(request, call)
        finally:
            if sends:
                self._in_flight[chat] -= 1

    async def _answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        fault = self._fault_for(call)
        if fault.cut == "before":
            return _cut(request)
        if fault.status != 200:
            return _fail(fault)
        answer = self._result(call) if call.method != "getUpdates" else await self._get_updates(call.fields)
        if fault.cut == "after":
            return _cut(request)
        if fault.hold:
            await asyncio.sleep(fault.hold)
        return web.Response(text=fault.raw, content_type="text/html") if fault.raw else answer

    def _fault_for(self, call: Call) -> Fault:
        for fault in self._faults:
            if fault.method in ("", call.method) and fault.chat in (None, call.chat):
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if not fault.times:
                    self._faults.remove(fault)
                return fault
        return Fault()

    def _result(self, call: Call) -> web.Response:
        if call.method in SENDS:
            return self._send(call)
        if call.method in OTHERS:
            return _ok(True)
        match call.method:
            case "getMe":
                return _ok(
                    {"id": int(self.token.split(":")[0]), "is_bot": True, "first_name": "Bot", "username": "fake_bot"}
                )
            case "setWebhook":
                return self._set_webhook(call.fields)
            case "deleteWebhook":
                return self._set_webhook({})
            case "getWebhookInfo":
                return _ok(
                    {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": len(self.pending)}
                )
            case "getFile":
                return self._get_file(str(call.fields.get("file_id")))
        return _error(404, "Not Found: method not found")

    def _send(self, call: Call) -> web.Response:
        if call.chat in self.blocked:
            return _error(403, "Forbidden: bot was blocked by the user")
        wrong = _wrong_with(call)
        if wrong:
            return _error(400, f"Bad Request: {wrong}")
        call.message_id = next(self._message_ids)
        note: dict[str, Any] = {"message_id": call.message_id, "date": _date(), "chat": _private(call.chat)}
        if "text" in call.fields:
            note["text"] = call.fields["text"]
        return _ok(note)

    def _get_file(self, file_id: str) -> web.Response:
        if file_id not in self.files:
            return _error(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        path, content = self.files[file_id]
        return _ok({"file_id": file_id, "file_unique_id": file_id, "file_size": len(content), "file_path": path})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        fault = self._fault_for(Call(method="download", fields={}, at=0.0))
        if fault.cut:
            return _cut(request)
        found = next((content for path, content in self.files.values() if path == request.match_info["path"]), None)
        if fault.status != 200 or found is None:
            return _fail(fault) if found is not None else _error(404, "Not Found")
        return web.Response(body=found, content_type="application/octet-stream")

    # ── updates ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _set_webhook(self, fields: dict[str, Any]) -> web.Response:
        self.webhook, self.secret = str(fields.get("url", "")), str(fields.get("secret_token", ""))
        while self.webhook and self.pending:
            self._enqueue(self.pending.popleft())
        return _ok(True)

    async def _get_updates(self, fields: dict[str, Any]) -> web.Response:
        if self.webhook:
            return _error(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook")
        if self._poller:
            self._poller.set()  # the newer request ends the older one
        mine = self._poller = asyncio.Event()
        offset, limit = int(fields.get("offset", 0)), int(fields.get("limit", 100))
        while self.pending and self.pending[0]["update_id"] < offset:
            self.pending.popleft()
        if not self.pending:
            self._news.clear()
            waits = {asyncio.ensure_future(event.wait()) for event in (self._news, mine)}
            try:
                await asyncio.wait(waits, timeout=float(fields.get("timeout", 0)), return_when="FIRST_COMPLETED")
            finally:
                for wait in waits:
                    wait.cancel()
        if mine.is_set():
            return _error(
                409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
            )
        self._poller = None
        return _ok(list(itertools.islice(self.pending, limit)))

    def _enqueue(self, update: dict[str, Any]) -> None:
        """As the real one: one request in flight per chat for messages, and another queue per user for presses."""
        query = update.get("callback_query")
        note = update.get("message") or update.get("edited_message") or {}
        name = f"press {query['from']['id']}" if query else f"chat {note.get('chat', {}).get('id')}"
        queue = self._queues.get(name)
        if queue is None:
            queue = self._queues[name] = asyncio.Queue()
            task = asyncio.create_task(self._deliver(queue))
            self._tasks.add(task)
        queue.put_nowait(update)

    async def _deliver(self, queue: asyncio.Queue[dict[str, Any]]) -> None:
        while True:
            await self._deliver_one(await queue.get())
            queue.task_done()

    async def _deliver_one(self, update: dict[str, Any]) -> None:
        while True:
            if 200 <= await self.post(update) < 300:
                break
            await asyncio.sleep(self._retry)

    async def post(self, update: dict[str, Any]) -> int:
        """Bring one update to the web hook once; the status, 0 for a broken connection."""
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=60))
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": self.secret}
        try:
            async with self._session.post(self.webhook, data=msgspec.json.encode(update), headers=headers) as response:
                status = response.status
        except (ClientError, OSError, TimeoutError):
            status = 0
        self.deliveries.append(Delivery(update_id=update["update_id"], status=status))
        return status

    # ── as a program ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _control(self, request: web.Request) -> web.Response:
        body = await request.read()
        data = msgspec.json.decode(body) if body else {}
        match request.match_info["verb"]:
            case "push":
                return _json(self.push(data))
            case "fault":
                self.fault(**data)
            case "clear":
                self.calls.clear()
                self.violations.clear()
                self.deliveries.clear()
            case "calls":
                return _json([asdict(call) for call in self.calls])
            case "state":
                state = {"webhook": self.webhook, "pending": len(self.pending), "counts": self.counts}
                return _json(
                    state | {"violations": self.violations, "deliveries": [asdict(d) for d in self.deliveries]}
                )
            case verb:
                return web.Response(status=404, text=f"no {verb}")
        return _json(True)


async def _read(request: web.Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Arguments and files: from the query, a form, parts, or JSON."""
    fields: dict[str, Any] = dict(request.query)
    files: dict[str, bytes] = {}
    if request.content_type == "application/json":
        return fields | msgspec.json.decode(await request.read()), files
    if request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name:
                content = bytes(await part.read())
                if part.filename:
                    files[part.name] = content
                else:
                    fields[part.name] = content.decode()
        return fields, files
    return fields | dict(await request.post()), files


def _wrong_with(call: Call) -> str:
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
    markup = call.fields.get("reply_markup")
    keys = [key for row in msgspec.json.decode(markup).get("inline_keyboard", []) for key in row] if markup else []
    if len(keys) > 100:
        return "reply markup is too long"
    if any(not 1 <= len(key["callback_data"].encode()) <= 64 for key in keys if "callback_data" in key):
        return "BUTTON_DATA_INVALID"
    return ""


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _date() -> int:
    """Seconds as Telegram dates messages; nothing here depends on the day."""
    return 1_790_000_000 + int(time.monotonic())


def _private(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "private", "first_name": "Ann"}


def _person(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": "Ann", "last_name": "Lee", "language_code": "en"}


def _ok(result: Any) -> web.Response:
    return _json({"ok": True, "result": result})


def _error(status: int, description: str, **parameters: int) -> web.Response:
    answer: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        answer["parameters"] = parameters
    return _json(answer, status)


def _json(data: Any, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(data), status=status, content_type="application/json")


def _fail(fault: Fault) -> web.Response:
    if fault.raw:
        return web.Response(text=fault.raw, status=fault.status, content_type="text/html")
    parameters = {"retry_after": fault.retry_after, "migrate_to_chat_id": fault.migrate_to}
    return _error(fault.status, fault.description, **{name: value for name, value in parameters.items() if value})


def _cut(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    if request.transport:
        request.transport.abort()
    return web.Response()


async def _serve(options: argparse.Namespace) -> None:
    fake = FakeTelegram(token=options.token, latency=options.latency, record=not options.forget)
    await fake.start(options.port)
    print(fake.url, flush=True)  # noqa: T201 - whoever started it waits for the address
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="a fake Telegram Bot API server on 127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that every call takes")
    parser.add_argument("--forget", action="store_true", help="keep no calls")
    try:
        asyncio.run(_serve(parser.parse_args()))
    except KeyboardInterrupt:
        raise SystemExit(0) from None
