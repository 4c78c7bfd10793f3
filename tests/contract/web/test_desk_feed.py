"""The feed of the desk: one read of the store for all pages, numbers to go on from, and nothing lost that the bus lost."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conversation.news import DESK_TOPIC
from tests.contract.web.test_desk import newest_cards
from tests.support.browsing import Browser, Link
from tests.support.desks import parked
from tests.support.service import Running, running

FEED = ("snapshot", "resumed", "card", "seat")


@pytest.fixture
async def lotse(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as made:
        yield made


async def back(browser: Browser, link: Link) -> Link:
    """A page that lost its connection comes again with the last event that it has."""
    event = [frame["event"] for frame in link.frames if frame["type"] in FEED][-1]
    return await browser.link(f"/desk/socket?after={event}")


async def settled(desk: Link) -> None:
    """What was under way has come."""
    await desk.send("undelivered")
    await desk.until("undelivered", lambda frame: "items" in frame)


async def test_a_page_that_comes_again_gets_what_it_missed_and_no_more(lotse: Running) -> None:
    browser = await lotse.operator("ada")
    first = await browser.desk()
    await parked(lotse)
    await first.until("card")
    await first.ws.close()
    _, second = await parked(lotse)
    again = await back(browser, first)
    await again.until("resumed")
    card = await again.until("card", lambda frame: frame["card"]["conversation"] == second)
    await settled(again)
    assert not [frame for frame in again.frames if frame["type"] == "snapshot"]
    fresh = await (await lotse.operator("bea")).desk()
    assert newest_cards(Pages(first, again)) == newest_cards(fresh)
    assert card["event"].partition(":")[0] == first.frames[0]["event"].partition(":")[0]


class Pages(Link):
    """Two sockets of one page, one after the other."""

    def __init__(self, *links: Link) -> None:
        self.frames = [frame for link in links for frame in link.frames]


@pytest.mark.parametrize("after", ["other:1", "x", "", ":", "{epoch}:999", "{epoch}:-1", "{epoch}:٣", "{epoch}:1e3"])
async def test_a_number_that_is_not_known_begins_anew(lotse: Running, after: str) -> None:
    browser = await lotse.operator("ada")
    epoch = (await browser.desk()).frames[0]["event"].partition(":")[0]
    link = await browser.link(f"/desk/socket?after={after.format(epoch=epoch)}")
    assert (await link.next() or {})["type"] == "snapshot"


async def test_news_that_the_bus_lost_are_read_and_told_as_events(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await (await lotse.operator("ada")).desk()
    await parked(lotse)
    await desk.until("card")
    bus: Any = lotse.service.engine.feed._bus
    publish = bus.publish

    async def lossy(topic: str, payload: bytes) -> None:
        if topic != DESK_TOPIC:
            await publish(topic, payload)

    monkeypatch.setattr(bus, "publish", lossy)
    _, lost = await parked(lotse)
    await settled(desk)
    assert lost not in newest_cards(desk)
    for subscription in tuple(bus._topics[DESK_TOPIC]):
        subscription.end()
    await desk.until("card", lambda frame: frame["card"]["conversation"] == lost)
    assert desk.closed_with is None, "nobody had to begin anew"


async def test_fifty_desks_cost_one_look_at_the_list(lotse: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: Counter[str] = Counter()
    for name in ("cards", "operators", "count_undelivered"):
        read = getattr(lotse.store, name)

        async def counted(*args: Any, read: Any = read, name: str = name, **given: Any) -> Any:
            reads[name] += 1
            return await read(*args, **given)

        monkeypatch.setattr(lotse.store, name, counted)
    for _ in range(5):
        await parked(lotse)
    reads.clear()
    browsers = [await lotse.operator(f"op{number}") for number in range(10)]
    desks = [await browser.desk() for browser in browsers for _ in range(5)]
    assert len({str(desk.frames[0]["cards"]) for desk in desks}) == 1
    assert reads["cards"] <= 1
    assert reads["operators"] <= 5
    assert reads["count_undelivered"] <= 1
    await desks[0].send("claim", id="c", conversation=desks[0].frames[0]["cards"][0]["conversation"])
    for desk in desks:
        await desk.until("card", lambda frame: frame["card"]["operator"] == "op0")
    assert reads["cards"] <= 1


async def test_who_serves_another_team_from_now_on_begins_anew(lotse: Running) -> None:
    browser = await lotse.operator("ada")
    desk = await browser.desk()
    found = await lotse.store.find_operator("ada")
    assert found
    await lotse.store.put_operator(msgspec.structs.replace(found, teams=("billing",)))
    lotse.clock.turn(20)
    assert await desk.ended() == 1013
    await parked(lotse)
    again = await back(browser, desk)
    snapshot = await again.until("snapshot")
    assert snapshot["cards"] == []
