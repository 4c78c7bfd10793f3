"""Versions of the bot: kept whole and unchanged, pointed at, and forgotten when nothing needs them any more."""

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from conversation.bundles import Bundle, Pointer, PointerName, Release
from conversation.errors import StoreError
from conversation.state import Closed
from store.sql import SqlStore
from tests.support.storing import arrive, fresh, says, turn

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def made(number: int, **files: str) -> tuple[Bundle, dict[str, bytes]]:
    """A version with its files; ``number`` hours after noon."""
    blobs = {hashlib.sha256(text.encode()).hexdigest(): text.encode() for text in files.values()}
    names = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    return Bundle(hash=f"v{number}", title="Bot", files=names, made_at=NOON + timedelta(hours=number)), blobs


def pointer(name: PointerName, bundle: str, hours: float = 0, share: int = 0) -> Pointer:
    return Pointer(name=name, bundle=bundle, at=NOON + timedelta(hours=hours), share=share)


async def keep(store: SqlStore, number: int, **files: str) -> None:
    await store.bundles.put(*made(number, **(files or {"bot": f"bot {number}"})))


async def converse(store: SqlStore, key: str, bundle: str, *, closed: bool = False) -> None:
    row = await arrive(store, key, key)
    state = msgspec.structs.replace(fresh(row.chat, f"c-{key}"), bundle=bundle)
    if closed:
        state = msgspec.structs.replace(state, phase=Closed(outcome="", at=NOON))
    await store.save(turn(state, handled=(row.number,)))


async def test_a_bundle_comes_back_as_it_was_put(store: SqlStore) -> None:
    bundle, blobs = made(1, bot="title: Bot", menu="steps: {}")
    await store.bundles.put(bundle, blobs)
    assert await store.bundles.find("v1") == bundle
    assert await store.bundles.blobs(list(bundle.files.values())) == blobs
    assert await store.bundles.find("v2") is None


async def test_a_bundle_that_is_kept_already_stays_as_it_is(store: SqlStore) -> None:
    bundle, blobs = made(1, bot="first")
    await store.bundles.put(bundle, blobs)
    await store.bundles.put(made(1, bot="second")[0], made(1, bot="second")[1])
    assert await store.bundles.find("v1") == bundle


async def test_a_file_that_another_version_has_need_not_be_given_again(store: SqlStore) -> None:
    await store.bundles.put(*made(1, bot="same", menu="old"))
    bundle, blobs = made(2, bot="same", menu="new")
    fresh = {name: body for name, body in blobs.items() if body == b"new"}
    await store.bundles.put(bundle, fresh)
    assert await store.bundles.blobs(list(bundle.files.values())) == blobs


async def test_a_bundle_whose_files_are_not_all_there_is_refused_whole(store: SqlStore) -> None:
    bundle, _ = made(1, bot="text")
    with pytest.raises(StoreError, match="1 files"):
        await store.bundles.put(bundle, {}, pointer=pointer("live", "v1"))
    assert await store.bundles.find("v1") is None
    assert await store.bundles.pointers() == {}


async def test_publishing_keeps_the_version_and_moves_the_pointer_in_one(store: SqlStore, other: SqlStore) -> None:
    release = Release(bundle="v1", what="publish", at=NOON, author="ann", message="first")
    await store.bundles.put(*made(1, bot="x"), pointer=pointer("live", "v1"), release=release)
    assert await other.bundles.pointers() == {"live": pointer("live", "v1")}
    (kept,) = await other.bundles.all()
    assert kept.release == release


async def test_a_pointer_to_a_version_that_is_not_kept_is_refused(store: SqlStore) -> None:
    await keep(store, 1)
    await store.bundles.point(pointer("live", "v1"))
    with pytest.raises(StoreError, match="no version v9"):
        await store.bundles.point(pointer("live", "v9"))
    assert (await store.bundles.pointers())["live"].bundle == "v1"


async def test_a_version_knows_since_when_no_pointer_is_on_it(store: SqlStore) -> None:
    await keep(store, 1)
    await keep(store, 2)
    await store.bundles.point(pointer("draft", "v1", 1))
    await store.bundles.point(pointer("live", "v1", 2))
    await store.bundles.point(pointer("live", "v2", 3))
    assert await store.bundles.left_at("v1") is None, "draft is still on it"
    await store.bundles.point(pointer("draft", "v2", 4))
    assert await store.bundles.left_at("v1") == NOON + timedelta(hours=4)
    await store.bundles.point(pointer("live", "v1", 5))
    assert await store.bundles.left_at("v1") is None
    assert await store.bundles.left_at("v2") is None


async def test_a_version_for_all_ends_the_canary(store: SqlStore) -> None:
    for number in (1, 2, 3):
        await keep(store, number)
    await store.bundles.point(pointer("live", "v1"))
    await store.bundles.point(pointer("canary", "v2", 1, share=10))
    assert (await store.bundles.pointers())["canary"].share == 10
    await store.bundles.point(pointer("live", "v3", 2))
    assert list(await store.bundles.pointers()) == ["live"]
    assert await store.bundles.left_at("v2") == NOON + timedelta(hours=2)


