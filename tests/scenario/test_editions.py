"""Which version a process runs: the folder as it is saved, or what is published; the same one in every process."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.bot_folder import read_folder
from app.bundling import write_media
from app.editions import LiveEditions, in_share
from conversation.bundles import VERSIONS_TOPIC, Pointer
from conversation.errors import LotseError, StoreError
from dialogs.problems import BotError
from store.bus import MemoryBus
from store.sql import SqlStore
from tests.support.bots import MONDAY
from tests.support.connector_surroundings import TurnedClock
from tests.support.customers import until
from tests.support.editions import editions_of, put
from tests.support.engines import BOT
from tests.support.hand_clock import HandClock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BOT, tmp_path / "bot"))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    opened = await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db")
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock(MONDAY)


def titled(folder: Path, title: str) -> dict[str, bytes]:
    """The bot's files, another version for each title."""
    files = dict(read_folder(folder))
    lines = files["bot.yaml"].decode().splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("title:"))
    lines[at] = f"title: {title}"
    return {**files, "bot.yaml": "\n".join([*lines, ""]).encode()}


def save(folder: Path, title: str) -> None:
    (folder / "bot.yaml").write_bytes(titled(folder, title)["bot.yaml"])


def title(editions: LiveEditions) -> str:
    return editions.rules().bot.title


async def test_a_folder_runs_as_it_is_saved_as_long_as_nothing_was_published(
    folder: Path, store: SqlStore, clock: TurnedClock
) -> None:
    editions = editions_of(folder, store, clock)
    await editions.begin()
    first = editions.version
    save(folder, "Another title")
    await editions.refresh()
    assert (title(editions), editions.published) == ("Another title", False)
    assert (await store.bundles.pointers())["draft"].bundle == editions.version != first
    assert await store.bundles.find(first) is not None, "conversations may be on it"


async def test_a_broken_file_changes_nothing_and_is_told(folder: Path, store: SqlStore, clock: TurnedClock) -> None:
    editions = editions_of(folder, store, clock)
    await editions.begin()
    before = editions.rules()
    (folder / "bot.yaml").write_text("title: [", encoding="utf-8")
    await editions.refresh()
    assert editions.rules() is before
    assert editions.problems[0].file == "bot.yaml"


