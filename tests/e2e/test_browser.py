"""A customer and an operator in real browsers with the real service: the whole way of issue and answer, and what may go wrong."""

import shutil
import signal
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.support.browser import ChatPage, DeskPage, Site, fine_line, no_barriers, picture, picture_seen, window
from tests.support.process import free_port, lotse_serve

pytestmark = pytest.mark.asyncio(loop_scope="module")

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1, "has_touch": True, "is_mobile": True}


async def outage_checked(chat: ChatPage) -> None:
    """The bot knows the customer and the fault."""
    await chat.say("Mein Internet geht nicht")
    await chat.hears("Vertragsnummer")
    await chat.say("10000001")
    await chat.hears("Postleitzahl")
    await chat.say("10115")
    await chat.hears("2 Stunden")


async def asks_the_bot_and_then_for_a_person(chat: ChatPage) -> None:
    """Greeted, recognised, told about the fault, first in the queue."""
    await chat.say("Guten Tag")
    await chat.hears("Womit kann ich helfen?")
    await expect(chat.page.get_by_role("button", name="Störung")).to_be_enabled()
    await picture(chat.page, "chat-menu")
    await outage_checked(chat)
    await picture(chat.page, "chat-outage")
    await chat.press("Mitarbeiter")
    await chat.hears("Ich verbinde Sie")
    await expect(chat.page.get_by_text("auf Platz 1 der Warteschlange")).to_be_visible()
    await picture(chat.page, "chat-parked")


async def sees_what_was_said_and_takes_over(chat: ChatPage, desk: DeskPage) -> None:
    """The operator needs not ask what the bot asked."""
    await expect(desk.cards).to_have_count(1)
    await expect(desk.page).to_have_title("(1) Lotse Arbeitsplatz")
    await picture(desk.page, "desk-queue")
    await desk.cards.first.click()
    for said in ("Guten Tag", "Mein Internet geht nicht", "10000001", "2 Stunden", "Mitarbeiter"):
        await expect(desk.thread.locator(".bubble", has_text=said).first).to_be_visible()
    panel = desk.page.get_by_role("complementary", name="Kunde")
    for fact in ("Eva", "10000001", "F-1001", "outage_eta"):
        await expect(panel.get_by_text(fact, exact=True).first).to_be_visible()
    await expect(panel.locator("blockquote")).to_have_text("Mein Internet geht nicht")
    await picture(desk.page, "desk-opened")
    await desk.page.get_by_role("button", name="Übernehmen").click()
    await expect(chat.page.get_by_text("Operator ist für Sie da")).to_be_visible()
    await expect(desk.cards.first.locator(".preview")).to_have_text("Mitarbeiter")


async def talk_and_see_each_other_type(chat: ChatPage, desk: DeskPage) -> None:
    """Customer and operator."""
    await desk.box.press_sequentially("Guten Tag Eva, ich sehe die Stör")
    await expect(chat.page.get_by_role("img", name="Operator schreibt")).to_be_visible()
    await picture(chat.page, "chat-operator-types")
    await desk.box.press_sequentially("ung an Ihrer Leitung.")
    await desk.box.press("Enter")
    await chat.hears("Guten Tag Eva, ich sehe die Störung an Ihrer Leitung.")
    await chat.box.press_sequentially("Danke, ")
    await expect(desk.page.get_by_text("Der Kunde schreibt …")).to_be_visible()
    await picture(desk.page, "desk-customer-types")
    await chat.box.press_sequentially("wann geht es wieder?")
    await chat.box.press("Enter")
    await expect(desk.thread.get_by_text("Danke, wann geht es wieder?")).to_be_visible()


async def load_their_pages_again(chat: ChatPage, desk: DeskPage) -> None:
    """Nothing is lost, nothing shown twice."""
    before = await chat.all_said()
    await chat.page.reload()
    await desk.page.reload()
    await chat.hears("Danke, wann geht es wieder?")
    assert await chat.all_said() == before
    await expect(chat.page.get_by_text("Operator ist für Sie da")).to_be_visible()
    await desk.cards.first.click()
    await expect(desk.thread.get_by_text("Danke, wann geht es wieder?")).to_be_visible()


