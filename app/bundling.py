"""A bot folder's files as a bundle for the store, and back."""

import hashlib
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final

from conversation.bundles import Bundle
from conversation.stores import BundleStore
from dialogs.reading.bot import Files
from engine.rules import Rules

MEDIA: Final = "media/"


def bundle_of(files: Files, rules: Rules, at: datetime) -> tuple[Bundle, dict[str, bytes]]:
    """And its blobs, each under the SHA-256 of its content."""
    blobs = {hashlib.sha256(body).hexdigest(): body for body in files.values()}
    names = {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    return Bundle(hash=rules.bot.version, title=rules.bot.title, files=names, made_at=at), blobs


async def files_of(store: BundleStore, bundle: Bundle) -> Files:
    """Raises StoreError."""
    blobs = await store.blobs(sorted(set(bundle.files.values())))
    return {name: blobs[blob] for name, blob in bundle.files.items() if blob in blobs}


def code_hash(folder: Path) -> str:
    """Of the Python code of a bot folder's actions: it stays in the folder, and is not part of a bundle."""
    digest = hashlib.sha256()
    for path in sorted((folder / "actions").rglob("*.py")):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def write_media(files: Files, to: Path) -> None:
    """The files that customers are sent, in a folder of their own: ``to/media/…``. What is there is there whole, also where
    several processes of a machine write it at once. Raises OSError."""
    for name, body in files.items():
        path = to / name
        if name.startswith(MEDIA) and path.resolve().is_relative_to(to.resolve()) and not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
                part.write(body)
            Path(part.name).replace(path)
