"""The widget on another company's page, in a real browser."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser, expect

from tests.support.browser import ChatPage, Site, fine_line, picture, window
from tests.support.process import free_port, lotse_serve

pytestmark = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def foreign_site(script: str, port: int) -> AsyncIterator[str]:
    """Another company's page on an origin of its own, with a style sheet that means no good."""
    html = (
        "<!doctype html><html lang=de><title>Shop</title><style>*{color:red!important;font:9px serif}"
        "button{display:none!important}textarea{position:fixed;left:-999px}</style><h1>Ein Laden</h1>"
        f'<script src="{script}" async data-language="de" data-title="Hilfe vom Laden"></script></html>'
    )

    async def shop(_: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html")

    async def icon(_: web.Request) -> web.Response:
        return web.Response(status=204)

    app = web.Application()
    app.router.add_get("/", shop)
    app.router.add_get("/favicon.ico", icon)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def test_the_widget_on_a_foreign_page_talks_where_it_is_allowed(
    chromium: Browser, open_bot: Path, site: Site, tmp_path: Path
) -> None:
    shutil.copytree(site.var / "nlu", tmp_path / "nlu")
    port = free_port()
    allowed = f"http://127.0.0.1:{port}"
    settings = {"LOTSE_BOT": str(open_bot), "LOTSE_WEB__ORIGINS": f'["{allowed}"]'}
    async with (
        lotse_serve(tmp_path, settings) as process,
        foreign_site(f"{process.url}/widget.js", port),
        window(chromium) as (page, _),
    ):
        await page.goto(allowed)
        await page.get_by_role("button", name="Chat öffnen").click()
        chat = ChatPage(page, Site(url=process.url, var=tmp_path))
        await expect(chat.box).to_be_focused()
        await expect(page.get_by_role("heading", name="Hilfe vom Laden")).to_be_visible()
        await chat.say("Hallo")
        await chat.hears("Womit kann ich helfen?")
        await picture(page, "widget-foreign")
        await fine_line(chat)
        await picture(page, "widget-foreign-picture")
        await page.keyboard.press("Escape")
        await expect(chat.box).to_have_count(0)
        await expect(page.get_by_role("button", name="Chat öffnen")).to_be_focused()
        globals_ = await page.evaluate("Object.keys(window).filter((name) => /lotse|preact/i.test(name))")
        assert globals_ == []


async def test_the_widget_on_a_page_that_is_not_allowed_says_nothing_and_breaks_nothing(
    chromium: Browser, site: Site
) -> None:
    port = free_port()
    async with foreign_site(f"{site.url}/widget.js", port) as url, window(chromium) as (page, seen):
        seen.broken = True
        refused: list[str] = []
        page.on("console", lambda line: refused.append(line.text))
        await page.goto(url)
        await page.get_by_role("button", name="Chat öffnen").click()
        await expect(page.get_by_text("Verbindung wird aufgebaut")).to_be_visible()
        await expect(page.get_by_role("heading", name="Ein Laden")).to_be_visible()
        await picture(page, "widget-refused")
        assert any("CORS" in line for line in refused)
        await page.close()  # the widget tries again and again, and each try is refused
        seen.errors = [line for line in seen.errors if "CORS" not in line]
