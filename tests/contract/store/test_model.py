"""Accepts, turns and timers, submitted in groups at once, against a model of a few dicts that does them one after another."""

import asyncio
import shutil
from collections.abc import Coroutine
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversation.effects import CancelTimer, Effect, SetTimer
from conversation.errors import StaleError
from conversation.events import TimerFired
from conversation.records import Accepted, Saved, Timer, Turn
from conversation.state import Closed, Conversation
from store.sql import SqlStore
from tests.support.storing import closed, fresh, in_phase, inbound, later, says, turn

CHATS = ("anna", "boris")


@dataclass(frozen=True)
class Accept:
    address: str
    number: int


@dataclass(frozen=True)
class Step:
    """A turn. ``late``: on a version that is not the chat's; ``again``: answers an event that may have been answered."""

    address: str
    posts: int
    late: bool
    again: bool
    close: bool
    timer: int | None
    """Seconds to set it to; 0 cancels; None leaves it."""


@dataclass(frozen=True)
class Fire:
    address: str
    due: int


addresses = st.sampled_from(CHATS)
ops = st.one_of(
    st.builds(Accept, addresses, st.integers(0, 6)),
    st.builds(
        Step,
        addresses,
        posts=st.integers(0, 2),
        late=st.sampled_from([False, False, False, True]),
        again=st.booleans(),
        close=st.sampled_from([False, False, True]),
        timer=st.sampled_from([None, 0, 1, 2]),
    ),
    st.builds(Fire, addresses, st.integers(1, 2)),
)


@dataclass
class Model:
    """What must be in the store. An event that was accepted in the running group has no number yet: no turn takes it."""

    known: set[tuple[str, int]] = field(default_factory=set)
    waiting: dict[str, list[str]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    talks: dict[str, Conversation] = field(default_factory=dict)
    timers: dict[str, int] = field(default_factory=dict)
    seqs: dict[str, int] = field(default_factory=dict)
    names: "count[int]" = field(default_factory=count)

    def accept(self, op: Accept) -> bool:
        key = (op.address, op.number)
        if key in self.known:
            return False
        self.known.add(key)
        self.waiting.setdefault(f"chat-{op.address}", []).append(f"event-{op.address}-{op.number}")
        return True

    def step(self, op: Step) -> tuple[Turn, bool]:
        """The turn to save, and whether it must stand."""
        chat = f"chat-{op.address}"
        before = self.talks.get(chat)
        if before is None or isinstance(before.phase, Closed):
            before = msgspec.structs.replace(fresh(chat, f"talk-{chat}-{next(self.names)}"), seq=self.seqs.get(chat, 0))
        effects: list[Effect] = [says(before, before.seq + 1 + n) for n in range(op.posts)]
        if op.timer is not None:
            effects.append(SetTimer(name="t", due=later(op.timer)) if op.timer else CancelTimer(name="t"))
        waiting = self.waiting.get(chat, [])
        numbered = sorted((event for event in waiting if event in self.numbers), key=lambda event: self.numbers[event])
        over = [name for name in self.numbers if name.startswith(f"event-{op.address}-") and name not in waiting]
        event = next(iter(over if op.again else numbered), "")
        handled = (self.numbers[event],) if event else ()
        made = turn(in_phase(before, closed()) if op.close else before, *effects, handled=handled)
        if op.late:
            return msgspec.structs.replace(made, base=made.base + 1), False
        all_waiting = [name for names in self.waiting.values() for name in names]
        if event and event not in all_waiting:
            return made, False
        self._save(chat, made, event, op)
        return made, True

    def _save(self, chat: str, made: Turn, event: str, op: Step) -> None:
        for names in self.waiting.values():
            if event in names:
                names.remove(event)
        self.talks[chat] = made.conversation
        self.seqs[chat] = made.conversation.seq
        if op.close or op.timer == 0:
            self.timers.pop(made.conversation.id, None)
        elif op.timer:
            self.timers[made.conversation.id] = op.timer

    def fire(self, op: Fire, name: str) -> tuple[Timer, bool]:
        chat = f"chat-{op.address}"
        talk = self.talks[chat].id if chat in self.talks else "none"
        stands = self.timers.get(talk) == op.due
        if stands:
            del self.timers[talk]
            self.waiting.setdefault(chat, []).append(name)
        return Timer(chat=chat, conversation=talk, name="t", due=later(op.due)), stands


def plan(store: SqlStore, model: Model, op: Accept | Step | Fire, name: str) -> tuple[Coroutine[Any, Any, Any], bool]:
    """What to submit, and whether it must have an effect."""
    match op:
        case Accept(address=address, number=number):
            event = inbound(f"{address}-{number}", address)
            return store.accept(event, f"chat-{address}"), model.accept(op)
        case Step():
            made, stands = model.step(op)
            return store.save(made), stands
        case Fire():
            timer, stands = model.fire(op, name)
            return store.fire(timer, TimerFired(id=name, at=timer.due, name="t", due=timer.due)), stands


def had_effect(result: object) -> bool:
    match result:
        case Accepted(row=row):
            return row is not None
        case Saved():
            return True
        case StaleError():
            return False
        case _:
            raise AssertionError(result)


async def check(store: SqlStore, model: Model) -> None:
    rows = await store.unhandled(1000)
    model.numbers = {row.event.id: row.number for row in rows} | {
        name: number for name, number in model.numbers.items() if name not in {row.event.id for row in rows}
    }
    for chat in {f"chat-{address}" for address, _ in model.known}:
        assert sorted(row.event.id for row in rows if row.chat == chat) == sorted(model.waiting.get(chat, []))
        snapshot = await store.load(chat)
        assert snapshot.conversation == model.talks.get(chat)
        assert [each.seq for each in await store.history(chat, 0, 1000)] == list(range(1, model.seqs.get(chat, 0) + 1))
    due = await store.due_timers(later(100), 1000)
    assert {timer.conversation: timer.due for timer in due} == {
        talk: later(seconds) for talk, seconds in model.timers.items()
    }
    assert len(await store.open_sends(1000)) == sum(model.seqs.values())


async def run(file: Path, groups: list[list[Accept | Step | Fire]]) -> None:
    store = await SqlStore.open(f"sqlite:///{file}")
    model = Model()
    names = (f"fired-{number}" for number in count())
    try:
        for group in groups:
            known = {address for address, _ in model.known}
            able = [op for op in group if isinstance(op, Accept) or op.address in known]
            planned = [plan(store, model, op, next(names)) for op in able]
            async with asyncio.timeout(2):
                results = await asyncio.gather(*(submitted for submitted, _ in planned), return_exceptions=True)
            assert [had_effect(result) for result in results] == [stands for _, stands in planned]
            await check(store, model)
    finally:
        await store.close()


@settings(max_examples=50, deadline=None)
@given(groups=st.lists(st.lists(ops, min_size=1, max_size=8), min_size=1, max_size=8))
def test_groups_submitted_at_once_do_what_they_would_one_after_another(
    groups: list[list[Accept | Step | Fire]], migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    asyncio.run(run(Path(shutil.copy(migrated, tmp_path_factory.mktemp("model"))), groups))
