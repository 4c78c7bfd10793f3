"""An operator says in a real browser what a customer's words were about, by mouse and by keyboard, and finds it said."""

import re

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from conversation.candidates import Candidate
from store.sql import SqlStore
from tests.support.browser import ChatPage, DeskPage, Site, no_barriers, picture, window

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = "Bei mir ist alles tot, bitte einen Menschen"
ASK = "Worum ging es?"


async def labelled(site: Site, text: str) -> list[tuple[str, str]]:
    """Intent and operator, as the editors find it."""
    store = await SqlStore.look(f"sqlite:///{site.var}/lotse.db")
    found: list[Candidate] = [each.candidate for each in await store.candidates.all(origin="labelled")]
    await store.close()
    return [(each.intent, each.operator) for each in found if each.text == text]


async def waits(chromium: Browser, site: Site, desk: DeskPage, words: str) -> None:
    """A customer has said that and waits; the operator has the chat open."""
    async with window(chromium) as (customer, _):
        chat = await ChatPage(customer, site).visit()
        await chat.say(words)
        await chat.hears("Ich verbinde Sie")
    await desk.cards.filter(has_text=words).click()
    await expect(bubble(desk.page, words)).to_be_visible()


def bubble(page: Page, words: str) -> Locator:
    return page.locator(".history .message.customer", has_text=words)


def box(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Was wollte der Kunde?")


async def test_by_mouse_it_is_said_seen_and_taken_back(chromium: Browser, site: Site) -> None:
    async with window(chromium, viewport={"width": 1440, "height": 900}) as (page, _):
        desk = await DeskPage(page, site).sign_in()
        await waits(chromium, site, desk, WORDS)
        said = bubble(page, WORDS)
        await said.hover()
        await picture(page, "label-hover")
        await said.get_by_role("button", name=ASK).click()
        await picture(page, "label-box")
        await no_barriers(page)
        await box(page).get_by_role("radio", name="Rechnung").check()
        await box(page).get_by_role("button", name="Speichern").click()
        await expect(said.get_by_role("button", name="Wollte: Rechnung")).to_be_visible()
        await expect(page.locator(".note", has_text="der Kunde wollte „Rechnung")).to_be_visible()
        await picture(page, "label-said")
        await no_barriers(page)
        assert await labelled(site, WORDS) == [("billing_question", "operator")]
        await page.reload()
        await desk.cards.filter(has_text=WORDS).click()
        await said.get_by_role("button", name="Wollte: Rechnung").click()
        await box(page).get_by_role("radio", name=re.compile("zurücknehmen")).check()
        await box(page).get_by_role("button", name="Speichern").click()
        await expect(said.get_by_role("button", name=ASK)).to_have_count(1)
        await expect(page.locator(".note", has_text="zurückgenommen")).to_be_visible()
        assert await labelled(site, WORDS) == []


async def test_by_keyboard_alone_the_last_words_get_their_meaning(chromium: Browser, site: Site) -> None:
    words = "Der Zähler spinnt, ich brauche einen Mitarbeiter"
    async with window(chromium) as (page, _):
        desk = await DeskPage(page, site).sign_in()
        await waits(chromium, site, desk, words)
        await page.keyboard.press("l")
        await expect(box(page).get_by_role("searchbox")).to_be_focused()
        await page.keyboard.type("stör")
        await expect(box(page).get_by_role("radio")).to_have_count(1)
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        await expect(box(page)).to_have_count(0)
        await expect(bubble(page, words).get_by_role("button", name=re.compile("^Wollte: "))).to_be_visible()
        await page.keyboard.press("l")
        await page.keyboard.press("Escape")
        await expect(box(page)).to_have_count(0)
        assert await labelled(site, words) == [("report_outage", "operator")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_a_narrow_page_it_is_there_without_a_mouse(chromium: Browser, site: Site, scheme: str) -> None:
    words = f"Ich möchte bitte mit einem Menschen sprechen ({scheme})"
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "color_scheme": scheme}
    async with window(chromium, **phone) as (page, _):
        desk = await DeskPage(page, site).sign_in()
        await waits(chromium, site, desk, words)
        said = bubble(page, words)
        await expect(said.get_by_role("button", name=ASK)).to_be_visible()
        await picture(page, f"label-narrow-{scheme}")
        await no_barriers(page)
        await said.get_by_role("button", name=ASK).tap()
        await picture(page, f"label-narrow-box-{scheme}")
        await no_barriers(page)
        await box(page).get_by_text("Nichts davon").tap()
        await box(page).get_by_role("button", name="Speichern").tap()
        await expect(said.get_by_role("button", name="Wollte: nichts davon")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await labelled(site, words) == [("", "operator")]
