"""A bot's file, saved anew. A folder is looked at by size and time: what is to be noticed at once changes the size."""

from pathlib import Path


def edit(file: Path, old: str, new: str) -> None:
    """Where ``old`` stands, and it must stand there once, is ``new`` now."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file.name}"
    file.write_text(text.replace(old, new), encoding="utf-8")