async def test_a_canary_that_is_taken_away_leaves_the_others(store: SqlStore) -> None:
    for number in (1, 2):
        await keep(store, number)
    await store.bundles.point(pointer("live", "v1"))
    await store.bundles.point(pointer("canary", "v2", 1, share=10))
    await store.bundles.take_away("canary", NOON + timedelta(hours=2))
    assert await store.bundles.pointers() == {"live": pointer("live", "v1")}
    assert await store.bundles.left_at("v2") == NOON + timedelta(hours=2)


async def test_all_lists_the_newest_first_with_the_conversations_that_are_open_on_each(store: SqlStore) -> None:
    await keep(store, 1)
    await keep(store, 2)
    await converse(store, "1", "v1")
    await converse(store, "2", "v1")
    await converse(store, "3", "v2", closed=True)
    assert [(kept.bundle.hash, kept.running) for kept in await store.bundles.all()] == [("v2", 0), ("v1", 2)]


async def test_open_conversations_come_page_by_page(store: SqlStore) -> None:
    for number in range(5):
        await converse(store, str(number), "v1", closed=number == 3)
    first = await store.bundles.open_conversations("", 2)
    rest = await store.bundles.open_conversations(first[-1].id, 10)
    assert [each.id for each in (*first, *rest)] == ["c-0", "c-1", "c-2", "c-4"]
    assert all(each.conversation and each.conversation.bundle == "v1" for each in first)


async def test_what_nothing_needs_is_forgotten_with_its_files(store: SqlStore) -> None:
    old, old_blobs = made(1, bot="shared", menu="old")
    await store.bundles.put(old, {**old_blobs, "nlu-old.npz": b"model"})
    release = Release(bundle="v1", what="publish", at=NOON, author="ann", model="nlu-old.npz")
    await store.bundles.point(pointer("live", "v1"), release)
    await store.bundles.put(*made(2, bot="shared", menu="new"), pointer=pointer("live", "v2", 2))
    late = NOON + timedelta(hours=3)
    assert await store.bundles.clear(late, keep=2) == [], "it is among the newest"
    assert await store.bundles.clear(NOON + timedelta(hours=1), keep=1) == [], "it was used until two"
    assert await store.bundles.clear(late, keep=1) == ["v1"]
    assert await store.bundles.find("v1") is None
    assert set((await store.bundles.blobs([*old.files.values(), "nlu-old.npz"])).values()) == {b"shared"}


async def test_a_version_that_a_conversation_is_on_is_never_forgotten(store: SqlStore) -> None:
    await keep(store, 1)
    await keep(store, 2)
    await store.bundles.point(pointer("live", "v2"))
    await converse(store, "1", "v1")
    late = NOON + timedelta(days=365)
    assert await store.bundles.clear(late, keep=0) == []
    assert await store.bundles.find("v1") is not None


async def test_a_version_that_a_pointer_is_on_is_never_forgotten(store: SqlStore) -> None:
    for number, name in enumerate(("draft", "live", "canary"), 1):
        await keep(store, number)
        await store.bundles.point(pointer(name, f"v{number}", share=10))  # type: ignore[arg-type]
    assert await store.bundles.clear(NOON + timedelta(days=365), keep=0) == []


async def test_what_happened_in_the_newest_conversations_comes_back_in_order(store: SqlStore) -> None:
    for key in ("1", "2", "3"):
        row = await arrive(store, key, key)
        state = fresh(row.chat, f"c-{key}")
        await store.save(turn(state, says(state, 1, "customer"), handled=(row.number,)))
        more = await arrive(store, f"{key}-more", key)
        state = msgspec.structs.replace(state, version=1)
        await store.save(turn(state, says(state, 2, "customer"), handled=(more.number,)))
    await arrive(store, "waits", "3")
    found = await store.recordings(2)
    assert len(found) == 2
    for told, rows in found:
        key = told.id.removeprefix("c-")
        assert [row.event.id for row in rows] == [f"event-{key}", f"event-{key}-more"]


async def test_every_move_that_people_made_is_kept_in_order(store: SqlStore) -> None:
    await keep(store, 1)
    for what in ("publish", "canary", "promote"):
        release = Release(bundle="v1", what=what, at=NOON, author="ann")
        await store.bundles.point(pointer("live", "v1"), release)
    assert [release.what for release in await store.bundles.releases()] == ["publish", "canary", "promote"]
    (kept,) = await store.bundles.all()
    assert kept.release is not None
    assert kept.release.what == "promote"


async def test_blobs_are_found_by_how_their_names_begin(store: SqlStore) -> None:
    bundle, blobs = made(1, bot="title: Bot")
    models = {"nlu-ab_c-1.npz": b"1", "nlu-ab_c-2.npz": b"2", "nlu-abxc-1.npz": b"3", "nlu-ab%-1.npz": b"4"}
    await store.bundles.put(bundle, {**blobs, **models})
    assert list(await store.bundles.blobs_named("nlu-ab_c-")) == ["nlu-ab_c-1.npz", "nlu-ab_c-2.npz"]
    assert list(await store.bundles.blobs_named("nlu-ab%")) == ["nlu-ab%-1.npz"]
    assert list(await store.bundles.blobs_named("nothing")) == []
