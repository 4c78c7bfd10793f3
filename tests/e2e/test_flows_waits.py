"""What happens where somebody is silent, nobody is there, or a call-back was agreed on: seen from both sides, with the clock turned by hand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.support.browser import no_barriers, picture
from tests.support.flows import DESKTOP, PHONE, Customer, Desk, House, house
from tests.support.hand_clock import HandClock

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUNDAY = datetime(2026, 3, 1, 15, tzinfo=UTC)
"""Four in the afternoon in Berlin: nobody is there until Monday."""


async def test_silence_of_either_is_told_and_ends_well(chromium: Browser, tmp_path: Path) -> None:
    async with (
        house(chromium, tmp_path) as lotse,
        lotse.operator("anna", "uk") as anna,
        lotse.operator("bohdan", "uk", PHONE) as bohdan,
        lotse.customer("de", PHONE) as eva,
    ):
        await eva.asks_for_a_person()
        await anna.opens("Mitarbeiter")
        await anna.claims()
        await anna.says("Guten Tag")
        await eva.hears("Guten Tag")
        await customer_falls_silent(lotse, eva, anna)
        await eva.says("Jetzt bin ich wieder da")
        await eva.hears(eva.words.service("reopened"))
        await anna.opens("Jetzt bin ich wieder da")
        await expect(anna.page.get_by_text(anna.t("preferred", name="Anna")).first).to_be_visible()
        await anna.claims()
        await eva.reads_above(eva.words.widget("with_operator", name="Anna"))
        await operator_falls_silent(lotse, eva, anna, bohdan)


async def customer_falls_silent(lotse: House, eva: Customer, anna: Desk) -> None:
    await lotse.pass_(5 * 60 + 1)
    await eva.hears(eva.words.service("live.remind"))
    await expect(anna.history.get_by_text(anna.t("notes.customer_remind")).last).to_be_visible()
    await picture(anna.page, "flow-silent-customer-desk")
    await lotse.pass_(10 * 60 + 1)
    await eva.hears(eva.words.service("closed_silent"))
    await eva.reads_above(eva.words.widget("ended"))
    await expect(anna.cards).to_have_count(0)
    await expect(anna.page.get_by_text(anna.t("status.closed")).first).to_be_visible()
    await picture(eva.page, "flow-silent-customer")


async def operator_falls_silent(lotse: House, eva: Customer, anna: Desk, bohdan: Desk) -> None:
    await eva.says("Hören Sie mich?")
    await lotse.pass_(2 * 60 + 1)
    await expect(anna.history.get_by_text(anna.t("notes.operator_remind")).last).to_be_visible()
    await lotse.pass_(3 * 60 + 1)
    await eva.hears(eva.words.service("waiting.again"))
    await expect(anna.history.get_by_text(anna.t("notes.reassigned", name="Anna")).last).to_be_visible()
    await expect(anna.box).to_have_count(0)
    await picture(anna.page, "flow-silent-operator-desk")
    await bohdan.opens("Hören Sie mich?")
    await bohdan.claims()
    await eva.reads_above(eva.words.widget("with_operator", name="Bohdan"))
    await expect(anna.page.get_by_text(anna.t("held_by", name="Bohdan")).first).to_be_visible()
    await picture(eva.page, "flow-silent-operator-customer")


BOOKING = {
    "de": {
        "hello": "Hallo",
        "loose": "morgen Nachmittag",
        "exact": "morgen um 15 Uhr",
        "move": "Einen anderen Termin, bitte",
        "other": "Dienstag um 11 Uhr",
        "off": "Rückruf absagen",
        "human": "Mitarbeiter",
    },
    "uk": {
        "hello": "Привіт",
        "loose": "завтра після обіду",
        "exact": "завтра о 15:00",
        "move": "перенесіть дзвінок",
        "other": "у вівторок об 11:00",
        "off": "скасуйте дзвінок",
        "human": "оператор",
    },
}


@pytest.mark.parametrize(("language", "size"), [("de", DESKTOP), ("uk", PHONE)], ids=["de-desktop", "uk-phone"])
async def test_call_back_is_booked_when_nobody_is_there_and_is_on_the_desk_in_time(
    chromium: Browser, tmp_path: Path, language: str, size: dict[str, object]
) -> None:
    words = BOOKING[language]
    async with house(chromium, tmp_path, clock=HandClock(SUNDAY)) as lotse, lotse.customer(language, size) as eva:
        await eva.says(words["hello"])
        await eva.hears(eva.words.bot("menu"))
        await books(eva, words, f"flow-callback-{language}", first=1)
        await eva.says(words["move"])
        await eva.hears(eva.words.bot("callback_when"))
        await eva.says(words["other"])
        await eva.hears("03.03.2026, 11:00")
        await eva.presses(eva.words.service("form.yes"))
        await eva.hears(eva.words.bot("callback_moved"))
        await eva.says(words["off"])
        await eva.hears(eva.words.bot("callback_cancelled"))
        await picture(eva.page, f"flow-callback-{language}-off")
        await books(eva, words, f"flow-callback-{language}-again", first=4)
        await lotse.pass_((22 * 60 + 44) * 60, stride=600)
        await lotse.pass_(2 * 60)
        await eva.hears(eva.words.service("callback.remind_phone"))
        async with lotse.operator("anna", language, size) as anna:
            await lotse.pass_(15 * 60)
            await eva.hears(eva.words.service("callback.due_phone"))
            await expect(anna.cards.filter(has_text=anna.t("callback_due"))).to_have_count(1)
            await picture(anna.page, f"flow-callback-{language}-list")
            await anna.cards.first.click()
            await expect(anna.message(words["loose"])).to_be_visible()
            await anna.tab("panel")
            await expect(anna.panel.get_by_text("+49301234567").first).to_be_visible()
            await picture(anna.page, f"flow-callback-{language}-panel")
            await anna.tab("chat")
            await anna.claims()
            await eva.reads_above(eva.words.widget("with_operator", name="Anna"))
            await plans_another(eva, anna, f"flow-callback-{language}")


async def books(eva: Customer, words: dict[str, str], shot: str, first: int) -> None:
    """``first``: how often the time has stood in the chat when the bot asks whether it is right."""
    time = eva.log.locator(".bubble", has_text="02.03.2026, 15:00")
    asked = eva.log.locator(".bubble", has_text=eva.words.bot("callback"))
    before = await asked.count()
    await eva.says(words["human"])
    await eva.hears(eva.words.bot("closed"))
    await picture(eva.page, f"{shot}-closed")
    await eva.presses(eva.words.bot("closed.options.call_me"))
    await expect(asked).to_have_count(before + 1)
    await eva.says(words["loose"])
    await expect(asked).to_have_count(before + 2)
    await picture(eva.page, f"{shot}-times")
    await eva.says(words["exact"])
    await expect(time).to_have_count(first)
    await eva.presses(eva.words.service("form.yes"))
    await eva.hears(eva.words.bot("callback_phone"))
    await eva.says("+49 30 1234567")
    await expect(time).to_have_count(first + 1)


async def plans_another(eva: Customer, anna: Desk, shot: str) -> None:
    box = await anna.tool("tools.plan")
    await box.get_by_role("group", name=anna.t("plan.day")).get_by_role("button").nth(1).click()
    await box.get_by_role("radio").first.check(force=True)
    await picture(anna.page, f"{shot}-plan")
    await no_barriers(anna.page)
    await box.get_by_role("button", name=anna.t("plan.go"), exact=True).click()
    await eva.hears(eva.words.service("callback.moved_phone"))
    box = await anna.tool("tools.plan")
    await box.get_by_role("button", name=anna.t("plan.off"), exact=True).click()
    await box.get_by_role("button", name=anna.t("plan.sure")).click()
    await eva.hears(eva.words.service("callback.called_off"))
