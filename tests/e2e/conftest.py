"""The real service as a process, and Debian's Chromium, shared by the tests of a module."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.support.browser import FLAGS, Site
from tests.support.process import lotse_serve

NORDNETZ = Path(__file__).parents[2] / "examples" / "nordnetz"


@pytest.fixture(scope="session")
def open_bot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, whose people are there day and night: these tests run on the real clock."""
    bot = tmp_path_factory.mktemp("bots") / "nordnetz"
    shutil.copytree(NORDNETZ, bot, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    text = (bot / "bot.yaml").read_text(encoding="utf-8")
    before, rest = text.split("teams:\n", 1)
    after = rest[rest.index("waiting:\n") :]
    always = '    hours: {mon-sun: ["00:00-24:00"]}\n'
    callbacks = "    callbacks: {slot: 30m, each: 2, ahead: 5d, notice: 1h}\n"
    teams = f"teams:\n  support:\n{always}{callbacks}  billing:\n{always}"
    (bot / "bot.yaml").write_text(before + teams + after, encoding="utf-8")
    return bot


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def site(open_bot: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    var = tmp_path_factory.mktemp("site")
    async with lotse_serve(var, {"LOTSE_BOT": str(open_bot)}) as process:
        yield Site(url=process.url, var=var)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        await browser.close()
