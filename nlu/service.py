"""The Nlu port, answered in this process."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from conversation.value import Value
from nlu.cache import cache_path, load_model, save_model
from nlu.encoding import Floats
from nlu.layers.chain import FLOOR_ONLY, LayeredNlu, Layers, encoders_for
from nlu.layers.examples import encode_rows
from nlu.model import LanguageReport, Model

_log = structlog.get_logger(__name__)


class TrainReport(Value, frozen=True, kw_only=True):
    """``seconds``: the training of all languages together."""

    seconds: float
    languages: tuple[LanguageReport, ...]


async def open_nlu(
    examples: Mapping[str, bytes], cache: Path, layers: Layers = FLOOR_ONLY, name: str = ""
) -> LayeredNlu:
    """``examples``: language to the bytes of its ``nlu/<language>.yaml``. Raises ContentError with file and line.

    Trains if ``cache`` (a folder) has no model of exactly these bytes and the encoders that are there. ``name``: the file of one that was trained elsewhere and is
    good enough, whatever it was trained with. The event loop stays free meanwhile.
    """
    path = cache / name if name else cache_path(cache, examples, encoders_for(layers, examples))
    model = await asyncio.to_thread(load_model, path)
    if model is None:
        model, path = await trained(examples, cache, layers)
    nlu = LayeredNlu(model, layers, name=path.name)
    if nlu.untrained and path != cache_path(cache, examples, encoders_for(layers, examples)):
        todo = "publish the bot from a machine where they are, or train it there"
        _log.info(
            "nlu_layers_untrained", layers=nlu.untrained, model=path.name, follows="they are not asked", todo=todo
        )
    return nlu


async def train_report(examples: Mapping[str, bytes], cache: Path, layers: Layers = FLOOR_ONLY) -> TrainReport:
    """Train anew, whatever is cached, keep the model, and say how good it is. Raises ContentError."""
    model, _ = await trained(examples, cache, layers)
    return TrainReport(seconds=model.meta.seconds, languages=model.reports)


async def trained(examples: Mapping[str, bytes], cache: Path, layers: Layers = FLOOR_ONLY) -> tuple[Model, Path]:
    """Trained anew, and where it was kept. An encoder that does not answer is told of and left out. Raises ContentError."""
    rows = await asyncio.to_thread(_rows, examples)
    encoded, called = await encode_rows(rows, layers)
    path = cache_path(cache, examples, encoded)
    return await asyncio.to_thread(_train_into, examples, encoded, called, path), path


def _rows(examples: Mapping[str, bytes]) -> Sequence[tuple[str, str, str]]:
    from nlu.train import rows_of

    return rows_of(examples)


def _train_into(
    examples: Mapping[str, bytes], encoded: Mapping[str, Floats], called: Mapping[str, Floats], path: Path
) -> Model:
    from nlu.train import train  # most starts find their model in the cache

    model = train(examples, encoded, called)
    save_model(path, model)
    _log.info(
        "nlu_trained",
        seconds=model.meta.seconds,
        examples=model.meta.examples,
        languages=_names(model.meta.languages),
        heads=_names(list(model.heads)),
    )
    return model


def _names(languages: Sequence[str]) -> str:
    return ",".join(languages)
