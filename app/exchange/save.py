"""Writes files into a bot folder: all of them or none."""

import os
from collections.abc import Mapping
from pathlib import Path


def save(folder: Path, files: Mapping[str, bytes]) -> None:
    """Each file is whole at every moment. If one can't be put into its place, those before it are put back. Raises OSError."""
    new = {folder / name: _beside(folder / name, raw) for name, raw in files.items()}
    old = {path: path.read_bytes() if path.is_file() else None for path in new}
    done: list[Path] = []
    try:
        for path, fresh in new.items():
            fresh.replace(path)
            done.append(path)
    except OSError:
        for path in done:
            _put_back(path, old[path])
        raise
    finally:
        for fresh in new.values():
            fresh.unlink(missing_ok=True)


def _beside(path: Path, raw: bytes) -> Path:
    """The new content under another name in the same folder, on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("wb") as out:
        out.write(raw)
        out.flush()
        os.fsync(out.fileno())
    if path.is_file():
        fresh.chmod(path.stat().st_mode & 0o777)
    return fresh


def _put_back(path: Path, raw: bytes | None) -> None:
    if raw is None:
        path.unlink(missing_ok=True)
    else:
        _beside(path, raw).replace(path)
