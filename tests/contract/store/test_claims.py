"""Whose a chat is: one worker's at a time, and nothing counts that is written under an older fence."""

import asyncio
import struct

import msgspec
import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.util import await_only

from conversation.effects import RunAction
from conversation.errors import StaleError, StoreError
from conversation.records import Held, SendUpdate, Turn
from store.sql import SqlStore
from tests.support.storing import NOW, Store, arrive, fresh, inbound, said, says, talk, turn

ASK = RunAction(request="r1", name="find_order", arguments={}, limit=2.5)


def under(fence: int, made: Turn) -> Turn:
    return msgspec.structs.replace(made, fence=fence)


async def claim(store: Store, worker: str, *chats: str) -> dict[str, int]:
    return {held.chat: held.fence for held in (await store.claim(worker, chats)).held}


async def test_first_event_opens_the_chat_in_the_hands_of_its_worker(store: Store) -> None:
    accepted = await store.accept(inbound("1"), "chat-anna", "ada")
    assert (accepted.holder, accepted.fence, accepted.opened) == ("ada", 1, True)


async def test_event_without_a_worker_leaves_the_chat_free(store: Store) -> None:
    accepted = await store.accept(inbound("1"), "chat-anna")
    assert (accepted.holder, accepted.fence) == ("", 0)


async def test_event_of_a_free_chat_makes_it_the_workers(store: Store) -> None:
    await store.accept(inbound("1"), "chat-anna")
    accepted = await store.accept(inbound("2"), "chat-anna", "ada")
    assert (accepted.holder, accepted.fence, accepted.opened) == ("ada", 1, False)


async def test_event_of_a_held_chat_names_its_holder_and_changes_nothing(store: Store) -> None:
    await store.accept(inbound("1"), "chat-anna", "ada")
    for worker in ("ben", "", "ada"):
        accepted = await store.accept(inbound(f"2{worker}"), "chat-anna", worker)
        assert (accepted.holder, accepted.fence, accepted.opened) == ("ada", 1, False)


async def test_own_event_makes_a_free_chat_the_workers_and_names_the_holder_of_another(store: Store) -> None:
    await arrive(store, "1")
    first = await store.accept_own("chat-anna", said("a"), "a", "ada")
    second = await store.accept_own("chat-anna", said("b"), "b", "ben")
    assert [(each.holder, each.fence) for each in (first, second)] == [("ada", 1), ("ada", 1)]


async def test_of_many_workers_that_claim_a_chat_at_once_one_has_it(store: Store) -> None:
    await arrive(store, "1")
    claimed = await asyncio.gather(*(store.claim(f"worker-{n}", ["chat-anna"]) for n in range(20)))
    assert sorted(len(each.held) for each in claimed) == [0] * 19 + [1]


async def test_claim_gives_what_is_open_in_the_chat_oldest_first(store: Store) -> None:
    saved = await store.save(turn(await talk(store), says(fresh("chat-anna"), 2), ASK))
    rows = [await arrive(store, number) for number in ("b", "a")]
    claimed = await store.claim("ada", ["chat-anna", "nobody"])
    assert claimed.held == (Held(chat="chat-anna", fence=1),)
    assert list(claimed.rows) == rows
    assert (claimed.sends, claimed.jobs) == (saved.sends, saved.jobs)


async def test_claim_again_gives_new_events_and_nothing_that_is_in_hand(store: Store) -> None:
    await store.save(turn(await talk(store), says(fresh("chat-anna"), 2), ASK))
    await store.claim("ada", ["chat-anna"])
    row = await arrive(store, "next")
    claimed = await store.claim("ada", ["chat-anna"])
    assert (claimed.held, claimed.rows) == ((Held(chat="chat-anna", fence=1),), (row,))
    assert (claimed.sends, claimed.jobs) == ((), ())


async def test_first_claim_of_a_chat_that_an_event_made_the_workers_gives_what_is_unfinished_in_it(
    store: Store,
) -> None:
    saved = await store.save(turn(await talk(store), says(fresh("chat-anna"), 2), ASK))
    accepted = await store.accept(inbound("next"), "chat-anna", "ada")
    first = await store.claim("ada", ["chat-anna"], {})
    assert (first.sends, first.jobs) == (saved.sends, saved.jobs)
    again = await store.claim("ada", ["chat-anna"], {"chat-anna": accepted.fence})
    assert (again.sends, again.jobs) == ((), ())


async def test_claim_of_anothers_chat_names_the_holder(store: Store) -> None:
    await store.accept(inbound("1"), "chat-anna", "ada")
    claimed = await store.claim("ben", ["chat-anna"])
    assert (claimed.held, claimed.rows, claimed.others) == ((), (), {"chat-anna": "ada"})


