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
from dataclasses import asdict, dataclass
from typing import Any, Self

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout, web

from tests.support.fake_telegram_answers import (
    Call,
    Fault,
    cut,
    date,
    error,
    fail,
    json_answer,
    ok,
    person,
    private_chat,
    read_call,
    wrong_with,
)

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
        self._awaited: dict[str, asyncio.Event] = {}
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
        note = {"message_id": number, "date": date(), "chat": private_chat(chat), "from": person(chat)} | fields
        return self.push({"message": note})

    def press(self, chat: int, data: str, message_id: int = 1) -> dict[str, Any]:
        """A button of the message with that id, pressed."""
        menu = {"message_id": message_id, "date": 1, "chat": private_chat(chat)}
        number = next(self._message_ids)
        query = {"id": f"q{number}", "from": person(chat), "message": menu, "chat_instance": "1", "data": data}
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

    async def reached(self, method: str) -> None:
        """Until ``method`` is called the next time."""
        await self._awaited.setdefault(method, asyncio.Event()).wait()

    async def settled(self) -> None:
        """Until the web hook took all that was pushed."""
        await asyncio.gather(*(queue.join() for queue in self._queues.values()))

    # ── calls ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.counts[method] += 1
        if method in self._awaited:
            self._awaited.pop(method).set()
        if request.match_info["token"] != self.token:
            return error(401, "Unauthorized")
        fields, files = await read_call(request)
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
            return cut(request)
        if fault.status != 200:
            return fail(fault)
        answer = self._result(call) if call.method != "getUpdates" else await self._get_updates(call.fields)
        if fault.cut == "after":
            return cut(request)
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
            return ok(True)
        match call.method:
            case "getMe":
                return ok(
                    {"id": int(self.token.split(":")[0]), "is_bot": True, "first_name": "Bot", "username": "fake_bot"}
                )
            case "setWebhook":
                return self._set_webhook(call.fields)
            case "deleteWebhook":
                return self._set_webhook({})
            case "getWebhookInfo":
                return ok(
                    {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": len(self.pending)}
                )
            case "getFile":
                return self._get_file(str(call.fields.get("file_id")))
        return error(404, "Not Found: method not found")

    def _send(self, call: Call) -> web.Response:
        if call.chat in self.blocked:
            return error(403, "Forbidden: bot was blocked by the user")
        wrong = wrong_with(call)
        if wrong:
            return error(400, f"Bad Request: {wrong}")
        call.message_id = next(self._message_ids)
        note: dict[str, Any] = {"message_id": call.message_id, "date": date(), "chat": private_chat(call.chat)}
        if "text" in call.fields:
            note["text"] = call.fields["text"]
        return ok(note)

    def _get_file(self, file_id: str) -> web.Response:
        if file_id not in self.files:
            return error(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        path, content = self.files[file_id]
        return ok({"file_id": file_id, "file_unique_id": file_id, "file_size": len(content), "file_path": path})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        fault = self._fault_for(Call(method="download", fields={}, at=0.0))
        if fault.cut:
            return cut(request)
        found = next((content for path, content in self.files.values() if path == request.match_info["path"]), None)
        if fault.status != 200 or found is None:
            return fail(fault) if found is not None else error(404, "Not Found")
        return web.Response(body=found, content_type="application/octet-stream")

    # ── updates ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _set_webhook(self, fields: dict[str, Any]) -> web.Response:
        self.webhook, self.secret = str(fields.get("url", "")), str(fields.get("secret_token", ""))
        while self.webhook and self.pending:
            self._enqueue(self.pending.popleft())
        return ok(True)

    async def _get_updates(self, fields: dict[str, Any]) -> web.Response:
        if self.webhook:
            return error(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook")
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
            return error(
                409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
            )
        self._poller = None
        return ok(list(itertools.islice(self.pending, limit)))

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
                return json_answer(self.push(data))
            case "fault":
                self.fault(**data)
            case "clear":
                self.calls.clear()
                self.violations.clear()
                self.deliveries.clear()
            case "calls":
                return json_answer([asdict(call) for call in self.calls])
            case "state":
                state = {"webhook": self.webhook, "pending": len(self.pending), "counts": self.counts}
                return json_answer(
                    state | {"violations": self.violations, "deliveries": [asdict(d) for d in self.deliveries]}
                )
            case verb:
                return web.Response(status=404, text=f"no {verb}")
        return json_answer(True)


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
