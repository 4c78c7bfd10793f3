"""A bot folder becomes the version that runs: what is looked at before, who is touched by it, and the move itself."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from app.bot_folder import check_bot_files, compile_files, examples_in, read_folder
from app.bundling import bundle_of, code_hash, files_of
from app.editions import in_share
from app.rehearsal.report import words
from app.rehearsal.suite import chat_files, coverage_of, play_file
from app.rehearse import Guess
from conversation.bundles import Kept, OpenConversation, Pointer, Release
from conversation.errors import ContentError, LotseError
from conversation.stores import BundleStore
from conversation.value import Value
from dialogs.follow import Stays, follow
from dialogs.problems import BotError, Problem
from dialogs.reading.bot import Files
from engine.rules import Rules
from nlu.layers.chain import FLOOR_ONLY, LayeredNlu, Layers
from nlu.service import open_nlu

PAGE: Final = 500
"""Conversations that are read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A bot folder that passed its checks. ``model``: name and content of its trained language model; empty without examples.

    ``warnings`` do not keep it from running; ``failed``: transcripts that go another way.
    """

    files: Files
    rules: Rules
    code: str
    model: tuple[str, bytes] = ("", b"")
    warnings: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    checks: str
    coverage: str

    @property
    def version(self) -> str:
        return self.rules.bot.version


class Staying(Value, frozen=True, kw_only=True):
    """``count`` conversations that can't follow from this step, and why."""

    dialog: str
    step: str
    why: str
    count: int


class Forecast(Value, frozen=True, kw_only=True):
    """What a new version means for the conversations that run now. ``already``: how many are on it; ``words_only``: for those that
    follow nothing but texts changes."""

    already: int = 0
    follow: int = 0
    stay: tuple[Staying, ...] = ()
    words_only: bool = False

    @property
    def staying(self) -> int:
        return sum(each.count for each in self.stay)


async def prepare(folder: Path, var: Path, layers: Layers = FLOOR_ONLY) -> Draft:
    """Read, check, train and play the transcripts. Raises BotError with everything that is wrong, ContentError."""
    files = await asyncio.to_thread(read_folder, folder)
    checked = await asyncio.to_thread(check_bot_files, files)
    errors, warned = ([found for found in checked.problems if found.severity == kind] for kind in ("error", "warning"))
    if checked.rules is None:
        raise BotError(errors)
    rules, examples = checked.rules, examples_in(files)
    nlu = await open_nlu(examples, var / "nlu", layers) if examples else None
    model = var / "nlu" / nlu.name if nlu else None
    played, failed = await asyncio.to_thread(_play, folder, rules, nlu)
    return Draft(
        files=files,
        rules=rules,
        code=await asyncio.to_thread(code_hash, folder),
        model=(model.name, await asyncio.to_thread(_content, model)) if model else ("", b""),
        warnings=tuple(map(str, warned)),
        failed=failed,
        checks=f"no errors, {len(warned)} warning{'' if len(warned) == 1 else 's'}" if warned else "no problems",
        coverage=played,
    )


def _content(model: Path) -> bytes:
    """Nothing where the cache could not be written: each process then trains for itself."""
    return model.read_bytes() if model.is_file() else b""


def _play(folder: Path, rules: Rules, nlu: LayeredNlu | None) -> tuple[str, tuple[str, ...]]:
    """What the transcripts went through, in words, and those that go another way."""
    with asyncio.Runner() as runner:
        guess: Guess | None = (lambda text, language: runner.run(nlu.understand(text, language))) if nlu else None
        results = [result for file in chat_files(folder) for result in play_file(file, rules, guess)]
    failed = tuple(str(result.difference) for result in results if result.difference)
    passed = f"{len(results) - len(failed)} of {len(results)} transcripts passed"
    return f"{passed}; {words(coverage_of(folder, rules, results))}", failed


