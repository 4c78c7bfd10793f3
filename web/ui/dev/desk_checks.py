"""What an operator does at the desk."""

import re

from desktop import BASE, Desktop, mock, shot, sign_in
from playwright.async_api import Locator, Page, expect


async def desk_refuses_a_wrong_password_in_words(desktop: Desktop) -> None:
    page = await desktop.page()
    await page.goto(f"{BASE}/desk")
    await page.get_by_label("User name").fill("anna")
    await page.get_by_label("Password").fill("wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("This user name and password don't match.")


async def desk_gives_a_chat_to_one_operator(desktop: Desktop) -> None:
    anna, boris = await desktop.page(), await desktop.page()
    await sign_in(anna, "anna")
    await sign_in(boris, "boris")
    card = await (await anna.request.post(f"{BASE}/mock/park")).json()
    for page in (anna, boris):
        await page.locator(f".card[data-conversation='{card['conversation']}']").click()
        await expect(page.get_by_role("button", name="Take over")).to_be_visible()
    late = await anna.get_by_role("button", name="Take over").element_handle()
    await boris.get_by_role("button", name="Take over").click()
    # Anna pressed the button that is gone by now.
    await late.evaluate("button => button.click()")
    await expect(anna.get_by_text("boris was faster: this chat is already taken.")).to_be_visible()
    await expect(boris.get_by_placeholder("Your answer")).to_be_visible()
    await expect(anna.get_by_text("boris has this chat. Only boris can answer.")).to_be_visible()
    await expect(anna.locator(".group.grey").get_by_text("with boris", exact=True)).to_be_visible()


async def desk_says_why_the_bot_did_something(desktop: Desktop) -> None:
    page = await desktop.page()
    await sign_in(page, "anna")
    card = await (await page.request.post(f"{BASE}/mock/park")).json()
    await page.locator(f".card[data-conversation='{card['conversation']}']").click()
    why = page.locator(".why")
    await expect(why.locator("summary")).to_have_text(re.compile(r"The bot asked back: .+\? \(62 %\)"))
    await expect(why.get_by_text("Guesses")).to_be_hidden()
    await why.locator("summary").click()
    await expect(why.get_by_text("In German the bot acts from 75 % on and asks back from 40 % on")).to_be_visible()
    await expect(why.get_by_text("Without rasa: too slow")).to_be_visible()
    await shot(page, "desk-why")


async def desk_sends_a_reply_once_through_a_break(desktop: Desktop) -> None:
    page = await desktop.page()
    await sign_in(page, "clara")
    await page.locator(".queue .card").first.click()
    await page.get_by_role("button", name="Take over").click()
    box = page.get_by_placeholder("Your answer")
    await box.fill("a draft")
    await page.locator(".queue .card").first.click()
    await expect(page.get_by_role("button", name="Take over")).to_be_visible()
    await page.locator(".mine .card").first.click()
    await expect(box).to_have_value("a draft")
    await mock(page, "down?ms=60000")
    await box.fill("through the break")
    await box.press("Control+Enter")
    await expect(page.get_by_text("sending …")).to_be_visible()
    await expect(page.get_by_text("Connection lost")).to_be_visible()
    await shot(page, "desk-lost")
    await mock(page, "down?ms=0")
    await expect(page.locator(".message.operator").get_by_text("through the break")).to_have_count(1)
    await expect(page.locator(".meta").get_by_text("sent", exact=True)).to_be_visible(timeout=20_000)
    rooms = await (await page.request.get(f"{BASE}/mock/desk")).json()
    assert sum(m["content"].get("text") == "through the break" for room in rooms for m in room["messages"]) == 1


async def desk_lists_what_was_not_delivered_and_sends_it_again(desktop: Desktop) -> None:
    page = await desktop.page()
    await sign_in(page, "dora")
    await page.locator(".lists .card").first.click()
    await page.get_by_role("button", name="Take over").click()
    box = page.locator(".answer textarea")
    for words in ("this will fail", "this is unsure"):
        await box.fill(words)
        await box.press("Enter")
    failed, unsure = (
        page.locator("li.message.operator", has_text="this will fail"),
        page.locator("li.message.operator", has_text="this is unsure"),
    )
    await expect(failed.get_by_text("blocked by the user")).to_be_visible()
    await expect(unsure.get_by_role("button", name="It arrived")).to_be_visible()
    fold = page.get_by_role("button", name="Not delivered 2")
    await fold.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".letters .card")).to_have_count(2)
    await shot(page, "desk-undelivered")
    await page.set_viewport_size({"width": 390, "height": 780})
    await shot(page, "desk-undelivered-phone-chat")
    await page.locator(".tabs button").first.click()
    await shot(page, "desk-undelivered-phone-list")
    await page.set_viewport_size({"width": 1280, "height": 820})
    again = failed.get_by_role("button", name="Send again")
    await again.focus()
    await page.keyboard.press("Enter")
    await expect(failed.get_by_text("sent", exact=True)).to_be_visible()
    await expect(page.locator(".letters .card")).to_have_count(1)
    await page.locator(".letters .card").click()
    await unsure.get_by_role("button", name="It arrived").click()
    await expect(unsure.get_by_text("sent", exact=True)).to_be_visible()
    await expect(page.get_by_text("Everything was delivered.")).to_be_visible()


