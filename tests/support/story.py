"""A bot that is published again and again while one customer talks to it: real engine, real SQLite, a clock that is turned."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from conversation.state import Conversation
from dialogs.reading.bot import Files
from store.sql import SqlStore
from tests.support.bots import SETTINGS
from tests.support.connector_surroundings import TurnedClock
from tests.support.editions import editions_of, put
from tests.support.engines import Process, Sends

MAIN = """
start: menu
title: Main
defaults: {misses: {limit: 3, go: human}, silence: {after: 10m, reminders: 1, go: asleep}, failed: human}
steps:
  menu: {choose: {order: name, chat: colour, person: human, leave: bye}}
  name: {ask: text, save: name, go: size}
  size: {ask: number, save: size, go: done}
  done: {say: done, go: menu}
  colour: {ask: text, save: colour, go: shade}
  shade: {ask: text, save: shade, go: nice}
  nice: {say: nice, go: menu}
  human: {handover: care, go: bye}
  bye: {say: bye, end: solved}
  asleep: {end: silent}
"""
TEXTS = """
en:
  menu: {text: "What is it?", options: {order: Order, chat: Chat, person: Person, leave: Leave}}
  name: {text: "Your name?"}
  size: {text: "Which size, {{ name }}?"}
  done: {text: "Noted: {{ name }}, size {{ size }}."}
  colour: {text: "Your colour?"}
  shade: {text: "Dark or light?"}
  nice: {text: "{{ shade }} {{ colour }}, how nice."}
  human: {text: "A person comes."}
  bye: {text: "Bye."}
"""


class Story:
    """A bot that is published again and again, and one customer who talks to it all the while."""

    def __init__(self, process: Process, clock: TurnedClock, folder: Path) -> None:
        self.process = process
        self.clock = clock
        self.turns = 0
        self._main, self._texts = MAIN, TEXTS
        self.editions = editions_of(folder, process.store, clock)

    def files(self) -> Files:
        files = {"bot.yaml": SETTINGS.replace("all: [en, de]", "all: [en]"), "dialogs/main.yaml": self._main}
        return {name: text.encode() for name, text in {**files, "locales/en/main.yaml": self._texts}.items()}

    def edit(self, *changes: tuple[str, str], texts: tuple[tuple[str, str], ...] = ()) -> None:
        """A draft: nobody gets it."""
        for old, new in changes:
            assert old in self._main, old
            self._main = self._main.replace(old, new)
        for old, new in texts:
            assert old in self._texts, old
            self._texts = self._texts.replace(old, new)

    async def publish(self, *changes: tuple[str, str], texts: tuple[tuple[str, str], ...] = ()) -> str:
        self.edit(*changes, texts=texts)
        self.clock.moment += timedelta(minutes=1)
        hash_ = await put(self.process.store, self.files(), self.clock.now())
        await self.editions.refresh()
        assert self.editions.version == hash_
        return hash_

    async def say(self, *texts: str) -> list[str]:
        """What the bot says to the last of them. Nothing that the customer says is left without a word."""
        said: list[str] = []
        for text in texts:
            self.turns += 1
            self.clock.moment += timedelta(seconds=30)
            before = len(self.process.channel.sent)
            assert await self.process.receive(f"n{self.turns}", "anna", text)
            await self.process.settled()
            said = [line for _, line in self.process.channel.sent[before:]]
            assert said, f"nothing was said to {text!r}"
        return said

    async def state(self) -> Conversation:
        found = (await self.process.store.load((await self.process.chat("anna")).id)).conversation
        assert found
        return found


@asynccontextmanager
async def told(tmp_path: Path) -> AsyncIterator[Story]:
    store, clock = await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db"), TurnedClock()
    folder = tmp_path / "bot"
    first = Story(Process(store, clock, Sends()), clock, folder)
    await put(store, first.files(), clock.now())
    await first.editions.begin()
    story = Story(Process(store, clock, Sends(), editions=first.editions), clock, folder)
    story.editions = first.editions
    yield story
    await story.process.engine.stop()
    await store.close()
