"""How far a customer has read, told by a real page: only what was in view."""

import asyncio
import sqlite3

import pytest
from playwright.async_api import Browser

from tests.support.browser import ChatPage, Site, window

pytestmark = pytest.mark.asyncio(loop_scope="module")

HIDE = """on => {
    Object.defineProperty(document, "hidden", {get: () => on, configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def marks(site: Site) -> tuple[int, int]:
    """What was read, and how many messages there are, of the chat that began last."""
    with sqlite3.connect(site.var / "lotse.db") as database:
        row = database.execute("SELECT read_seq, seq FROM chats ORDER BY rowid DESC LIMIT 1").fetchone()
    database.close()
    return int(row[0]), int(row[1])


async def read_to_the_end(site: Site) -> bool:
    for _ in range(100):
        read, newest = marks(site)
        if read == newest > 0:
            return True
        await asyncio.sleep(0.1)
    return False


async def test_what_is_in_view_is_read_and_what_comes_to_a_hidden_tab_is_not_until_it_is_looked_at(
    chromium: Browser, site: Site
) -> None:
    async with window(chromium) as (page, _):
        await page.goto(f"{site.url}/chat")
        chat = ChatPage(page, site)
        await chat.say("Hallo")
        await chat.hears("Womit kann ich helfen?")
        assert await read_to_the_end(site)
        read, _ = marks(site)
        await page.evaluate(HIDE, arg=True)
        await chat.say("Tarife")
        await page.wait_for_timeout(2_500)
        assert marks(site)[0] == read, "nobody looked"
        assert marks(site)[1] > read
        await page.evaluate(HIDE, arg=False)
        assert await read_to_the_end(site)
