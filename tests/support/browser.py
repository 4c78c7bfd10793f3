"""A browser that reports every error of a page, and the two pages as the people who use them see them."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, expect

ROOT = Path(__file__).parents[2]
OUTPUT = ROOT / "tests" / "output"
AXE = ROOT / "web" / "ui" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIGNED_OUT = re.compile(r"/desk/(me|login)$")
"""Asked by a page that does not know yet whether somebody is signed in: the browser calls a 401 an error."""
PATIENCE = 15_000
"""Milliseconds until something that does not appear fails the test."""

expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running service. Operators sign in with the password that its first start made."""

    url: str
    var: Path

    @property
    def password(self) -> str:
        return (self.var / "first-password.txt").read_text(encoding="utf-8").strip()


@dataclass(kw_only=True)
class Window:
    """A browser of one person. ``broken``: the connection is cut on purpose, its errors are expected."""

    errors: list[str] = field(default_factory=list)
    broken: bool = False

    def hear(self, line: ConsoleMessage) -> None:
        where = str(line.location.get("url", ""))
        cut = "ERR_" in line.text or "WebSocket connection" in line.text
        if line.type != "error" or (self.broken and cut) or ("401" in line.text and SIGNED_OUT.search(where)):
            return
        self.errors.append(f"{where}: {line.text}")


@asynccontextmanager
async def window(browser: Browser, **context: Any) -> AsyncIterator[tuple[Page, Window]]:
    """A page in a context of its own; at the end, an error in its console or a breach of its policy fails the test."""
    seen = Window()
    made = await browser.new_context(**({"viewport": {"width": 1280, "height": 820}, "locale": "de-DE"} | context))
    try:
        page = await made.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", seen.hear)
        page.on("pageerror", lambda error: seen.errors.append(f"{page.url}: {error}"))
        yield page, seen
    finally:
        await made.close()
    assert seen.errors == [], seen.errors


async def picture(page: Page, name: str, **options: Any) -> Path:
    """A screenshot for people to look at."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    path = OUTPUT / f"{name}.png"
    await page.screenshot(path=path, animations="disabled", **options)
    return path


async def no_barriers(page: Page) -> None:
    """No violation of the accessibility rules that axe-core calls serious or critical."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    result = await page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    bad = [
        f"{rule['id']}: {rule['help']}: {node['target']} {node['failureSummary']}"
        for rule in result["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
    assert bad == []


class ChatPage:
    """The customer's page, with the widget open in it."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site
        self.box = page.locator("lotse-chat textarea")
        self.log = page.get_by_role("log")

    async def visit(self, language: str = "de", path: str = "/chat") -> "ChatPage":
        await self.page.goto(f"{self.site.url}{path}?language={language}")
        await expect(self.box).to_be_visible()
        return self

    async def say(self, words: str) -> None:
        await self.box.fill(words)
        await self.box.press("Enter")

    async def press(self, label: str) -> None:
        """The button of the newest menu."""
        await (
            self.page.locator("lotse-chat .chips:not(.answered)").get_by_role("button", name=label, exact=True).click()
        )

    async def hears(self, words: str) -> None:
        await expect(self.log.locator(".bubble", has_text=words).last).to_be_visible()

    def bubbles(self, words: str) -> Locator:
        return self.log.locator(".bubble", has_text=words)

    async def all_said(self) -> list[str]:
        return [text.strip() for text in await self.log.locator(".bubble:not(.dots)").all_inner_texts()]


class DeskPage:
    """The operator's page."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site
        self.cards = page.locator(".lists .card")
        self.box = page.locator(".answer textarea")
        self.thread = page.locator(".thread")

    async def sign_in(self) -> "DeskPage":
        await self.page.goto(f"{self.site.url}/desk?language=de")
        await self.page.get_by_label("Benutzername").fill("operator")
        await self.page.get_by_label("Passwort").fill(self.site.password)
        await self.page.get_by_role("button", name="Anmelden").click()
        await expect(self.page.get_by_role("heading", name="Wartende")).to_be_visible()
        return self

    async def claim(self, preview: str) -> None:
        await self.cards.filter(has_text=preview).first.click()
        await self.page.get_by_role("button", name="Übernehmen").click()
        await expect(self.box).to_be_visible()

    async def say(self, words: str) -> None:
        await self.box.fill(words)
        await self.box.press("Enter")


async def fine_line(chat: ChatPage) -> None:
    """The bot knows the customer, finds no fault, and shows how to restart the router."""
    await chat.say("Mein Internet geht nicht")
    await chat.hears("Vertragsnummer")
    await chat.say("40000004")
    await chat.hears("Postleitzahl")
    await chat.say("01067")
    await picture_seen(chat.log)
    await expect(chat.page.locator("lotse-chat .chips:not(.answered)")).to_be_in_viewport(ratio=1)


async def picture_seen(place: Locator) -> None:
    """The picture came and is one: a broken image has no width."""
    shown = place.locator("img")
    await expect(shown).to_be_visible()
    assert await shown.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 100
