"""Who gets whom and why, what the desk knows of a customer, and the same desk without a mouse."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from conversation.content import Text
from tests.support.browser import no_barriers, picture
from tests.support.flows import PHONE, Customer, Desk, house
from tests.support.service import NORDNETZ, PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLOW = '''"""One that is late and one that breaks."""

import asyncio

from actions.providers import About, provider


@provider(title={"de": "Verträge", "uk": "Договори"}, limit=1)
async def contracts(about: About) -> None:
    await asyncio.Event().wait()


@provider(title={"de": "Rechnungen", "uk": "Рахунки"}, limit=1)
async def invoices(about: About) -> None:
    raise OSError("no way to the books")


@provider(title={"de": "Tarif", "uk": "Тариф"}, limit=1)
async def tariff(about: About) -> dict[str, str]:
    return {"Glasfaser 250": "39,90"}
'''


def automatic() -> str:
    text = (NORDNETZ / "bot.yaml").read_text(encoding="utf-8")
    return text.replace("  support:\n", "  support:\n    routing: automatic\n", 1)


async def test_chats_find_their_operator_and_say_why_or_why_not(chromium: Browser, tmp_path: Path) -> None:
    async with (
        house(chromium, tmp_path, changed={"bot.yaml": automatic()}) as lotse,
        lotse.operator("anna", languages=("de",), capacity=1) as anna,
        lotse.customer("de") as eva,
        lotse.customer("uk", PHONE) as olena,
    ):
        await is_asked_politely(anna)
        await anna.page.get_by_label(anna.t("presence.title")).select_option("away")
        await eva.asks_for_a_person()
        await anna.opens("Mitarbeiter")
        await expect(anna.page.get_by_text(anna.t("why.nobody_here")).first).to_be_visible()
        await picture(anna.page, "flow-away")
        await anna.page.get_by_label(anna.t("presence.title")).select_option("available")
        await eva.reads_above(eva.words.widget("with_operator", name="Anna"))
        await expect(anna.page.get_by_text(anna.t("why.only_one")).first).to_be_visible()
        await anna.says("Guten Tag")
        await olena.asks_for_a_person("Привіт")
        await anna.opens(olena.words.bot("menu.options.human"))
        await expect(anna.page.get_by_text(anna.t("why.nobody_speaks", what="Ukrainisch")).first).to_be_visible()
        await picture(anna.page, "flow-assigned")
        await filters_and_order(anna)
        async with lotse.operator("bohdan", "uk", languages=("uk",)) as bohdan:
            await bohdan.told("assigned")
            await olena.reads_above(olena.words.widget("with_operator", name="Bohdan"))
            await bohdan.opens(olena.words.bot("menu.options.human"))
            await expect(bohdan.page.get_by_text(bohdan.t("why.only_one")).first).to_be_visible()


async def is_asked_politely(anna: Desk) -> None:
    """Once, and never by the browser itself before the operator has said yes."""
    ask = anna.page.get_by_text(anna.t("notify.ask"))
    await expect(ask).to_be_visible()
    await anna.page.get_by_role("button", name=anna.t("notify.no")).click()
    sound = anna.page.get_by_role("button", name=anna.t("sound.on"))
    await expect(sound).to_have_attribute("aria-pressed", "true")
    await sound.click()
    await anna.page.reload()
    await expect(anna.page.get_by_role("button", name=anna.t("sound.off"))).to_have_attribute("aria-pressed", "false")
    await expect(ask).to_have_count(0)


async def filters_and_order(anna: Desk) -> None:
    page, t = anna.page, anna.t
    queue = anna.group("queue").locator(".card")
    await page.get_by_role("button", name=t("filter.title")).click()
    await page.get_by_label(t("filter.channel")).select_option("webchat")
    await expect(queue).to_have_count(1)
    await page.get_by_label(t("filter.waiting")).select_option(label=t("filter.longer", count=5))
    await expect(queue).to_have_count(0)
    await expect(page.get_by_text(t("filter.none")).first).to_be_visible()
    await picture(page, "flow-filters")
    await no_barriers(page)
    await page.get_by_label(t("filter.waiting")).select_option(index=0)
    await page.get_by_role("searchbox", name=t("filter.text")).fill("gibt es nicht")
    await expect(queue).to_have_count(0)
    await page.get_by_role("searchbox", name=t("filter.text")).fill("")
    await page.get_by_label(t("order.title")).select_option("newest")
    await expect(queue).to_have_count(1)


async def test_the_panel_knows_both_places_of_a_customer_and_what_the_back_end_says(
    chromium: Browser, tmp_path: Path
) -> None:
    async with (
        house(chromium, tmp_path, messenger=True, changed={"context/slow.py": SLOW}) as lotse,
        lotse.operator("anna") as anna,
        lotse.customer("de") as eva,
    ):
        messenger = lotse.lotse.messenger
        assert messenger is not None
        await messenger.says(Text(text="Mein Router blinkt"), "1", name="Eva vom Handy")
        await eva.asks_for_a_person()
        await anna.opens("Mitarbeiter")
        await anna.claims()
        await context_as_it_comes(anna)
        box = await anna.tool("tools.customers")
        await box.get_by_role("searchbox").fill("Handy")
        await box.get_by_role("radio").first.check()
        await picture(anna.page, "flow-join")
        await box.get_by_role("button", name=anna.t("customers.join", name="Eva vom Handy")).click()
        await expect(anna.panel.get_by_text(anna.t("panel.also", channel="Telegram"))).to_be_visible()
        await anna.panel.get_by_role("button", name="Telegram").click()
        await expect(anna.page.get_by_role("log", name=anna.t("earlier.title"))).to_contain_text("Mein Router blinkt")
        await expect(
            anna.page.get_by_text(anna.t("among.joined", name="Anna", to=anna.t("channels.webchat")))
        ).to_be_visible()
        await picture(anna.page, "flow-joined")
        await anna.page.get_by_role("button", name=anna.t("earlier.back")).click()
        box = await anna.tool("tools.customers")
        await box.get_by_role("button", name=anna.t("customers.part"), exact=True).click()
        await box.get_by_role("button", name=anna.t("customers.sure")).click()
        await expect(box.get_by_role("button", name=anna.t("customers.part"), exact=True)).to_have_count(0)


async def context_as_it_comes(anna: Desk) -> None:
    """What is known stands there at once; what is late or fails says so."""
    panel = anna.panel
    await expect(panel.get_by_text("Glasfaser 250")).to_be_visible()
    await expect(panel.locator(".context", has_text="Rechnungen")).to_contain_text(anna.t("context.failed"))
    await expect(panel.locator(".context", has_text="Verträge")).to_contain_text(anna.t("context.late"))
    await picture(anna.page, "flow-context")


async def test_by_keyboard_alone_a_chat_is_taken_talked_about_and_closed(chromium: Browser, tmp_path: Path) -> None:
    async with (
        house(chromium, tmp_path) as lotse,
        lotse.operator("bohdan") as bohdan,
        lotse.customer("de", PHONE) as eva,
        lotse.page({"viewport": {"width": 1280, "height": 820}}) as (page, seen),
    ):
        await lotse.add("anna")
        anna = Desk(page, seen, lotse.lotse.base, eva.words)
        await eva.asks_for_a_person()
        await signs_in_and_claims(anna, page)
        await eva.reads_above(eva.words.widget("with_operator", name="Anna"))
        await writes_with_what_is_at_hand(anna, page, eva)
        await asks_notes_and_closes(anna, bohdan, page, eva)


async def signs_in_and_claims(anna: Desk, page: Page) -> None:
    await page.goto(f"{anna.base}/desk?language=de")
    await expect(page.get_by_label(anna.t("login.operator"))).to_be_focused()
    await page.keyboard.type("anna")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(anna.cards).to_have_count(1)
    await page.keyboard.press("j")
    await expect(anna.cards.first).to_be_focused()
    await page.keyboard.press("c")
    await expect(anna.box).to_be_focused()


async def writes_with_what_is_at_hand(anna: Desk, page: Page, eva: Customer) -> None:
    await page.keyboard.type("/moment")
    await expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await eva.hears("Einen Moment bitte")
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await expect(page.get_by_role("textbox", name=anna.t("note.placeholder"))).to_be_focused()
    await page.keyboard.type("@boh")
    await expect(page.get_by_role("option", name="Bohdan")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.type("schau mal")
    await page.keyboard.press("Enter")
    await expect(anna.message("schau mal")).to_be_visible()


async def asks_notes_and_closes(anna: Desk, bohdan: Desk, page: Page, eva: Customer) -> None:
    await bohdan.told("mention", by="Anna")
    await page.keyboard.press("Escape")
    await page.keyboard.press("t")
    box = page.get_by_role("dialog", name=anna.t("transfer.title"))
    await expect(box).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(box).to_have_count(0)
    await page.keyboard.press("x")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_label(anna.t("outcomes.unsolved"), exact=True)).to_be_checked()
    await page.keyboard.press("Enter")
    await eva.hears(eva.words.bot("csat"))
    await expect(anna.cards).to_have_count(0)
