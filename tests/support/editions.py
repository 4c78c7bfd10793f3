"""The versions of a bot as a process runs them, without the process: real store, real folder, a clock that is turned."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from app.bot_folder import compile_files
from app.bundling import bundle_of
from app.editions import LiveEditions
from app.live_nlu import NoNlu
from conversation.bundles import Pointer, PointerName
from conversation.ports import Bus, Clock, Nlu
from dialogs.reading.bot import Files
from engine.rules import Rules
from store.bus import MemoryBus
from store.sql import SqlStore


def _bare(nlu: Nlu, rules: Rules) -> Nlu:
    return nlu


def editions_of(
    folder: Path,
    store: SqlStore,
    clock: Clock,
    *,
    follow: Literal["published", "folder"] = "published",
    bus: Bus | None = None,
) -> LiveEditions:
    """Not yet begun."""
    return LiveEditions(
        folder=folder,
        follow=follow,
        var=folder.parent / "var",
        store=store.bundles,
        learns=NoNlu(),
        dress=_bare,
        clock=clock,
        bus=bus or MemoryBus(),
    )


async def put(
    store: SqlStore, files: Files | Mapping[str, str], at: datetime, name: PointerName | None = "live", share: int = 0
) -> str:
    """Keep a version, and move a pointer to it if one is named; its hash."""
    raw = {path: body.encode() if isinstance(body, str) else body for path, body in files.items()}
    bundle, blobs = bundle_of(raw, compile_files(raw), at)
    pointer = Pointer(name=name, bundle=bundle.hash, at=at, share=share) if name else None
    await store.bundles.put(bundle, blobs, pointer=pointer)
    return bundle.hash
