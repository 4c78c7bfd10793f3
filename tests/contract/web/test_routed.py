"""The whole service where a team's chats are given out: no time passes, and nobody claims anything."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.desks import parked
from tests.support.service import NORDNETZ, Running, bot_folder, running


@pytest.fixture
async def routed(tmp_path: Path) -> AsyncIterator[Running]:
    text = (NORDNETZ / "bot.yaml").read_text(encoding="utf-8")
    bot_folder(
        tmp_path / "bot", **{"bot.yaml": text.replace("  support:\n", "  support:\n    routing: automatic\n", 1)}
    )
    async with running(tmp_path) as made:
        yield made


async def test_customer_who_asks_for_a_person_is_given_to_the_operator_at_the_desk(routed: Running) -> None:
    desk = await (await routed.operator("ada")).desk()
    _, conversation = await parked(routed)

    def given(frame: dict[str, object]) -> bool:
        card = frame["card"]
        return isinstance(card, dict) and card["conversation"] == conversation and card["phase"] == "with_operator"

    card = (await desk.until("card", given))["card"]
    assert (card["operator"], card["operator_name"], card["why"]) == ("ada", "Ada", "only_one")


async def test_customer_who_waits_is_given_to_the_first_operator_who_comes(routed: Running) -> None:
    visitor, _ = await parked(routed)
    await (await routed.operator("ada")).desk()

    await visitor.link.until("phase", phase="with_operator", operator="Ada")
