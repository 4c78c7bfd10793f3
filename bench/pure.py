"""The pure core without anything around it."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.bot_folder import load_rules
from bench.scripts import MENU, MENU_START, Course
from conversation.content import Text
from conversation.effects import Effect, Understand
from conversation.events import CustomerSaid, Understood
from conversation.state import Conversation
from conversation.understanding import Understanding
from engine.rules import Rules
from engine.step import MAX_TURNS, step

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ROUND = MAX_TURNS - 20
"""Turns of one conversation; then a new one, before it is thought endless."""


def turn(state: Conversation, text: str, number: str, rules: Rules) -> tuple[Conversation, tuple[Effect, ...]]:
    """What the engine does with a line, with an NLU layer that understands nothing. A second after the line before."""
    at = state.last_customer_at + timedelta(seconds=1) if state.last_customer_at else NOW
    state, effects = step(state, CustomerSaid(id=number, at=at, content=Text(text=text)), rules)
    asked = next((effect for effect in effects if isinstance(effect, Understand)), None)
    if asked is None:
        return state, effects
    answer = Understood(id=f"{number}.u", at=at, request=asked.request, understanding=Understanding())
    state, more = step(state, answer, rules)
    return state, (*effects, *more)


def steps_a_second(bot: Path, seconds: float) -> float:
    rules = load_rules(bot)
    done = 0
    began = time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        state, course = Conversation(id="c", chat="c", channel="webchat", opened_at=NOW), Course(MENU_START, MENU)
        for number in range(ROUND):
            state, _ = turn(state, course.line()[0], str(number), rules)
        done += ROUND
    return done / spent
