"""A crowd that talks steadily to the counting bot, and an account of what became of every word.

Each answer of that bot carries a number and the words it answers: a lost, doubled or misplaced one shows.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bots.webchat.frames import ACCOUNT, CHANNEL
from conversation.content import plain_text
from conversation.message import Message
from conversation.state import WithOperator
from store.sql import SqlStore
from tests.support.customers import AtTheDesk, Say, Visitor, browsers, until

LONGEST = 900
"""Seconds that a crowd may talk."""
MANY = 1_000_000
NAP_OVER = "is over"


@dataclass(slots=True, kw_only=True)
class Account:
    """What is not as it must be, with examples. Empty: nobody lost anything."""

    messages: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def blame(self, fault: str, example: str) -> None:
        self.faults[fault] += 1
        if len(self.examples) < 10:
            self.examples.append(f"{fault}: {example}")


@dataclass(slots=True, kw_only=True)
class Crowd:
    """``talkers`` speak by the clock, ``nappers`` wait for a timer after each word, ``held`` are with the operator."""

    talkers: list[Visitor]
    nappers: list[Visitor]
    held: list[Visitor]
    rate: float
    conversations: dict[str, str] = field(default_factory=dict)
    """Of the held, by name."""

    @property
    def everybody(self) -> list[Visitor]:
        return [*self.talkers, *self.nappers, *self.held]

    def due(self) -> int:
        now = time.monotonic()
        return sum(visitor.due(now) for visitor in self.talkers)

    def answered(self) -> int:
        return sum(visitor.answered for visitor in self.talkers)

    def missing(self) -> int:
        """Answers that should have been there by now."""
        return self.due() - self.answered()

    async def keep_up(self, *, seconds: float) -> float:
        """Until no more than a second's worth of answers is missing; how long that took. Raises TimeoutError."""
        began = time.monotonic()
        await until(
            lambda: self.missing() <= self.rate, seconds=seconds, what="the crowd was answered at its full rate"
        )
        return time.monotonic() - began

    async def parked_and_claimed(self, desk: AtTheDesk) -> None:
        """The held ones are with the operator when this returns."""
        for visitor in self.held:
            await until(lambda visitor=visitor: bool(visitor.chat), seconds=30, what="a visitor arrived")  # type: ignore[misc]
            async with asyncio.timeout(30):
                self.conversations[visitor.name] = await desk.parked(visitor.chat)
                await desk.command("claim", f"{visitor.name}-claim", self.conversations[visitor.name])

    async def farewell(self, desk: AtTheDesk) -> None:
        """Each held one hears the operator, and no bot until the chat is closed."""
        for visitor in self.held:
            conversation = self.conversations[visitor.name]
            async with asyncio.timeout(30):
                await desk.command("reply", f"{visitor.name}-bye", conversation, text="bye")
        for visitor in self.held:
            await until(lambda visitor=visitor: visitor.heard("bye"), seconds=30, what="the reply came")  # type: ignore[misc]

    async def finish(self, *, seconds: float) -> None:
        """Everybody says no more, and hears all that is left to hear."""
        for visitor in self.everybody:
            visitor.enough()
        await until(
            lambda: all(visitor.settled.is_set() for visitor in self.everybody) and self.answered() == self.said(),
            seconds=seconds,
            what=f"{self.said() - self.answered()} answers came",
        )

    def said(self) -> int:
        return sum(len(visitor.script) for visitor in self.talkers)

    def waits(self, since: float, to: float) -> list[float]:
        """Seconds until the acks that came in that time, shortest first."""
        return sorted(wait for visitor in self.talkers for at, wait in visitor.waits if since <= at <= to)


