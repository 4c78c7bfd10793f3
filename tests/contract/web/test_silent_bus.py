"""News that name a message and do not bring it, as the look-out sends them: whoever shows the chat reads it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from conversation.cards import card_of
from conversation.news import TurnNews, chat_topic
from conversation.records import Card
from tests.support.desks import claimed
from tests.support.service import Running


@contextmanager
def silent(lotse: Running) -> Iterator[None]:
    """Turns are saved, and nobody is told."""

    async def nobody(*_: Any) -> None:
        return

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lotse.service.engine.feed, "turn", nobody)
        yield


async def look(lotse: Running, chat: str) -> None:
    """What the look-out does."""
    snapshot = await lotse.store.load(chat)
    assert snapshot.conversation is not None
    card: Card = card_of(snapshot.conversation, "")
    news = TurnNews(chat=chat, card=card, seq=snapshot.chat.seq)
    await lotse.service.engine.feed._bus.publish(chat_topic(chat), msgspec.json.encode(news))


async def test_page_reads_what_it_has_not_got_and_nothing_twice(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.say("Hallo")
    await visitor.hears("Womit kann ich helfen")
    with silent(lotse):
        missed = await visitor.say("menü")
        await lotse.settle()
    for _ in range(2):
        await look(lotse, visitor.chat)
    await visitor.link.until("message", client_id=missed)
    last = await visitor.say("Hallo")
    await visitor.link.until("message", client_id=last)
    seqs = [frame["seq"] for frame in visitor.link.messages()]
    assert seqs == list(range(1, len(seqs) + 1))
    assert sum(frame["author"] == "customer" for frame in visitor.link.messages()) == 3


async def test_desk_reads_what_the_opened_conversation_has_more(lotse: Running) -> None:
    visitor, _, desk = await claimed(lotse)
    with silent(lotse):
        await visitor.say("noch da?")
        await lotse.settle()
    await look(lotse, visitor.chat)
    shown = await desk.until("message", lambda frame: frame["message"]["author"] == "customer")
    assert shown["message"]["content"]["text"] == "noch da?"
    await visitor.link.send("typing", on=True)
    await desk.until("typing", on=True)
    said = len(desk.frames)
    await look(lotse, visitor.chat)
    await visitor.link.send("typing", on=False)
    await desk.until("typing", on=False)
    assert [frame["type"] for frame in desk.frames[said:]] == ["typing"], "nothing is told twice"
