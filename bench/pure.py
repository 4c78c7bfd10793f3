"""The pure core without anything around it."""

import time
from datetime import UTC, datetime
from pathlib import Path

from app.bot_folder import load_rules
from bench.scripts import MENU, MENU_START, Course
from conversation.content import Text
from conversation.events import CustomerSaid
from conversation.state import Conversation
from engine.step import MAX_TURNS, step

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ROUND = MAX_TURNS - 20
"""Turns of one conversation; then a new one, before it is thought endless."""


def steps_a_second(bot: Path, seconds: float) -> float:
    rules = load_rules(bot)
    done = 0
    began = time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        state, course = (
            Conversation(id="c", chat="c", channel="webchat", opened_at=NOW, language="de"),
            Course(MENU_START, MENU),
        )
        for number in range(ROUND):
            event = CustomerSaid(id=str(number), at=NOW, content=Text(text=course.line()[0]))
            state, _ = step(state, event, rules)
        done += ROUND
    return done / spent