@asynccontextmanager
async def crowd(
    doors: Sequence[str], *, rate: float, talkers: int, nappers: int = 0, held: int = 0
) -> AsyncIterator[Crowd]:
    """All of them at work; half of them begin at each of two doors. ``rate``: messages a second of all ``talkers``."""
    pause = talkers / rate

    def visitor(kind: str, number: int, script: Sequence[Say], pause: float) -> Visitor:
        first = number % len(doors)
        return Visitor(
            name=f"{kind}{number}",
            url=doors[first],
            others=[*doors[first + 1 :], *doors[:first]],
            script=script,
            pause=pause,
            window=3,
            client=f"10.{ord(kind)}.{number // 250}.{number % 250 + 1}",
        )

    people = Crowd(
        talkers=[visitor("t", number, _words(f"t{number} m", pause), pause) for number in range(talkers)],
        nappers=[visitor("n", number, _words(f"n{number} m", 1.0, nap=True), 0.0) for number in range(nappers)],
        held=[
            visitor("h", number, [Say(text=f"h{number} m0"), Say(text="human", until="will come")], 0.0)
            for number in range(held)
        ],
        rate=rate,
    )
    async with browsers() as session:
        tasks = []
        try:
            for one in people.everybody:
                tasks.append(asyncio.create_task(one.run(session)))
                await asyncio.sleep(1 / rate)  # not all at the same moment of their second
            yield people
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _words(stem: str, pause: float, *, nap: bool = False) -> list[Say]:
    """More than anybody comes to say."""
    texts = [f"{stem}{number}{' nap' * (nap and number > 0)}" for number in range(int(LONGEST / pause) + 5)]
    return [Say(text=text, until=NAP_OVER if text.endswith("nap") else "") for text in texts]


# ── the account ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def account(url: str, people: Crowd) -> Account:
    """From the database and from what the pages saw, once everybody is done."""
    found = Account()
    store = await SqlStore.open(url)
    try:
        for visitor in people.everybody:
            await _visitor(found, store, visitor, held=visitor in people.held)
        left = [*await store.unhandled(MANY), *await store.open_sends(MANY), *await store.open_jobs(MANY)]
        if left:
            found.blame("left_over", f"{len(left)} rows")
    finally:
        await store.close()
    return found


async def _visitor(found: Account, store: SqlStore, visitor: Visitor, *, held: bool) -> None:
    chat = await store.find_chat(CHANNEL, ACCOUNT, visitor.chat)
    history = await store.history(chat.id, 0, MANY) if chat else ()
    texts = [say.text for say in visitor.script]
    found.messages += len(texts)
    counts = Counter(text for author, text in _lines(history) if author == "customer")
    for text in texts:
        if not counts[text]:
            found.blame("lost", f"{visitor.name}: {text}")
        elif counts[text] > 1:
            found.blame("twice", f"{visitor.name}: {text}")
    spoken, expected = list(_lines(history)), list(_expected(texts, held=held))
    if spoken != expected:
        at = next((index for index, pair in enumerate(zip(spoken, expected, strict=False)) if pair[0] != pair[1]), -1)
        found.blame("wrong", f"{visitor.name}: line {at} is {spoken[at : at + 2]}, not {expected[at : at + 2]}")
    for fault in visitor.faults:
        found.blame("page_fault", fault)
    if [(seen.author, seen.text) for seen in visitor.seen] != spoken:
        found.blame("page_differs", f"{visitor.name} saw {len(visitor.seen)} of {len(spoken)}")
    conversation = await store.conversation(chat.conversation) if held and chat else None
    if held and not (conversation and isinstance(conversation.phase, WithOperator)):
        found.blame("wrong_owner", f"{visitor.name}: {conversation and conversation.phase}")


def _lines(history: Sequence[Message]) -> Iterator[tuple[str, str]]:
    return ((line.author, plain_text(line.content)) for line in history if line.author != "system")


def _expected(texts: Sequence[str], *, held: bool) -> Iterator[tuple[str, str]]:
    """The whole conversation, as the counting bot and the operator hold it."""
    words, naps = "nothing", 0
    for index, text in enumerate(texts):
        yield "customer", text
        if text == "human":
            yield "bot", "A person will come."
            continue
        if index == 0:
            yield "bot", "I count."
        else:
            words = text
        if text.endswith(" nap"):
            naps += 1
            yield "bot", f"nap {naps} begins"
            yield "bot", f"nap {naps} is over"
        yield "bot", f"{index + 1} after {words}"
    if held:
        yield "operator", "bye"
