"""The language models of the versions that run: each is trained on its version's own examples, once."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from conversation.ports import Nlu
from conversation.stores import BundleStore
from conversation.understanding import Understanding
from nlu.cache import cache_path, keep_model
from nlu.service import open_nlu

KEPT: Final = 4
"""Models in memory; versions with the same examples share one."""


class Learns(Protocol):
    async def learn(self, examples: Mapping[str, bytes]) -> Nlu:
        """Language to its file of examples → what understands so. Raises ContentError."""
        ...


class NoNlu:
    """Understands nothing: a bot without examples, or a process that does no turns."""

    async def learn(self, examples: Mapping[str, bytes]) -> Nlu:  # noqa: ARG002 - the protocol's
        return self

    async def understand(self, text: str, language: str) -> Understanding:  # noqa: ARG002 - the port's
        return Understanding()


class Models:
    """Trains off the event loop, or takes what was trained before: by this process, on this machine, or where it was published."""

    def __init__(self, cache: Path, kept: BundleStore | None = None) -> None:
        self._cache = cache
        self._kept = kept
        self._open: OrderedDict[str, Nlu] = OrderedDict()

    async def learn(self, examples: Mapping[str, bytes]) -> Nlu:
        """See ``Learns``."""
        if not examples:
            return NoNlu()
        path = cache_path(self._cache, examples)
        if path.name not in self._open:
            await self._fetch(path)
            self._open[path.name] = await open_nlu(examples, self._cache)
            if len(self._open) > KEPT:
                self._open.popitem(last=False)
        self._open.move_to_end(path.name)
        return self._open[path.name]

    async def _fetch(self, path: Path) -> None:
        """A published version brings its model along."""
        if self._kept is None or await asyncio.to_thread(path.is_file):
            return
        body = (await self._kept.blobs([path.name])).get(path.name)
        if body is not None:
            await asyncio.to_thread(keep_model, path, body)
