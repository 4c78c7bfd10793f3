"""A week of conversations on a virtual clock: every time-out comes, nobody starves, nobody is talked over."""

import json
import random
import time
from datetime import timedelta
from typing import Final

from conversation.content import Text
from conversation.events import (
    CustomerPressed,
    CustomerSaid,
    OperatorClaimed,
    OperatorClosed,
    OperatorHandedBack,
    OperatorReplied,
)
from conversation.state import Closed, Parked, WithBot, WithOperator
from engine.rules import Rules
from tests.support.bots import MONDAY, make_rules
from tests.support.wheel import Centre

WEEK: Final = timedelta(days=7)
CUSTOMERS: Final = 500
LIMIT: Final = 5.0
"""Seconds of this process's own work."""
BOT: Final = """
start: menu
defaults: {misses: {limit: 3, go: human}, silence: {after: 10m, reminders: 1, go: asleep}, failed: human}
steps:
  menu: {choose: {look: look, talk: human, leave: bye}}
  look: {do: look_up, save: found, failed: menu, go: menu}
  human: {handover: care, go: csat}
  nobody: {choose: {again: human, leave: bye}}
  csat: {ask: rating, save: rating, silence: {after: 1h, go: bye}, go: bye}
  bye: {say: bye, end: solved}
  asleep: {end: silent}
"""
SETTINGS: Final = """
title: Test
languages: {source: en, all: [en, de]}
time_zone: Europe/Berlin
start: main
commands:
  menu: {dialog: main, step: menu}
  human: {dialog: main, step: human}
  stop: {}
teams: {care: {hours: {mon-sun: ["00:00-24:00"]}}}
waiting: {remind: [2m, 5m], expires: 15m, then: nobody}
live: {customer_silent: {remind: 5m, close: 15m}, operator_silent: {remind: 2m, reassign: 5m}, reopen: 24h}
"""


def _rules() -> Rules:
    return make_rules({"bot.yaml": SETTINGS, "dialogs/main.yaml": BOT})


class _Customer:
    """Writes now and then, for a week, with a habit of its own; the dice say what and when."""

    WORDS: Final = {
        "patient": ("talk", "hello?", "thank you", "5"),
        "restless": ("talk", "menu", "look", "human", "1", "2"),
        "silent": ("talk",),
        "keeps": ("talk", "still here", "still here"),
        "leaves": ("talk", "stop"),
        "angry": ("this is outrageous", "hello?"),
        "bot": ("look", "leave", "1", "3"),
    }

    def __init__(self, centre: Centre, chat: str, habit: str, dice: random.Random) -> None:
        self.centre, self.chat, self.words, self.dice = centre, chat, self.WORDS[habit], dice
        self.said = 0

    def speak(self) -> None:
        centre, text = self.centre, self.words[self.said % len(self.words)]
        self.said += 1
        if self.dice.random() < 0.1:
            payload = self.dice.choice(("=keep", "=bot", "=instead"))
            centre.take(self.chat, CustomerPressed(id=centre.key(), at=centre.now, payload=payload, menu=centre.key()))
        else:
            centre.take(self.chat, CustomerSaid(id=centre.key(), at=centre.now, content=Text(text=text)))
        soon = self.dice.random() < 0.9 and self.said % 8
        centre.after(self.dice.uniform(20, 900) if soon else self.dice.uniform(20_000, 150_000), self.speak)


class _Operator:
    """Takes who has waited longest, answers some of it, and lets go; sometimes goes for lunch in the middle of a chat."""

    def __init__(self, centre: Centre, name: str, dice: random.Random) -> None:
        self.centre, self.dice = centre, dice
        self.who = {"operator": name, "name": name.title()}

    def work(self) -> None:
        centre = self.centre
        mine = [
            chat
            for chat, state in centre.states.items()
            if isinstance(state.phase, WithOperator) and state.phase.operator == self.who["operator"]
        ]
        for chat in mine:
            self._go_on(chat)
        waits = [(s.phase.since, chat) for chat, s in centre.states.items() if isinstance(s.phase, Parked)]
        if waits and len(mine) < 4 and self.dice.random() < 0.5:
            self._take(OperatorClaimed, min(waits)[1])
        centre.after(self.dice.uniform(60, 900), self.work)

    def _go_on(self, chat: str) -> None:
        what = self.dice.random()
        if what < 0.35:
            self._take(OperatorReplied, chat, content=Text(text="Good day"), client_id=self.centre.key())
        elif what < 0.5:
            self._take(OperatorClosed, chat, outcome="solved")
        elif what < 0.55:
            self._take(OperatorHandedBack, chat)

    def _take(self, kind: type, chat: str, **more: object) -> None:
        self.centre.take(chat, kind(id=self.centre.key(), at=self.centre.now, **self.who, **more))


def _week() -> Centre:
    dice = random.Random(5)
    centre = Centre(_rules())
    habits = list(_Customer.WORDS)
    for number in range(CUSTOMERS):
        customer = _Customer(centre, f"chat{number}", habits[number % len(habits)], dice)
        centre.after(dice.uniform(0, 6 * 86400), customer.speak)
    for name in ("anna", "bert", "cleo"):
        centre.after(dice.uniform(0, 300), _Operator(centre, name, dice).work)
    centre.run(MONDAY + WEEK)
    return centre


def test_a_week_of_five_hundred_conversations_meets_every_time_out_and_leaves_nobody_waiting() -> None:
    began = time.process_time()
    centre = _week()
    took = time.process_time() - began
    figures = {"customers": CUSTOMERS, "steps": centre.steps, "seconds": round(took, 2), "fired": centre.fired}
    print(json.dumps(figures))  # noqa: T201 - the figures of the run
    every = {"silence", "wait_place", "wait_remind_1", "wait_remind_2", "wait_warn", "wait_expire"}
    every |= {"customer_remind", "customer_close", "operator_remind", "operator_reassign"}
    assert every <= set(centre.fired)
    assert centre.talked_over == 0
    assert len(centre.states) == CUSTOMERS
    heard = {origin.removeprefix("_product/") for chat in centre.states for origin in centre.heard(chat)}
    assert {"waiting.first_wait", "waiting.meanwhile", "waiting.warn", "waiting.kept", "waiting.again"} <= heard
    assert {"waiting.place_wait", "live.remind", "closed_silent", "reopened", "bot_again"} <= heard
    for state in centre.states.values():
        if not isinstance(state.phase, Closed):
            assert state.timers or state.run.frames[-1].stage == "doing"
            assert all(due > centre.now for due in state.timers.values())
        if isinstance(state.phase, Parked):
            assert centre.now <= state.phase.expires
        if isinstance(state.phase, WithBot):
            assert not {"wait_expire", "customer_close", "operator_reassign"} & set(state.timers)
    assert took < 4 * LIMIT, f"{took:.1f} s: far more work than a week of conversations should be"
