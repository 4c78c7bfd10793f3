"""Whatever goes wrong at the desk, its page says so in words: who may not, who was too late, and what a broken line does."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.support.browser import no_barriers, picture
from tests.support.flows import PHONE, Customer, Desk, House, Words, house
from tests.support.process import free_port
from tests.support.service import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_who_may_not_and_who_is_late_is_told_in_words(chromium: Browser, tmp_path: Path) -> None:
    async with (
        house(chromium, tmp_path) as lotse,
        lotse.operator("bohdan", "uk") as bohdan,
        lotse.page(PHONE, "de") as (page, seen),
        lotse.customer("de") as eva,
    ):
        anna = Desk(page, seen, lotse.lotse.base, Words("de"))
        await lotse.add("anna")
        await wrong_password(anna)
        await eva.asks_for_a_person()
        await claim_of_what_a_colleague_has_just_taken(anna, bohdan)
        await chat_that_was_closed_meanwhile(eva, anna, bohdan)
        await session_that_is_over(lotse, anna)


async def wrong_password(anna: Desk) -> None:
    await anna.page.goto(f"{anna.base}/desk?language=de")
    await anna.enters("anna", "falsch")
    await expect(anna.page.get_by_role("alert")).to_have_text(anna.t("login.wrong"))
    await no_barriers(anna.page)
    await picture(anna.page, "flow-wrong-password")
    await anna.enters("anna", PASSWORD)
    await expect(anna.page.get_by_role("heading", name=anna.t("queue.title"))).to_be_visible()


async def claim_of_what_a_colleague_has_just_taken(anna: Desk, bohdan: Desk) -> None:
    for desk in (anna, bohdan):
        await desk.opens("Mitarbeiter")
    late = await anna.page.get_by_role("button", name=anna.t("claim")).element_handle()
    assert late is not None
    await bohdan.page.get_by_role("button", name=bohdan.t("claim")).dblclick()
    await expect(bohdan.box).to_be_visible()
    await late.evaluate("button => button.click()")
    await expect(anna.toasts).to_contain_text(anna.t("refused.held_by_other", holder="Bohdan"))
    await expect(anna.page.get_by_text(anna.t("only_holder", name="Bohdan"))).to_be_visible()
    await picture(anna.page, "flow-was-faster")
    await expect(bohdan.history.get_by_text(bohdan.t("notes.claimed", name="Bohdan"))).to_have_count(1)


async def chat_that_was_closed_meanwhile(eva: Customer, anna: Desk, bohdan: Desk) -> None:
    await bohdan.closes("solved")
    await eva.hears(eva.words.bot("csat"))
    await eva.says("5")
    await eva.hears(eva.words.bot("goodbye"))
    await expect(anna.page.get_by_text(anna.t("status.closed")).first).to_be_visible()
    await expect(anna.box).to_have_count(0)
    await picture(anna.page, "flow-closed")


async def session_that_is_over(lotse: House, anna: Desk) -> None:
    """An administrator has set another password."""
    await lotse.add("anna", password="another")
    await lotse.pass_(2 * 60)
    await expect(anna.page.get_by_role("heading", name=anna.t("login.title"))).to_be_visible()


async def test_another_teams_chat_is_not_there_and_leaves_when_it_goes_to_them(
    chromium: Browser, tmp_path: Path
) -> None:
    async with (
        house(chromium, tmp_path) as lotse,
        lotse.operator("anna", "de", teams=("support",)) as anna,
        lotse.operator("bill", "de", teams=("billing",)) as bill,
        lotse.customer("de") as eva,
    ):
        await eva.asks_for_a_person()
        await anna.opens("Mitarbeiter")
        await anna.claims()
        await expect(bill.cards).to_have_count(0)
        box = await anna.tool("tools.transfer")
        await box.get_by_label(anna.t("transfer.team", team="billing")).check()
        await box.get_by_label(anna.t("transfer.reason")).fill("Es geht um die Rechnung")
        await box.get_by_role("button", name=anna.t("transfer.go")).click()
        await expect(bill.cards).to_have_count(1)
        await bill.opens("Mitarbeiter")
        await bill.claims()
        await expect(anna.cards).to_have_count(0)
        await eva.says("Ist das die Rechnung?")
        await expect(bill.message("Ist das die Rechnung?")).to_be_visible()
        await expect(anna.page.get_by_text("Ist das die Rechnung?")).to_have_count(0)
        await expect(anna.toasts).to_contain_text(anna.t("error.other_team"))
        await expect(anna.history).to_have_count(0)
        await picture(anna.page, "flow-other-team")


async def test_what_is_done_while_the_line_is_broken_is_done_once_when_it_is_back(
    chromium: Browser, tmp_path: Path
) -> None:
    port = free_port()
    async with AsyncExitStack() as pages:
        async with house(chromium, tmp_path, port=port) as first:
            anna = await pages.enter_async_context(first.operator("anna", "uk"))
            eva = await pages.enter_async_context(first.customer("uk", PHONE))
            await eva.asks_for_a_person()
            await anna.opens(eva.words.bot("menu.options.human"))
            await anna.claims()
            anna.seen.broken = eva.seen.broken = True
        await write_on_without_a_service(anna, eva)
        async with house(chromium, tmp_path, port=port, clock=first.lotse.clock):
            await eva.hears("Хвилинку")
            await eva.hears(eva.words.service("bot_again"))
            await expect(anna.history.locator("li.message", has_text="Ви тут?")).to_have_count(1)
            await expect(anna.history.get_by_text(anna.t("notes.handed_back", name="Anna"))).to_have_count(1)
            for once in ("Хвилинку", "Ви тут?"):
                await expect(eva.log.locator(".bubble", has_text=once)).to_have_count(1)
            await expect(anna.page.get_by_text(anna.t("offline"))).to_have_count(0)


async def write_on_without_a_service(anna: Desk, eva: Customer) -> None:
    await anna.says("Хвилинку")
    await eva.says("Ви тут?")
    for page, words in ((anna.page, anna.t("offline")), (eva.page, eva.words.widget("lost"))):
        await expect(page.get_by_text(words)).to_be_visible()
    box = await anna.tool("hand_back")
    await box.get_by_role("button", name=anna.t("hand_back_box.go")).dblclick()
    await picture(anna.page, "flow-lost-desk")
    await picture(eva.page, "flow-lost-customer")
