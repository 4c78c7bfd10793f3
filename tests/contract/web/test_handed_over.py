"""What a customer who is handed over hears and sees, on our own page and on a messenger: who it is, that they write, and what comes after."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conversation.content import Text
from tests.support.browsing import Link
from tests.support.customers import until
from tests.support.desks import claimed
from tests.support.played_parts import PhotoChannel
from tests.support.service import Running, running

_ids = itertools.count()


@pytest.fixture
async def lotse(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, messenger=True) as made:
        yield made


@dataclass
class Abroad:
    """A customer of the messenger, and what they got."""

    lotse: Running
    messenger: PhotoChannel
    said: int = 0

    async def says(self, words: str) -> None:
        self.said += 1
        await self.messenger.says(Text(text=words), str(self.said))
        await self.lotse.settle()

    @property
    def heard(self) -> list[str]:
        return [str(getattr(message.content, "text", "")) for _, message in self.messenger.sent]

    async def hears(self, words: str) -> None:
        await until(lambda: any(words in text for text in self.heard), what=f"{words} came; {self.heard}")

    async def conversation(self) -> str:
        chat = await self.lotse.store.find_chat("telegram", "bot", "77")
        assert chat is not None
        return chat.conversation


async def abroad(lotse: Running) -> tuple[Abroad, Link]:
    """With ada, who has the chat open."""
    assert lotse.messenger
    customer = Abroad(lotse, lotse.messenger)
    await customer.says("Hallo")
    await customer.says("Mitarbeiter")
    desk = await (await lotse.operator("ada")).desk()
    await does(lotse, desk, "claim", await customer.conversation())
    await desk.send("open", conversation=await customer.conversation())
    await desk.until("conversation")
    return customer, desk


async def does(lotse: Running, desk: Link, what: str, conversation: str, **fields: object) -> None:
    id_ = f"{what}-{next(_ids)}"
    await desk.send(what, id=id_, conversation=conversation, **fields)
    await desk.until("done", id=id_)
    await lotse.settle()


# ── our own page ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_page_shows_who_has_the_chat_and_who_said_what(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    await visitor.link.until("phase", phase="with_operator", operator="Ada")
    await does(lotse, desk, "reply", conversation, text="Guten Tag")
    assert (await visitor.link.until("message", author="operator"))["name"] == "Ada"
    assert not [frame for frame in visitor.link.messages() if "jetzt für Sie da" in str(frame)], "it shows that itself"


async def test_the_page_hears_that_it_is_a_bot_again(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    await does(lotse, desk, "hand_back", conversation)
    await visitor.hears("Hier ist wieder der automatische Assistent")


# ── a messenger ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_messenger_says_who_is_there_now_once_for_each_person(lotse: Running) -> None:
    customer, desk = await abroad(lotse)
    await customer.hears("Ada ist jetzt für Sie da")
    await does(lotse, desk, "transfer", await customer.conversation(), team="billing", reason="")
    ben = await (await lotse.operator("ben")).desk()
    await does(lotse, ben, "claim", await customer.conversation())
    await customer.hears("Ben ist jetzt für Sie da")
    assert sum("jetzt für Sie da" in text for text in customer.heard) == 2


async def test_a_messenger_shows_that_the_holder_writes(lotse: Running) -> None:
    customer, desk = await abroad(lotse)
    await desk.send("typing", conversation=await customer.conversation(), on=True)
    await until(lambda: customer.messenger.typed == ["77"], what="the messenger shows it")
    ben = await (await lotse.operator("ben")).desk()
    await ben.send("open", conversation=await customer.conversation())
    await ben.send("typing", conversation=await customer.conversation(), on=True)
    await desk.until("viewers", lambda frame: any(each["typing"] for each in frame["operators"]))
    assert customer.messenger.typed == ["77"], "a colleague's writing is nobody's business"


async def test_a_messenger_hears_that_it_is_a_bot_again(lotse: Running) -> None:
    customer, desk = await abroad(lotse)
    await does(lotse, desk, "hand_back", await customer.conversation())
    await customer.hears("Assistent")


async def test_after_the_channels_window_nothing_of_ours_goes_out_and_the_chat_simply_ends(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, desk = await abroad(lotse)
    monkeypatch.setattr(lotse.service.bot.rules(), "reply_windows", {"telegram": 60})
    heard = list(customer.heard)
    here = await customer.conversation()
    lotse.clock.turn(61)
    await does(lotse, desk, "close", here, outcome="solved")
    found = await lotse.store.conversation(here)
    assert found
    assert found.phase.__struct_config__.tag == "closed"
    await lotse.service.engine.outbox.drain(5)
    assert customer.heard == heard
