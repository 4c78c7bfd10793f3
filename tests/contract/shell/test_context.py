"""The back-end is asked about a customer beside the turns, and what it says is kept as it comes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conversation.errors import ContextError, StoreError
from conversation.knowing import About, Known, Offer, Rows
from conversation.news import CONTEXT_TOPIC, ContextNews, News
from conversation.state import Closed
from engine.shell.context import OVERDUE, wanted
from engine.shell.keep_up import keep_up
from engine.shell.knowing import context_of
from store.bus import MemoryBus
from store.sql import SqlStore
from tests.support.bots import main_bot
from tests.support.connector_surroundings import TurnedClock
from tests.support.customers import until
from tests.support.engines import Process, Sends

RULES = main_bot(
    """
  menu: {choose: {who: who, end: bye, person: human}}
  who: {say: who, needs: customer, go: menu}
  human: {handover: care, go: bye}
  bye: {say: bye, end: solved}
  asleep: {end: silent}
""",
    find="fills: customer\nstart: ask\nsteps:\n  ask: {ask: text, save: word, go: known, "
    "misses: {limit: 3, go: no}, silence: {after: 10m, go: no}}\n"
    "  known: {set: {customer: word}, end: filled}\n  no: {end: failed}\n",
)


class Crm:
    """Answers when it is told to; ``asked`` is what it was asked."""

    offers: Sequence[Offer] = (Offer(name="orders", title="Orders", limit=3), Offer(name="faults", title="x", limit=3))

    def __init__(self) -> None:
        self.asked: list[tuple[str, About]] = []
        self.go = asyncio.Event()
        self.fails: dict[str, Exception] = {}

    async def ask(self, provider: str, about: About) -> Rows:
        self.asked.append((provider, about))
        await self.go.wait()
        if provider in self.fails:
            raise self.fails[provider]
        return ((provider, str(about.variables.get("customer", "nobody"))),)


class Tells(MemoryBus):
    """Keeps the news of what became known."""

    def __init__(self) -> None:
        super().__init__()
        self.known: list[ContextNews] = []

    async def publish(self, topic: str, payload: bytes) -> None:
        if topic.startswith("chat:"):
            news: News = msgspec.json.decode(payload, type=News)
            self.known += [news] if isinstance(news, ContextNews) else []
        await super().publish(topic, payload)


@pytest.fixture
async def crm() -> Crm:
    return Crm()


@pytest.fixture
async def bus() -> Tells:
    return Tells()


@pytest.fixture
async def process(tmp_path: Path, crm: Crm, bus: Tells) -> AsyncIterator[Process]:
    store = await SqlStore.open(f"sqlite:///{tmp_path / 'lotse.db'}")
    made = Process(store, TurnedClock(), Sends(), bus, rules=RULES, providers=crm)
    yield made
    await made.engine.stop()
    await store.close()


async def says(process: Process, *texts: str) -> str:
    """The conversation."""
    for text in texts:
        await process.receive(f"{process.engine._ids.new()}", "eva", text)
        await process.settled()
    snapshot = await process.store.load((await process.chat("eva")).id)
    assert snapshot.conversation is not None
    return snapshot.conversation.id


async def known(process: Process, conversation: str) -> dict[str, tuple[str, Rows]]:
    return {each.provider: (each.state, each.rows) for each in await process.store.context.of(conversation)}


async def becomes(process: Process, conversation: str, wanted: Callable[[dict[str, tuple[str, Rows]]], bool]) -> None:
    for _ in range(500):
        if wanted(await known(process, conversation)):
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"it stays {await known(process, conversation)}")


def ready(who: str) -> dict[str, tuple[str, Rows]]:
    return {name: ("ready", ((name, who),)) for name in ("faults", "orders")}


async def test_a_conversation_that_starts_is_asked_about_and_does_not_wait(
    process: Process, crm: Crm, bus: Tells
) -> None:
    here = await says(process, "hello")
    assert (await process.history("eva"))[-1] == ("bot", "menu")
    await becomes(process, here, lambda found: {state for state, _ in found.values()} == {"waiting"})
    await until(lambda: len(crm.asked) == 2, what="both were asked side by side")
    about = crm.asked[0][1]
    assert (about.conversation, about.channel, about.address, about.language) == (here, "messenger", "eva", "en")
    crm.go.set()
    await becomes(process, here, lambda found: found == ready("nobody"))
    await until(lambda: len(bus.known) == 3, what="the desk was told of each")
    assert {news.conversation for news in bus.known} == {here}
    await says(process, "again", "and again")
    assert len(crm.asked) == 2


async def test_who_the_customer_is_asks_again(process: Process, crm: Crm) -> None:
    crm.go.set()
    here = await says(process, "hello", "who", "Eva")
    await becomes(process, here, lambda found: found == ready("Eva"))
    assert len(crm.asked) == 4


async def test_what_is_slow_with_the_unknown_customer_does_not_overwrite_the_known(process: Process, crm: Crm) -> None:
    here = await says(process, "hello", "who")
    await process.clock.sleep(1)
    await says(process, "Eva")
    crm.go.set()
    await becomes(process, here, lambda found: found == ready("Eva"))
    assert await known(process, here) == ready("Eva")


async def test_one_that_fails_or_is_late_is_told_so_and_the_other_is_shown(process: Process, crm: Crm) -> None:
    crm.fails = {"orders": ContextError("orders", "no", late=True), "faults": ContextError("faults", "no")}
    crm.go.set()
    here = await says(process, "hello")
    await becomes(process, here, lambda found: found == {"faults": ("failed", ()), "orders": ("late", ())})


async def test_the_desk_may_ask_anew(process: Process, crm: Crm, bus: Tells) -> None:
    crm.go.set()
    here = await says(process, "hello")
    await becomes(process, here, lambda found: found == ready("nobody"))
    chat = (await process.chat("eva")).id
    listening = asyncio.create_task(keep_up(process.clock, "context", process.engine.contexts.listen, pause=1.0))
    await until(lambda: bool(bus._topics.get(CONTEXT_TOPIC)), what="the worker listens")
    for conversation in ("another", here):
        await bus.publish(CONTEXT_TOPIC, msgspec.json.encode(ContextNews(chat=chat, conversation=conversation)))
    await bus.publish(CONTEXT_TOPIC, msgspec.json.encode(ContextNews(chat="nobody's", conversation=here)))
    await until(lambda: len(crm.asked) == 4, what="it was asked anew")
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert len(crm.asked) == 4


async def test_what_is_known_goes_with_the_conversation(process: Process, crm: Crm) -> None:
    crm.go.set()
    here = await says(process, "hello")
    await becomes(process, here, lambda found: found == ready("nobody"))
    await says(process, "end")
    await becomes(process, here, lambda found: found == {})


async def test_a_store_that_fails_stops_no_turn(process: Process, crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: Any) -> None:
        raise StoreError("full")

    monkeypatch.setattr(process.store.context, "put", fails)
    await says(process, "hello", "who")
    assert (await process.history("eva"))[-1] == ("bot", "ask")
    assert process.engine.contexts._running == {}


async def test_more_than_can_be_asked_about_is_left_for_later(
    process: Process, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.shell.context.MOST", 0)
    here = await says(process, "hello")
    assert crm.asked == []
    assert wanted(await process.store.context.of(here), process.clock.now())


def test_a_lost_answer_is_wanted_again() -> None:
    now = TurnedClock().now()
    old = now - OVERDUE - timedelta(seconds=1)
    assert wanted([], now)
    assert wanted([Known(provider="a", title="a", state="waiting", at=old)], now)
    assert not wanted([Known(provider="a", title="a", state="waiting", at=now)], now)
    assert not wanted([Known(provider="a", title="a", state="failed", at=old)], now)


async def test_the_desk_reads_what_is_known_in_the_operators_language(process: Process, crm: Crm, bus: Tells) -> None:
    crm.offers = (Offer(name="orders", title={"de": "Bestellungen", "en": "Orders"}, limit=3), crm.offers[1])
    crm.fails = {"faults": ContextError("faults", "no", late=True)}
    crm.go.set()
    here = await says(process, "hello")
    await becomes(process, here, lambda found: {state for state, _ in found.values()} == {"late", "ready"})
    conversation = await process.store.conversation(here)
    assert conversation is not None
    asked = await bus.subscribe(CONTEXT_TOPIC)
    shown = {
        language: await context_of(
            process.store.context, bus, RULES, conversation, language=language, now=process.clock.now()
        )
        for language in ("de", "uk")
    }
    late, orders = shown["de"]
    assert (orders.title, orders.state, orders.rows, orders.error) == (
        "Bestellungen",
        "ready",
        (("orders", "nobody"),),
        "",
    )
    assert (late.state, late.error) == (
        "late",
        "Das System antwortet nicht rechtzeitig. „Neu laden“ fragt noch einmal.",
    )
    assert shown["uk"][1].title == "Orders"
    assert not asked.pending


async def test_the_desk_asks_for_what_is_missing_when_a_conversation_is_opened(
    process: Process, crm: Crm, bus: Tells
) -> None:
    here = await says(process, "hello")
    await process.engine.contexts.drain()
    await process.store.context.drop(here)
    conversation = await process.store.conversation(here)
    assert conversation is not None
    asked = await bus.subscribe(CONTEXT_TOPIC)
    now = process.clock.now()
    assert await context_of(process.store.context, bus, RULES, conversation, language="de", now=now) == []
    assert asked.pending
    over = msgspec.structs.replace(conversation, phase=Closed(outcome="solved", at=now))
    quiet = await bus.subscribe(CONTEXT_TOPIC)
    assert await context_of(process.store.context, bus, RULES, over, language="de", now=now) == []
    assert not quiet.pending
