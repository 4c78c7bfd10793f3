"""The language layers that the settings name: opened once for a process, whatever versions of the bot it runs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol, runtime_checkable

import structlog

from app.settings import EndpointSettings, ModelSettings, NluSettings, Settings
from conversation.meter import NO_METER, Meter
from nlu.encoding import Encoder, EncoderError
from nlu.layers.chain import EncoderLayer, Layers, RasaLayer
from nlu.layers.watched import Watched

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def layers_of(settings: Settings, meter: Meter = NO_METER) -> AsyncIterator[Layers]:
    """For a command that is over soon."""
    async with AsyncExitStack() as stack:
        yield await open_layers(settings, stack, meter)


class LazyLayers:
    """Opened when they are first asked for: a process that has nothing to learn has no use for weights."""

    def __init__(self, settings: Settings, stack: AsyncExitStack, meter: Meter = NO_METER) -> None:
        self._settings = settings
        self._stack = stack
        self._meter = meter
        self._opening: asyncio.Task[Layers] | None = None

    async def __call__(self) -> Layers:
        if self._opening is None:
            self._opening = asyncio.create_task(open_layers(self._settings, self._stack, self._meter))
        return await asyncio.shield(self._opening)


async def open_layers(settings: Settings, stack: AsyncExitStack, meter: Meter = NO_METER) -> Layers:
    """An encoder that can't be opened is told of in the log, and the others work."""
    asked = settings.nlu
    found = await asyncio.to_thread(lambda: [*_encoders(asked, settings.var / "nlu")])
    for encoder in found:
        if isinstance(encoder, Closes):
            stack.push_async_callback(encoder.close)
    encoders = tuple(
        EncoderLayer(encoder=encoder, watched=Watched(encoder.name, _limit(asked, encoder), meter)) for encoder in found
    )
    return Layers(encoders=encoders, rasa=_rasa(asked, stack, meter))


@runtime_checkable
class Closes(Protocol):
    """An encoder that holds connections."""

    async def close(self) -> None: ...


def _limit(asked: NluSettings, encoder: Encoder) -> float:
    return asked.endpoint.limit if encoder.name.startswith("endpoint/") else asked.limit


def _rasa(asked: NluSettings, stack: AsyncExitStack, meter: Meter) -> RasaLayer | None:
    if not asked.rasa.url:
        return None
    from nlu.layers.rasa import RasaNlu  # httpx is 10 MB that only this needs

    token = asked.rasa.token.get_secret_value()
    nlu = RasaNlu(asked.rasa.url, token=token, languages=asked.rasa.languages)
    stack.push_async_callback(nlu.close)
    return RasaLayer(nlu=nlu, watched=Watched("rasa", asked.rasa.limit, meter))


def _encoders(asked: NluSettings, cache: Path) -> Iterator[Encoder]:
    """Best first: one's own choice before what came along. Blocks while weights are read."""
    openers: Mapping[str, Callable[[], Encoder | None]] = {
        "endpoint": lambda: _endpoint(asked.endpoint),
        "path": lambda: _local(asked.model),
        "minilm": _minilm,
        "multilingual": lambda: _multilingual(cache),
        "spacy": _spacy,
    }
    for name, opener in openers.items():
        if "*" not in asked.layers and name not in asked.layers:
            continue
        try:
            encoder = opener()
        except EncoderError as error:
            _log.error("nlu_encoder_not_opened", error=str(error), follows="texts are understood without it")
            continue
        if encoder is not None:
            yield encoder


# Each imports what only it needs: a service that has no use for an encoder does not pay for it.


def _endpoint(asked: EndpointSettings) -> Encoder | None:
    if not asked.url:
        return None
    if not asked.model:
        raise EncoderError("endpoint", "which model? Set LOTSE_NLU__ENDPOINT__MODEL")
    from nlu.encoders.endpoint import EndpointEncoder

    return EndpointEncoder(
        asked.url,
        asked.model,
        key=asked.key.get_secret_value(),
        languages=asked.languages,
        batch=asked.batch,
        dims=asked.dims,
    )


def _local(asked: ModelSettings) -> Encoder | None:
    if asked.path is None:
        return None
    from nlu.encoders.local_model import open_local

    return open_local(asked.path, asked.languages)


def _minilm() -> Encoder | None:
    from nlu.encoders.minilm import open_minilm

    return open_minilm()


def _multilingual(cache: Path) -> Encoder:
    from nlu.encoders.multilingual import open_multilingual

    return open_multilingual(cache)


def _spacy() -> Encoder | None:
    from nlu.encoders.spacy_vectors import open_spacy

    return open_spacy()
