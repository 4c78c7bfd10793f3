"""Sentences as vectors from elsewhere: whatever answers like OpenAI's ``/v1/embeddings`` (vLLM, Ollama, LM Studio, a cloud …)."""

import math
import ssl
from collections.abc import Collection, Sequence
from typing import Final

import httpx
import msgspec
import numpy as np

from nlu.encoding import EncoderError, Floats, unit_rows

PATH: Final = "embeddings"
MAX_TEXT: Final = 1_000
"""Characters of a text that are sent: what somebody wants stands at the beginning."""
MAX_ANSWER: Final = 30_000_000
"""Bytes: 64 vectors of 4,096 numbers are 6 MB."""
CONNECTIONS: Final = 20
IDLE: Final = 4.0
"""Seconds that an unused connection stays: servers shut theirs after five and more, and a text must not fall into that moment."""
PATIENCE: Final = 30.0
"""Seconds for a request. Whoever waits for an answer has a shorter limit, and cancels."""

_SAYS: Final = {
    400: "check the model's name",
    401: "check the key",
    403: "check the key",
    404: "check the address and the model's name",
    429: "it gets more than it wants to take",
}


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    embedding: list[float]
    index: int


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """All of the answer that is used."""

    data: list[_Row]


class EndpointEncoder:
    """``url``: up to and with ``/v1``, with or without ``/embeddings``. ``languages``: those that the model knows; none named: any."""

    def __init__(
        self, url: str, model: str, *, key: str = "", languages: Collection[str] = (), batch: int = 64, dims: int = 0
    ) -> None:
        """``batch``: texts in a request. ``dims``: numbers in a vector, if the server shall shorten it; 0: as the model has it."""
        self.url = url.rstrip("/").removesuffix(f"/{PATH}")
        self._model = model
        self._languages = frozenset(languages)
        self._batch = batch
        self._dims = dims
        self._client = httpx.AsyncClient(
            base_url=self.url,
            headers={"Authorization": f"Bearer {key}"} if key else None,
            limits=httpx.Limits(
                max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=IDLE
            ),
            timeout=PATIENCE,
            verify=ssl.create_default_context(),
            trust_env=False,  # what customers write goes to the address that was set, and nowhere else
        )

    @property
    def name(self) -> str:
        return f"endpoint/{self._model}" + (f"/{self._dims}" if self._dims else "")

    async def close(self) -> None:
        await self._client.aclose()

    def suits(self, language: str) -> bool:
        return not self._languages or language in self._languages

    async def encode(self, texts: Sequence[str], language: str) -> Floats:  # noqa: ARG002 - the protocol's
        """See ``nlu.encoding.Encoder``. A text without a letter or a digit is a row of zeros and is not sent."""
        sent = [(row, text[:MAX_TEXT]) for row, text in enumerate(texts) if any(map(str.isalnum, text[:MAX_TEXT]))]
        answers = [
            await self._ask([text for _, text in sent[begin : begin + self._batch]])
            for begin in range(0, len(sent), self._batch)
        ]
        widths = {answer.shape[1] for answer in answers}
        if len(widths) > 1:
            raise self._error(f"vectors of different sizes: {', '.join(map(str, sorted(widths)))}")
        vectors = np.zeros((len(texts), widths.pop() if widths else self._dims), np.float32)
        if answers:
            vectors[[row for row, _ in sent]] = np.concatenate(answers)
        return unit_rows(vectors)

    async def _ask(self, texts: Sequence[str]) -> Floats:
        body = {"model": self._model, "input": [_whole(text) for text in texts], "encoding_format": "float"}
        status, answer = await self._post(
            msgspec.json.encode(body | ({"dimensions": self._dims} if self._dims else {}))
        )
        if status != 200:
            todo = f": {_SAYS[status]}" if status in _SAYS else ""
            raise self._error(f"it answers with status {status}{todo}")
        try:
            rows = msgspec.json.decode(answer, type=_Answer).data
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise self._error(f"its answer is not one of /v1/embeddings: {error}") from error
        return self._vectors(rows, len(texts))

    def _vectors(self, rows: Sequence[_Row], count: int) -> Floats:
        """By their numbers: some servers answer in another order."""
        if sorted(row.index for row in rows) != list(range(count)):
            raise self._error(f"{count} texts were sent, and the vectors that came are not one for each")
        widths = {len(row.embedding) for row in rows}
        if len(widths) != 1 or 0 in widths or (self._dims and widths != {self._dims}):
            wanted = f" instead of {self._dims}" if self._dims else ""
            raise self._error(f"vectors of {', '.join(map(str, sorted(widths)))} numbers{wanted}")
        if not all(math.isfinite(number) for row in rows for number in row.embedding):
            raise self._error("a vector with values that are no numbers")
        return np.array([row.embedding for row in sorted(rows, key=lambda row: row.index)], np.float32)

    async def _post(self, body: bytes) -> tuple[int, bytes]:
        try:
            async with self._client.stream(
                "POST", PATH, content=body, headers={"Content-Type": "application/json"}
            ) as response:
                found = bytearray()
                async for part in response.aiter_bytes():
                    found += part
                    if len(found) > MAX_ANSWER:
                        raise self._error(f"its answer is larger than {MAX_ANSWER:,} bytes")
                return response.status_code, bytes(found)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise self._error(f"it does not answer: {type(error).__name__}") from error

    def _error(self, says: str) -> EncoderError:
        return EncoderError(self.name, f"{self.url}: {says}")


def _whole(text: str) -> str:
    """Half a surrogate pair becomes "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")
