"""The Actions port over the wire: a rasa-sdk action server elsewhere, spoken to by its ``/webhook`` protocol."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote

import httpx
import msgspec
import structlog

from actions.breaker import WELL, Breaker
from actions.catalogue import ActionSpec, Catalogue
from actions.wire import body_of, result_of
from conversation.errors import ActionError, LotseError
from conversation.ports import Clock
from conversation.records import ActionCall
from conversation.value import Data

CONNECTIONS: Final = 50
"""As many calls at once as the engine makes."""
IDLE: Final = 4.0
"""Seconds that an unused connection stays: servers shut theirs after five and more, and a call must not fall into that moment."""
CONNECT: Final = 5.0
"""Seconds until a server counts as not there."""
MAX_ANSWER: Final = 1_000_000
"""Bytes."""
PATIENCE: Final = 5.0
"""Seconds for questions that are no calls."""
AGAIN: Final = (0.1, 0.5)
"""Seconds before a look-up is tried again that found no connection."""
_BEFORE: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Errors of a call that was not sent."""
SERVER: Final = ""
"""The breaker of the server as a whole; the others have the names of actions."""

_log = structlog.get_logger(__name__)


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What ``/webhook`` gives."""

    events: list[dict[str, Any]] = []
    responses: list[dict[str, Any]] = []


class _Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What it gives instead. ``action_name`` marks what rasa-sdk itself says about an action."""

    error: Any = ""
    action_name: str | None = None


class RemoteActions:
    """A ``conversation.ports.Actions``. The call's key goes along twice: as for actions in this process, and as the header ``Idempotency-Key``.

    A call is made once. Only look-ups (``repeat: safe``) are tried again, and only when the connection broke.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        url: str,
        *,
        clock: Clock,
        token: str = "",
        headers: Mapping[str, str] | None = None,
        connections: int = CONNECTIONS,
    ) -> None:
        """``url``: where the server is, with or without ``/webhook``; ``token``: shown as ``Authorization: Bearer``."""
        self.catalogue = catalogue
        self.url = url.rstrip("/").removesuffix("/webhook")
        self._clock = clock
        self._breakers: dict[str, Breaker] = {}
        self._version = version("rasa-sdk")
        self._client = httpx.AsyncClient(
            base_url=self.url,
            headers={**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})},
            limits=httpx.Limits(
                max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=IDLE
            ),
            timeout=httpx.Timeout(None, connect=CONNECT),  # each call has its own limit
            verify=ssl.create_default_context(),
            trust_env=False,  # no proxy of the machine stands between a service and its back-end
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def names(self) -> frozenset[str]:
        """The actions that the server has. Raises LotseError."""
        try:
            async with asyncio.timeout(PATIENCE):
                for page in ("health", "actions"):
                    response = await self._client.get(page)
                    response.raise_for_status()
            return frozenset(item["name"] for item in msgspec.json.decode(response.content, type=list[dict[str, str]]))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise LotseError(f"the action server {self.url} does not answer as one: {_words(error)}") from error
        except (msgspec.DecodeError, KeyError) as error:
            raise LotseError(f"{self.url} is no rasa-sdk action server: {_words(error)}") from error

    async def run(self, call: ActionCall) -> Mapping[str, Data]:
        """See ``conversation.ports.Actions``. Raises ActionError; its text is for the action's developer."""
        spec = self.catalogue.actions.get(call.name)
        if spec is None:
            raise ActionError(call.name, "broken", "it is not in actions/catalogue.yaml")
        try:
            async with asyncio.timeout(call.limit):
                status, content = await self._posted(call, spec)
        except TimeoutError as error:
            self._failed(call.name)
            raise ActionError(call.name, "limit", f"no answer within {call.limit:g} s") from error
        answer = self._understood(call, status, content)
        return result_of(spec, answer.events, answer.responses)

    async def _posted(self, call: ActionCall, spec: ActionSpec) -> tuple[int, bytes]:
        """Status and body. Raises ActionError when there is none."""
        self._pass(call.name)
        pauses = list(AGAIN) if spec.repeat_safe else []
        while True:
            try:
                return await self._post(call)
            except (httpx.HTTPError, OSError) as error:
                if not pauses or not isinstance(error, httpx.TransportError | OSError):
                    self._failed(SERVER)
                    ran = "it did not run" if isinstance(error, _BEFORE) else "nobody knows whether it ran"
                    text = f"no answer from the action server {self.url} ({_words(error)}); {ran}"
                    raise ActionError(call.name, "unreachable", text) from error
            await self._clock.sleep(pauses.pop(0))

    async def _post(self, call: ActionCall) -> tuple[int, bytes]:
        headers = {"Idempotency-Key": quote(call.key, safe="/:.-_~"), "Content-Type": "application/json"}
        content = msgspec.json.encode({"version": self._version, **body_of(call)})
        async with self._client.stream("POST", "webhook", content=content, headers=headers) as response:
            found = bytearray()
            async for part in response.aiter_bytes():
                found += part
                if len(found) > MAX_ANSWER:
                    self._failed(call.name)
                    raise ActionError(call.name, "broken", f"its answer is larger than {MAX_ANSWER:,} bytes")
            return response.status_code, bytes(found)

    def _understood(self, call: ActionCall, status: int, content: bytes) -> _Answer:
        if status == 200:
            try:
                answer = msgspec.json.decode(content, type=_Answer | None) or _Answer()
            except (msgspec.DecodeError, RecursionError) as error:
                self._failed(call.name)
                raise ActionError(call.name, "broken", f"its answer is not rasa-sdk's: {error}") from error
            self._well(SERVER, call.name)
            return answer
        fault = _fault(content)
        said = str(fault.error)[:300] or "no reason given"
        if fault.action_name is not None and status == 400:
            self._well(SERVER, call.name)
            raise ActionError(call.name, "rejected", said)
        self._failed(*((SERVER,) if status in (502, 503, 504) else (call.name,)))
        if status not in (502, 503, 504):
            self._well(SERVER)
        raise ActionError(call.name, "broken", f"the action server answered {status}: {said}")

    # ── breakers ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _pass(self, action: str) -> None:
        """Raises ActionError while the server, or this action of it, is left alone."""
        now = self._clock.now()
        for name in (action, SERVER):
            breaker = self._breakers.get(name, WELL)
            if not breaker.lets_pass(now):
                who = f"the action server {self.url}" if name == SERVER else "it"
                wait = (breaker.shut_until - now).total_seconds() if breaker.shut_until else 0.0
                text = f"{who} failed {breaker.failures} times in a row and is asked again in {wait:.0f} s"
                raise ActionError(action, "paused", text)
        for name in (action, SERVER):
            if name in self._breakers:
                self._breakers[name] = self._breakers[name].passed(now)

    def _failed(self, *names: str) -> None:
        for name in names:
            before = self._breakers.get(name, WELL)
            after = self._breakers[name] = before.failed(self._clock.now())
            if after.is_open and not before.is_open:
                _log.error("actions_paused", server=self.url, action=name or "all", failures=after.failures)

    def _well(self, *names: str) -> None:
        for name in names:
            if self._breakers.pop(name, WELL).is_open:
                _log.info("actions_go_on", server=self.url, action=name or "all")


def disagreements(catalogue: Catalogue, there: frozenset[str]) -> Sequence[str]:
    """Names of actions that a bot calls and the server does not have."""
    return sorted(set(catalogue.actions) - there)


def _fault(content: bytes) -> _Fault:
    try:
        return msgspec.json.decode(content, type=_Fault)
    except (msgspec.DecodeError, RecursionError):
        return _Fault(error=content[:300].decode(errors="replace"))


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
