"""Language layers as a test wants them: encoders that answer, are slow, break or lie, and a model with a head for each set of them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from msgspec.structs import replace

from conversation.understanding import Intent
from nlu.encoding import EncoderError, Floats
from nlu.layers.chain import EncoderLayer
from nlu.layers.watched import Watched
from nlu.model import LOCAL, NO_VECTORS, Head, Model, head_name
from nlu.train import train

EXAMPLES: Mapping[str, bytes] = {
    "de": b"intents: {order: [wo ist mein Paket, Bestellung verfolgen, wann kommt das Paket, Lieferung fehlt], bill: [Rechnung ist falsch, zu viel"
    b" abgebucht, Frage zur Rechnung, Betrag stimmt nicht], other: [wie ist das Wetter, hast du Hunger, erz\xc3\xa4hl einen Witz, sing ein Lied]}\n"
    b"entities: {order_number: {pattern: '[A-Z]-[0-9]{4,8}'}, city: {values: {Berlin: [berlin]}}}",
    "uk": "intents: {order: [де моя посилка, коли прийде пакет, відстежити замовлення, доставки немає], bill: [рахунок неправильний, забагато"
    " зняли, питання щодо рахунку, сума не та], other: [яка погода, ти голодний, розкажи жарт, заспівай пісню]}".encode(),
}
DIMS = 4


@cache
def words_model() -> Model:
    return train(EXAMPLES)


class HeadsModel(Model):
    """A trained model with a head for each of ``sets`` of encoders: what they answer is sure, by as much as there are encoders."""

    def __init__(self, *sets: tuple[str, ...]) -> None:
        trained = words_model()
        super().__init__(trained.meta, trained.arrays())
        heads = (Head(name=head_name(names), encoders=names, mixes=trained.heads[LOCAL].mixes) for names in sets)
        self.meta = replace(trained.meta, heads=(*trained.meta.heads, *heads))
        self.heads = {head.name: head for head in self.meta.heads}

    def dims(self, encoder: str) -> int:  # noqa: ARG002 - the model's
        return DIMS

    def classify(
        self, words: Sequence[str], vectors: Mapping[str, Floats] = NO_VECTORS, language: str = ""
    ) -> tuple[Intent, ...]:
        head = self.heads[self.head_for(vectors)]
        if not head.encoders:
            return super().classify(words, language=language)
        return (Intent(name="bill", score=round(0.5 + len(head.encoders) / 10, 4)),)


@dataclass(slots=True, kw_only=True)
class PlayedEncoder:
    """``seconds`` that it takes; ``answer`` may raise, or give what is no vector. ``asked`` and ``cancelled`` count."""

    name: str
    languages: frozenset[str] = frozenset({"de", "uk"})
    seconds: float = 0.0
    answer: Callable[[], Floats] = field(default_factory=lambda: unit)
    asked: int = 0
    cancelled: int = 0

    def suits(self, language: str) -> bool:
        return language in self.languages

    async def encode(self, texts: Sequence[str], language: str) -> Floats:  # noqa: ARG002 - the protocol's
        self.asked += 1
        try:
            if self.seconds:
                await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return self.answer()


def unit(rows: int = 1, dims: int = DIMS) -> Floats:
    return np.full((rows, dims), dims**-0.5, np.float32)


def broken() -> Floats:
    raise EncoderError("played", "it has no weights")


def layer(encoder: PlayedEncoder, limit: float = 0.1) -> EncoderLayer:
    return EncoderLayer(encoder=encoder, watched=Watched(encoder.name, limit))