async def desk_works_by_keyboard(desktop: Desktop) -> None:
    page = await desktop.page()
    await mock(page, "park")
    await sign_in(page, "dora")
    await page.keyboard.press("j")
    await expect(page.locator(".card").first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("k")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Take over")).to_be_visible()
    await page.keyboard.press("c")
    await expect(page.get_by_placeholder("Your answer")).to_be_focused()
    await page.keyboard.type("no j k c ? here")
    await expect(page.get_by_placeholder("Your answer")).to_have_value("no j k c ? here")
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    await shot(page, "desk-help")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("button", name="Close chat").click()
    await shot(page, "desk-confirm")
    await page.get_by_role("button", name="Keep open").click()
    await expect(page.get_by_placeholder("Your answer")).to_be_visible()
    await page.get_by_role("button", name="Close chat").click()
    await page.get_by_role("dialog").get_by_role("button", name="Close chat").click()
    await expect(page.locator(".answer.closed")).to_have_text("This chat is closed")


async def desk_reads_older_messages_without_a_jump(desktop: Desktop) -> None:
    page = await desktop.page()
    await sign_in(page, "emil")
    await page.locator(".card").first.click()
    await expect(page.locator(".message").first).to_be_visible()
    before = await page.locator(".message").count()
    history = page.locator(".history")
    await expect(page.locator(".history img").last).to_have_js_property("complete", value=True)
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    end = await history.evaluate("box => box.scrollHeight - box.scrollTop - box.clientHeight")
    assert end < 80, end
    await history.evaluate("box => { box.scrollTop = 40 }")
    await expect(page.get_by_text("Frage von gestern, Nummer 1", exact=True)).to_be_attached()
    assert await page.locator(".message").count() > before
    top = await history.evaluate("box => box.scrollTop")
    assert top > 500, top


async def asks(page: Page, kind: str) -> list[dict[str, object]]:
    """What the page asked for, of one kind."""
    return [frame for frame in await (await page.request.get(f"{BASE}/mock/frames")).json() if frame["type"] == kind]


async def take(page: Page) -> None:
    await page.locator(".queue .card").first.click()
    await page.get_by_role("button", name="Take over").click()
    await expect(page.get_by_placeholder("Your answer")).to_be_focused()


def tool(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name="What can be done").get_by_role("button", name=name)


async def desk_keeps_notes_apart_from_answers(desktop: Desktop) -> None:
    """Each mode has a draft of its own; what is noted goes to colleagues only, and who is mentioned is told."""
    page, other = await desktop.page(), await desktop.page()
    await sign_in(other, "boris")
    await sign_in(page, "anna")
    await take(page)
    await page.keyboard.type("for the customer")
    await page.get_by_role("button", name="Internal note").click()
    note = page.get_by_placeholder("Note for colleagues")
    await expect(note).to_be_focused()
    await expect(note).to_have_value("")
    await expect(page.get_by_text("The customer does not see this.")).to_be_visible()
    await note.press_sequentially("is this right? @bo")
    await expect(page.get_by_role("option", name="boris")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(note).to_have_value("is this right? @boris ")
    await shot(page, "desk-note")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.internal")).to_contain_text("is this right?")
    await expect(page.locator(".message.operator", has_text="is this right?")).to_have_count(0)
    await page.get_by_role("button", name="Answer", exact=True).click()
    await expect(page.get_by_placeholder("Your answer")).to_have_value("for the customer")
    assert [frame["mentions"] for frame in await asks(page, "note")] == [["boris"]]
    assert await asks(page, "reply") == []
    await expect(other.get_by_text("anna mentioned you")).to_be_visible()
    await other.get_by_role("button", name="Show").click()
    await expect(other.locator(".message.internal.mine")).to_contain_text("is this right?")


async def desk_takes_canned_replies_by_keyboard(desktop: Desktop) -> None:
    page = await desktop.page()
    await sign_in(page, "anna")
    await take(page)
    await page.keyboard.type("/")
    options = page.locator(".suggest").get_by_role("option")
    await expect(options).to_have_count(8)
    await page.keyboard.type("rout")
    await expect(options).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(options).to_have_count(0)
    await page.get_by_placeholder("Your answer").fill("/")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(".suggest").get_by_role("option", selected=True)).to_contain_text("Störung bekannt")
    await shot(page, "desk-canned")
    await page.keyboard.press("Enter")
    await expect(page.get_by_placeholder("Your answer")).to_have_value(re.compile("^In Ihrer Gegend"))
    assert await asks(page, "reply") == []
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.operator")).to_contain_text("In Ihrer Gegend")


async def desk_sends_files_with_words(desktop: Desktop) -> None:
    page = await desktop.page()
    await sign_in(page, "anna")
    await take(page)
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Attach a file").click()
    long = "Anleitung zum Einrichten des Routers, mit einem sehr langen Namen, <b>neu</b>.pdf"
    await (await chooser.value).set_files(
        [
            {"name": long, "mimeType": "application/pdf", "buffer": b"%PDF-1.4 " * 1000},
            {"name": "bad.exe", "mimeType": "", "buffer": b"MZ"},
            {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""},
        ]
    )
    await expect(page.get_by_text("Files of this kind are not sent.")).to_be_visible()
    await expect(page.get_by_text("This file is empty.")).to_be_visible()
    await shot(page, "desk-files")
    await page.get_by_placeholder("Your answer").fill("Here it is")
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    for name in ("bad.exe", "empty.txt"):
        await page.get_by_role("button", name=f"Remove: {name}").click()
    await page.get_by_placeholder("Your answer").press("Enter")
    await expect(page.locator(".message.operator")).to_contain_text("Here it is")
    await expect(page.locator(".message.operator b")).to_have_count(0)
    replies = await asks(page, "reply")
    assert [bool(frame.get("upload")) for frame in replies] == [True]
    assert replies[0]["text"] == "Here it is"
    await expect(page.locator(".attached")).to_have_count(0)


async def desk_sends_buttons_and_places(desktop: Desktop) -> None:
    page = await desktop.page()
    await sign_in(page, "anna")
    await take(page)
    await page.get_by_role("button", name="Buttons to press").click()
    await page.get_by_label("Button 1").fill("Yes")
    await page.get_by_label("Button 2").fill("No")
    await page.get_by_role("button", name="Add").click()
    await expect(page.locator(".attached")).to_contain_text("Yes · No")
    await page.get_by_placeholder("Your answer").fill("Shall we come?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.operator .offered li")).to_have_count(2)
    await page.get_by_role("button", name="Location").click()
    await page.get_by_role("textbox", name="Location").fill("nowhere")
    await expect(page.get_by_text("This is no location.")).to_be_visible()
    await page.get_by_role("textbox", name="Location").fill("https://www.openstreetmap.org/#map=16/53.5511/9.9937")
    await page.get_by_role("button", name="Send location").click()
    await expect(page.locator(".message.operator").get_by_role("link", name="53.55110, 9.99370")).to_be_visible()


