"""The panels of open conversations: built once for each change, however many desks show them."""

import asyncio
from collections import OrderedDict
from typing import Final

import msgspec

from conversation.records import Snapshot
from web.deps import Deps
from web.desk.knowledge import panel_for
from web.desk.panel import Panel

KEPT: Final = 200
"""Panels that are remembered, the newest ones: whose socket was slower than others' gets what these got."""


class _Built(msgspec.Struct, frozen=True, kw_only=True):
    """``version``: of the conversation."""

    version: int
    panel: Panel


_Key = tuple[str, str]


class Panels:
    """One for a process. By conversation and the operators' language; at most one of each is being built."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._built: OrderedDict[_Key, _Built] = OrderedDict()
        self._building: dict[_Key, asyncio.Task[_Built]] = {}

    async def since(self, conversation: str, language: str, version: int) -> Panel:
        """As it was at that version of the conversation, or later. Raises StoreError."""
        key = (conversation, language)
        while True:
            built, building = self._built.get(key), self._building.get(key)
            if built is not None and built.version >= version:
                return built.panel
            if building is None:  # what is begun from here on knows that version
                return (await asyncio.shield(self._build(key))).panel
            await asyncio.shield(building)

    def _build(self, key: _Key) -> asyncio.Task[_Built]:
        task = asyncio.create_task(self._make(key), name="panel")
        self._building[key] = task
        task.add_done_callback(lambda done: self._done(key, done))
        return task

    async def _make(self, key: _Key) -> _Built:
        conversation, language = key
        found = await self._deps.store.conversation(conversation)
        assert found is not None  # noqa: S101 - somebody has it open
        chat = (await self._deps.store.load(found.chat)).chat
        panel = await panel_for(self._deps, Snapshot(chat=chat, conversation=found), language)
        return _Built(version=found.version, panel=panel)

    def _done(self, key: _Key, task: asyncio.Task[_Built]) -> None:
        del self._building[key]
        if task.cancelled() or task.exception() is not None:  # who waits for it is told
            return
        self._built[key] = task.result()
        self._built.move_to_end(key)
        if len(self._built) > KEPT:
            self._built.popitem(last=False)

    async def close(self) -> None:
        tasks = list(self._building.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
