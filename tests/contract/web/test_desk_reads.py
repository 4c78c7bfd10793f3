"""What a full desk costs: how often the store is read when many operators look at many chats."""

import functools
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from conversation.content import Text
from conversation.events import CustomerSaid
from conversation.records import Inbound
from tests.support.browsing import Browser, Frame, Link
from tests.support.service import Running, running

CHATS, SOCKETS = 20, 12
FULL_CHATS, FULL_SOCKETS = 200, 50


@pytest.fixture
async def lotse(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, messenger=True) as made:
        yield made


@pytest.fixture
def reads(lotse: Running, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each question was put to the database, by the method of the store that did."""
    inner: Any = lotse.store._database._inner
    read, found = inner.read, Counter[str]()

    async def counted(do: Any) -> Any:
        found[_name(do)] += 1
        return await read(do)

    monkeypatch.setattr(inner, "read", counted)
    return found


def _name(question: Any) -> str:
    """``undelivered.<locals>.read``: undelivered."""
    while isinstance(question, functools.partial):
        question = question.func
    return str(question.__qualname__).partition(".<locals>")[0].rpartition(".")[2]


async def queue(lotse: Running, chats: int) -> list[str]:
    """So many customers of a messenger who wait for a person; the conversations."""
    made = lotse.messenger
    assert made
    for words, number in (("Hallo", 1), ("Mitarbeiter", 2)):
        for address in range(chats):
            event = CustomerSaid(
                id=f"{number}.{address}", at=lotse.clock.now(), content=Text(text=words), language="de"
            )
            about: dict[str, str] = {"external_id": f"{number}.{address}", "address": str(1000 + address)}
            await made.surroundings.receive(Inbound(channel="telegram", account="bot", event=event, **about))
        await lotse.settle()
    return [card.conversation for card in await lotse.store.cards()]


async def desks(lotse: Running, sockets: int) -> list[Link]:
    """Four windows of each operator."""
    browsers: list[Browser] = []
    for number in range(-(-sockets // 4)):
        browsers.append(await lotse.operator(f"op{number}"))
        lotse.clock.turn(6)  # nobody may sign in faster
    return [await browsers[number // 4].desk() for number in range(sockets)]


def cards(link: Link) -> list[Frame]:
    """Those that changed."""
    return [frame["card"] for frame in link.frames if frame["type"] == "card"]


async def test_a_message_in_a_chat_that_many_have_open_is_looked_up_once(
    lotse: Running, reads: Counter[str], request: pytest.FixtureRequest
) -> None:
    full = request.config.getoption("--full")
    chats, sockets = (FULL_CHATS, FULL_SOCKETS) if full else (CHATS, SOCKETS)
    conversations = await queue(lotse, chats)
    assert len(conversations) == chats
    links = await desks(lotse, sockets)
    for link in links:
        await link.send("open", conversation=conversations[0])
        await link.until("conversation")
    reads.clear()
    await links[0].send("note", id="n", conversation=conversations[0], text="Wer kennt sich aus?")
    for link in links:
        await link.until("message", lambda frame: frame["message"].get("origin") == "note")
        await link.until("panel")
    noted = Counter(reads)
    print(json.dumps({"chats": chats, "sockets": sockets, "a_note": dict(noted)}))  # noqa: T201 - the figures of the run
    assert sum(noted.values()) <= 30, noted


async def test_a_storm_of_claims_costs_the_list_nothing(
    lotse: Running, reads: Counter[str], request: pytest.FixtureRequest
) -> None:
    full = request.config.getoption("--full")
    chats, sockets = (FULL_CHATS, FULL_SOCKETS) if full else (CHATS, SOCKETS)
    conversations = await queue(lotse, chats)
    links = await desks(lotse, sockets)
    reads.clear()
    for link, conversation in zip(links, conversations, strict=False):
        await link.send("claim", id=conversation, conversation=conversation)
    for link, conversation in zip(links, conversations, strict=False):
        await link.until("done", id=conversation)
        while not any(card["conversation"] == conversation for card in cards(link)):
            assert await link.next()
    await lotse.settle()
    print(json.dumps({"chats": chats, "sockets": sockets, "claims": dict(reads)}))  # noqa: T201 - as above
    assert reads["cards"] <= 1
    assert reads["operators"] <= 1
    assert sum(reads.values()) <= 8 * sockets, "what a turn reads, and nothing for the other desks"