async def test_released_chat_is_claimed_under_a_higher_fence(store: Store) -> None:
    await store.accept(inbound("1"), "chat-anna", "ada")
    await store.release("ada", [Held(chat="chat-anna", fence=1)])
    assert await claim(store, "ben", "chat-anna") == {"chat-anna": 3}


async def test_turn_of_a_chat_that_was_given_back_is_refused(store: Store) -> None:
    row = (await store.accept(inbound("1"), "chat-anna", "ada")).row
    assert row
    await store.release("ada", [Held(chat="chat-anna", fence=1)])
    with pytest.raises(StaleError):
        await store.save(under(1, turn(fresh(row.chat), handled=(row.number,))))


async def test_late_release_leaves_the_next_holder_alone(store: Store) -> None:
    await store.accept(inbound("1"), "chat-anna", "ada")
    await store.release("ada", [Held(chat="chat-anna", fence=1)])
    await claim(store, "ben", "chat-anna")
    await store.release("ada", [Held(chat="chat-anna", fence=1)])
    assert await claim(store, "cleo", "chat-anna") == {}


async def test_turn_under_the_fence_of_the_claim_is_saved(store: Store) -> None:
    row = (await store.accept(inbound("1"), "chat-anna", "ada")).row
    assert row
    await store.save(under(1, turn(fresh(row.chat), handled=(row.number,))))
    assert await store.unhandled(10) == []


@pytest.mark.parametrize("fence", [0, 2])
async def test_turn_under_another_fence_is_refused_and_leaves_nothing(store: Store, fence: int) -> None:
    row = (await store.accept(inbound("1"), "chat-anna", "ada")).row
    assert row
    with pytest.raises(StaleError):
        await store.save(under(fence, turn(fresh(row.chat), says(fresh(row.chat), 1), handled=(row.number,))))
    assert await store.unhandled(10) == [row]
    assert (await store.load(row.chat)).conversation is None


async def test_turn_that_overtakes_an_older_event_of_its_chat_is_refused(store: Store) -> None:
    older, newer = await arrive(store, "1"), await arrive(store, "2")
    with pytest.raises(StaleError):
        await store.save(turn(fresh(newer.chat), handled=(newer.number,)))
    await store.save(turn(fresh(newer.chat), handled=(older.number, newer.number)))
    assert await store.unhandled(10) == []


async def test_older_event_of_another_chat_holds_nobody_up(store: Store) -> None:
    await arrive(store, "1", "boris")
    row = await arrive(store, "2")
    await store.save(turn(fresh(row.chat), handled=(row.number,)))
    assert len(await store.unhandled(10)) == 1


async def test_send_can_be_marked_under_the_fence_only_but_sent_is_true_whoever_says_it(store: Store) -> None:
    send = (await store.save(turn(await talk(store), says(fresh("chat-anna"), 2)))).sends[0]
    await claim(store, "ada", "chat-anna")

    def mark(state: str, fence: int) -> SendUpdate:
        return msgspec.convert(
            {"number": send.number, "state": state, "attempts": 1, "due": NOW, "fence": fence}, SendUpdate
        )

    assert not await store.update_send(mark("sending", 0))
    assert not await store.update_send(mark("failed", 0))
    assert await store.update_send(mark("sending", 1))
    assert await store.update_send(mark("sent", 0))
    assert not await store.update_send(mark("sending", 1))


async def test_call_is_begun_by_the_holder_only(store: Store) -> None:
    job = (await store.save(turn(await talk(store), ASK))).jobs[0]
    await claim(store, "ada", "chat-anna")
    assert not await store.start_job(job.number, 0)
    assert [each.started for each in await store.open_jobs(10)] == [False]
    assert await store.start_job(job.number, 1)


async def test_waiting_finds_events_of_free_and_own_chats_and_none_of_others(store: Store) -> None:
    rows = {name: (await store.accept(inbound(name, name), f"chat-{name}", name)).row for name in ("ada", "ben", "")}
    assert all(rows.values())
    waiting = await store.waiting("ada", 10)
    assert [chat for _, chat in waiting.events] == ["chat-ada", "chat-"]
    assert waiting.chats == ()


async def test_waiting_finds_free_chats_with_unfinished_sends_and_calls(store: Store) -> None:
    await store.save(turn(await talk(store, "anna"), says(fresh("chat-anna"), 2)))
    await store.save(turn(await talk(store, "boris"), ASK))
    assert (await store.waiting("ada", 10)).chats == ("chat-anna", "chat-boris")
    assert set(await claim(store, "ada", "chat-anna", "chat-boris")) == {"chat-anna", "chat-boris"}
    assert (await store.waiting("ada", 10)).chats == ()


async def test_workers_see_each_other_beat(store: Store) -> None:
    await store.join("ada", "here")
    await store.join("ben", "there")
    await store.beat("ada")
    assert [(peer.worker, peer.place, peer.beat) for peer in await store.beat("ada")] == [
        ("ada", "here", 2),
        ("ben", "there", 0),
    ]
    assert await store.peers() == await store.peers()


