"""Words that would like to be programs, through the real service: nobody's text, name or file name runs at the desk or at the customer's."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from conversation.content import Content, Media, Text
from tests.support.browser import no_barriers, picture
from tests.support.browsing import Link
from tests.support.flows import Customer, Desk, House, house
from tests.support.hostile import ATTACKS, FOREIGN, FRONTS
from tests.support.service import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = [f"{front}{attack}" for attack in ATTACKS for front in FRONTS]


async def test_no_text_name_or_file_name_runs_on_either_side(chromium: Browser, tmp_path: Path) -> None:
    assert len(set(HOSTILE)) >= 100
    ran: list[str] = []
    async with (
        house(chromium, tmp_path, messenger=True) as lotse,
        lotse.operator("anna", capacity=500) as anna,
        lotse.customer() as eva,
    ):
        for page, where in ((anna.page, "desk"), (eva.page, "chat")):
            await page.expose_function("hit", lambda where=where: ran.append(where))
        await eva.asks_for_a_person()
        await anna.opens("Mitarbeiter")
        await anna.claims()
        link = await socket_of(lotse)
        await from_the_operator(lotse, link, eva, anna)
        await from_the_customer(eva, anna)
        await from_names_and_file_names(lotse, anna)
        await in_what_is_looked_up(anna)
        assert await anna.page.evaluate(FOREIGN, "desk") == []
        await no_barriers(anna.page)
        await picture(anna.page, "flow-hostile-desk")
    assert ran == []


async def socket_of(lotse: House) -> Link:
    """A second window of the same operator, that types faster than a hand."""
    browser = lotse.lotse.browser()
    await browser.post("/desk/login", {"operator": "anna", "password": PASSWORD})
    return await browser.desk()


async def from_the_operator(lotse: House, link: Link, eva: Customer, anna: Desk) -> None:
    conversation = await anna.cards.first.get_attribute("data-conversation")
    for number, words in enumerate(HOSTILE):
        await link.send("reply", id=f"r{number}", conversation=conversation, text=words)
        await link.send("note", id=f"n{number}", conversation=conversation, text=words, mentions=[])
        await link.until("done", id=f"n{number}")
    await lotse.lotse.settle()
    await eva.hears(HOSTILE[-1])
    assert await eva.page.evaluate(FOREIGN, "chat") == []
    said = await eva.log.locator(".line.operator .bubble").all_inner_texts()
    assert [words.strip() for words in said] == HOSTILE, "shown as they were written"
    await expect(anna.message(HOSTILE[-1])).to_be_visible()
    assert await anna.page.evaluate(FOREIGN, "desk") == []
    await anna.attaches({"name": f"{ATTACKS[0]}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"})
    await anna.says(ATTACKS[1])
    await expect(eva.log.get_by_role("link").last).to_contain_text("onerror")
    await picture(eva.page, "flow-hostile-customer")


async def from_the_customer(eva: Customer, anna: Desk) -> None:
    for words in ATTACKS:
        await eva.box.fill(words)
        await eva.box.press("Enter")
    await expect(anna.history.locator("li.message.customer", has_text=ATTACKS[-1])).to_be_visible()
    assert await eva.page.evaluate(FOREIGN, "chat") == []
    assert await anna.page.evaluate(FOREIGN, "desk") == []


async def from_names_and_file_names(lotse: House, anna: Desk) -> None:
    """Each of them a customer of a messenger, who sends a file of that name."""
    messenger = lotse.lotse.messenger
    assert messenger is not None
    for number, words in enumerate(HOSTILE):
        file = Media(type="file", ref=f"f{number}", name=f"{words}.pdf", mime="application/pdf", caption=words)
        said: tuple[Content, ...] = (Text(text=words), Text(text="Mitarbeiter"), file)
        for step, content in enumerate(said):
            await messenger.says(content, f"{number}-{step}", address=str(number), name=words)
    await lotse.lotse.settle()
    await expect(anna.group("queue").locator(".count").first).to_have_text(str(len(HOSTILE)))
    await anna.group("queue").locator(".card").first.click()
    title, opened = anna.page.locator(".actions h2"), ""
    for _ in HOSTILE:
        await expect(title).not_to_have_text(opened)
        opened = await title.inner_text()
        await expect(anna.history.locator("li.message.customer", has_text=".pdf").last).to_be_visible()
        assert await anna.page.evaluate(FOREIGN, "desk") == [], opened
        for key in ("Escape", "j", "Enter"):
            await anna.page.keyboard.press(key)


async def in_what_is_looked_up(anna: Desk) -> None:
    """Canned replies, customers to join with, and the search of the list."""
    await anna.page.locator(".lists .scroll").evaluate("box => box.scrollTo(0, 0)")
    await anna.group("mine").locator(".card").first.click()
    for words in ATTACKS:
        await anna.box.fill(f"/{words.replace(' ', '')}")
        await anna.page.get_by_role("searchbox", name=anna.t("filter.text")).fill(words)
        assert await anna.page.evaluate(FOREIGN, "desk") == []
    await anna.page.get_by_role("searchbox", name=anna.t("filter.text")).fill("")
    await anna.box.fill("")
    box = await anna.tool("tools.customers")
    await box.get_by_role("searchbox").fill("onerror")
    await expect(box.get_by_role("radio").first).to_be_visible()
    assert await anna.page.evaluate(FOREIGN, "desk") == []
    await box.get_by_role("button", name=anna.t("dismiss")).click()
