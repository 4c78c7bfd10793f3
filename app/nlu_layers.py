"""The language layers that the settings name: opened once for a process, whatever versions of the bot it runs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from app.settings import NluSettings, Settings
from conversation.meter import NO_METER, Meter
from nlu.encoding import Encoder, EncoderError
from nlu.layers.chain import EncoderLayer, Layers, RasaLayer
from nlu.layers.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Callable

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
    encoders = tuple(
        EncoderLayer(encoder=encoder, watched=Watched(encoder.name, asked.limit, meter))
        for encoder in await asyncio.to_thread(_encoders, asked)
    )
    return Layers(encoders=encoders, rasa=_rasa(asked, stack, meter))


def _rasa(asked: NluSettings, stack: AsyncExitStack, meter: Meter) -> RasaLayer | None:
    if not asked.rasa.url:
        return None
    from nlu.layers.rasa import RasaNlu  # httpx is 10 MB that only this needs

    token = asked.rasa.token.get_secret_value()
    nlu = RasaNlu(asked.rasa.url, token=token, languages=asked.rasa.languages)
    stack.push_async_callback(nlu.close)
    return RasaLayer(nlu=nlu, watched=Watched("rasa", asked.rasa.limit, meter))


def _encoders(asked: NluSettings) -> Sequence[Encoder]:
    """Best first. Blocks while weights are read."""
    found: list[Encoder] = []
    openers: Sequence[Callable[[], Encoder | None]] = ()
    for opener in openers:
        try:
            encoder = opener()
        except EncoderError as error:
            _log.error("nlu_encoder_not_opened", error=error, follows="texts are understood without it")
            continue
        if encoder is not None and ("*" in asked.layers or encoder.name in asked.layers):
            found.append(encoder)
    return found
