"""Splits texts into a model's pieces, by its own ``tokenizer.json``."""

from pathlib import Path
from typing import Any, Final

from nlu.encoding import EncoderError

MAX_TEXT: Final = 400
"""Characters that are split."""

MAX_PIECES: Final = 64
"""Pieces of a text that are encoded: what somebody wants stands at the beginning."""

_UNKNOWN: Final = ("[UNK]", "<unk>")


class Pieces:
    """Safe to use from several threads."""

    def __init__(self, file: Path, encoder: str, most: int = MAX_PIECES, prefix: str = "") -> None:
        """``most``: pieces that the model has places for. ``prefix``: what the model wants before each text. Raises EncoderError."""
        try:
            from tokenizers import Tokenizer
        except ImportError:
            raise EncoderError(
                encoder, "the package tokenizers is not installed: pip install 'lotse[semantic]'"
            ) from None
        try:
            self._tokenizer: Any = Tokenizer.from_file(str(file))
        except Exception as error:  # it raises nothing narrower
            raise EncoderError(encoder, f"{file} can't be read: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(min(MAX_PIECES, most))
        self._prefix = prefix
        known = {self._tokenizer.token_to_id(unknown) for unknown in _UNKNOWN}
        self._nothing = frozenset({*known - {None}, *self._tokenizer.encode(prefix).ids})

    @property
    def size(self) -> int:
        """Of the vocabulary."""
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))

    def split(self, text: str) -> list[int]:
        """Numbers of pieces, the marks of beginning and end among them; empty where nothing in the text is known."""
        whole = text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair becomes "?"
        pieces: list[int] = self._tokenizer.encode(self._prefix + whole).ids
        return [] if self._nothing.issuperset(pieces) else pieces