async def a_second_customer_disturbs_nothing(chat: ChatPage, desk: DeskPage, other: ChatPage) -> None:
    """What the operator sees of the first stays."""
    await other.say("Хочу поговорити з людиною")
    await expect(desk.cards).to_have_count(2)
    await desk.say("In etwa zwei Stunden: https://status.example/F-1001")
    await chat.hears("In etwa zwei Stunden")
    await expect(desk.page.get_by_role("complementary", name="Kunde").locator("blockquote")).to_have_text(
        "Mein Internet geht nicht"
    )
    await picture(chat.page, "chat")
    await picture(desk.page, "desk")


async def says_goodbye(chat: ChatPage, desk: DeskPage) -> None:
    """Closed by the operator, rated by the customer."""
    await desk.page.get_by_role("button", name="Chat beenden").click()
    dialog = desk.page.get_by_role("dialog")
    await picture(desk.page, "desk-confirm")
    await dialog.get_by_role("button", name="Chat beenden").click()
    await chat.hears("Wie zufrieden waren Sie")
    await chat.say("5")
    await chat.hears("Danke und bis bald!")
    await expect(desk.cards).to_have_count(1)
    await expect(chat.page.get_by_text("Der Chat ist beendet").first).to_be_visible()
    await picture(chat.page, "chat-goodbye")


async def test_from_the_first_question_to_the_goodbye(chromium: Browser, site: Site) -> None:
    async with (
        window(chromium) as (customer, _),
        window(chromium) as (second, _),
        window(chromium, viewport={"width": 1440, "height": 900}) as (desk_page, _),
    ):
        desk = await DeskPage(desk_page, site).sign_in()
        await expect(desk_page.get_by_text("Niemand wartet.")).to_be_visible()
        chat = await ChatPage(customer, site).visit()
        await asks_the_bot_and_then_for_a_person(chat)
        await sees_what_was_said_and_takes_over(chat, desk)
        await talk_and_see_each_other_type(chat, desk)
        await load_their_pages_again(chat, desk)
        other = await ChatPage(second, site).visit("uk")
        await a_second_customer_disturbs_nothing(chat, desk, other)
        await says_goodbye(chat, desk)
        await desk.claim("Хочу поговорити")
        await close_chat(desk)


async def test_a_chat_handed_back_is_the_bots_again(chromium: Browser, site: Site) -> None:
    async with window(chromium) as (customer, _), window(chromium) as (desk_page, _):
        chat = await ChatPage(customer, site).visit()
        desk = await DeskPage(desk_page, site).sign_in()
        await chat.say("Ich möchte mit einem Menschen sprechen")
        await chat.hears("Ich verbinde Sie")
        await desk.claim("Ich möchte mit einem Menschen")
        await desk.say("Der Assistent kann das auch.")
        await chat.hears("Der Assistent kann das auch.")
        await desk_page.get_by_role("button", name="Zurück an den Bot").click()
        await desk_page.get_by_role("dialog").get_by_role("button", name="Zurückgeben").click()
        await expect(customer.get_by_text("Automatischer Assistent").first).to_be_visible()
        await expect(desk.cards).to_have_count(0)
        await chat.say("menü")
        await chat.hears("Womit kann ich helfen?")
        await chat.press("Auftrag verfolgen")
        await chat.say("A-12345")
        await chat.hears("Techniker geplant")
        await picture(customer, "chat-handed-back")


async def download(page: Page, link: Locator) -> bytes:
    """The file behind a link of this page."""
    async with page.expect_download() as started:
        await link.click()
    return (await (await started.value).path()).read_bytes()


