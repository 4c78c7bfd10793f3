"""Parts of the service that a test plays: a messenger with photos, a language layer that understands nothing, a store that breaks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bots.connector import Hook, Surroundings
from conversation.content import Content, Media
from conversation.errors import SendError, StoreError
from conversation.events import CustomerSaid
from conversation.message import Message
from conversation.ports import Channel
from conversation.records import Chat, Inbound, Operator, Turn
from conversation.understanding import Understanding
from nlu.layers.chain import FLOOR_ONLY, Layers
from store.sql import SqlStore


class PhotoChannel:
    """A messenger without a messenger: what is sent is kept, and every file that a customer sent is a tiny picture."""

    name, account = "telegram", "bot"

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.sent: list[tuple[str, Message]] = []
        self.typed: list[str] = []
        self.file: tuple[str, bytes] | SendError = ("image/png", b"\x89PNG\r\n\x1a\n")
        self.channel: Channel = self
        self.hook: Hook | None = None

    async def send(self, address: str, message: Message, key: str) -> str:  # noqa: ARG002 - the port's
        self.sent.append((address, message))
        return f"sent-{len(self.sent)}"

    async def typing(self, address: str) -> None:
        self.typed.append(address)

    async def fetch(self, media: Media) -> tuple[str, bytes]:  # noqa: ARG002 - the port's
        if isinstance(self.file, SendError):
            raise self.file
        return self.file

    async def says(self, content: Content, number: str, address: str = "77", name: str = "Ann") -> None:
        """A customer of this channel sends something."""
        at, id_ = self.surroundings.clock.now(), self.surroundings.ids.new()
        event = CustomerSaid(id=id_, at=at, content=content, name=name, language="de")
        inbound = Inbound(channel=self.name, account=self.account, external_id=number, address=address, event=event)
        await self.surroundings.receive(inbound)

    async def run(self) -> None:
        return

    async def close(self) -> None:
        return


class DeafNlu:
    """Understands nothing: buttons, numbers and the words of menus are enough here."""

    async def understand(self, text: str, language: str) -> Understanding:  # noqa: ARG002 - the port's
        return Understanding()


async def open_deaf(examples: Mapping[str, bytes], cache: Path, *_: object) -> DeafNlu:
    return DeafNlu()


async def open_no_layers(*_: object) -> Layers:
    return FLOOR_ONLY


class BreakableStore(SqlStore):
    """A store whose disk can be full: ``broken`` refuses every write of an event or a turn, and every read of a chat."""

    broken = False

    def _check(self) -> None:
        if self.broken:
            raise StoreError("the disk is full; make room")

    async def accept(self, inbound: Inbound, chat: str, worker: str = "") -> Any:
        self._check()
        return await super().accept(inbound, chat, worker)

    async def accept_own(self, chat: str, event: Any, key: str, worker: str = "") -> Any:
        self._check()
        return await super().accept_own(chat, event, key, worker)

    async def save(self, turn: Turn) -> Any:
        self._check()
        return await super().save(turn)

    async def find_chat(self, channel: str, account: str, address: str) -> Chat | None:
        self._check()
        return await super().find_chat(channel, account, address)

    async def find_operator(self, operator: str) -> Operator | None:
        self._check()
        return await super().find_operator(operator)
