"""A browser that reports every error, and what the checks of the pages share."""

import sys
from pathlib import Path

from playwright.async_api import Browser, Page, expect

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[2]))  # for what tests of the real service know, too
PORT = "8182"
BASE = f"http://127.0.0.1:{PORT}"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOTS = Path(sys.argv[1]) if len(sys.argv) > 1 else None
EXPECTED = ("ERR_", "WebSocket connection", "503", "401", "415", "429")
"""Words of console messages that a broken connection brings."""


class Desktop:
    """A browser whose pages report every script error."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.errors: list[str] = []

    async def page(self, width: int = 1280, height: int = 820, **context: object) -> Page:
        made = await self.browser.new_context(viewport={"width": width, "height": height}, locale="en-GB", **context)  # type: ignore[arg-type]
        page = await made.new_page()
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))
        page.on("console", lambda line: self._console(page, line.type, line.text))
        return page

    def _console(self, page: Page, kind: str, text: str) -> None:
        if kind == "error" and not any(word in text for word in EXPECTED):
            self.errors.append(f"{page.url}: {text}")


async def mock(page: Page, what: str) -> None:
    await page.request.post(f"{BASE}/mock/{what}")


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=SHOTS / f"{name}.png")


async def sign_in(page: Page, name: str) -> None:
    await page.goto(f"{BASE}/desk")
    await page.get_by_label("User name").fill(name)
    await page.get_by_label("Password").fill("secret")
    await page.keyboard.press("Enter")
    await expect(page.locator(".card").first).to_be_visible()