async def test_the_customer_and_the_desk_see_the_bots_files(chromium: Browser, site: Site) -> None:
    async with window(chromium) as (customer, _), window(chromium) as (desk_page, _):
        chat = await ChatPage(customer, site).visit()
        await fine_line(chat)
        await picture(customer, "chat-picture")
        await customer.reload()
        await picture_seen(chat.log)
        await chat.say("Rechnungen")
        await chat.press("01.11.2026, 54,95 €")
        invoice = chat.log.get_by_role("link", name="R-2026-1103.pdf")
        assert (await download(customer, invoice)).startswith(b"%PDF")
        await picture(customer, "chat-invoice")
        await chat.say("Mitarbeiter")
        await chat.hears("Ich verbinde Sie")

        desk = await DeskPage(desk_page, site).sign_in()
        await desk.claim("Mitarbeiter")
        await picture_seen(desk.thread)
        invoice = desk.thread.get_by_role("link", name="R-2026-1103.pdf")
        assert (await download(desk_page, invoice)).startswith(b"%PDF")
        await picture(desk_page, "desk-files")
        await close_chat(desk)


HELLOS = {
    "de": ("Deutsch", "Hallo", "Hallo! Hier ist der Nordnetz-Service.", "Womit kann ich helfen?"),
    "en": ("English", "Hello", "Hello! This is Nordnetz support.", "How can I help?"),
    "ru": ("Русский", "Здравствуйте", "Здравствуйте!", "Чем помочь?"),
    "uk": ("Українська", "Доброго дня", "Вітаю!", "Чим допомогти?"),
}


@pytest.mark.parametrize("language", HELLOS)
async def test_the_bot_greets_in_the_language_that_was_picked(chromium: Browser, site: Site, language: str) -> None:
    name, hello, greeting, menu = HELLOS[language]
    async with window(chromium) as (page, _):
        chat = await ChatPage(page, site).visit("de" if language != "de" else "en")
        picker = page.locator("lotse-chat select")
        await picker.select_option(label=name)
        await chat.say(hello)
        await chat.hears(greeting)
        await chat.hears(menu)
        await expect(page.locator("lotse-chat .chips:not(.answered) button").first).to_be_enabled()
        await expect(page.locator("lotse-chat [lang]").first).to_have_attribute("lang", language)
        await picture(page, f"chat-{language}")


async def test_a_killed_service_that_comes_back_is_caught_up_with(
    chromium: Browser, open_bot: Path, site: Site, tmp_path: Path
) -> None:
    shutil.copytree(site.var / "nlu", tmp_path / "nlu")
    port = free_port()
    settings = {"LOTSE_BOT": str(open_bot)}
    async with window(chromium) as (customer, seen), window(chromium) as (desk_page, desk_seen):
        async with lotse_serve(tmp_path, settings, port=port) as process:
            here = Site(url=process.url, var=tmp_path)
            chat = await ChatPage(customer, here).visit()
            await outage_checked(chat)
            await chat.press("Mitarbeiter")
            await chat.hears("Ich verbinde Sie")
            desk = await DeskPage(desk_page, here).sign_in()
            await desk.claim("Mitarbeiter")
            await desk.say("Ich bin da.")
            await chat.hears("Ich bin da.")
            seen.broken = desk_seen.broken = True
            await process.stop(signal.SIGKILL)
        await chat.say("Hören Sie mich?")
        await expect(customer.get_by_text("Verbindung unterbrochen")).to_be_visible()
        await desk.say("Einen Moment bitte.")
        await expect(desk_page.get_by_text("Verbindung unterbrochen")).to_be_visible()
        await picture(customer, "chat-lost")
        await picture(desk_page, "desk-lost")
        async with lotse_serve(tmp_path, settings, port=port) as process:
            await expect(desk.thread.locator(".bubble", has_text="Hören Sie mich?")).to_have_count(1)
            await chat.hears("Einen Moment bitte.")
            await expect(customer.get_by_text("Verbindung unterbrochen")).to_have_count(0)
            await expect(customer.get_by_role("img", name="Wird gesendet")).to_have_count(0)
            await customer.reload()
            await chat.hears("Einen Moment bitte.")
            said = await chat.all_said()
            assert said.count("Hören Sie mich?") == said.count("Einen Moment bitte.") == 1
            assert said.count("Ich bin da.") == 1
            await process.stop()


