"""Customers and operators of one running service, each in a browser of their own, in any language, on a desktop or a phone."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from playwright.async_api import Browser, FilePayload, Locator, Page, expect

from app.page_texts import page_texts
from dialogs.reading.source import read_source
from tests.support.browser import Window, window
from tests.support.hand_clock import HandClock
from tests.support.service import NORDNETZ, PASSWORD, Running, bot_folder, running

LOCALES = Path(__file__).parents[2] / "locales"
TICK = 0.05
"""Seconds of the service's clock, and about as many of the machine's."""
STRIDE = 5.0
"""Seconds that may pass at once without anything that beats being taken for dead."""
DESKTOP: Mapping[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: Mapping[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 1,
    "has_touch": True,
    "is_mobile": True,
}
_HOLE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{\w+\}")


class Words:
    """What the pages, the service and the example's bot say in one language, by the keys of their files.

    Values are put where they are given; of a text with other holes, the longest piece between them is what a page must show.
    Of the forms of a plural it is that of two to four.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._pages = msgspec.json.decode(page_texts()[language])
        self._customer = _read(LOCALES / language / "customer.yaml")[language]
        self._bot = _read(NORDNETZ / "locales" / language / "support.yaml")[language]

    def desk(self, key: str, **values: object) -> str:
        return _filled(_at(self._pages["desk"], key), values)

    def widget(self, key: str, **values: object) -> str:
        return _filled(_at(self._pages["widget"], key), values)

    def service(self, key: str, **values: object) -> str:
        return _filled(_at(self._customer, key), values)

    def bot(self, key: str, **values: object) -> str:
        return _filled(_at(self._bot, key), values)


def _read(file: Path) -> Any:
    return read_source(file.name, file.read_bytes()).data


def _at(data: Any, key: str) -> str:
    for name in key.split("."):
        data = data[name]
    text = data.get("text", data) if isinstance(data, dict) else data
    if isinstance(text, dict):
        text = text.get("few") or text.get("other")
    assert isinstance(text, str), f"{key} is no text: {text}"
    return text


def _filled(text: str, values: Mapping[str, object]) -> str:
    for name, value in values.items():
        for hole in (f"{{{{ {name} }}}}", f"{{{name}}}"):
            text = text.replace(hole, str(value))
    return max(_HOLE.split(text), key=len).strip()


@dataclass(kw_only=True)
class House:
    """A running service whose clock goes as the machine's does, and is turned on by hand where nobody wants to wait."""

    lotse: Running
    chromium: Browser

    @asynccontextmanager
    async def page(
        self, size: Mapping[str, Any], language: str = "de", **context: Any
    ) -> AsyncIterator[tuple[Page, Window]]:
        async with window(
            self.chromium, **{**size, "locale": language, "timezone_id": "Europe/Berlin"} | context
        ) as made:
            yield made

    @asynccontextmanager
    async def customer(self, language: str = "de", size: Mapping[str, Any] = DESKTOP) -> AsyncIterator["Customer"]:
        async with self.page(size, language) as (page, seen):
            yield await Customer(page, seen, self.lotse.base, Words(language)).visit()

    @asynccontextmanager
    async def operator(
        self, name: str, language: str = "de", size: Mapping[str, Any] = DESKTOP, **about: Any
    ) -> AsyncIterator["Desk"]:
        """Signed in. ``about``: fields of ``conversation.records.Operator``."""
        await self.add(name, **about)
        async with self.page(size, language) as (page, seen):
            desk = Desk(page, seen, self.lotse.base, Words(language))
            await desk.sign_in(name)
            yield desk

    async def add(self, name: str, **about: Any) -> None:
        await self.lotse.add_operator(name)
        made = await self.lotse.store.find_operator(name)
        assert made is not None
        await self.lotse.store.put_operator(msgspec.structs.replace(made, **about))

    async def pass_(self, seconds: float, stride: float = STRIDE) -> None:
        """That long by the service's clock, in strides."""
        while seconds > 0:
            self.lotse.clock.turn(min(stride, seconds))
            seconds -= stride
            await asyncio.sleep(0.005)
        await self.lotse.settle()


@asynccontextmanager
async def house(
    chromium: Browser,
    folder: Path,
    *,
    clock: HandClock | None = None,
    messenger: bool = False,
    port: int = 0,
    changed: Mapping[str, str] | None = None,
) -> AsyncIterator[House]:
    """The service with the example's bot. ``changed``: file of the bot folder → text."""
    _bot(folder / "bot", changed or {})
    async with running(folder, clock=clock, messenger=messenger, port=port) as lotse:
        ticking = asyncio.create_task(_tick(lotse.clock))
        try:
            yield House(lotse=lotse, chromium=chromium)
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking


def _bot(folder: Path, changed: Mapping[str, str]) -> None:
    if not folder.exists():
        bot_folder(folder, **changed)


async def _tick(clock: HandClock) -> None:
    while True:
        await asyncio.sleep(TICK)
        clock.turn(TICK)


