"""The Nlu port, answered in this process."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import structlog

from nlu.cache import cache_path, load_model, save_model
from nlu.layers.chain import LayeredNlu, TrainReport
from nlu.model import LOCAL, Model

_log = structlog.get_logger(__name__)


LocalNlu: TypeAlias = LayeredNlu
"""Where nothing above the floor is asked."""


async def open_nlu(examples: Mapping[str, bytes], cache: Path) -> LocalNlu:
    """``examples``: language to the bytes of its ``nlu/<language>.yaml``. Raises ContentError with file and line.

    Trains if ``cache`` (a folder) has no model of exactly these bytes. The event loop stays free meanwhile.
    """
    return await asyncio.to_thread(_open, examples, cache)


def _open(examples: Mapping[str, bytes], cache: Path) -> LocalNlu:
    path = cache_path(cache, examples)
    model = load_model(path)
    if model is None:
        model = _train_into(examples, path)
    return LocalNlu(model)


def train_report(examples: Mapping[str, bytes], cache: Path) -> TrainReport:
    """Train anew, whatever is cached, keep the model, and say how good it is. Blocks. Raises ContentError."""
    model = _train_into(examples, cache_path(cache, examples))
    return TrainReport(seconds=model.meta.seconds, languages=model.heads[LOCAL].reports)


def _train_into(examples: Mapping[str, bytes], path: Path) -> Model:
    from nlu.train import train  # most starts find their model in the cache

    model = train(examples)
    save_model(path, model)
    _log.info(
        "nlu_trained", seconds=model.meta.seconds, examples=model.meta.examples, languages=_names(model.meta.languages)
    )
    return model


def _names(languages: Sequence[str]) -> str:
    return ",".join(languages)
