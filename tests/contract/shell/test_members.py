"""Who is at work: by beats that are counted, not by anybody's clock."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conversation.errors import StoreError
from engine.shell.members import EVERY, LOOKS, Members
from store.sql import SqlStore
from tests.support.hand_clock import HandClock


@dataclass
class Crew:
    """Members on one store; the clock is turned by hand."""

    store: SqlStore
    clock: HandClock
    dead: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)

    async def member(self, name: str) -> Members:
        made = Members(
            store=self.store,
            clock=self.clock,
            worker=name,
            place=f"place of {name}",
            gone=self.dead.__contains__,
            lost=lambda: self.lost.append(name),
        )
        await made.join()
        return made

    async def names(self) -> list[str]:
        return [peer.worker for peer in await self.store.peers()]


@pytest.fixture
async def crew(tmp_path: Path) -> AsyncIterator[Crew]:
    made = Crew(await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db"), HandClock())
    yield made
    await made.store.close()


async def test_a_worker_whose_beat_stands_still_is_given_up_after_some_looks(crew: Crew) -> None:
    ada = await crew.member("ada")
    await crew.member("ben")
    for _ in range(LOOKS):
        await ada.look(counting=True)
        assert await crew.names() == ["ada", "ben"]
    await ada.look(counting=True)
    assert await crew.names() == ["ada"]


async def test_a_worker_that_beats_is_kept(crew: Crew) -> None:
    ada, ben = await crew.member("ada"), await crew.member("ben")
    for _ in range(5 * LOOKS):
        await ada.look(counting=True)
        await ben.look()
    assert await crew.names() == ["ada", "ben"]


async def test_looks_out_of_turn_give_nobody_up(crew: Crew) -> None:
    ada = await crew.member("ada")
    await crew.member("ben")
    for _ in range(5 * LOOKS):
        crew.clock.turn(60)
        assert await ada.sure()
    assert await crew.names() == ["ada", "ben"]


async def test_an_outage_gives_nobody_up(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody could beat meanwhile: the looks begin anew."""
    ada, ben = await crew.member("ada"), await crew.member("ben")
    running = asyncio.create_task(ada.run())
    for round_ in range(4):
        for _ in range(LOOKS - 1):
            crew.clock.turn(EVERY)
            await asyncio.sleep(0.02)
        with monkeypatch.context() as patch:

            async def away(_: str) -> None:
                raise StoreError("the server went away")

            patch.setattr(crew.store, "beat", away)
            crew.clock.turn(EVERY)
            await asyncio.sleep(0.02)
        assert await crew.names() == ["ada", "ben"], round_
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert ben.choose("x") in {"ada", "ben"}


async def test_a_worker_known_to_have_ended_is_given_up_at_once(crew: Crew) -> None:
    await crew.member("ada")
    crew.dead.add("place of ada")
    await crew.member("ben")
    assert await crew.names() == ["ben"]


async def test_a_worker_that_was_given_up_is_told_and_begins_anew(crew: Crew) -> None:
    ada = await crew.member("ada")
    await crew.store.bury("ada", 1)
    await ada.look()
    assert crew.lost == ["ada"]
    assert await crew.names() == ["ada"]
    await ada.look()
    assert crew.lost == ["ada"]


async def test_a_worker_that_has_not_beaten_for_long_beats_before_it_is_sure(crew: Crew) -> None:
    ada = await crew.member("ada")
    await crew.store.bury("ada", 1)
    assert await ada.sure()
    assert crew.lost == []
    crew.clock.turn(EVERY * LOOKS)
    assert await ada.sure()
    assert crew.lost == ["ada"]


async def test_looks_at_once_tell_a_worker_once_that_it_was_given_up(crew: Crew) -> None:
    ada = await crew.member("ada")
    await crew.store.bury("ada", 1)
    crew.clock.turn(EVERY * LOOKS)
    await asyncio.gather(ada.look(counting=True), ada.sure(), ada.sure(), ada.look())
    assert crew.lost == ["ada"]


async def test_a_worker_that_cannot_reach_the_store_is_not_sure(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await crew.member("ada")

    async def away(_: str) -> None:
        raise StoreError("the server went away")

    monkeypatch.setattr(crew.store, "beat", away)
    crew.clock.turn(EVERY * LOOKS)
    assert not await ada.sure()


async def test_all_choose_the_same_worker_for_a_chat_and_share_the_chats(crew: Crew) -> None:
    crews = [await crew.member(name) for name in ("ada", "ben", "cleo")]
    onlooker = Members(store=crew.store, clock=crew.clock)
    for each in (*crews, onlooker):
        await each.look()
    chosen = {chat: {each.choose(chat) for each in (*crews, onlooker)} for chat in map(str, range(60))}
    assert {len(names) for names in chosen.values()} == {1}
    assert {name for names in chosen.values() for name in names} == {"ada", "ben", "cleo"}
    await crews[2].leave()
    await onlooker.look()
    for chat, (name,) in ((chat, tuple(names)) for chat, names in chosen.items()):
        assert onlooker.choose(chat) == name or name == "cleo"


async def test_without_workers_nobody_is_chosen(crew: Crew) -> None:
    onlooker = Members(store=crew.store, clock=crew.clock)
    await onlooker.join()
    assert onlooker.choose("x") == ""
    assert await crew.names() == []
