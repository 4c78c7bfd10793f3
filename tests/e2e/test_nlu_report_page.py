"""The page of ``lotse nlu evaluate --html``: one file, read in a browser, by everybody, in light and dark."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from app.evaluation.page import page as page_of
from nlu.doubles import Doubles
from nlu.evaluation.compare import compare
from nlu.evaluation.judged import Judged, Limits
from nlu.evaluation.report import make_report
from tests.support.browser import no_barriers, picture, window
from tests.support.judged import judged

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = "<script>document.title = 'taken'</script>"
LIMITS = {"de": Limits(), "uk": Limits(accept=0.8)}


def sentences(language: str) -> list[Judged]:
    kinds = [("bill", "bill", 0.93), ("bill", "move", 0.6), ("move", "move", 0.7), ("move", "bill", 0.9)]
    kinds += [("other", "bill", 0.2), ("other", "move", 0.8), ("order_status_of_a_very_long_name", "bill", 0.3)]
    rows = [judged(a, b, score, language=language, text=f"{a} {score}") for a, b, score in kinds for _ in range(4)]
    return [
        *rows,
        judged("bill", "move", 0.97, language=language, text=HOSTILE, line=7),
        judged("move", language=language),
    ]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    rows = [*sentences("de"), *sentences("uk")]
    found = make_report(
        rows,
        rows,
        title="Bills & moves",
        head="local+multilingual",
        folds=5,
        seed=0,
        doubles=Doubles(together=tuple(range(len(rows))), near=3, translated=8),
        limits=LIMITS,
        languages=("de", "uk"),
    )
    compared = compare("the live version", rows, rows[::-1], (LIMITS, LIMITS), moved=2, removed=1)
    path = tmp_path / "report.html"
    path.write_text(page_of(found, compared), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_page_is_read_without_barriers_or_errors_in_light_and_dark(
    chromium: Browser, report: Path, scheme: str
) -> None:
    async with window(chromium, color_scheme=scheme) as (page, _):
        await page.goto(report.as_uri())
        await expect(page.get_by_role("heading", name="What customers mean")).to_be_visible()
        await page.get_by_text("The figures of German as tables").click()
        await expect(page.get_by_role("table", name="Intents, weakest first")).to_be_visible()
        await no_barriers(page)
        await picture(page, f"nlu-report-{scheme}", full_page=True)


async def test_words_of_an_example_are_shown_and_not_run(chromium: Browser, report: Path) -> None:
    async with window(chromium) as (page, _):
        await page.goto(report.as_uri())
        assert await page.title() == "Bills & moves: what customers mean"
        await expect(page.get_by_role("cell", name=HOSTILE, exact=True).first).to_be_visible()


async def test_page_fits_a_phone_and_every_picture_says_what_it_shows(chromium: Browser, report: Path) -> None:
    async with window(chromium, viewport={"width": 390, "height": 800}) as (page, _):
        await page.goto(report.as_uri())
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        pictures = page.get_by_role("img")
        assert await pictures.count() == 10, "a bar and four pictures of each language"
        for each in await pictures.all():
            await expect(each).to_have_accessible_name(re.compile(r"\w{3}"))


async def test_page_needs_nothing_else(chromium: Browser, report: Path) -> None:
    async with window(chromium) as (page, _):
        await page.goto(report.as_uri())
        text = await page.content()
    assert "<svg" in text
    assert re.findall(r"(?:src|href)=\"(?!#|data:,)[^\"]*\"|url\(|@import|<script", text) == []
