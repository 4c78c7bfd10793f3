"""Values for tests of the store: the fewest words for an event, a message and a turn."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeAlias

import msgspec
from alembic import command
from sqlalchemy import create_engine

from conversation.content import Prompt, Text
from conversation.effects import Effect, Post
from conversation.events import CustomerSaid
from conversation.message import Author, Message
from conversation.records import Inbound, InboxRow, Turn
from conversation.state import Closed, Conversation, Parked, Phase, WithOperator
from conversation.stores import DeskStore, EngineStore
from store.migrate import configured

NOW = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)


class Store(EngineStore, DeskStore, Protocol):
    """Both halves, as every backend has them."""

    async def close(self) -> None: ...


Outcome: TypeAlias = BaseException | object


def make_old(file: Path) -> None:
    """Take a SQLite database back to the first tables that there ever were."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        command.downgrade(configured(connection), "0001")
    engine.dispose()


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def said(number: str, text: str = "hallo", at: datetime = NOW) -> CustomerSaid:
    return CustomerSaid(id=f"event-{number}", at=at, content=Text(text=text))


def inbound(number: str, address: str = "anna", text: str = "hallo", channel: str = "telegram") -> Inbound:
    return Inbound(channel=channel, account="bot", external_id=number, address=address, event=said(number, text))


async def arrive(store: EngineStore, number: str, address: str = "anna", text: str = "hallo") -> InboxRow:
    """The stored row of a new event; a new chat is named after its address."""
    row = (await store.accept(inbound(number, address, text), f"chat-{address}")).row
    assert row is not None
    return row


def fresh(chat: str, name: str = "") -> Conversation:
    return Conversation(id=name or f"talk-{chat}", chat=chat, channel="telegram", opened_at=NOW)


def message(conversation: Conversation, seq: int, author: Author = "bot", text: str = "", name: str = "") -> Message:
    content = Text(text=text or f"line {seq}") if author != "bot" else Prompt(text=text or f"line {seq}")
    return Message(id=name or f"{conversation.chat}-{seq}", seq=seq, author=author, at=later(seq), content=content)


def says(conversation: Conversation, seq: int, author: Author = "bot", text: str = "") -> Post:
    return Post(message=message(conversation, seq, author, text))


def turn(
    conversation: Conversation,
    *effects: Effect,
    handled: tuple[int, ...] = (),
    outgoing: bool = True,
    unreachable: str = "",
    at: datetime = NOW,
) -> Turn:
    """The turn after ``conversation`` as it was loaded: its version goes up, its ``seq`` follows the posts."""
    seqs = [effect.message.seq for effect in effects if isinstance(effect, Post)]
    moved = msgspec.structs.replace(conversation, version=conversation.version + 1, seq=max([conversation.seq, *seqs]))
    return Turn(
        handled=handled,
        base=conversation.version,
        conversation=moved,
        effects=effects,
        outgoing=outgoing,
        at=at,
        unreachable=unreachable,
    )


async def talk(store: EngineStore, address: str = "anna", *effects: Effect, phase: Phase | None = None) -> Conversation:
    """A conversation with one saved turn: the customer's first message and ``effects``."""
    row = await arrive(store, f"first-{address}", address)
    conversation = fresh(row.chat)
    if phase is not None:
        conversation = msgspec.structs.replace(conversation, phase=phase)
    saved = turn(conversation, says(conversation, 1, "customer"), *effects, handled=(row.number,))
    await store.save(saved)
    return saved.conversation


def under(fence: int, made: Turn) -> Turn:
    return msgspec.structs.replace(made, fence=fence)


async def claim(store: EngineStore, worker: str, *chats: str) -> dict[str, int]:
    """The chats that are the worker's now, and their fences."""
    return {found.chat: found.fence for found in (await store.claim(worker, chats)).held}


def in_phase(conversation: Conversation, phase: Phase) -> Conversation:
    return msgspec.structs.replace(conversation, phase=phase)


def parked(seconds: float = 0, team: str = "support") -> Parked:
    return Parked(team=team, since=later(seconds), expires=later(seconds + 900))


def held(seconds: float = 0, operator: str = "olga", team: str = "support") -> WithOperator:
    return WithOperator(team=team, operator=operator, name=operator.title(), since=later(seconds))


def closed(seconds: float = 0) -> Closed:
    return Closed(outcome="solved", at=later(seconds))