async def desk_hands_over_and_asks(desktop: Desktop) -> None:
    page, other = await desktop.page(), await desktop.page()
    await sign_in(other, "boris")
    await sign_in(page, "anna")
    await take(page)
    name = await page.locator(".actions h2").inner_text()
    await page.keyboard.press("Escape")
    await page.keyboard.press("a")
    box = page.get_by_role("dialog", name="Ask a colleague")
    await expect(box.get_by_role("button", name="Ask")).to_be_disabled()
    await box.get_by_label("boris").check()
    await box.get_by_label("Your question").fill("Have you seen this?")
    await box.get_by_role("button", name="Ask").click()
    await expect(page.locator(".message.internal")).to_contain_text("Have you seen this?")
    await expect(other.get_by_text(f"anna asks you ({name})")).to_be_visible()
    await expect(other.locator(".group.asked .card")).to_have_count(1)
    await other.locator(".group.asked .card").click()
    await expect(other.get_by_text("anna has this chat.")).to_be_visible()
    await other.keyboard.press("n")
    await other.keyboard.type("Yes, last week")
    await other.keyboard.press("Enter")
    await expect(page.locator(".message.internal", has_text="Yes, last week")).to_be_visible()
    await tool(page, "Hand over").click()
    box = page.get_by_role("dialog", name="Hand over the chat")
    await box.get_by_label("boris").check()
    await box.get_by_label("Reason").fill("Boris knows this")
    await box.get_by_role("button", name="Hand over").dblclick()
    await expect(other.get_by_text("anna hands you a chat")).to_be_visible()
    await expect(page.get_by_text("Meant for boris.")).to_be_visible()
    assert len(await asks(page, "transfer")) == 1


