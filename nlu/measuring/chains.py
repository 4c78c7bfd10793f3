"""What is measured: the way from a bot's files to an understood text that a running service goes, one for each head of its model."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np

from conversation.ports import Nlu
from conversation.understanding import Understanding
from nlu.encoding import Encoder, Floats
from nlu.floor import Floor
from nlu.layers.chain import EncoderLayer, LayeredNlu, Layers
from nlu.layers.examples import BATCH, encode_rows
from nlu.layers.watched import Watched
from nlu.measuring.metrics import Answer
from nlu.measuring.sets import Sentence
from nlu.model import Head, Model
from nlu.train import rows_of, train

Learn: TypeAlias = Callable[[Mapping[str, bytes]], Awaitable[Mapping[str, Nlu]]]
"""A bot's files to what answers by each head of the model trained on them. Raises ContentError for files that no bot could have."""
Encode: TypeAlias = Callable[[Mapping[str, bytes]], Awaitable[tuple[Mapping[str, Floats], Mapping[str, Floats]]]]
"""A bot's files to what ``nlu.train.train`` takes beside them."""

PATIENCE: Final = 60.0
"""Seconds for an encoder: what is right is measured here, and shall not depend on what else the machine does."""


class Chains:
    """``layers``: what the settings of a service would open. No Rasa: it was trained elsewhere, on who knows what."""

    def __init__(self, layers: Layers) -> None:
        remembering = (_Remembering(layer.encoder) for layer in layers.encoders)
        self._layers = Layers(
            encoders=tuple(EncoderLayer(encoder=each, watched=Watched(each.name, PATIENCE)) for each in remembering)
        )

    async def learn(self, files: Mapping[str, bytes]) -> Mapping[str, Nlu]:
        """See ``Learn``. To each head only the encoders that it needs are given, as if the others were not installed.

        Heads: what answers when all are there, when the best is not, when the two best are not … down to none.
        """
        model = await asyncio.to_thread(train, files, *await self.encode(files))
        return {head.name: Chain(model, self._only(head.encoders)) for head in self._met(model)}

    async def encode(self, files: Mapping[str, bytes]) -> tuple[Mapping[str, Floats], Mapping[str, Floats]]:
        """See ``Encode``."""
        return await encode_rows(await asyncio.to_thread(rows_of, files), self._layers)

    def _met(self, model: Model) -> Iterator[Head]:
        known = {name for head in model.meta.heads for name in head.encoders}
        names = [layer.encoder.name for layer in self._layers.encoders if layer.encoder.name in known]
        sets = [set(names[first:]) for first in range(len(names), -1, -1)]
        return (head for each in sets for head in model.meta.heads if set(head.encoders) == each)

    def _only(self, names: Iterable[str]) -> Layers:
        wanted = set(names)
        return Layers(encoders=tuple(layer for layer in self._layers.encoders if layer.encoder.name in wanted))


class Chain:
    """A service's own way; many texts that are known beforehand are encoded together, which is four times as quick."""

    def __init__(self, model: Model, layers: Layers) -> None:
        self._nlu = LayeredNlu(model, layers)
        self._floor = Floor(model.meta)
        self._encoders = [layer.encoder for layer in layers.encoders]

    async def understand(self, text: str, language: str) -> Understanding:
        return await self._nlu.understand(text, language)

    async def prepare(self, texts: Iterable[str]) -> None:
        """For what is understood next. Nothing depends on it but the time that takes."""
        readings = [self._floor.read(text, "") for text in texts] if self._encoders else []
        for language in {reading.by for reading in readings}:
            read = [reading.text for reading in readings if reading.by == language]
            for encoder in self._encoders:
                for begin in range(0, len(read) if encoder.suits(language) else 0, BATCH):
                    await encoder.encode(read[begin : begin + BATCH], language)


class _Remembering:
    """Encodes no text twice: each head asks for the same ones."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[tuple[str, str], Floats] = {}

    @property
    def name(self) -> str:
        return self._encoder.name

    def suits(self, language: str) -> bool:
        return self._encoder.suits(language)

    async def encode(self, texts: Sequence[str], language: str) -> Floats:
        new = [text for text in dict.fromkeys(texts) if (language, text) not in self._known]
        if new:
            vectors = await self._encoder.encode(new, language)
            self._known |= {(language, text): vector for text, vector in zip(new, vectors, strict=True)}
        return np.stack([self._known[language, text] for text in texts])


async def answers(nlu: Nlu, sentences: Iterable[Sentence]) -> list[Answer]:
    """What each sentence is taken for as a first message."""
    sentences = list(sentences)
    if isinstance(nlu, Chain):
        await nlu.prepare(sentence.text for sentence in sentences)
    return [await answer(nlu, sentence.text, sentence.label) for sentence in sentences]


async def answer(nlu: Nlu, text: str, wanted: str) -> Answer:
    intents = (await nlu.understand(text, "")).intents
    return Answer(wanted=wanted, given=intents[0].name if intents else "", score=intents[0].score if intents else 0.0)
