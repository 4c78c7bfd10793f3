"""A bot's examples as every encoder sees them: what a model is trained on, beside the words."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import structlog

from nlu.encoding import Encoder, EncoderError, Floats
from nlu.layers.chain import Layers, encoders_for
from nlu.names import names_of
from nlu.read import Row

BATCH: Final = 64
"""Texts that are encoded at once."""
PATIENCE: Final = 30.0
"""Seconds for a batch: nobody waits for an answer, but a start does."""

_log = structlog.get_logger(__name__)


async def encode_rows(rows: Sequence[Row], layers: Layers) -> tuple[Mapping[str, Floats], Mapping[str, Floats]]:
    """By encoder, what ``nlu.train.train`` wants: a row for each example, and one for each of the intents' names; zeros in languages that
    it does not suit. One that fails is left out, with a log line."""
    wanted = encoders_for(layers, {language for language, _, _ in rows})
    every = (*rows, *names_of(rows))
    found: dict[str, Floats] = {}
    for layer in layers.encoders:
        if layer.encoder.name not in wanted:
            continue
        try:
            found[layer.encoder.name] = await _encode(layer.encoder, every)
        except (EncoderError, TimeoutError, ValueError) as error:
            follows = "the model is trained without it"
            _log.warning("nlu_encoder_left_out", encoder=layer.encoder.name, error=error, follows=follows)
    return (
        {name: vectors[: len(rows)] for name, vectors in found.items()},
        {name: vectors[len(rows) :] for name, vectors in found.items()},
    )


async def _encode(encoder: Encoder, rows: Sequence[Row]) -> Floats:
    """Raises EncoderError, TimeoutError, and ValueError for vectors that are of no use."""
    vectors: dict[int, Floats] = {}
    for language in sorted({language for language, _, _ in rows if encoder.suits(language)}):
        numbers = [number for number, row in enumerate(rows) if row[0] == language]
        for begin in range(0, len(numbers), BATCH):
            batch = numbers[begin : begin + BATCH]
            async with asyncio.timeout(PATIENCE):
                answer = await encoder.encode([rows[number][2] for number in batch], language)
            if answer.ndim != 2 or len(answer) != len(batch) or not np.isfinite(answer).all():
                raise ValueError(
                    f"{len(batch)} texts gave vectors of shape {answer.shape}, or values that are no numbers"
                )
            vectors |= zip(batch, answer, strict=True)
            await asyncio.sleep(0)
    widths = {len(vector) for vector in vectors.values()}
    if len(widths) != 1:
        raise ValueError(f"its vectors have {len(widths)} different sizes")
    all_ = np.zeros((len(rows), widths.pop()), np.float32)
    for number, vector in vectors.items():
        all_[number] = vector
    return all_
