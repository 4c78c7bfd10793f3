"""Who is at work, and what becomes of the chats of one who is not any more."""

import asyncio
import struct

import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.util import await_only

from conversation.errors import StaleError, StoreError
from store import claims
from store.sql import SqlStore
from tests.support.storing import Store, claim, fresh, inbound, turn, under


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
    await store.join("ben", "there")
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
    await store.join("ben", "there")
    assert await claim(store, "ben", "chat-anna") == {"chat-anna": 3}


async def test_duty_is_one_workers_until_it_goes(store: Store) -> None:
    await store.join("ada", "here")
    await store.join("ben", "there")
    assert [await store.take_duty(worker, "fetch") for worker in ("ada", "ben", "ada")] == [True, False, True]
    assert await store.take_duty("ben", "another")
    await store.bury("ada", 0)
    assert await store.take_duty("ben", "fetch")


async def test_worker_that_was_given_up_holds_nothing_more(store: Store) -> None:
    """What it sent before its end may come after the others' look."""
    await store.join("ada", "here")
    await store.accept(inbound("1"), "chat-anna")
    assert await store.bury("ada", 0)
    assert await claim(store, "ada", "chat-anna") == {}
    accepted = [
        await store.accept(inbound(number, customer), f"chat-{customer}", "ada")
        for number, customer in (("2", "anna"), ("3", "boris"))
    ]
    assert [(each.holder, each.fence) for each in accepted] == [("", 0), ("", 0)]
    assert not await store.take_duty("ada", "fetch")


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
async def test_worker_is_given_up_after_a_claim_of_its_that_is_on_the_way(store: Store, url: str) -> None:
    """Killed between the statement and the commit: the server may finish what it got, and the chat must not stay the dead one's."""
    await store.join("ada", "here")
    await store.join("ben", "there")
    await store.accept(inbound("1"), "chat-anna")
    late = await SqlStore.open(url)
    sent, committing = asyncio.Event(), asyncio.Event()

    def hold(connection: Connection) -> dict[str, int]:
        taken = claims.hold(connection, {"chat-anna": "ada"})
        sent.set()
        await_only(committing.wait())
        return taken

    try:
        claiming = asyncio.create_task(late._writer.call(hold))
        await sent.wait()
        burying = asyncio.create_task(store.bury("ada", 0))
        await asyncio.wait([burying], timeout=0.2)
        committing.set()
        assert await claiming == {"chat-anna": 1}
        assert await burying
        assert await claim(store, "ben", "chat-anna") == {"chat-anna": 3}
    finally:
        committing.set()
        await late.close()


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
    await store.join("ben", "")
    await store.accept(inbound("1"), "chat-anna", "ada")
    frozen = await half_a_statement(url)
    try:
        await asyncio.sleep(1.2)  # by the server's clock it stands still for a second
        async with asyncio.timeout(10):
            assert await store.bury("ada", 0)
            assert await claim(store, "ben", "chat-anna")
    finally:
        frozen.close()
