"""A worker that only fires timers, by a clock that its test sets, and that dies when it is told to."""

import asyncio
import mmap
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import time_ns

import uvloop

from app.clock import SystemClock
from app.place import gone, here
from conversation.content import Text
from conversation.effects import SetTimer
from conversation.events import CustomerSaid
from conversation.records import Inbound, Turn
from conversation.state import Conversation, WithOperator
from engine.shell.editions import OneEdition
from engine.shell.engine import Engine, Tools
from store.bus import MemoryBus
from store.sql import SqlStore
from tests.crash.serve import end_with_parent
from tests.support.engines import CHANNEL, RULES, Deaf, NoBackEnd

TIMER = "operator_remind"
"""Leaves one note each time it fires."""
LIVES, OFFSET = "lives", "offset"
"""Files beside the database: when each process was up (seconds, one a line), and how wrong the machine's clock is."""
_DOUBLE = struct.Struct("<d")


def real() -> float:
    """Seconds by the machine's own clock."""
    return SystemClock().now().timestamp()


class SetClock:
    """A ``conversation.ports.Clock`` as wrong as the file says: a sleep takes as long as it takes, whatever the clock is set to."""

    def __init__(self, file: Path) -> None:
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), _DOUBLE.size)

    @property
    def offset(self) -> float:
        return float(_DOUBLE.unpack_from(self._map)[0])

    def now(self) -> datetime:
        return datetime.fromtimestamp(real() + self.offset, UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


def set_offset(file: Path, seconds: float) -> None:
    """In place: whoever has it in memory sees it at once."""
    if not file.exists():
        file.write_bytes(_DOUBLE.pack(seconds))
        return
    with file.open("r+b") as opened:
        opened.write(_DOUBLE.pack(seconds))


class TellingIds:
    """An id says when it was made, by the machine's own clock, and how wrong the other one was."""

    def __init__(self, clock: SetClock) -> None:
        self._clock = clock
        self._count = count()
        self._life = f"{time_ns():x}"

    def new(self) -> str:
        return f"{real():.6f}|{self._clock.offset:.0f}|{self._life}|{next(self._count)}"


def work(folder: str) -> None:
    """The process: until it is killed."""
    end_with_parent()
    uvloop.run(_work(Path(folder)))


async def _work(folder: Path) -> None:
    clock = SetClock(folder / OFFSET)
    store = await SqlStore.open(f"sqlite:///{folder}/lotse.db")
    tools = Tools(
        store=store,
        editions=OneEdition(lambda: RULES, Deaf()),
        actions=NoBackEnd(),
        repeatable=lambda _: False,
        bus=MemoryBus(),
        channels={},
        clock=clock,
        ids=TellingIds(clock),
        place=here(),
        gone=gone,
    )
    await Engine(tools).start()
    with (folder / LIVES).open("a") as lives:
        lives.write(f"{real():.6f}\n")
    await asyncio.Event().wait()


async def wind_up(store: SqlStore, dues: Sequence[datetime]) -> dict[str, datetime]:
    """A live chat with a timer for each of the times; chat to time."""
    begun = min(dues) - timedelta(hours=2)

    async def one(number: int, due: datetime) -> tuple[str, datetime]:
        said = CustomerSaid(id=f"s{number}", at=begun, content=Text(text="hello"))
        inbound = Inbound(channel=CHANNEL, account="bot", external_id=str(number), address=str(number), event=said)
        accepted = await store.accept(inbound, f"chat-{number}")
        assert accepted.row is not None
        conversation = Conversation(
            id=f"c{number}",
            chat=accepted.row.chat,
            channel=CHANNEL,
            opened_at=begun,
            version=1,
            language="en",
            phase=WithOperator(team="desk", operator="anna", name="Anna", since=begun),
            timers={TIMER: due},
        )
        turn = Turn(
            handled=(accepted.row.number,),
            base=0,
            conversation=conversation,
            effects=(SetTimer(name=TIMER, due=due),),
            outgoing=False,
            at=begun,
        )
        await store.save(turn)
        return accepted.row.chat, due

    return dict(await asyncio.gather(*(one(number, due) for number, due in enumerate(dues))))
