"""What the databases give to a program that does nothing else: ``python -m bench.floors sqlite|postgres``, JSON lines of figures.

Groups of GROUP rows (or turns) share a commit that waits for the disk, as the service's writer does it.
"""

import argparse
import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import asyncpg
import msgspec

from bench.figures import Figure
from bench.machine import pinned
from bench.past import ACCOUNT, FIRST_DELIVERY, INSERTS, chat_id, fill
from bench.processes import ROOT, SERVER

GROUP: Final = 50
CHATS: Final = 1_000
BODY: Final = b'{"id":"019b2c3d4e5f-0123456789abcdef","seq":1,"author":"bot","content":{"kind":"text","text":"What is your name?"}}'
ROWS: Final = f"raw sqlite3, one thread, rows {GROUP} to a commit"
TURNS: Final = f"raw sqlite3, one thread, a turn's rows, {GROUP} turns to a commit"
POSTGRES: Final = f"asyncpg, one client, rows {GROUP} to a commit"


def sqlite_floors(seconds: float) -> list[Figure]:
    """On the disk of the repository, ``synchronous=FULL``, on the core of the servers."""
    return _floors("sqlite", seconds)


def postgres_floors(seconds: float, url: str) -> list[Figure]:
    return _floors("postgres", seconds, url)


def _floors(kind: str, seconds: float, url: str = "") -> list[Figure]:
    """In a process of its own: this one keeps no core."""
    command = [sys.executable, "-m", "bench.floors", kind, "--seconds", str(seconds), "--url", url]
    pin = pinned(SERVER) if kind == "sqlite" else None
    done = subprocess.run(command, cwd=ROOT, preexec_fn=pin, stdout=subprocess.PIPE, text=True, check=False)
    subjects = (ROWS, TURNS) if kind == "sqlite" else (POSTGRES,)
    if done.returncode:
        words = f"bench.floors {kind} ended with {done.returncode}; its error is above"
        return [Figure(bench="store", subject=subject, failed=words) for subject in subjects]
    return [msgspec.json.decode(line, type=Figure) for line in done.stdout.splitlines()]


def _sqlite(seconds: float) -> list[Figure]:
    (ROOT / "var").mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=ROOT / "var") as folder:
        file = Path(folder) / "floor.db"
        fill(file, CHATS * 26)
        connection = sqlite3.connect(file, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -32000", "mmap_size = 268435456"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE floor (chat TEXT, seq INTEGER, body BLOB, PRIMARY KEY (chat, seq))")
        rows = _timed(ROWS, seconds, lambda turn: _rows(connection, turn))
        turns = _timed(TURNS, seconds, lambda turn: _turns(connection, turn))
        connection.close()
    return [rows, turns]


def _timed(subject: str, seconds: float, group: Callable[[int], None]) -> Figure:
    """``group(n)`` writes GROUP of them, beginning at the ``n``th."""
    done = 0
    began, cpu = time.perf_counter(), time.process_time()
    while (spent := time.perf_counter() - began) < seconds:
        group(done)
        done += GROUP
    used = time.process_time() - cpu
    return Figure(bench="store", subject=subject, rate=done / spent, cpu_us=used / done * 1e6)


def _rows(connection: sqlite3.Connection, first: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    rows = [(chat_id(number % CHATS), number, BODY) for number in range(first, first + GROUP)]
    connection.executemany("INSERT INTO floor VALUES (?, ?, ?)", rows)
    connection.execute("COMMIT")


def _turns(connection: sqlite3.Connection, first: int) -> None:
    """What a turn of the web chat leaves behind, in two commits as there: the delivery, then all that follows from it."""
    numbers = range(first, first + GROUP)
    given = 2 * FIRST_DELIVERY
    connection.execute("BEGIN IMMEDIATE")
    arrived = [(ACCOUNT, str(given + number), chat_id(number % CHATS), number, BODY) for number in numbers]
    connection.executemany(INSERTS["inbox"], arrived)
    connection.execute("COMMIT")
    connection.execute("BEGIN IMMEDIATE")
    keys = [("telegram", ACCOUNT, str(given + number)) for number in numbers]
    connection.executemany(
        "UPDATE inbox SET state = 'done' WHERE channel = ? AND account = ? AND external_id = ?", keys
    )
    chats = [(number, BODY, f"{2:012x}{number % CHATS:032x}-c") for number in numbers]
    connection.executemany("UPDATE conversations SET version = ?, updated_at = 1, state = ? WHERE id = ?", chats)
    connection.executemany("UPDATE chats SET seq = ? WHERE id = ?", [(n, chat_id(n % CHATS)) for n in numbers])
    said = [
        (chat_id(number % CHATS), 1_000 + 2 * number + who, f"{number:044x}-{who}", "c", author, 1, BODY)
        for number in numbers
        for who, author in enumerate(("customer", "bot"))
    ]
    connection.executemany(INSERTS["messages"], said)
    connection.execute("COMMIT")


async def _postgres(seconds: float, url: str) -> list[Figure]:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE floor (chat TEXT, seq BIGINT, body BYTEA, PRIMARY KEY (chat, seq))")
    done = 0
    began = time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        rows = [(chat_id(number % CHATS), number, BODY) for number in range(done, done + GROUP)]
        # One transaction for the whole group.
        await connection.executemany("INSERT INTO floor VALUES ($1, $2, $3)", rows)
        done += GROUP
    await connection.close()
    return [Figure(bench="store", subject=POSTGRES, rate=done / spent)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("sqlite", "postgres"))
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    made = _sqlite(given.seconds) if given.kind == "sqlite" else asyncio.run(_postgres(given.seconds, given.url))
    for figure in made:
        print(msgspec.json.encode(figure).decode())
