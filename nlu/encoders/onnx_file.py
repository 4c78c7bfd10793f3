"""A sentence encoder of any kind as an ``.onnx`` file, run by onnxruntime where that is installed."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from nlu.encoders.bert import Pooling
from nlu.encoders.model_folder import hash_of, pooling_of
from nlu.encoders.pieces import Pieces
from nlu.encoding import EncoderError, Floats, unit_rows

_BATCH = 16
"""Texts at a time: they are filled up to the longest one."""


class Session(Protocol):
    """What is used of ``onnxruntime.InferenceSession``."""

    def get_inputs(self) -> Sequence[Any]: ...

    def get_outputs(self) -> Sequence[Any]: ...

    def run(self, output_names: Sequence[str], input_feed: Mapping[str, Any]) -> Sequence[Any]: ...


class OnnxEncoder:
    """Milliseconds a text, in a thread. ``languages``: those that the model knows; none named: any."""

    def __init__(
        self, name: str, session: Session, pieces: Pieces, pooling: Pooling, languages: Collection[str] = ()
    ) -> None:
        """Raises EncoderError for a model that is none of sentences."""
        self._name = name
        self._session = session
        self._pieces = pieces
        self._pooling = pooling
        self._languages = frozenset(languages)
        self._inputs = {each.name for each in session.get_inputs()}
        if odd := self._inputs - {"input_ids", "attention_mask", "token_type_ids"}:
            raise EncoderError(name, f"the model asks for {', '.join(sorted(odd))}, which a text does not give")
        self._output = self._best_output()

    @property
    def name(self) -> str:
        return self._name

    def suits(self, language: str) -> bool:
        return not self._languages or language in self._languages

    async def encode(self, texts: Sequence[str], language: str) -> Floats:  # noqa: ARG002 - the protocol's
        """See ``nlu.encoding.Encoder``."""
        return await asyncio.to_thread(self._encode, texts)

    def _encode(self, texts: Sequence[str]) -> Floats:
        split = [self._pieces.split(text) for text in texts]
        rows = [row for row, pieces in enumerate(split) if pieces]
        parts = [
            self._run([split[row] for row in rows[begin : begin + _BATCH]]) for begin in range(0, len(rows), _BATCH)
        ]
        vectors = np.zeros((len(texts), parts[0].shape[1] if parts else self._width), np.float32)
        if parts:
            vectors[rows] = np.concatenate(parts)
        return unit_rows(vectors)

    @property
    def _width(self) -> int:
        width = self._output.shape[-1]
        return width if isinstance(width, int) else 0

    def _best_output(self) -> Any:
        outputs = {each.name: each for each in self._session.get_outputs()}
        for wanted in ("sentence_embedding", "last_hidden_state", "token_embeddings"):
            if wanted in outputs:
                return outputs[wanted]
        raise EncoderError(
            self._name, f"of its outputs ({', '.join(outputs)}) none is known as vectors of texts or pieces"
        )

    def _run(self, split: Sequence[Sequence[int]]) -> Floats:
        longest = max(map(len, split))
        ids, seen = (np.zeros((len(split), longest), np.int64) for _ in range(2))
        for row, pieces in enumerate(split):
            ids[row, : len(pieces)] = pieces
            seen[row, : len(pieces)] = 1
        feed = {"input_ids": ids, "attention_mask": seen, "token_type_ids": np.zeros_like(ids)}
        try:
            (found,) = self._session.run([self._output.name], {name: feed[name] for name in self._inputs})
        except Exception as error:  # onnxruntime has dozens of its own, all below Exception
            raise EncoderError(self._name, f"the model could not be run: {type(error).__name__}") from error
        vectors = np.asarray(found, np.float32)
        if vectors.ndim == 2:
            return vectors
        return vectors[:, 0] if self._pooling == "first" else (vectors * seen[:, :, None]).sum(axis=1)


def open_onnx(file: Path, languages: Collection[str] = ()) -> OnnxEncoder:
    """``tokenizer.json`` stands beside the file, or one folder above it. Blocks. Raises EncoderError."""
    shown = f"path {file}"
    try:
        from onnxruntime import InferenceSession, SessionOptions
    except ImportError:
        raise EncoderError(shown, "the package onnxruntime is not installed: pip install 'lotse[onnx]'") from None
    folder = next((each for each in (file.parent, file.parent.parent) if (each / "tokenizer.json").is_file()), None)
    if folder is None:
        raise EncoderError(shown, "there must be a tokenizer.json beside it, or in the folder above")
    options = SessionOptions()
    options.intra_op_num_threads = 1  # texts come one by one; several threads would wait for each other
    try:
        session: Session = InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has dozens of its own, all below Exception
        raise EncoderError(shown, f"the file can't be read: {error}") from error
    name = hashlib.sha256(f"{hash_of(folder)} {file.name}".encode()).hexdigest()[:12]
    return OnnxEncoder(
        f"path/{name}", session, Pieces(folder / "tokenizer.json", shown), pooling_of(folder, shown), languages
    )
