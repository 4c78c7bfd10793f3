"""Sentence encoders: what turns a text into numbers that lie near each other when the meaning does."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from conversation.errors import LotseError

Floats: TypeAlias = NDArray[np.float32]


class EncoderError(LotseError):
    """An encoder can't be opened, or gave no vectors this time. The message says what to do; it holds nothing a customer said."""

    def __init__(self, encoder: str, message: str) -> None:
        super().__init__(f"encoder {encoder}: {message}")
        self.encoder = encoder


class Encoder(Protocol):
    """One way to encode texts. Fakes in tests are three members long; see ``nlu.encoders`` for the real ones."""

    @property
    def name(self) -> str:
        """Part of a trained model's hash, and so another for other vectors: ``multilingual``, ``minilm``, ``endpoint/<model>`` …"""
        ...

    def suits(self, language: str) -> bool:
        """Whether its vectors mean something in ``language`` (``de``, ``uk`` …); what it does not suit is never given to it."""
        ...

    async def encode(self, texts: Sequence[str], language: str) -> Floats:
        """(texts x dimensions), float32; rows have length 1, or 0 for a text in which there is nothing to encode.

        Never keeps the event loop for more than about two milliseconds: longer work goes to a thread. Raises EncoderError.
        """
        ...


def unit_rows(vectors: Floats) -> Floats:
    """Rows brought to length 1; a row of zeros stays one."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)
