"""The language layers that the settings name: opened once for a process, whatever versions of the bot it runs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from app.settings import NluSettings, Settings
from conversation.meter import NO_METER, Meter
from nlu.encoding import Encoder, EncoderError
from nlu.layers.chain import EncoderLayer, Layers, RasaLayer
from nlu.layers.watched import Watched

if TYPE_CHECKING:
    from nlu.encoders.endpoint import EndpointEncoder
    from nlu.layers.rasa import RasaNlu

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
    local = (
        EncoderLayer(encoder=encoder, watched=Watched(encoder.name, asked.limit, meter))
        for encoder in await asyncio.to_thread(_local, asked, settings.var / "nlu")
    )
    return Layers(encoders=(*_endpoint(asked, stack, meter), *local), rasa=_rasa(asked, stack, meter))


def wanted(asked: NluSettings, layer: str) -> bool:
    """Whether the settings let that kind of encoder be used."""
    return layer in asked.layers or "*" in asked.layers


def rasa_of(asked: NluSettings) -> "RasaNlu":
    """Whoever opens it closes it."""
    from nlu.layers.rasa import RasaNlu  # httpx is 10 MB that only this needs

    return RasaNlu(asked.rasa.url, token=asked.rasa.token.get_secret_value(), languages=asked.rasa.languages)


def endpoint_of(asked: NluSettings) -> "EndpointEncoder":
    """Whoever opens it closes it."""
    from nlu.encoders.endpoint import EndpointEncoder

    set_ = asked.endpoint
    key = set_.key.get_secret_value()
    return EndpointEncoder(set_.url, set_.model, key=key, languages=set_.languages, dims=set_.dims)


def _rasa(asked: NluSettings, stack: AsyncExitStack, meter: Meter) -> RasaLayer | None:
    if not asked.rasa.url:
        return None
    nlu = rasa_of(asked)
    stack.push_async_callback(nlu.close)
    return RasaLayer(nlu=nlu, watched=Watched("rasa", asked.rasa.limit, meter))


def _endpoint(asked: NluSettings, stack: AsyncExitStack, meter: Meter) -> tuple[EncoderLayer, ...]:
    set_ = asked.endpoint
    if not set_.url or not wanted(asked, "endpoint"):
        return ()
    if not set_.model:
        todo = "set LOTSE_NLU__ENDPOINT__MODEL to what it calls its model"
        _log.error("nlu_encoder_not_opened", error="the endpoint needs a model's name", todo=todo)
        return ()
    encoder = endpoint_of(asked)
    stack.push_async_callback(encoder.close)
    return (EncoderLayer(encoder=encoder, watched=Watched(encoder.name, set_.limit, meter)),)


def _local(asked: NluSettings, cache: Path) -> Sequence[Encoder]:
    """Those of this machine, best first. Blocks while weights are read."""
    found: list[Encoder] = []
    for layer, opener in _openers(asked, cache).items():
        if not wanted(asked, layer):
            continue
        try:
            encoder = opener()
        except EncoderError as error:
            _log.error("nlu_encoder_not_opened", error=str(error), follows="texts are understood without it")
            continue
        except Exception:  # a package that is broken must not keep the service from starting
            _log.exception("nlu_encoder_not_opened", encoder=layer, follows="texts are understood without it")
            continue
        if encoder is not None:
            found.append(encoder)
    return found


def _openers(asked: NluSettings, cache: Path) -> Mapping[str, Callable[[], Encoder | None]]:
    """By layer; None: it is not installed."""

    def path() -> Encoder | None:
        from nlu.encoders.local_model import open_local

        return open_local(asked.model, asked.model_languages) if asked.model else None

    def minilm() -> Encoder | None:
        from nlu.encoders.minilm import open_minilm

        return open_minilm()

    def spacy() -> Encoder | None:
        from nlu.encoders.spacy_vectors import known_languages, open_spacy

        return open_spacy(known_languages())

    def multilingual() -> Encoder | None:
        from nlu.encoders.multilingual import open_multilingual

        return open_multilingual(cache)

    return {"path": path, "minilm": minilm, "spacy": spacy, "multilingual": multilingual}
