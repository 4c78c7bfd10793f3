"""Timers of thousands of chats, due within a minute, while the service dies again and again and the machine's clock is set:
each fires once, none before its time."""

import asyncio
import multiprocessing
import random
import sqlite3
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import msgspec
import pytest

from conversation.message import Message
from store.sql import SqlStore
from tests.crash.clockwork import LIVES, OFFSET, TIMER, real, set_offset, wind_up, work

HOUR = 3600.0
SIZES = {False: (400, 8.0, 5), True: (10_000, 60.0, 20)}
"""``--full``: number of timers, seconds within which they are due, kills."""
SOON = 3.0
"""Seconds until the first is due."""
PATIENCE = 120.0
JUMPS = {1 / 3: -HOUR, 0.9: HOUR}
"""After this share of the kills the clock is set by so much; with the next kill it is right again."""


class Fired(msgspec.Struct, frozen=True):
    """``real``: by the machine's clock when it fired; ``shown``: what the service took for the time."""

    chat: str
    real: float
    shown: float
    done: float
    """When it was handled, by the machine's clock."""


@pytest.mark.timeout(600)
async def test_timers_in_mass_fire_once_and_never_early_through_kills_and_a_clock_that_is_set(
    request: pytest.FixtureRequest, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    number, within, kills = SIZES[bool(request.config.getoption("--full"))]
    random_ = random.Random(seed)
    begin = real() + SOON + number / 1000  # winding up takes a moment
    dues = [datetime.fromtimestamp(begin + random_.random() * within, UTC) for _ in range(number)]
    store = await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db")
    chats = await wind_up(store, dues)
    await store.close()
    set_offset(tmp_path / OFFSET, 0.0)

    offsets = await asyncio.to_thread(live_and_die, tmp_path, begin, within, kills, random_)
    fired = read(tmp_path)

    late = sorted(lateness(fired, chats, offsets, lives(tmp_path)))
    figures = {
        "what": "timers_in_mass",
        "timers": number,
        "within_s": within,
        "kills": kills,
        "clock_set": len(offsets) - 1,
        "fired": len(fired),
        "lost": len(chats.keys() - {each.chat for each in fired}),
        "doubled": sum(times - 1 for times in Counter(each.chat for each in fired).values()),
        "early": sum(each.shown < chats[each.chat].timestamp() for each in fired),
        "late_p50_s": round(late[len(late) // 2], 3),
        "late_p99_s": round(late[int(len(late) * 0.99)], 3),
        "late_worst_s": round(late[-1], 3),
        "seed": seed,
    }
    with capsys.disabled():
        print(f"\n{msgspec.json.encode(figures).decode()}")  # noqa: T201 - the figures of the run
    assert (figures["lost"], figures["doubled"], figures["early"]) == (0, 0, 0), figures
    assert len(lives(tmp_path)) > kills / 2, "hardly any life came up"


def live_and_die(
    folder: Path, begin: float, within: float, kills: int, random_: random.Random
) -> list[tuple[float, float]]:
    """All the lives; when (by the machine's clock) the other clock was set, and to what."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.clockwork"])
    set_ = {max(1, round(share * kills)): jump for share, jump in JUMPS.items()}
    ends = sorted(begin + (index + random_.random()) * within / kills for index in range(kills))
    offsets = [(0.0, 0.0)]
    life = context.Process(target=work, args=(str(folder),))
    life.start()
    for number, end in enumerate(ends):
        time.sleep(max(0.0, end - real()))
        die(life)
        offset = set_.get(number, 0.0)
        if offset != offsets[-1][1]:
            offsets.append((real(), offset))
            set_offset(folder / OFFSET, offset)
        life = context.Process(target=work, args=(str(folder),))
        life.start()
    latest = real() + within + PATIENCE
    while left(folder) and real() < latest:
        time.sleep(0.2)
    die(life)
    return offsets


def die(life: ForkServerProcess) -> None:
    assert life.is_alive(), f"ended by itself with {life.exitcode}"
    life.kill()
    life.join()


def left(folder: Path) -> int:
    """Timers that have not fired, and events that were not handled."""
    with closing(sqlite3.connect(folder / "lotse.db")) as connection:
        query = "SELECT (SELECT count(*) FROM timers) + (SELECT count(*) FROM inbox WHERE state = 'new')"
        return int(connection.execute(query).fetchone()[0])


def read(folder: Path) -> list[Fired]:
    with closing(sqlite3.connect(folder / "lotse.db")) as connection:
        query = (
            "SELECT messages.chat, messages.body, conversations.updated_at FROM messages"
            " JOIN conversations ON conversations.id = messages.conversation WHERE messages.author = 'system'"
        )
        return [
            _fired(chat, msgspec.json.decode(body, type=Message), at) for chat, body, at in connection.execute(query)
        ]


def _fired(chat: str, note: Message, updated: int) -> Fired:
    assert note.origin == TIMER
    moment = float(note.id.split("|")[0])
    handled = [updated / 1e6 - offset for offset in (HOUR, 0.0, -HOUR)]  # by a later life, perhaps, with another clock
    return Fired(chat, moment, note.at.timestamp(), min(at for at in handled if at > moment - 1))


def lives(folder: Path) -> list[float]:
    """When each process was up."""
    return [float(line) for line in (folder / LIVES).read_text().splitlines()]


def lateness(
    fired: list[Fired], chats: dict[str, datetime], offsets: list[tuple[float, float]], up: list[float]
) -> list[float]:
    """Seconds from when each could have been fired: due by the clock as it was set, and a process up that lived long enough."""
    spans = [*pairwise(offsets), (offsets[-1], (float("inf"), 0.0))]
    found = []
    for each in fired:
        due = chats[each.chat].timestamp()
        could = min(
            max(since, due - offset) for (since, offset), (until, _) in spans if max(since, due - offset) < until
        )
        started = max((moment for moment in up if moment <= each.real), default=could)
        found.append(max(0.0, each.done - max(could, started)))
    return found


def test_lateness_counts_from_when_the_clock_said_so_and_a_process_was_up() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    fired = [Fired("a", at.timestamp() + 5, 0.0, at.timestamp() + 6)]

    assert lateness(fired, {"a": at}, [(0.0, 0.0)], []) == [6.0]
    assert lateness(fired, {"a": at}, [(0.0, 0.0)], [at.timestamp() + 4.5]) == [1.5]
    set_ = [(0.0, -HOUR), (at.timestamp() + 3, 0.0)]
    assert lateness(fired, {"a": at}, set_, []) == [3.0]
    assert lateness(fired, {"a": at + timedelta(seconds=4)}, set_, []) == [2.0]