async def test_worker_that_joins_twice_is_one(store: Store) -> None:
    await store.join("ada", "here")
    await store.join("ada", "here")
    assert len(await store.peers()) == 1


async def test_buried_workers_chats_are_free_and_its_writes_refused(store: Store) -> None:
    await store.join("ada", "here")
    row = (await store.accept(inbound("1"), "chat-anna", "ada")).row
    assert row
    assert await store.bury("ada", 0)
    with pytest.raises(StaleError):
        await store.save(under(1, turn(fresh(row.chat), handled=(row.number,))))
    assert "ada" not in {peer.worker for peer in await store.beat("ada")}
    assert await claim(store, "ben", "chat-anna") == {"chat-anna": 3}


async def test_worker_that_beat_meanwhile_is_not_buried(store: Store) -> None:
    await store.join("ada", "here")
    await store.accept(inbound("1"), "chat-anna", "ada")
    await store.beat("ada")
    assert not await store.bury("ada", 0)
    assert await claim(store, "ben", "chat-anna") == {}


async def test_worker_is_buried_once(store: Store) -> None:
    await store.join("ada", "here")
    assert sorted(await asyncio.gather(*(store.bury("ada", 0) for _ in range(8)))) == [False] * 7 + [True]


async def test_leaving_worker_frees_its_chats(store: Store) -> None:
    await store.join("ada", "here")
    await store.accept(inbound("1"), "chat-anna", "ada")
    await store.leave("ada")
    assert await store.peers() == []
    assert await claim(store, "ben", "chat-anna") == {"chat-anna": 3}


async def test_duty_is_one_workers_until_it_goes(store: Store) -> None:
    await store.join("ada", "here")
    assert [await store.take_duty(worker, "fetch") for worker in ("ada", "ben", "ada")] == [True, False, True]
    assert await store.take_duty("ben", "another")
    await store.bury("ada", 0)
    assert await store.take_duty("ben", "fetch")


async def test_sends_and_calls_of_a_worker_are_told_apart(store: Store) -> None:
    await store.save(turn(await talk(store, "anna"), says(fresh("chat-anna"), 2), ASK))
    await store.save(turn(await talk(store, "boris"), says(fresh("chat-boris"), 2)))
    await claim(store, "ada", "chat-anna")
    assert [send.chat for send in await store.open_sends(10, "ada")] == ["chat-anna"]
    assert [job.chat for job in await store.open_jobs(10, "ada")] == ["chat-anna"]
    assert await store.open_jobs(10, "ben") == []


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
async def test_worker_frozen_in_a_transaction_keeps_no_chat_from_those_who_give_it_up(store: Store, url: str) -> None:
    """The server can't tell a process that stands still from one that thinks: it ends the transaction after a while."""
    await store.join("ada", "")
    await store.accept(inbound("1"), "chat-anna", "ada")
    frozen = await SqlStore.open(url, busy_seconds=0.3)
    stands, thawed = asyncio.Event(), asyncio.Event()

    def stand_still(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE chats SET seq = seq")
        stands.set()
        await_only(thawed.wait())

    try:
        writing = asyncio.create_task(frozen._writer.call(stand_still))
        await stands.wait()
        async with asyncio.timeout(10):
            assert await store.bury("ada", 0)
        thawed.set()
        with pytest.raises(StoreError):
            await writing
        assert await frozen.beat("ada") == []
    finally:
        thawed.set()
        await frozen.close()


async def half_a_statement(url: str) -> asyncio.StreamWriter:
    """A connection that changed all chats and begins a statement without an end, in PostgreSQL's own protocol."""
    place = make_url(url)
    reader, writer = await asyncio.open_connection(place.host, place.port)

    def said(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("!i", 4 + len(body)) + body

    who = f"user\0{place.username}\0database\0{place.database}\0\0".encode()
    writer.write(struct.pack("!ii", 8 + len(who), 196608) + who)
    writer.write(said(b"Q", b"BEGIN\0") + said(b"Q", b"UPDATE chats SET seq = seq\0"))
    writer.write(said(b"P", b"\0SELECT 1\0\0\0") + said(b"D", b"S\0") + said(b"H", b""))
    heard = b""
    while b"UPDATE 1" not in heard:
        heard += await reader.read(4096)
    return writer


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
async def test_worker_frozen_within_a_statement_keeps_no_chat_from_those_who_give_it_up(store: Store, url: str) -> None:
    await store.join("ada", "")
    await store.accept(inbound("1"), "chat-anna", "ada")
    frozen = await half_a_statement(url)
    try:
        await asyncio.sleep(1.2)  # by the server's clock it stands still for a second
        async with asyncio.timeout(10):
            assert await store.bury("ada", 0)
            assert await claim(store, "ben", "chat-anna")
    finally:
        frozen.close()