async def test_what_is_saved_while_the_database_is_away_is_taken_over_when_it_is_back(
    folder: Path, store: SqlStore, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    editions = editions_of(folder, store, clock)
    await editions.begin()
    before = editions.rules()

    async def away(*_: object, **__: object) -> None:
        raise StoreError("the database is away")

    with monkeypatch.context() as outage:
        outage.setattr(store.bundles, "put", away)
        save(folder, "Another title")
        with pytest.raises(StoreError):
            await editions.refresh()
        assert editions.rules() is before, "no conversation may be on what is not kept"
    await editions.refresh()
    assert title(editions) == "Another title"


async def test_a_published_version_runs_instead_of_the_folder_without_a_restart(
    folder: Path, store: SqlStore, clock: TurnedClock
) -> None:
    editions = editions_of(folder, store, clock)
    await editions.begin()
    await put(store, titled(folder, "Published"), clock.now())
    await editions.refresh()
    assert (title(editions), editions.published) == ("Published", True)
    save(folder, "Only a draft")
    await editions.refresh()
    assert title(editions) == "Published"


async def test_a_process_that_begins_runs_what_is_published_even_without_a_folder(
    folder: Path, store: SqlStore, clock: TurnedClock
) -> None:
    await put(store, titled(folder, "Published"), clock.now())
    editions = editions_of(folder / "nowhere", store, clock)
    await editions.begin()
    assert title(editions) == "Published"


async def test_a_service_that_shall_run_the_folder_does_so_whatever_is_published(
    folder: Path, store: SqlStore, clock: TurnedClock
) -> None:
    await put(store, titled(folder, "Published"), clock.now())
    save(folder, "The folder")
    editions = editions_of(folder, store, clock, follow="folder")
    await editions.begin()
    await put(store, titled(folder, "Published again"), clock.now())
    await editions.refresh()
    assert (title(editions), editions.published) == ("The folder", False)


async def test_without_a_folder_and_without_a_version_nothing_can_run(
    folder: Path, store: SqlStore, clock: TurnedClock
) -> None:
    with pytest.raises(BotError, match="no bot here"):
        await editions_of(folder / "nowhere", store, clock).begin()


async def test_processes_on_one_database_run_the_same_version(
    folder: Path, store: SqlStore, clock: TurnedClock, tmp_path: Path
) -> None:
    one = editions_of(folder, store, clock)
    await one.begin()
    other_folder = Path(shutil.copytree(folder, tmp_path / "other" / "bot"))
    save(other_folder, "Of the other machine")
    two = editions_of(other_folder, store, clock)
    await two.begin()
    await one.refresh()
    assert title(one) == title(two) == "Of the other machine"
    save(folder, "Saved here")
    await one.refresh()
    await two.refresh()
    assert title(one) == title(two) == "Saved here"


async def test_news_on_the_bus_are_followed_at_once_and_a_lost_one_after_a_second(
    folder: Path, store: SqlStore
) -> None:
    hand, bus = HandClock(), MemoryBus()
    editions = editions_of(folder, store, hand, bus=bus)
    await editions.begin()
    task = asyncio.create_task(editions.run())
    try:
        for number in range(3):
            await until(lambda: bool(hand.sleeping), what="it naps")
            await put(store, titled(folder, f"Told {number}"), hand.now() + timedelta(seconds=number))
            await bus.publish(VERSIONS_TOPIC, b"")
            await until(lambda number=number: title(editions) == f"Told {number}", what="it was told")  # type: ignore[misc]
        await put(store, titled(folder, "Not told"), hand.now() + timedelta(seconds=9))
        await until(lambda: bool(hand.sleeping), what="it naps")
        hand.turn(1)
        await until(lambda: title(editions) == "Not told", what="it looked")
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_version_that_can_not_be_run_is_not_taken_over(
    folder: Path, store: SqlStore, clock: TurnedClock
) -> None:
    good = await put(store, titled(folder, "Good"), clock.now())
    editions = editions_of(folder, store, clock)
    await editions.begin()
    bundle = await store.bundles.find(good)
    assert bundle
    bad = type(bundle)(hash="bad", title="Bad", files={"bot.yaml": "x"}, made_at=clock.now())
    await store.bundles.put(bad, {"x": b"title: ["}, pointer=Pointer(name="live", bundle="bad", at=clock.now()))
    await editions.refresh()
    assert editions.version == good
    with pytest.raises(LotseError, match="rollback"):
        await editions_of(folder, store, clock).begin()


async def test_a_version_that_could_not_be_read_in_an_outage_is_taken_over_when_the_database_is_back(
    folder: Path, store: SqlStore, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    editions = editions_of(folder, store, clock)
    await editions.begin()
    await put(store, titled(folder, "Published"), clock.now())

    async def away(*_: object) -> None:
        raise StoreError("the database is away")

    with monkeypatch.context() as outage:
        outage.setattr(store.bundles, "blobs", away)
        with pytest.raises(StoreError):
            await editions.refresh()
        assert not editions.published
    await editions.refresh()
    assert title(editions) == "Published"


# ── a canary ─────────────────────────────────────────────────────────────────────────────────────────────────────────

CUSTOMERS = [f"customer-{number}" for number in range(2_000)]


async def test_a_canary_goes_to_its_share_and_always_to_the_same_customers(
    folder: Path, store: SqlStore, clock: TurnedClock
) -> None:
    live = await put(store, titled(folder, "Live"), clock.now())
    trial = await put(store, titled(folder, "Trial"), clock.now(), "canary", share=10)
    editions = editions_of(folder, store, clock)
    await editions.begin()
    got = {customer: editions.current(customer).rules.bot.version for customer in CUSTOMERS}
    on_trial = {customer for customer, version in got.items() if version == trial}
    assert set(got.values()) == {live, trial}
    assert 140 < len(on_trial) < 260
    again = editions_of(folder, store, clock)
    await again.begin()
    assert {each: again.current(each).rules.bot.version for each in CUSTOMERS} == got
    await store.bundles.point(Pointer(name="canary", bundle=trial, at=clock.now(), share=30))
    await editions.refresh()
    more = {customer for customer in CUSTOMERS if editions.current(customer).rules.bot.version == trial}
    assert on_trial < more, "who had it keeps it"
    assert editions.rules().bot.version == live
    await store.bundles.take_away("canary", clock.now())
    await editions.refresh()
    assert {editions.current(each).rules.bot.version for each in CUSTOMERS} == {live}


def test_a_share_of_nobody_is_nobody_and_of_all_is_all() -> None:
    assert not any(in_share(customer, 0) for customer in CUSTOMERS)
    assert all(in_share(customer, 100) for customer in CUSTOMERS)


# ── versions of the past ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_old_version_is_read_once_for_all_conversations_on_it(
    folder: Path, store: SqlStore, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = await put(store, titled(folder, "Old"), clock.now())
    clock.moment += timedelta(hours=1)
    await put(store, titled(folder, "New"), clock.now())
    editions = editions_of(folder, store, clock)
    await editions.begin()
    found = await asyncio.gather(*(editions.past(old) for _ in range(20)))
    assert len({id(past.edition) for past in found if past}) == 1
    assert [past.left_at for past in found if past] == [clock.now()] * 20
    reads: list[object] = []
    monkeypatch.setattr(store, "_read", reads.append)
    monkeypatch.setattr(store.bundles, "_read", reads.append)
    assert await editions.past(old) == found[0]
    assert reads == []
    assert title(editions) == "New"


async def test_a_version_that_is_not_kept_is_none(folder: Path, store: SqlStore, clock: TurnedClock) -> None:
    editions = editions_of(folder, store, clock)
    await editions.begin()
    assert await editions.past("0123456789abcdef") is None


async def test_pictures_come_from_the_version_that_runs(folder: Path, store: SqlStore, clock: TurnedClock) -> None:
    ref = "media/plan.pdf"
    (folder / "media").mkdir(exist_ok=True)
    (folder / ref).write_bytes(b"draft")
    await put(store, {**titled(folder, "Published"), ref: b"published"}, clock.now())
    editions = editions_of(folder, store, clock)
    await editions.begin()
    assert (editions.root_of(ref) / ref).read_bytes() == b"published"
    for strange in ("media/../../x", "media/\0", "/etc/passwd", ""):
        assert not (editions.root_of(strange) / "media" / "none").exists()
    plain = editions_of(folder, store, clock, follow="folder")
    await plain.begin()
    assert (plain.root_of(ref) / ref).read_bytes() == b"draft"


async def test_pictures_of_a_published_version_stay_what_they_were_when_its_folder_is_changed(
    folder: Path, store: SqlStore, clock: TurnedClock
) -> None:
    ref = "media/plan.pdf"
    (folder / "media").mkdir(exist_ok=True)
    (folder / ref).write_bytes(b"published")
    editions = editions_of(folder, store, clock)
    await editions.begin()
    await put(store, read_folder(folder), clock.now())
    (folder / ref).write_bytes(b"draft")
    await editions.refresh()
    assert editions.published
    assert (editions.root_of(ref) / ref).read_bytes() == b"published"


async def test_a_disk_that_takes_no_pictures_does_not_keep_a_version_from_running(
    folder: Path, store: SqlStore, clock: TurnedClock
) -> None:
    old = await put(store, {**titled(folder, "Old"), "media/plan.pdf": b"x"}, clock.now())
    await put(store, {**titled(folder, "New"), "media/plan.pdf": b"x"}, clock.now())
    (folder.parent / "var").write_bytes(b"no folder")
    editions = editions_of(folder, store, clock)
    await editions.begin()
    assert title(editions) == "New"
    assert await editions.past(old) is not None


def test_what_another_process_is_writing_of_the_same_version_is_left_alone(tmp_path: Path) -> None:
    others = tmp_path / "media" / "plan.pdf.part"
    others.parent.mkdir()
    others.write_bytes(b"ha")
    write_media({"media/plan.pdf": b"whole"}, tmp_path)
    assert (tmp_path / "media" / "plan.pdf").read_bytes() == b"whole"
    assert others.read_bytes() == b"ha"
