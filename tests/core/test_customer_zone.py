"""Dates and times are the customer's own, where it is known in which time zone that is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dialogs.scene import Names, Scene, view_of, zone_of
from tests.support.bots import Talk, fresh, make_rules, nordnetz

DIALOG = """
start: menu
defaults: {misses: {limit: 3, go: human}, silence: {after: 10m, go: human}, failed: human}
steps:
  menu: {say: menu, go: asked}
  asked: {ask: time, save: at, go: told}
  told: {say: told, go: human}
  human: {handover: care, go: bye}
  bye: {end: solved}
"""
TEXTS = """
en:
  menu: {text: "{{ '2026-11-02T22:30:00+00:00' | datetime }}, {{ '2026-11-02T22:30:00+00:00' | date }}, {{ today | date }}"}
  asked: {text: "When?"}
  told: {text: "{{ at }}"}
  human: {text: "A person comes."}
"""
LATE = datetime(2026, 11, 2, 22, 30, tzinfo=UTC)


def talk(**variables: Any) -> Talk:
    rules = make_rules(
        {
            "dialogs/main.yaml": DIALOG,
            "locales/en/main.yaml": TEXTS,
            "locales/de/main.yaml": TEXTS.replace("en:", "de:"),
        }
    )
    made = Talk(rules, state=fresh(at=LATE, **variables))
    made.now = LATE
    return made


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        ({}, "Mon, 2 Nov 2026, 23:30, 2 Nov 2026, 2 Nov 2026"),
        ({"time_zone": "Asia/Tokyo"}, "Tue, 3 Nov 2026, 07:30, 3 Nov 2026, 3 Nov 2026"),
        ({"time_zone": "America/New_York"}, "Mon, 2 Nov 2026, 17:30, 2 Nov 2026, 2 Nov 2026"),
        ({"time_zone": "Nowhere/Else"}, "Mon, 2 Nov 2026, 23:30, 2 Nov 2026, 2 Nov 2026"),
    ],
)
def test_text_shows_times_of_the_customers_zone(known: dict[str, Any], shown: str) -> None:
    conversation = talk(**known)
    conversation.say("hello")
    assert conversation.bot_messages[0].content.text == shown  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "junk",
    ["", "Europe", "../../etc/passwd", "/etc/localtime", "\x00", "Mars/Base", "UTC" * 999, "ü", 5, None, ["UTC"], True],
)
def test_what_is_no_zone_is_passed_over_for_the_bots(junk: Any) -> None:
    bot = nordnetz().bot
    assert zone_of(bot, {"time_zone": junk}) == "Europe/Berlin"
    assert view_of(bot, "en", {"time_zone": junk}).zone == "Europe/Berlin"


def test_today_is_the_customers_day() -> None:
    scene = Scene(key="e", now=LATE, channel="webchat", language="en", customer="c", hours={})
    bot = nordnetz().bot
    assert Names(bot, scene, {})["today"] == "2026-11-02"
    assert Names(bot, scene, {"time_zone": "Pacific/Auckland"})["today"] == "2026-11-03"
