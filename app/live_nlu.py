"""The language models of the versions that run: each is trained on its version's own examples, once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

from conversation.ports import Nlu
from conversation.stores import BundleStore
from conversation.understanding import Understanding
from nlu.cache import cache_path, keep_model, model_family
from nlu.layers.chain import FLOOR_ONLY, Layers, encoders_for
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


async def _floor_only() -> Layers:
    return FLOOR_ONLY


class Models:
    """Trains off the event loop, or takes what was trained before: by this process, on this machine, or where it was published.

    ``layers``: what this process has above the words; asked for when there is something to learn.
    """

    def __init__(
        self, cache: Path, kept: BundleStore | None = None, layers: Callable[[], Awaitable[Layers]] = _floor_only
    ) -> None:
        self._cache = cache
        self._kept = kept
        self._layers = layers
        self._open: OrderedDict[str, Nlu] = OrderedDict()

    async def learn(self, examples: Mapping[str, bytes]) -> Nlu:
        """See ``Learns``."""
        if not examples:
            return NoNlu()
        layers = await self._layers()
        path = cache_path(self._cache, examples, encoders_for(layers, examples))
        if path.name not in self._open:
            name = await self._fetch(path, model_family(examples))
            self._open[path.name] = await open_nlu(examples, self._cache, layers, name)
            if len(self._open) > KEPT:
                self._open.popitem(last=False)
        self._open.move_to_end(path.name)
        return self._open[path.name]

    async def _fetch(self, path: Path, family: str) -> str:
        """A published version brings its model along: the file's name, empty where this machine has or makes its own.

        One that was trained with other encoders than there are here will do: all machines then understand by the same model,
        each with the layers that it has.
        """
        if self._kept is None or await asyncio.to_thread(path.is_file):
            return ""
        names = await self._kept.blobs_named(family)
        name = path.name if path.name in names else next(iter(names), "")
        if name and not await asyncio.to_thread((self._cache / name).is_file):
            body = (await self._kept.blobs([name])).get(name)
            if body is None:
                return ""
            await asyncio.to_thread(keep_model, self._cache / name, body)
        return name
