"""The versions of the bot that this process runs: what is published, or the bot folder as it is saved."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import structlog

from app.bot_folder import WATCH, LiveBot, compile_files, examples_in
from app.bundling import bundle_of, files_of, write_media
from app.live_nlu import Learns
from conversation.bundles import VERSIONS_TOPIC, Pointer, PointerName
from conversation.errors import ContentError, LotseError, StoreError
from conversation.ports import Bus, Clock, Nlu, Subscription
from conversation.stores import BundleStore
from dialogs.problems import BotError, Problem
from dialogs.reading.bot import Files
from engine.rules import Rules
from engine.shell.editions import Edition, Past

KEPT: Final = 4
"""Versions in memory besides those that new customers get: what conversations are on that could not follow."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """What new customers get. ``share``: how many of a hundred get ``canary``."""

    live: Edition
    canary: Edition | None = None
    share: int = 0
    since: str
    published: bool


def in_share(customer: str, share: int) -> bool:
    """Whether a customer is among the first ``share`` of a hundred: always the same ones."""
    return int.from_bytes(hashlib.sha256(customer.encode()).digest()[:4]) % 100 < share


class LiveEditions:
    """``engine.shell.editions.Editions``. Nothing runs before ``begin``; ``run`` follows the pointers and the folder.

    A version is in the store before any conversation can be on it. What can't be taken over is reported and changes nothing.
    """

    def __init__(
        self, *, folder: Path, follow: Literal["published", "folder"], var: Path, store: BundleStore, learns: Learns,
        dress: Callable[[Nlu, Rules], Nlu], clock: Clock, bus: Bus,
    ) -> None:  # fmt: skip
        """``dress``: what is put around a version's language model."""
        self.folder = folder
        self._follow = follow
        self._media = var / "media"
        self._store = store
        self._learns = learns
        self._dress = dress
        self._clock = clock
        self._bus = bus
        self._bot: LiveBot | None = None
        self._unsaved = False
        self._pointers: Mapping[PointerName, Pointer] = {}
        self._loaded: OrderedDict[str, Edition] = OrderedDict()
        self._left: dict[str, datetime | None] = {}
        self._loading: dict[str, asyncio.Lock] = {}
        self._laid_out: set[str] = set()
        self._news = asyncio.Event()
        self._running: _Now | None = None

    async def begin(self) -> None:
        """Raises BotError if there is nothing to run, StoreError."""
        pointers = await self._store.pointers()
        if self._live(pointers) is None:
            self._bot = await asyncio.to_thread(LiveBot, self.folder, self._clock)
            await self._save_draft(self._bot)
            pointers = await self._store.pointers()
        await self._take_over(pointers)

    @property
    def _now(self) -> _Now:
        if self._running is None:
            raise LotseError("no version of the bot runs yet")
        return self._running

    # ── what runs ────────────────────────────────────────────────────────────────────────────────────────────────────

    def current(self, customer: str) -> Edition:
        now = self._now
        return now.canary if now.canary and in_share(customer, now.share) else now.live

    async def past(self, bundle: str) -> Past | None:
        edition = self._known(bundle)
        if edition is None:
            async with self._loading.setdefault(bundle, asyncio.Lock()):
                edition = await self._edition(bundle)
            self._loading.pop(bundle, None)
        if edition is None:
            return None
        if bundle not in self._left:
            self._left[bundle] = await self._store.left_at(bundle)
        return Past(edition, self._left[bundle])

    def rules(self) -> Rules:
        """Of what is live for most."""
        return self._now.live.rules

    @property
    def published(self) -> bool:
        """Whether what runs was published; else it is the folder as it is saved."""
        return self._now.published

    @property
    def version(self) -> str:
        """In words for a person: which version runs, and which is tried on some."""
        now = self._now
        trial = f", {now.canary.rules.bot.version} for {now.share} %" if now.canary else ""
        return now.live.rules.bot.version + trial

    @property
    def loaded_at(self) -> str:
        return self._now.since

    @property
    def problems(self) -> Sequence[Problem]:
        """Of the folder, while it is what runs."""
        return self._bot.problems if self._bot and not self._now.published else ()

    def root_of(self, ref: str) -> Path:
        """The folder that has this file of the bot: of the version that runs, or else of another one."""
        if self._bot and not self._now.published and self.rules() is self._bot.rules():
            return self.folder
        versions = [edition.rules.bot.version for edition in (self._now.live, self._now.canary) if edition]
        with suppress(OSError, ValueError):
            for version in (*versions, *reversed(self._loaded)):
                if (self._media / version / ref).is_file():
                    return self._media / version
        return self._media / versions[0]

    # ── taking over ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Until cancelled."""
        subscription = await self._listen()
        try:
            while True:
                if await self._nap():  # a subscription ends with its connection: a new one each time misses nothing
                    await subscription.close()
                    subscription = await self._listen()
                try:
                    await self.refresh()
                except StoreError as error:
                    _log.warning("versions_not_read", error=str(error))
        finally:
            await subscription.close()

    async def _listen(self) -> Subscription:
        subscription = await self._bus.subscribe(VERSIONS_TOPIC)
        subscription.watch(self._news.set)
        return subscription

    async def _nap(self) -> bool:
        """True if there are news before it is over."""
        sleep = asyncio.create_task(self._clock.sleep(WATCH))
        news = asyncio.create_task(self._news.wait())
        try:
            await asyncio.wait({sleep, news}, return_when=asyncio.FIRST_COMPLETED)
            return self._news.is_set()
        finally:
            self._news.clear()
            for task in (sleep, news):
                task.cancel()
            await asyncio.gather(sleep, news, return_exceptions=True)

    async def refresh(self) -> None:
        """Take over what was saved in the folder, and what pointers say. Raises StoreError."""
        if self._bot and not self._now.published:
            self._unsaved |= await asyncio.to_thread(self._bot.look)
            if self._unsaved:
                await self._save_draft(self._bot)
                self._unsaved = False
        pointers = await self._store.pointers()
        if pointers != self._pointers:
            await self._take_over(pointers)

    def look(self) -> bool:
        """Look at the folder alone; what changed is taken over by the next ``refresh``."""
        found = self._bot.look() if self._bot else False
        self._unsaved |= found
        return found

    def _live(self, pointers: Mapping[PointerName, Pointer]) -> Pointer | None:
        return pointers.get("live") if self._follow == "published" else None

    async def _save_draft(self, bot: LiveBot) -> None:
        """Before anything goes by it: a conversation that is on it must find it again."""
        rules, files = bot.rules(), bot.files
        bundle, blobs = bundle_of(files, rules, self._clock.now())
        draft = self._pointers.get("draft")
        if draft is None or draft.bundle != bundle.hash:
            draft = Pointer(name="draft", bundle=bundle.hash, at=self._clock.now())
            await self._store.put(bundle, blobs, pointer=draft)
        await self._keep(rules, files)

    async def _take_over(self, pointers: Mapping[PointerName, Pointer]) -> None:
        """Compiled beside what runs, and swapped in whole. Raises LotseError the first time, for want of anything else; StoreError:
        the next ``refresh`` tries again."""
        before = self.version if self._running else ""
        self._left.clear()
        live, canary = self._live(pointers), pointers.get("canary")
        wanted = live or pointers["draft"]
        edition = await self._edition(wanted.bundle, published=live is not None)
        trial = await self._edition(canary.bundle, published=True) if edition and live and canary else None
        self._pointers = pointers
        if edition is None:
            if not before:
                raise LotseError(f"the version {wanted.bundle} can't be run: `lotse rollback` goes back to another one")
            _log.error("version_not_taken_over", version=wanted.bundle, follows="the version before it stays")
            return
        self._running = _Now(
            live=edition,
            canary=trial,
            share=canary.share if canary and trial else 0,
            since=self._since(wanted, published=live is not None),
            published=live is not None,
        )
        if self.version != before:
            _log.info("bot_taken_over", version=self.version, published=self.published)

    def _since(self, pointer: Pointer, *, published: bool) -> str:
        return self._bot.loaded_at if self._bot and not published else pointer.at.isoformat()

    # ── versions in memory ───────────────────────────────────────────────────────────────────────────────────────────

    def _known(self, bundle: str) -> Edition | None:
        found = self._loaded.get(bundle)
        if found:
            self._loaded.move_to_end(bundle)
        return found

    async def _edition(self, bundle: str, *, published: bool = False) -> Edition | None:
        """As ``_load``. A folder that was published goes on being changed: the pictures of the version must not."""
        edition = self._known(bundle) or await self._load(bundle)
        if published and edition and bundle not in self._laid_out and (kept := await self._store.find(bundle)):
            await self._lay_out(await files_of(self._store, kept), bundle)
        return edition

    async def _load(self, bundle: str) -> Edition | None:
        """None if it is not kept, or if this version of Lotse can't read it any more. Raises StoreError."""
        kept = await self._store.find(bundle)
        if kept is None:
            _log.warning("version_not_kept", version=bundle)
            return None
        files = await files_of(self._store, kept)
        try:
            rules = await asyncio.to_thread(compile_files, files)
        except BotError as error:
            for problem in error.problems:
                _log.error("version_not_readable", version=bundle, problem=str(problem))
            return None
        await self._lay_out(files, bundle)
        return await self._keep(rules, files)

    async def _lay_out(self, files: Files, bundle: str) -> None:
        """A disk that is full costs pictures, not a customer's words."""
        try:
            await asyncio.to_thread(write_media, files, self._media / bundle)
        except OSError as error:
            _log.error("media_not_written", version=bundle, error=str(error))
        self._laid_out.add(bundle)

    async def _keep(self, rules: Rules, files: Files) -> Edition:
        await asyncio.to_thread(lambda: rules.flow)
        edition = Edition(rules, await self._model(rules, files))
        self._loaded[rules.bot.version] = edition
        self._loaded.move_to_end(rules.bot.version)
        while len(self._loaded) > KEPT + 2:
            self._loaded.popitem(last=False)
        return edition

    async def _model(self, rules: Rules, files: Files) -> Nlu:
        """Examples that can't be used are reported, and what runs already understands instead. The first time, raises ContentError."""
        try:
            nlu = await self._learns.learn(examples_in(files))
        except ContentError as error:
            if self._running is None:
                raise
            _log.error("examples_not_taken_over", problem=str(error))
            return self._running.live.nlu
        return self._dress(nlu, rules)