async def test_on_a_phone_both_pages_fit_and_work(chromium: Browser, site: Site) -> None:
    async with window(chromium, **PHONE) as (customer, _), window(chromium, **PHONE) as (desk_page, _):
        chat = await ChatPage(customer, site).visit()
        await chat.say("Hallo")
        await chat.hears("Womit kann ich helfen?")
        await no_sideways_scroll(customer)
        await picture(customer, "phone-chat")
        await chat.press("Mitarbeiter")
        await chat.hears("Ich verbinde Sie")
        desk = await DeskPage(desk_page, site).sign_in()
        await no_sideways_scroll(desk_page)
        await picture(desk_page, "phone-desk-list")
        await desk.claim("Mitarbeiter")
        await no_sideways_scroll(desk_page)
        await picture(desk_page, "phone-desk-chat")
        await desk_page.get_by_role("navigation").get_by_role("button", name="Kunde").click()
        await expect(desk_page.get_by_role("complementary", name="Kunde")).to_be_visible()
        await picture(desk_page, "phone-desk-panel")
        await desk_page.get_by_role("navigation").get_by_role("button", name="Gespräch").click()
        await desk.say("Guten Tag")
        await chat.hears("Guten Tag")
        await close_chat(desk)
        for path in ("/", "/dialogs"):
            await customer.goto(f"{site.url}{path}?language=de")
            await expect(customer.get_by_role("heading").first).to_be_visible()
            await no_sideways_scroll(customer)
            await picture(customer, f"phone-{path.strip('/') or 'doors'}")


async def no_sideways_scroll(page: Page) -> None:
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


async def close_chat(desk: DeskPage) -> None:
    await desk.page.get_by_role("button", name="Chat beenden").click()
    await desk.page.get_by_role("dialog").get_by_role("button", name="Chat beenden").click()
    await expect(desk.cards).to_have_count(0)


async def test_by_keyboard_alone_a_question_is_asked_and_answered(chromium: Browser, site: Site) -> None:
    async with window(chromium) as (customer, _), window(chromium) as (desk_page, _):
        await customer.goto(f"{site.url}/chat?language=de")
        await expect(customer.locator("lotse-chat textarea")).to_be_visible()
        await until_focused(customer, "Ihre Nachricht", "Tab")
        await customer.keyboard.type("Hallo")
        await customer.keyboard.press("Enter")
        button = customer.get_by_role("button", name="Mitarbeiter")
        await expect(button).to_be_enabled()
        await until_focused(customer, "Mitarbeiter", "Shift+Tab")
        await customer.keyboard.press("Enter")
        await expect(customer.get_by_text("Ich verbinde Sie")).to_be_visible()

        await desk_page.goto(f"{site.url}/desk?language=de")
        await expect(desk_page.get_by_label("Benutzername")).to_be_focused()
        await desk_page.keyboard.type("operator")
        await desk_page.keyboard.press("Tab")
        await desk_page.keyboard.type(site.password)
        await desk_page.keyboard.press("Enter")
        card = desk_page.locator(".lists .card")
        await expect(card).to_have_count(1)
        await desk_page.keyboard.press("?")
        await expect(desk_page.get_by_role("dialog", name="Tastatur")).to_be_visible()
        await picture(desk_page, "desk-keys")
        await desk_page.keyboard.press("Escape")
        await desk_page.keyboard.press("j")
        await expect(card).to_be_focused()
        await desk_page.keyboard.press("c")
        await expect(desk_page.locator(".answer textarea")).to_be_focused()
        await desk_page.keyboard.type("Guten Tag")
        await desk_page.keyboard.press("Shift+Enter")
        await desk_page.keyboard.type("Sie sprechen mit dem Lotsen.")
        await desk_page.keyboard.press("Control+Enter")
        await expect(customer.get_by_text("Sie sprechen mit dem Lotsen.")).to_be_visible()
        await until_focused(desk_page, "Chat beenden", "Shift+Tab")
        await desk_page.keyboard.press("Enter")
        await expect(desk_page.get_by_role("dialog")).to_be_visible()
        await until_focused(desk_page, "Chat beenden", "Tab")
        await desk_page.keyboard.press("Enter")
        await expect(card).to_have_count(0)
        await expect(customer.get_by_text("Wie zufrieden waren Sie")).to_be_visible()


