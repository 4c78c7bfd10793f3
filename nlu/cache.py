"""Trained models on disk, one file each, named by what they were trained on. Data only: numbers and JSON, no code."""

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Collection, Mapping
from importlib.metadata import version
from pathlib import Path

import msgspec
import numpy as np
import structlog

from nlu.model import Meta, Model

_FORMAT = "10"
"""Rises with every change that makes an older file wrong."""

_KEPT = 8
_log = structlog.get_logger(__name__)


def model_family(files: Mapping[str, bytes]) -> str:
    """What the names of all models of these files begin with, whatever encoders they were trained with: another byte, format or
    tokenizer gives another."""
    digest = hashlib.sha256(f"{_FORMAT} {version('spacy')}".encode())
    for language in sorted(files):
        digest.update(f" {language} {len(files[language])} ".encode())
        digest.update(files[language])
    return f"nlu-{digest.hexdigest()[:24]}-"


def cache_path(cache: Path, files: Mapping[str, bytes], encoders: Collection[str] = ()) -> Path:
    """Where the model of these files is kept that was trained with these encoders."""
    digest = hashlib.sha256("".join(f" with {len(name)} {name}" for name in sorted(encoders)).encode())
    return cache / f"{model_family(files)}{digest.hexdigest()[:8]}.npz"


def load_model(path: Path) -> Model | None:
    """None if there is none, or if it can't be read (a log line says why): train again then."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        meta = msgspec.json.decode(arrays.pop("meta").tobytes(), type=Meta)
        return Model(meta, arrays)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, msgspec.MsgspecError) as error:
        _log.warning("nlu_cache_unusable", file=str(path), error=repr(error), follows="the model is trained again")
        return None


def save_model(path: Path, model: Model) -> None:
    """See ``keep_model``."""
    meta = np.frombuffer(msgspec.json.encode(model.meta), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, meta=meta, **model.arrays())
    keep_model(path, buffer.getvalue())


def keep_model(path: Path, raw: bytes) -> None:
    """Written whole or not at all, whoever else writes it meanwhile. A folder that can't be written costs a log line, not the
    service."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            part.write(raw)
        Path(part.name).replace(path)
        _drop_old(path.parent)
    except OSError as error:
        _log.warning("nlu_cache_not_written", file=str(path), error=repr(error), follows="the next start trains again")


def _drop_old(cache: Path) -> None:
    models = sorted(cache.glob("nlu-*.npz"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in models[_KEPT:]:
        file.unlink(missing_ok=True)