class Versions:
    """The versions that are kept, compiled when they are looked into."""

    def __init__(self, store: BundleStore) -> None:
        self.store = store
        self._compiled: dict[str, Rules | None] = {}

    async def find(self, name: str) -> Kept:
        """By ``live``, ``canary``, ``draft``, or the beginning of a hash. Raises LotseError if there is none, or more than one."""
        pointers = await self.store.pointers()
        wanted = {str(each): pointer.bundle for each, pointer in pointers.items()}.get(name, name)
        found = [kept for kept in await self.store.all() if kept.bundle.hash.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        if name in ("live", "canary", "draft"):
            raise LotseError(f"there is no {name} version: `lotse versions` lists those that are kept")
        says = f"{len(found)} versions begin with {name}: write more of it" if found else f"there is no version {name}"
        raise LotseError(f"{says}; `lotse versions` lists those that are kept")

    async def files(self, kept: Kept) -> Files:
        return await files_of(self.store, kept.bundle)

    async def rules(self, hash_: str) -> Rules | None:
        """None if it is not kept, or if this version of Lotse can't read it any more."""
        if hash_ not in self._compiled:
            bundle = await self.store.find(hash_)
            try:
                files = await files_of(self.store, bundle) if bundle else None
                self._compiled[hash_] = await asyncio.to_thread(compile_files, files) if files else None
            except BotError:
                self._compiled[hash_] = None
        return self._compiled[hash_]

    async def forecast(self, new: Rules, share: int = 100) -> Forecast:
        """Who follows and who stays if ``new`` goes to ``share`` of a hundred customers now."""
        already, followers, stay, words_only, after = 0, 0, Counter[tuple[str, str, str]](), True, ""
        while page := await self.store.open_conversations(after, PAGE):
            after = page[-1].id
            for each in page:
                if each.conversation is None or not in_share(each.conversation.chat, share):
                    continue
                if each.conversation.bundle == new.bot.version:
                    already += 1
                    continue
                old = await self.rules(each.conversation.bundle) if each.conversation.bundle else None
                words_only &= old is not None and old.structure == new.structure
                place = _stays(each, old, new)
                if place is None:
                    followers += 1
                else:
                    stay[place.dialog, place.step, place.why] += 1
        staying = [
            Staying(dialog=dialog, step=step, why=why, count=count) for (dialog, step, why), count in stay.most_common()
        ]
        return Forecast(
            already=already, follow=followers, stay=tuple(staying), words_only=words_only and bool(followers)
        )


def _stays(each: OpenConversation, old: Rules | None, new: Rules) -> Stays | None:
    state = each.conversation
    if state is None or old is None or not state.run.frames or old.structure == new.structure:
        return None
    found = follow(new.flow, old.flow, state.run, state.variables)
    return found if isinstance(found, Stays) else None


async def publish(
    store: BundleStore, draft: Draft, *, at: datetime, author: str, message: str, share: int = 100
) -> None:
    """Keep the version and move the pointer to it, in one transaction. ``share`` under 100: to the canary only."""
    bundle, blobs = bundle_of(draft.files, draft.rules, at)
    name, model = draft.model
    release = Release(
        bundle=bundle.hash,
        what="publish" if share >= 100 else "canary",
        at=at,
        author=author,
        message=message,
        checks=draft.checks,
        coverage=draft.coverage,
        model=name,
        actions=draft.code,
        share=share if share < 100 else 0,
    )
    pointer = _pointer_to(bundle.hash, at, share)
    await store.put(bundle, {**blobs, name: model} if model else blobs, pointer=pointer, release=release)


async def move_to(store: BundleStore, kept: Kept, *, what: str, at: datetime, author: str, message: str = "") -> None:
    """Make a version live that is kept already."""
    before = kept.release
    release = Release(
        bundle=kept.bundle.hash,
        what=what,
        at=at,
        author=author,
        message=message or (before.message if before else ""),
        checks=before.checks if before else "",
        coverage=before.coverage if before else "",
        model=before.model if before else "",
        actions=before.actions if before else "",
    )
    await store.point(_pointer_to(kept.bundle.hash, at, 100), release)


def _pointer_to(hash_: str, at: datetime, share: int) -> Pointer:
    if share >= 100:
        return Pointer(name="live", bundle=hash_, at=at)
    return Pointer(name="canary", bundle=hash_, at=at, share=share)


def before_live(releases: Sequence[Release], live: str, kept: Sequence[Kept]) -> str:
    """The version that was live before this one and is still kept; empty if there was none. What was taken back does not count: who
    goes back twice goes further back."""
    there = {each.bundle.hash for each in kept}
    past: list[str] = []
    for release in releases:
        if release.what == "rollback" and release.bundle in past:
            while past.pop() != release.bundle:
                pass
        if release.what != "canary":
            past.append(release.bundle)
    return next((hash_ for hash_ in reversed(past) if hash_ != live and hash_ in there), "")


def complaints(error: ContentError) -> tuple[str, ...]:
    """Each problem of a bot folder in words."""
    problems: Sequence[Problem] = error.problems if isinstance(error, BotError) else ()
    return tuple(map(str, problems)) or (str(error),)
