"""The Nlu port: the best layers that are there and answer in time, else the next ones. What is local always answers."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Final

import numpy as np
import structlog

from conversation.understanding import Decision, Entity, Passed, Understanding
from nlu.encoding import Encoder, Floats
from nlu.floor import Floor, Reading
from nlu.layers.watched import LayerError, PassedOverError, Watched
from nlu.model import Model

if TYPE_CHECKING:
    from nlu.layers.rasa import RasaNlu, RasaParse

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderLayer:
    """An encoder of this process, and what is known of how it does."""

    encoder: Encoder
    watched: Watched


@dataclass(frozen=True, slots=True, kw_only=True)
class RasaLayer:
    """A whole language layer elsewhere."""

    nlu: "RasaNlu"
    watched: Watched


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What a process has above the floor, best first; shared by the models of all versions."""

    encoders: tuple[EncoderLayer, ...] = ()
    rasa: RasaLayer | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Of the encoders."""
        return tuple(layer.encoder.name for layer in self.encoders)


FLOOR_ONLY: Final = Layers()


class LayeredNlu:
    """``name``: of the model's file, which says what it was trained on. The floor answers on the event loop, in about a millisecond for any text but very
    long ones; the others have their limits."""

    def __init__(self, model: Model, layers: Layers = FLOOR_ONLY, *, name: str = "") -> None:
        self._model = model
        self._layers = layers
        self.name = name
        self._hash = hash_of(name)
        self._floor = Floor(model.meta)
        self._trained = {name: model.dims(name) for head in model.meta.heads for name in head.encoders}

    @property
    def languages(self) -> tuple[str, ...]:
        return self._floor.languages

    @property
    def untrained(self) -> tuple[str, ...]:
        """Encoders that are there and that the model has learnt nothing with."""
        return tuple(name for name in encoders_for(self._layers, self.languages) if name not in self._trained)

    async def understand(self, text: str, language: str) -> Understanding:
        """See ``conversation.ports.Nlu``: never raises."""
        try:
            return await self._understand(text, language)
        except Exception:
            _log.exception(
                "nlu_failed", length=len(text), language=language, follows="the text counts as not understood"
            )
            return Understanding()

    async def _understand(self, text: str, spoken: str) -> Understanding:
        began = perf_counter()
        reading = self._floor.read(text, spoken)
        passed: list[Passed] = []
        parsed = await self._parsed(reading, passed)
        if parsed is None:
            vectors = await self._vectors(reading, passed)
            layer = self._model.head_for(vectors)
            intents = self._model.classify(reading.words, vectors, reading.language)
            entities, hash_ = reading.entities, self._hash
        else:
            layer, intents, hash_ = "rasa", parsed.intents, ""
            theirs = (
                each
                for each in as_typed(parsed.entities, reading.read_as or reading.typed, text)
                if all(each.end <= mine.start or mine.end <= each.start for mine in reading.entities)
            )
            entities = tuple(sorted((*reading.entities, *theirs), key=lambda entity: entity.start))
        return Understanding(
            language=reading.language,
            language_score=reading.language_score,
            intents=intents,
            entities=entities,
            by=Decision(
                layer=layer,
                model=hash_,
                passed=tuple(passed),
                read_as=reading.read_as,
                milliseconds=round((perf_counter() - began) * 1_000, 2),
            ),
        )

    # ── a layer that says itself what is meant ───────────────────────────────────────────────────────────────────────

    async def _parsed(self, reading: Reading, passed: list[Passed]) -> "RasaParse | None":
        layer = self._layers.rasa
        if layer is None:
            return None
        name = layer.watched.name
        if not layer.nlu.suits(reading.by):
            passed.append(Passed(layer=name, why="unsuited"))
            return None
        intents = frozenset(self._model.meta.labels)
        entities = frozenset(rule.name for rules in self._model.meta.entities.values() for rule in rules)
        try:
            return await layer.watched.ask(lambda: layer.nlu.parse(reading.read_as or reading.typed, intents, entities))
        except PassedOverError as error:
            passed.append(Passed(layer=name, why=error.why))
            return None

    # ── layers that make vectors of a text ───────────────────────────────────────────────────────────────────────────

    async def _vectors(self, reading: Reading, passed: list[Passed]) -> Mapping[str, Floats]:
        """Of those encoders whose vectors can change the answer, and that have them in time."""
        asked = []
        for layer in self._layers.encoders:
            if not layer.encoder.suits(reading.by):
                passed.append(Passed(layer=layer.encoder.name, why="unsuited"))
            elif layer.encoder.name not in self._trained:
                passed.append(Passed(layer=layer.encoder.name, why="untrained"))
            else:
                asked.append(layer)
        wanted = set(self._model.heads[self._model.head_for({layer.encoder.name for layer in asked})].encoders)
        answers = await _all([layer for layer in asked if layer.encoder.name in wanted], reading, self._trained)
        passed += [answer for answer in answers.values() if isinstance(answer, Passed)]
        return {name: answer for name, answer in answers.items() if not isinstance(answer, Passed)}


def hash_of(name: str) -> str:
    """How decisions name a model's file: enough of it to tell models apart."""
    content, _, encoders = name.removeprefix("nlu-").partition(".")[0].partition("-")
    return f"{content[:12]}-{encoders}" if encoders else content[:12]


