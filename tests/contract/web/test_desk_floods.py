"""An operator's page that sends faster than any hand: told once, and every command counts once, in order."""

from collections.abc import Iterator
from typing import Any

import pytest

import web.desk.desk
from tests.support.browsing import Browser, Link
from tests.support.customers import until
from tests.support.desks import claimed
from tests.support.service import Running
from web.floods import BREATH, OVER

BURST, RATE = 30.0, 10.0


@pytest.fixture(autouse=True)
def _small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web.desk.desk, "BURST", BURST)
        patch.setattr(web.desk.desk, "RATE", RATE)
        patch.setattr(web.desk.desk, "COME_BURST", 8.0)
        yield


async def send_until_closed(link: Link, conversation: str, ids: list[str]) -> list[str]:
    """Notes, all at once; those that were stored when the service ended the socket."""
    try:
        for id_ in ids:
            await link.send("note", id=id_, conversation=conversation, text=id_)
    except ConnectionError:
        pass
    assert await link.ended() == 1013
    return [frame["id"] for frame in link.frames if frame["type"] == "done"]


def errors(link: Link) -> list[str]:
    return [frame["code"] for frame in link.frames if frame["type"] == "error"]


async def slowly_back(lotse: Running, browser: Browser) -> Link:
    """The page comes again; while the flood lasts it waits for its list."""
    waiting = lotse.clock.sleeping
    link = await browser.link("/desk/socket")
    await until(lambda: lotse.clock.sleeping > waiting, what="the operator waits for the list")
    lotse.clock.turn(BREATH)
    await link.until("snapshot")
    return link


async def test_a_flood_of_commands_is_told_once_and_each_counts_once_in_order(lotse: Running) -> None:
    visitor, conversation, _ = await claimed(lotse)
    browser = await lotse.operator("ben")
    colleague = await (await lotse.operator("cid")).desk()
    link = await browser.desk()
    ids = [f"n{number}" for number in range(70)]
    left, told = list(ids), list[str]()
    while len(left) > RATE * BREATH:
        taken = await send_until_closed(link, conversation, left)
        told += errors(link)
        assert taken == left[: len(taken)]
        left = left[len(taken) :]
        await colleague.send("undelivered")
        await colleague.until("undelivered", lambda frame: "items" in frame)
        link = await slowly_back(lotse, browser)
    for id_ in left:
        await link.send("note", id=id_, conversation=conversation, text=id_)
        await link.until("done", id=id_)
    assert told == ["too_fast"]
    await lotse.settle()
    notes = [message.client_id for message in await lotse.history(visitor.chat) if message.origin == "note"]
    assert notes == ids


async def test_a_flood_after_a_rest_is_told_again(lotse: Running) -> None:
    _, conversation, _ = await claimed(lotse)
    browser = await lotse.operator("ben")
    for round_ in range(2):
        link = await browser.desk()
        await send_until_closed(link, conversation, [f"r{round_}-{number}" for number in range(40)])
        assert errors(link) == ["too_fast"]
        lotse.clock.turn(2 * OVER.total_seconds())


async def test_frames_that_are_none_count_too(lotse: Running) -> None:
    link = await (await lotse.operator("ben")).desk()
    for _ in range(40):
        await link.raw("{")
    assert await link.ended() == 1013
    assert errors(link)[-1] == "too_fast"


async def test_a_page_that_comes_without_end_is_turned_away(lotse: Running) -> None:
    browser: Any = await lotse.operator("ben")
    for _ in range(8):
        await browser.desk()
    late = await browser.link("/desk/socket")
    assert await late.ended() == 1013
    assert late.frames == []
