"""A store as months of work leave it: chats that were served, conversations closed and open, deliveries done, messages sent.

The bot's form is played once by the pure core, and its rows are repeated under other ids, in the order of their time.
"""

import asyncio
import math
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from app.bot_folder import load_rules
from bench.processes import ROOT
from bench.pure import NOW, turn
from bench.scripts import FORM, Script
from conversation.content import Text
from conversation.effects import Post
from conversation.events import CustomerSaid
from conversation.message import Message
from conversation.state import Closed, Conversation
from engine.rules import Rules
from store.codec import micros
from store.migrate import migrate

FIRST_ADDRESS: Final = 1_000
"""The chat of the generator's first customer: so they come back to what is stored."""
FIRST_DELIVERY: Final = 1_000_000_000
"""Numbers of updates that the generator does not reach."""
ACCOUNT: Final = "42"
VISITS: Final = 2
"""Conversations of a chat."""
OPEN_EVERY: Final = 10
"""One chat in so many is in the middle of a conversation."""
BATCH: Final = 5_000
_KEY, _CHAT = b"@KEY@", b"@CHAT@"
Row: TypeAlias = tuple[str | int | bytes, ...]

INSERTS: Final = {
    "chats": "INSERT INTO chats (id, channel, account, address, conversation, latest, seq, language) VALUES (?, 'telegram', ?, ?, ?, ?, ?, 'en')",
    "conversations": "INSERT INTO conversations (id, chat, version, phase, since, opened_at, updated_at, preview, state)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "messages": "INSERT INTO messages (chat, seq, id, conversation, author, at, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
    "inbox": "INSERT INTO inbox (channel, account, external_id, chat, state, received_at, event)"
    " VALUES ('telegram', ?, ?, ?, 'done', ?, ?)",
    "outbox": "INSERT INTO outbox (chat, message, state, attempts, due, external_id) VALUES (?, ?, 'sent', 1, ?, ?)",
    "timers": "INSERT INTO timers (conversation, name, chat, due) VALUES (?, 'silence', ?, ?)",
}


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation, with marks where its ids are."""

    state: bytes
    closed: bool
    seq: int
    events: tuple[bytes, ...]
    messages: tuple[tuple[Message, bytes], ...]


def fill(file: Path, messages: int) -> int:
    """Make the database, with about so many messages in it; how many they are."""
    asyncio.run(migrate(f"sqlite:///{file}"))
    rules = load_rules(ROOT / "bench" / "bot")
    whole, half = template(rules, FORM, seq=0), template(rules, FORM[: len(FORM) // 2], seq=0)
    chats = math.ceil(messages / (VISITS * whole.seq - (whole.seq - half.seq) / OPEN_EVERY))
    connection = sqlite3.connect(file, isolation_level=None)
    # Nobody needs this file if the machine stops meanwhile.
    for pragma in ("synchronous = OFF", "journal_mode = MEMORY", "cache_size = -400000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    seq = 0
    for visit in range(VISITS):
        whole, half = template(rules, FORM, seq=seq), template(rules, FORM[: len(FORM) // 2], seq=seq)
        seq = whole.seq
        for begin in range(0, chats, BATCH):
            numbers = range(begin, min(chats, begin + BATCH))
            for table, rows in _rows(whole, half, visit, numbers).items():
                connection.executemany(INSERTS[table], rows)
    connection.execute("COMMIT")
    stored = int(connection.execute("SELECT count(*) FROM messages").fetchone()[0])
    connection.close()
    # Else the system would write it out during the measurement.
    with file.open("rb") as written:
        os.fsync(written.fileno())
    return stored


def template(rules: Rules, script: Script, *, seq: int) -> Template:
    """The script, played by the core; ``seq``: messages that the chat has already."""
    state = Conversation(
        id=f"{_KEY.decode()}-c", chat=_CHAT.decode(), channel="telegram", opened_at=NOW, seq=seq, begins=seq
    )
    events: list[bytes] = []
    posts: list[Message] = []
    for number, (text, _) in enumerate(script):
        id_ = f"{_KEY.decode()}-{number}"
        events.append(msgspec.json.encode(CustomerSaid(id=id_, at=NOW, content=Text(text=text), language="en")))
        state, effects = turn(state, text, id_, rules)
        posts += [effect.message for effect in effects if isinstance(effect, Post)]
    state = msgspec.structs.replace(state, version=len(events))
    return Template(
        state=msgspec.json.encode(state),
        closed=isinstance(state.phase, Closed),
        seq=state.seq,
        events=tuple(events),
        messages=tuple((message, msgspec.json.encode(message)) for message in posts),
    )


def _rows(whole: Template, half: Template, visit: int, numbers: range) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {table: [] for table in INSERTS}
    tomorrow = micros(datetime.now(UTC) + timedelta(days=1))  # noqa: TID251 - a timer that is not due while we measure
    for number in numbers:
        last = visit == VISITS - 1
        given = half if last and number % OPEN_EVERY == 0 else whole
        chat = chat_id(number)
        key = f"{visit + 1:012x}{number:032x}"
        at = micros(NOW) + (visit * 10_000_000 + number) * 1_000
        rows["conversations"].append(_conversation(given, chat, key, at))
        rows["messages"] += _messages(given, chat, key, at)
        rows["inbox"] += _deliveries(given, chat, key, at, (visit * 10_000_000 + number) * len(FORM))
        rows["outbox"] += [
            (chat, row[2], at, f"tg:{number}") for row in rows["messages"][-len(given.messages) :] if row[4] == "bot"
        ]
        if not given.closed:
            rows["timers"].append((f"{key}-c", chat, tomorrow))
        if last:
            address, conversation = str(FIRST_ADDRESS + number), f"{key}-c"
            rows["chats"].append(
                (chat, ACCOUNT, address, "" if given.closed else conversation, conversation, given.seq)
            )
    return rows


def chat_id(number: int) -> str:
    return f"{1:012x}{number:032x}"


def _conversation(given: Template, chat: str, key: str, at: int) -> Row:
    phase = "closed" if given.closed else "with_bot"
    state = _named(given.state, chat, key)
    return (f"{key}-c", chat, len(given.events), phase, at, at, at, FORM[len(given.events) - 1][0], state)


def _messages(given: Template, chat: str, key: str, at: int) -> Iterator[Row]:
    for message, body in given.messages:
        id_ = message.id.replace(_KEY.decode(), key)
        yield (chat, message.seq, id_, f"{key}-c", message.author, at, _named(body, chat, key))


def _deliveries(given: Template, chat: str, key: str, at: int, first: int) -> Iterator[Row]:
    for number, event in enumerate(given.events):
        yield (ACCOUNT, str(FIRST_DELIVERY + first + number), chat, at, _named(event, chat, key))


def _named(body: bytes, chat: str, key: str) -> bytes:
    return body.replace(_KEY, key.encode()).replace(_CHAT, chat.encode())
