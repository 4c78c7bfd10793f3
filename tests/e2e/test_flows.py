"""A customer, two operators and one running service: the whole way of a handoff as both sides see it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.support.browser import no_barriers, picture
from tests.support.flows import DESKTOP, PHONE, Customer, Desk, house

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = {
    "de": {
        "hello": "Hallo",
        "blinks": "Der Router blinkt rot",
        "menu": "menü",
        "back": "Doch noch eine Frage",
        "yes": "Ja bitte",
    },
    "uk": {
        "hello": "Привіт",
        "blinks": "Роутер блимає червоним",
        "menu": "меню",
        "back": "Ще одне питання",
        "yes": "Так, звісно",
    },
}


@pytest.mark.parametrize(("language", "size"), [("de", DESKTOP), ("uk", PHONE)], ids=["de-desktop", "uk-phone"])
async def test_from_waiting_to_rated_and_back_again(
    chromium: Browser, tmp_path: Path, language: str, size: Mapping[str, Any]
) -> None:
    async with (
        house(chromium, tmp_path) as lotse,
        lotse.operator("anna", language, size) as anna,
        lotse.operator("bohdan", language, size) as bohdan,
        lotse.customer(language, size) as eva,
    ):
        story = Story(eva=eva, anna=anna, bohdan=bohdan, words=WORDS[language], shot=f"flow-{language}")
        await story.waits_and_goes_back_to_the_bot_keeping_the_place()
        await story.is_taken_and_both_see_each_other_write_and_read()
        await story.is_talked_about_where_the_customer_does_not_see_it()
        await story.is_handed_to_a_colleague_with_a_reason()
        await story.gets_a_canned_reply_a_file_a_place_and_buttons()
        await story.has_something_done_in_the_back_end()
        await story.says_how_it_was_and_comes_back_to_the_same_operator()


@dataclass(frozen=True, kw_only=True)
class Story:
    """Its chapters go on from where the one before ended."""

    eva: Customer
    anna: Desk
    bohdan: Desk
    words: Mapping[str, str]
    shot: str

    async def both_pictures(self, name: str, desk: Desk | None = None) -> None:
        await picture(self.eva.page, f"{self.shot}-{name}-customer")
        await picture((desk or self.anna).page, f"{self.shot}-{name}-desk")

    async def waits_and_goes_back_to_the_bot_keeping_the_place(self) -> None:
        eva, anna, words = self.eva, self.anna, self.words
        await eva.asks_for_a_person(words["hello"])
        await eva.hears(eva.words.service("waiting.first_wait", position=1, count=2))
        await eva.reads_above(eva.words.widget("place", position=1) + " " + eva.words.widget("wait", count=2))
        await eva.says(words["blinks"])
        await expect(anna.cards.filter(has_text=words["blinks"])).to_have_count(1)
        await picture(eva.page, f"{self.shot}-waits-customer")
        await picture(anna.page, f"{self.shot}-waits-list")
        await eva.presses(eva.words.service("waiting.bot"))
        await eva.hears(eva.words.service("waiting.meanwhile"))
        menus = eva.log.locator(".bubble", has_text=eva.words.bot("menu"))
        await expect(menus).to_have_count(2)
        await eva.says(words["menu"])
        await expect(menus).to_have_count(3)
        await eva.reads_above(eva.words.widget("place", position=1))

    async def is_taken_and_both_see_each_other_write_and_read(self) -> None:
        eva, anna, words = self.eva, self.anna, self.words
        await anna.opens(words["menu"])
        await expect(anna.message(words["blinks"])).to_be_visible()
        await self.both_pictures("bot")
        await anna.claims()
        await eva.reads_above(eva.words.widget("with_operator", name="Anna"))
        await anna.box.press_sequentially("Guten Tag")
        await expect(eva.page.get_by_role("img", name=eva.words.widget("operator_types", name="Anna"))).to_be_visible()
        await anna.box.press("Enter")
        await eva.hears("Guten Tag")
        await expect(anna.message("Guten Tag").get_by_text(anna.t("delivery.seen"))).to_be_visible()
        await eva.box.press_sequentially(words["yes"])
        await expect(anna.page.get_by_text(anna.t("customer_types"))).to_be_visible()
        await self.both_pictures("types")
        await eva.box.press("Enter")
        await expect(anna.message(words["yes"])).to_be_visible()

    async def is_talked_about_where_the_customer_does_not_see_it(self) -> None:
        eva, anna, bohdan = self.eva, self.anna, self.bohdan
        await anna.notes("@Boh\nblinkt das so?")
        toast = await bohdan.told("mention", by="Anna")
        await picture(bohdan.page, f"{self.shot}-mentioned")
        await bohdan.shows(toast)
        await expect(bohdan.message("blinkt das so?")).to_be_visible()
        box = await anna.tool("tools.consult")
        await box.get_by_label("Bohdan").check()
        await box.get_by_label(anna.t("consult.question")).fill("Kennst du das?")
        await picture(anna.page, f"{self.shot}-consult")
        await box.get_by_role("button", name=anna.t("consult.go")).click()
        await expect(bohdan.group("asked").locator(".card")).to_have_count(1)
        await expect(bohdan.message("Kennst du das?")).to_be_visible()
        await bohdan.notes("Ja, Werkseinstellung.")
        await expect(anna.message("Ja, Werkseinstellung.")).to_be_visible()
        await self.both_pictures("consulted")
        for secret in ("blinkt das so?", "Kennst du das?", "Werkseinstellung"):
            await expect(eva.page.get_by_text(secret)).to_have_count(0)

    async def is_handed_to_a_colleague_with_a_reason(self) -> None:
        eva, anna, bohdan = self.eva, self.anna, self.bohdan
        box = await anna.tool("tools.transfer")
        await box.get_by_label("Bohdan").check()
        await box.get_by_label(anna.t("transfer.reason")).fill("Bohdan kennt das Gerät")
        await picture(anna.page, f"{self.shot}-transfer")
        await box.get_by_role("button", name=anna.t("transfer.go")).dblclick()
        await bohdan.told("transfer", by="Anna")
        await expect(anna.page.get_by_text(anna.t("preferred", name="Bohdan")).first).to_be_visible()
        await expect(bohdan.message("Bohdan kennt das Gerät")).to_have_count(1)
        await eva.reads_above(eva.words.widget("waiting"))
        await self.both_pictures("transferred", bohdan)
        await bohdan.claims()
        await eva.reads_above(eva.words.widget("with_operator", name="Bohdan"))

    async def gets_a_canned_reply_a_file_a_place_and_buttons(self) -> None:
        eva, bohdan = self.eva, self.bohdan
        page, t = bohdan.page, bohdan.t
        await bohdan.box.press_sequentially("/greet")
        await expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
        await picture(page, f"{self.shot}-canned")
        await page.keyboard.press("Enter")
        await expect(bohdan.box).to_have_value(re.compile("Bohdan"))
        await page.keyboard.press("Enter")
        await eva.hears("Bohdan")
        await bohdan.attaches({"name": "Anleitung.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 test"})
        await bohdan.box.fill("So geht es")
        await expect(page.get_by_role("button", name=t("send"), exact=True)).to_be_enabled()
        await bohdan.box.press("Enter")
        await eva.hears("So geht es")
        async with eva.page.expect_download() as started:
            await eva.log.get_by_role("link", name="Anleitung.pdf").click()
        assert (await (await started.value).path()).read_bytes() == b"%PDF-1.4 test"
        await page.get_by_role("button", name=t("extras.place")).click()
        await bohdan.dialog.get_by_role("textbox").fill("53.5511, 9.9937")
        await bohdan.dialog.get_by_role("button", name=t("place.go")).click()
        await eva.hears("53.55110, 9.99370")
        await page.get_by_role("button", name=t("extras.buttons")).click()
        for number, label in enumerate(("Links", "Rechts"), 1):
            await bohdan.dialog.get_by_label(t("buttons.label", number=number)).fill(label)
        await bohdan.dialog.get_by_role("button", name=t("buttons.go")).click()
        await bohdan.says("Wo ist der Knopf?")
        await eva.presses("Rechts")
        await expect(bohdan.history.locator("li.message.customer", has_text="Rechts")).to_have_count(1)
        await self.both_pictures("buttons", bohdan)

    async def has_something_done_in_the_back_end(self) -> None:
        bohdan = self.bohdan
        box = await bohdan.tool("tools.run")
        await box.get_by_role("radio", name="create ticket").check()
        await box.get_by_label("text", exact=True).fill("Router tauschen")
        await picture(bohdan.page, f"{self.shot}-run")
        await box.get_by_role("button", name=bohdan.t("run.go")).dblclick()
        await expect(bohdan.history.get_by_text(bohdan.t("among.run_done", to="create ticket"))).to_have_count(1)
        await bohdan.tab("panel")
        await expect(bohdan.panel.get_by_text("create_ticket").first).to_be_visible()
        await picture(bohdan.page, f"{self.shot}-panel")
        await bohdan.tab("chat")

    async def says_how_it_was_and_comes_back_to_the_same_operator(self) -> None:
        eva, bohdan, words = self.eva, self.bohdan, self.words
        box = await bohdan.tool("close")
        await picture(bohdan.page, f"{self.shot}-close")
        await box.get_by_role("button", name=bohdan.t("confirm.no")).click()
        await bohdan.closes("solved", eva.words.bot("menu.options.outage"))
        await eva.hears(eva.words.bot("csat"))
        await eva.says("5")
        await eva.hears(eva.words.bot("goodbye"))
        await eva.reads_above(eva.words.widget("ended"))
        await self.both_pictures("closed", bohdan)
        await eva.asks_for_a_person(words["back"])
        await bohdan.opens(eva.words.bot("menu.options.human"))
        await self.both_pictures("again", bohdan)
        await bohdan.claims()
        await eva.reads_above(eva.words.widget("with_operator", name="Bohdan"))
        await bohdan.tab("panel")
        await bohdan.panel.get_by_role("button", name=bohdan.t("outcomes.solved")).click()
        await expect(bohdan.page.get_by_role("log", name=bohdan.t("earlier.title"))).to_contain_text(words["blinks"])
        await picture(bohdan.page, f"{self.shot}-earlier")
        await bohdan.page.get_by_role("button", name=bohdan.t("earlier.back")).click()
        await expect(bohdan.history).to_be_visible()
        for page in (eva.page, bohdan.page):
            await no_barriers(page)
