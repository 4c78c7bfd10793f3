"""A Rasa server as a language layer: what its ``/model/parse`` makes of a text, in our words."""

import math
import ssl
from collections.abc import Collection, Iterator
from typing import Any, Final

import httpx
import msgspec
import structlog

from conversation.understanding import Entity, Intent
from conversation.value import Value
from nlu.layers.watched import LayerError
from nlu.model import MAX_INTENTS, MIN_SCORE
from nlu.read import OTHER

PATH: Final = "model/parse"
FALLBACK: Final = "nlu_fallback"
"""What Rasa's FallbackClassifier puts first when nothing was understood."""
MAX_ANSWER: Final = 1_000_000
"""Bytes."""
CONNECTIONS: Final = 20
IDLE: Final = 4.0
"""Seconds that an unused connection stays: servers shut theirs after five and more, and a text must not fall into that moment."""
MAX_VALUE: Final = 200
"""Characters of an entity's value."""
_STRANGERS: Final = 100
"""Names that are remembered as told of."""

_log = structlog.get_logger(__name__)


class RasaParse(Value, frozen=True, kw_only=True):
    """What was understood, as far as the bot knows it. ``intents`` best first; their scores are Rasa's own, nobody calibrated them."""

    intents: tuple[Intent, ...] = ()
    entities: tuple[Entity, ...] = ()


class _Intent(msgspec.Struct, frozen=True, kw_only=True):
    name: str | None = None
    confidence: float = 0.0


class _Entity(msgspec.Struct, frozen=True, kw_only=True):
    entity: str
    start: int
    end: int
    value: Any = None


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Of ``/model/parse``: all of it that is used."""

    intent: _Intent
    intent_ranking: list[_Intent] = []
    entities: list[_Entity] = []


class RasaNlu:
    """``url``: where the server is, with or without ``/model/parse``. ``languages``: those that its model knows; none named: any.

    ``token``: what the server was started with as ``--auth-token``. Whoever asks sets the limit, and cancels.
    """

    def __init__(
        self, url: str, *, token: str = "", languages: Collection[str] = (), connections: int = CONNECTIONS
    ) -> None:
        self.url = url.rstrip("/").removesuffix(f"/{PATH}")
        self._languages = frozenset(languages)
        self._strangers: set[str] = set()
        self._client = httpx.AsyncClient(
            base_url=self.url,
            params={"token": token} if token else None,
            limits=httpx.Limits(
                max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=IDLE
            ),
            timeout=None,  # noqa: S113 - whoever asks has a limit
            verify=ssl.create_default_context(),
            trust_env=False,  # no proxy of the machine stands between a service and its own server
        )

    async def close(self) -> None:
        await self._client.aclose()

    def suits(self, language: str) -> bool:
        return not self._languages or language in self._languages

    async def parse(self, text: str, intents: Collection[str], entities: Collection[str]) -> RasaParse:
        """``intents`` and ``entities``: those that the bot knows by name; others are told of in the log once, and left out.

        Raises LayerError for whatever is no answer.
        """
        answer = self._read(*await self._post(text))
        if answer.intent.name == FALLBACK:
            return RasaParse(entities=self._entities(answer, text, entities))
        return RasaParse(intents=self._intents(answer, intents), entities=self._entities(answer, text, entities))

    async def _post(self, text: str) -> tuple[int, bytes]:
        body = msgspec.json.encode({"text": text})
        headers = {"Content-Type": "application/json"}
        try:
            async with self._client.stream("POST", PATH, content=body, headers=headers) as response:
                found = bytearray()
                async for part in response.aiter_bytes():
                    found += part
                    if len(found) > MAX_ANSWER:
                        raise LayerError(f"{self.url}: its answer is larger than {MAX_ANSWER:,} bytes")
                return response.status_code, bytes(found)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise LayerError(f"{self.url} does not answer: {type(error).__name__}") from error

    def _read(self, status: int, body: bytes) -> _Answer:
        if status != 200:
            todo = "; check the token" if status in (401, 403) else ""
            raise LayerError(f"{self.url} answers with status {status}{todo}")
        try:
            answer = msgspec.json.decode(body, type=_Answer)
        except (msgspec.DecodeError, RecursionError) as error:
            raise LayerError(f"{self.url} is no Rasa server that has a model: {error}") from error
        confidences = [each.confidence for each in (answer.intent, *answer.intent_ranking)]
        if not all(math.isfinite(each) and 0 <= each <= 1 for each in confidences):
            raise LayerError(f"{self.url}: a confidence that is not from 0 to 1")
        return answer

    def _intents(self, answer: _Answer, known: Collection[str]) -> tuple[Intent, ...]:
        best: dict[str, float] = {}
        for each in answer.intent_ranking or [answer.intent]:
            if each.name and each.name not in (FALLBACK, OTHER) and self._is_known(each.name, known, "intent"):
                best[each.name] = max(each.confidence, best.get(each.name, 0.0))
        ordered = sorted(best.items(), key=lambda pair: -pair[1])[:MAX_INTENTS]
        return tuple(Intent(name=name, score=round(score, 4)) for name, score in ordered if score >= MIN_SCORE)

    def _entities(self, answer: _Answer, text: str, known: Collection[str]) -> tuple[Entity, ...]:
        """Those that stand in the text, without overlaps; the first one of several stays."""
        kept: list[Entity] = []
        for found in self._placed(answer, text, known):
            if all(found.end <= other.start or other.end <= found.start for other in kept):
                kept.append(found)
        return tuple(sorted(kept, key=lambda entity: entity.start))

    def _placed(self, answer: _Answer, text: str, known: Collection[str]) -> Iterator[Entity]:
        for each in answer.entities:
            value = each.value if isinstance(each.value, str) else text[max(0, each.start) : each.end]
            inside = 0 <= each.start < each.end <= len(text)
            if inside and value and len(value) <= MAX_VALUE and self._is_known(each.entity, known, "entity"):
                yield Entity(name=each.entity, value=value, start=each.start, end=each.end)

    def _is_known(self, name: str, known: Collection[str], what: str) -> bool:
        if name in known:
            return True
        stranger = f"{what} {name[:100]}"
        if stranger not in self._strangers and len(self._strangers) < _STRANGERS:
            self._strangers.add(stranger)
            follows = "it is left out: write it into nlu/<language>.yaml, or take it out of Rasa's model"
            _log.warning("nlu_name_unknown", layer="rasa", what=what, name=name[:100], follows=follows)
        return False