async def desk_plans_runs_and_joins(desktop: Desktop) -> None:
    page = await desktop.page()
    await sign_in(page, "anna")
    await take(page)
    await tool(page, "Call-back").click()
    box = page.get_by_role("dialog", name="Plan a call-back")
    await expect(box.get_by_role("button", name="Plan")).to_be_disabled()
    await box.locator(".days button").nth(1).click()
    await box.get_by_text("09:30").click()
    await box.get_by_role("button", name="Plan").click()
    await expect(page.get_by_text("this time is taken.")).to_be_visible()
    await tool(page, "Call-back").click()
    await box.locator(".days button").nth(1).click()
    await box.get_by_text("10:00").click()
    await shot(page, "desk-plan")
    await box.get_by_role("button", name="Plan").click()
    await expect(page.locator(".planned")).to_contain_text("10:00")
    await tool(page, "Call-back").click()
    await box.get_by_role("button", name="Call off").click()
    await box.get_by_role("button", name="Really call off?").click()
    await expect(page.locator(".planned")).to_have_count(0)
    await tool(page, "Action").click()
    box = page.get_by_role("dialog", name="Run an action")
    await box.get_by_label("Techniker bestellen").check()
    await expect(box.get_by_label("contract")).to_have_value("N-4471902")
    await box.get_by_label("hours").fill("two")
    await expect(box.get_by_role("button", name="Run")).to_be_disabled()
    await box.get_by_label("hours").fill("2")
    await box.get_by_role("button", name="Run").click()
    await expect(page.locator(".action.done")).to_have_count(1)
    assert [frame["arguments"] for frame in await asks(page, "run")] == [{"contract": "N-4471902", "hours": 2}]
    await tool(page, "Customers").click()
    box = page.get_by_role("dialog", name="Join or part customers")
    await box.get_by_label("Find by name").fill("mia")
    await box.get_by_role("radio").first.check()
    await box.get_by_role("button", name="Join with Mia O'Connor").click()
    await expect(page.get_by_text("Also E-mail")).to_be_visible()
    await tool(page, "Customers").click()
    await box.get_by_role("button", name="Part", exact=True).click()
    await box.get_by_role("button", name="Really part?").click()
    await expect(box.locator(".places")).to_have_count(0)


async def desk_goes_on_after_a_break_where_it_was(desktop: Desktop) -> None:
    """No new snapshot: only what was missed."""
    page = await desktop.page()
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: frames.append(str(data))))
    await sign_in(page, "anna")
    await take(page)
    await mock(page, "down?ms=60000")
    await mock(page, "park")
    await expect(page.get_by_text("Connection lost")).to_be_visible()
    await page.get_by_placeholder("Your answer").fill("/hello")
    before = await page.locator(".queue .count").inner_text()
    await mock(page, "down?ms=0")
    await expect(page.locator(".queue .count")).to_have_text(str(int(before) + 1), timeout=20_000)
    kinds = [kind for frame in frames for kind in ("snapshot", "resumed") if f'"type":"{kind}"' in frame]
    assert kinds == ["snapshot", "resumed"], kinds
    await expect(page.get_by_placeholder("Your answer")).to_have_value("/hello")


CHECKS = [
    desk_refuses_a_wrong_password_in_words,
    desk_gives_a_chat_to_one_operator,
    desk_says_why_the_bot_did_something,
    desk_sends_a_reply_once_through_a_break,
    desk_lists_what_was_not_delivered_and_sends_it_again,
    desk_works_by_keyboard,
    desk_reads_older_messages_without_a_jump,
    desk_keeps_notes_apart_from_answers,
    desk_takes_canned_replies_by_keyboard,
    desk_sends_files_with_words,
    desk_sends_buttons_and_places,
    desk_hands_over_and_asks,
    desk_plans_runs_and_joins,
    desk_goes_on_after_a_break_where_it_was,
]
