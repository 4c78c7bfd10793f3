"""What must not happen at the desk: that somebody's words run, that somebody is kept out, that it grows with what it shows."""

import json

from desktop import BASE, HERE, Desktop, shot, sign_in
from playwright.async_api import Page, expect

from tests.support.hostile import ATTACKS, FOREIGN, FRONTS

AROUND = (*((front, "") for front in FRONTS), ("&lt;", "\x00"), ("\u202e", "\u2066"), ("a" * 300, "b" * 300))
HOSTILE = [f"{before}{attack}{after}" for attack in ATTACKS for before, after in AROUND]


async def desk_shows_hostile_words_as_words(desktop: Desktop) -> None:
    """In names, texts, file names, notes, facts, results and earlier conversations."""
    assert len(HOSTILE) >= 100
    page = await desktop.page()
    await page.expose_function("hit", lambda: desktop.errors.append("a script of a customer ran"))
    await sign_in(page, "anna")
    for words in HOSTILE:
        card = await (await page.request.post(f"{BASE}/mock/park", data={"words": words})).json()
        await page.get_by_role("searchbox", name="Search chats").fill("")
        await page.evaluate("document.querySelector('.lists .scroll').scrollTo(0, 1e6)")
        await page.locator(f".queue [data-conversation='{card['conversation']}']").click()
        await expect(page.locator(".actions h2")).to_have_text(words)
        assert await page.evaluate(FOREIGN, "desk") == [], words
    await shot(page, "desk-hostile")


async def barriers(page: Page) -> list[str]:
    """What axe-core calls serious or critical."""
    await page.evaluate((HERE.parent / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found: list[str] = await page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations.filter((v) => ['serious', 'critical'].includes(v.impact))"
        ".map((v) => v.id + ' ' + v.nodes.map((n) => n.target + ' ' + n.failureSummary).slice(0, 3).join(' | '))"
    )
    return found


async def desk_lively_has_no_barriers(desktop: Desktop) -> None:
    """axe-core finds nothing serious in any state, light or dark, wide or narrow."""
    found: list[str] = []

    async def look(page: Page, state: str) -> None:
        found.extend(f"{state}: {one}" for one in await barriers(page))

    for scheme, width in (("light", 1440), ("dark", 1280), ("dark", 390), ("light", 390)):
        page = await desktop.page(width, 820, color_scheme=scheme)

        await sign_in(page, f"anna{scheme}{width}")
        await look(page, f"{scheme} {width} list")
        await page.locator(".filters .square").click()
        await page.locator(".top .colleagues > button").click()
        await look(page, f"{scheme} {width} filters")
        await page.keyboard.press("Escape")
        await page.locator(".queue .card").first.click()
        await page.get_by_role("button", name="Take over").click()
        await page.wait_for_timeout(1_800)
        await look(page, f"{scheme} {width} chat")
        if width < 800:
            await page.locator(".tabs button").nth(2).click()
            await look(page, f"{scheme} {width} panel")
            await page.locator(".tabs button").nth(1).click()
        await page.locator(".answer textarea").fill("/")
        await expect(page.locator(".suggest").get_by_role("option").first).to_be_visible()
        await look(page, f"{scheme} {width} canned")
        await page.locator(".answer textarea").fill("")
        await page.locator("[data-mode=note]").click()
        await look(page, f"{scheme} {width} note")
        for number in range(await page.locator(".tools button").count()):
            await page.locator(".tools button").nth(number).click()
            await expect(page.get_by_role("dialog")).to_be_visible()
            await page.wait_for_timeout(400)
            await look(page, f"{scheme} {width} box {number}")
            await page.get_by_role("dialog").locator(".ends button").first.click()
        await page.context.close()
    assert not found, "\n".join(found)


async def desk_lively_stays_small(desktop: Desktop) -> None:
    """200 chats and 5,000 messages: how many elements there are, and which tasks were long. The first is asserted, the second printed."""
    page = await desktop.page(1440, 900)
    await page.add_init_script(
        "window.long = []; new PerformanceObserver((list) => { for (const entry of list.getEntries()) long.push(Math.round(entry.duration)) }).observe({type: 'longtask', buffered: true})"
    )
    await sign_in(page, "zoe")
    rooms = await (await page.request.get(f"{BASE}/mock/desk")).json()
    longest = max(rooms, key=lambda room: len(room["messages"]))
    nodes = [await page.locator("*").count()]
    await page.evaluate(
        "async () => { const box = document.querySelector('.lists .scroll'); for (let top = 0; top < box.scrollHeight; top += 400) { box.scrollTop = top; await new Promise(requestAnimationFrame) } box.scrollTop = 0 }"
    )
    nodes.append(await page.locator("*").count())
    card = page.locator(f".lists [data-conversation='{longest['card']['conversation']}']")
    for top in range(0, 20_000, 600):
        if await card.count():
            break
        await page.evaluate(f"document.querySelector('.lists .scroll').scrollTop = {top}")
        await page.wait_for_timeout(50)
    await card.click()
    await expect(page.locator(".history .message").first).to_be_visible()
    opening = await page.evaluate("long.splice(0)")
    for _ in range(80):
        if not await page.locator(".older").count():
            break
        await page.evaluate(
            "async () => { const box = document.querySelector('.history'), before = box.scrollHeight; box.scrollTop = 0; for (let turn = 0; turn < 200 && box.scrollHeight === before; turn += 1) await new Promise(requestAnimationFrame) }"
        )
    await page.locator(".history").evaluate("box => { box.scrollTop = 0 }")
    await expect(page.get_by_text("Frage von gestern, Nummer 1", exact=True)).to_be_visible()
    loading = await page.evaluate("long.splice(0)")
    nodes.append(await page.locator("*").count())
    await page.evaluate(
        "async () => { const box = document.querySelector('.history'); for (let top = 0; top < box.scrollHeight; top += 1500) { box.scrollTop = top; await new Promise(requestAnimationFrame) } }"
    )
    scrolling = await page.evaluate("long.splice(0)")
    nodes.append(await page.locator("*").count())
    print(
        json.dumps(
            {"elements": nodes, "long_tasks_ms": {"opening": opening, "loading 5,000": loading, "scrolling": scrolling}}
        )
    )
    assert max(nodes) < 3_000, nodes


CHECKS = [
    desk_shows_hostile_words_as_words,
    desk_lively_has_no_barriers,
    desk_lively_stays_small,
]
