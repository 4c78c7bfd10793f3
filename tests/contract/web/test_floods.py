"""A visitor who sends faster than anybody types: told once, limited for good, and nothing is lost, of theirs or of others'."""

import asyncio
from typing import Any

import pytest

import web.webchat
from bots.webchat.frames import read_frame
from tests.support.browsing import Link, Visitor
from tests.support.customers import until
from tests.support.service import Running
from web.floods import BREATH, BURST, COME_BURST, OVER, RATE, Floods


async def hello(visitor: Visitor, last_seq: int = 0) -> Link:
    link = await visitor.browser.link("/webchat/socket")
    await link.send("hello", token=visitor.token, last_seq=last_seq)
    return link


async def send_until_closed(link: Link, ids: list[str]) -> list[str]:
    """Send all at once; what was acknowledged when the service closed the socket."""
    try:
        for id_ in ids:
            await link.send("say", id=id_, text=id_)
    except ConnectionError:
        pass
    assert await link.ended() == 1013
    return [frame["id"] for frame in link.frames if frame["type"] == "ack"]


def errors(link: Link) -> list[str]:
    return [frame["code"] for frame in link.frames if frame["type"] == "error"]


async def test_a_flood_over_many_sockets_is_told_once_and_arrives_whole_and_in_order(lotse: Running) -> None:
    visitor, neighbour = await lotse.visitor(), await lotse.visitor()
    ids = [f"f{number}" for number in range(75)]
    link, left, told, comings = visitor.link, list(ids), list[str](), 0
    while len(left) > 10:
        taken = await send_until_closed(link, left)
        told += errors(link)
        assert taken == left[: len(taken)]
        left = left[len(taken) :]
        await neighbour.say("Hallo")
        comings += 1
        waiting = lotse.clock.sleeping
        link = await hello(visitor)
        await until(lambda: lotse.clock.sleeping > waiting, what="the visitor waits for the welcome")  # noqa: B023 - at once
        lotse.clock.turn(BREATH)
        await link.until("welcome")
    for id_ in left:
        await link.send("say", id=id_, text=id_)
        await link.until("ack", id=id_)
    assert told == ["too_fast"]
    assert comings <= 1 + (len(ids) - BURST) / (RATE * BREATH)
    await lotse.settle()
    history = await lotse.history(visitor.chat)
    assert [m.client_id for m in history if m.author == "customer"] == ids
    assert not [m for m in history if m.origin == "_product/rush"], "what the page may send, the bot answers"
    neighbours = [m for m in await lotse.history(neighbour.chat) if m.author == "customer"]
    assert len(neighbours) == comings


async def test_a_flood_after_a_rest_is_told_again(lotse: Running) -> None:
    visitor = await lotse.visitor()
    for round_ in range(2):
        await send_until_closed(visitor.link, [f"r{round_}-{number}" for number in range(40)])
        assert errors(visitor.link) == ["too_fast"]
        lotse.clock.turn(2 * OVER.total_seconds())
        await visitor.connect()


async def test_frames_over_the_limit_are_not_read(lotse: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, read = await lotse.visitor(), 0

    def counted(raw: str) -> Any:
        nonlocal read
        read += 1
        return read_frame(raw)

    monkeypatch.setattr(web.webchat, "read_frame", counted)
    await send_until_closed(visitor.link, [f"f{number}" for number in range(500)])
    assert read == BURST


async def test_who_comes_back_without_pause_reads_the_history_a_limited_number_of_times(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, neighbour, reads = await lotse.visitor(), await lotse.visitor(), 0
    find_chat = lotse.store.find_chat

    async def counted(channel: str, account: str, address: str) -> Any:
        nonlocal reads
        reads += address == visitor.chat
        return await find_chat(channel, account, address)

    monkeypatch.setattr(lotse.store, "find_chat", counted)
    closed = 0
    for _ in range(100):
        link = await hello(visitor)
        await link.next()
        closed += link.closed_with == 1013
    assert reads == COME_BURST - 1
    assert closed == 100 - reads
    await neighbour.say("Hallo")
    await neighbour.hears("Womit kann ich helfen")


async def test_floods_of_more_visitors_than_are_kept_in_mind_cost_no_more_room(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.floods.KEYS", 10)
    floods = Floods(lotse.clock)
    for number in range(50):
        assert floods.refuse(f"v{number}")
    assert not floods.refuse("v49")
    assert len(floods._refused) == 10
    await asyncio.sleep(0)