async def until_focused(page: Page, label: str, key: str) -> None:
    """Move the focus with ``key`` until it is on a control with this label, as somebody without a mouse does."""
    for _ in range(30):
        focused = await page.evaluate(
            "() => { let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;"
            " return e?.ariaLabel ?? e?.innerText?.trim() ?? ''; }"
        )
        if focused == label:
            return
        await page.keyboard.press(key)
    raise AssertionError(f"{label} is not reached by {key}")


async def test_the_three_doors_lead_where_they_say(chromium: Browser, site: Site) -> None:
    async with window(chromium) as (page, _):
        await page.goto(f"{site.url}/?language=de")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Bringt jede Frage sicher in den Hafen.")
        await picture(page, "doors")
        await page.emulate_media(color_scheme="dark")
        await picture(page, "doors-dark")
        await page.emulate_media(color_scheme="light")
        for door, path in (("Als Kunde", "/chat"), ("Als Mitarbeiter", "/desk"), ("Die Dialoge", "/dialogs")):
            await page.goto(f"{site.url}/?language=de")
            await page.get_by_role("link", name=door).click()
            await page.wait_for_url(f"**{path}*")


async def test_the_dialogs_are_drawn_and_a_step_shows_its_texts_in_four_languages(
    chromium: Browser, site: Site
) -> None:
    async with window(chromium, viewport={"width": 1440, "height": 900}) as (page, _):
        await page.goto(f"{site.url}/dialogs?language=de")
        steps = page.get_by_role("region", name="Bild des Dialogs").locator(".sheet button")
        await expect(steps.first).to_be_visible()
        assert await steps.count() >= 35
        await picture(page, "dialogs-whole")
        await steps.filter(has_text="outage_eta").first.click()
        shown = page.get_by_role("complementary", name="outage_eta")
        for words in ("Stunden läuft alles wieder", "about {{ fault.hours }} hours", "часов", "годин"):
            await expect(shown.get_by_text(words).first).to_be_visible()
        await picture(page, "dialogs")
        await page.get_by_role("searchbox").fill("Rechnung")
        await expect(page.locator(".side .list button").first).to_be_visible()
        await picture(page, "dialogs-search")


@pytest.mark.parametrize("path", ["/", "/chat", "/desk", "/dialogs"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_has_a_barrier(chromium: Browser, site: Site, path: str, scheme: str) -> None:
    async with window(chromium, color_scheme=scheme, viewport={"width": 1440, "height": 900}) as (page, _):
        await page.goto(f"{site.url}{path}?language=de")
        match path:
            case "/chat":
                chat = ChatPage(page, site)
                await chat.say("Hallo")
                await chat.hears("Womit kann ich helfen?")
            case "/desk":
                await no_barriers(page)
                await picture(page, f"desk-sign-in-{scheme}")
                await desk_with_a_chat(chromium, page, site)
            case "/dialogs":
                await page.locator(".sheet button").filter(has_text="menu").first.click()
            case _:
                await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await no_barriers(page)
        await picture(page, f"access-{path.strip('/') or 'doors'}-{scheme}")


async def desk_with_a_chat(chromium: Browser, page: Page, site: Site) -> None:
    """The desk with a live conversation, one that waits, and the help closed."""
    desk = await DeskPage(page, site).sign_in()
    async with window(chromium) as (customer, _):
        chat = await ChatPage(customer, site).visit()
        await outage_checked(chat)
        await chat.press("Mitarbeiter")
        await chat.hears("Ich verbinde Sie")
        await desk.claim("Mitarbeiter")
        await desk.say("Guten Tag")
        await chat.hears("Guten Tag")
        await no_barriers(page)
        await close_chat(desk)