class Customer:
    """The customer's page with the chat open."""

    def __init__(self, page: Page, seen: Window, base: str, words: Words) -> None:
        self.page, self.seen, self.base, self.words = page, seen, base, words
        self.log = page.get_by_role("log")
        self.box = page.get_by_role("textbox", name=words.widget("placeholder"))

    async def visit(self) -> "Customer":
        await self.page.goto(f"{self.base}/chat?language={self.words.language}")
        await expect(self.box).to_be_visible()
        return self

    async def says(self, words: str) -> None:
        await self.box.fill(words)
        await self.box.press("Enter")
        await expect(self.bubble(words)).to_be_visible()

    async def presses(self, label: str) -> None:
        """The button of the newest menu that is open."""
        button = self.page.get_by_role("button", name=label, exact=True, disabled=False).last
        await button.click()

    def bubble(self, words: str) -> Locator:
        return self.log.locator(".bubble", has_text=words).last

    async def hears(self, words: str) -> None:
        await expect(self.bubble(words)).to_be_visible()

    async def reads_above(self, words: str) -> None:
        """In the head of the chat, or in the bar below it."""
        await expect(self.page.get_by_text(words).first).to_be_visible()

    async def asks_for_a_person(self, hello: str = "Hallo") -> None:
        """Greeted, and in the queue by a button."""
        await self.says(hello)
        await self.hears(self.words.bot("menu"))
        await self.presses(self.words.bot("menu.options.human"))
        await self.hears(self.words.bot("handover"))


class Desk:
    """An operator's page. On a phone its panes are tabs."""

    def __init__(self, page: Page, seen: Window, base: str, words: Words) -> None:
        self.page, self.seen, self.base, self.words = page, seen, base, words
        t = words.desk
        self.cards = page.locator(".lists .card")
        self.history = page.get_by_role("log", name=t("history"))
        self.box = page.get_by_role("textbox", name=t("placeholder"))
        self.panel = page.get_by_role("complementary", name=t("tabs.panel"))
        self.dialog = page.get_by_role("dialog")
        self.toasts = page.locator(".toasts")

    def t(self, key: str, **values: object) -> str:
        return self.words.desk(key, **values)

    async def sign_in(self, name: str, password: str = PASSWORD) -> None:
        await self.page.goto(f"{self.base}/desk?language={self.words.language}")
        await self.enters(name, password)
        await expect(self.page.get_by_role("heading", name=self.t("queue.title"))).to_be_visible()

    async def enters(self, name: str, password: str) -> None:
        await self.page.get_by_label(self.t("login.operator")).fill(name)
        await self.page.get_by_label(self.t("login.password")).fill(password)
        await self.page.get_by_role("button", name=self.t("login.go")).click()

    async def tab(self, name: str) -> None:
        """``list``, ``chat`` or ``panel``; on a desktop all are there."""
        tab = self.page.get_by_role("navigation").get_by_role("button", name=self.t(f"tabs.{name}"))
        if await tab.is_visible():
            await tab.click()

    def group(self, name: str) -> Locator:
        return self.page.locator(f".lists .group.{name}")

    async def opens(self, words: str) -> None:
        await self.tab("list")
        await self.cards.filter(has_text=words).first.click()
        await expect(self.history).to_be_visible()

    async def claims(self) -> None:
        await self.page.get_by_role("button", name=self.t("claim")).click()
        await expect(self.box).to_be_visible()

    async def says(self, words: str) -> None:
        await self.box.fill(words)
        await self.box.press("Enter")
        await expect(self.message(words)).to_be_visible()

    def message(self, words: str) -> Locator:
        return self.history.locator("li.message", has_text=words).last

    async def notes(self, words: str) -> None:
        """Where the chat is open, whoever holds it."""
        await self.page.get_by_role(
            "button", name=re.compile(f"^({self.t('mode.note')}|{self.t('note.title')})")
        ).first.click()
        box = self.page.get_by_role("textbox", name=self.t("note.placeholder"))
        await box.press_sequentially(words)
        await self.page.get_by_role("button", name=self.t("note.save")).click()

    async def answers_again(self) -> None:
        """From the note back to the answer."""
        await self.page.get_by_role("button", name=self.t("mode.answer"), exact=True).click()

    async def tool(self, name: str) -> Locator:
        """The box that this tool opens."""
        tools = self.page.get_by_role("group", name=self.t("tools.title"))
        await tools.get_by_role("button", name=self.t(name)).click()
        await expect(self.dialog).to_be_visible()
        return self.dialog

    async def told(self, kind: str, **values: object) -> Locator:
        toast = self.toasts.locator(".toast", has_text=self.t(f"told.{kind}", **values))
        await expect(toast.first).to_be_visible()
        return toast.first

    async def shows(self, toast: Locator) -> None:
        await toast.get_by_role("button", name=self.t("show")).click()

    async def attaches(self, *files: FilePayload) -> None:
        async with self.page.expect_file_chooser() as chooser:
            await self.page.get_by_role("button", name=self.t("extras.file")).click()
        await (await chooser.value).set_files(list(files))

    async def closes(self, outcome: str = "", topic: str = "") -> None:
        box = await self.tool("close")
        if outcome:
            await box.get_by_label(self.t(f"outcomes.{outcome}"), exact=True).check()
        if topic:
            await box.get_by_role("radio", name=topic).first.check()
        await box.get_by_role("button", name=self.t("confirm.yes")).click()