def as_typed(found: Sequence[Entity], read: str, typed: str) -> Sequence[Entity]:
    """Values found in the text as it was read, at their places in the text as it was typed; what stands nowhere in it is left out."""
    if read == typed:
        return found
    placed, place = [], 0
    for entity in sorted(found, key=lambda entity: entity.start):
        words = read[entity.start : entity.end]
        at = typed.find(words, place)
        if words and at >= 0:
            place = at + len(words)
            placed.append(Entity(name=entity.name, value=entity.value, start=at, end=place))
    return placed


async def _all(
    layers: Sequence[EncoderLayer], reading: Reading, dims: Mapping[str, int]
) -> Mapping[str, Floats | Passed]:
    """By encoder: the text's vector (``dims`` of the encoder,), or why there is none. All are asked at the same time."""
    if len(layers) == 1:  # a task costs as much as a small encoder
        return {layers[0].encoder.name: await _one(layers[0], reading, dims)}
    async with asyncio.TaskGroup() as group:
        tasks = {layer.encoder.name: group.create_task(_one(layer, reading, dims)) for layer in layers}
    return {name: task.result() for name, task in tasks.items()}


async def _one(layer: EncoderLayer, reading: Reading, dims: Mapping[str, int]) -> Floats | Passed:
    name = layer.encoder.name

    async def encode() -> Floats:
        return _checked(name, await layer.encoder.encode((reading.text,), reading.by), dims[name])

    try:
        vector = await layer.watched.ask(encode)
    except PassedOverError as error:
        return Passed(layer=name, why=error.why)
    return vector if vector.any() else Passed(layer=name, why="unsuited")


def _checked(name: str, vectors: Floats, dims: int) -> Floats:
    """Raises LayerError for what is no vector of one text, as the model knows them: what stands elsewhere may send anything, and
    be another than it was under the same name."""
    if vectors.ndim != 2 or len(vectors) != 1:
        raise LayerError(f"{name}: vectors of shape {vectors.shape} for one text")
    vector: Floats = vectors[0]
    if not np.isfinite(vector).all():
        raise LayerError(f"{name}: a vector with values that are no numbers")
    if vector.any() and len(vector) != dims:
        todo = "publish the bot again, if that is meant"
        raise LayerError(f"{name}: {len(vector)} numbers, and the model was trained with {dims}: {todo}")
    return vector


def encoders_for(layers: Layers, languages: Collection[str]) -> tuple[str, ...]:
    """The encoders that have a say in a bot with these languages: what its model is trained with."""
    return tuple(layer.encoder.name for layer in layers.encoders if any(map(layer.encoder.suits, languages)))
