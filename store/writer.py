"""The one writer of a process: all writes that wait share a commit.

A batch is what came while the one before was being committed; nobody waits for company. A write that can't be (a stale
turn, a broken row) fails alone; a database that can't be written fails all that wait, and the next ones try again.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from conversation.errors import StaleError, StoreError
from conversation.meter import NO_METER, Meter
from conversation.records import Accepted, Saved
from store import arrivals, saves
from store.arrivals import Arrival
from store.database import Database
from store.failures import blame, explain, undone
from store.saves import BadWritesError, Save
from store.statements import Bulk, Each, Params

T = TypeVar("T")

BATCH = 256
AGAIN = 3
"""Tries of a batch that the database undid for the sake of another process's."""


@dataclass(frozen=True, slots=True)
class Change:
    """A statement and rows of its parameters; equal statements of a batch run as one."""

    statement: Each
    rows: tuple[Params, ...]
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A statement that returns the number of each row that it changed, and a row that begins with its number.

    The result is whether it changed that one; equal statements of a batch run as one.
    """

    statement: Bulk
    row: Params
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """Anything else, done over the open transaction; its result is the caller's."""

    do: Callable[[Connection], Any]
    lane: str = ""


Op: TypeAlias = Arrival | Save | Change | Check | Call


def apply(connection: Connection, ops: Sequence[Op]) -> list[Any]:
    """Do a batch with few statements: arrivals, then turns, then the rest. Results in the order of ``ops``."""
    results: list[Any] = [None] * len(ops)
    for do in (_arrive, _save, _change, _check, _call):
        for index, result in do(connection, ops):
            results[index] = result
    return results


_Results: TypeAlias = Iterable[tuple[int, Any]]
"""Index of an op and what came of it."""


def _of(ops: Sequence[Op], kind: type[T]) -> list[tuple[int, T]]:
    return [(index, op) for index, op in enumerate(ops) if isinstance(op, kind)]


def _arrive(connection: Connection, ops: Sequence[Op]) -> _Results:
    arriving = _of(ops, Arrival)
    if not arriving:
        return ()
    accepted = arrivals.store(connection, [op for _, op in arriving])
    return ((index, result) for (index, _), result in zip(arriving, accepted, strict=True))


def _save(connection: Connection, ops: Sequence[Op]) -> _Results:
    saving = _of(ops, Save)
    if not saving:
        return ()
    try:
        saved = saves.store(connection, [op for _, op in saving])
    except BadWritesError as error:
        raise BadWritesError({saving[index][0]: reason for index, reason in error.errors.items()}) from error
    return ((index, result) for (index, _), result in zip(saving, saved, strict=True))


def _change(connection: Connection, ops: Sequence[Op]) -> _Results:
    changes: dict[Each, list[Params]] = {}
    for _, op in _of(ops, Change):
        changes.setdefault(op.statement, []).extend(op.rows)
    for statement, rows in changes.items():
        statement.run(connection, rows)
    return ()


def _check(connection: Connection, ops: Sequence[Op]) -> _Results:
    checks: dict[Bulk, list[tuple[int, Params]]] = {}
    for index, op in _of(ops, Check):
        checks.setdefault(op.statement, []).append((index, op.row))
    for statement, wanted in checks.items():
        changed = {row[0] for row in statement.run(connection, [row for _, row in wanted])}
        yield from ((index, row[0] in changed) for index, row in wanted)


def _call(connection: Connection, ops: Sequence[Op]) -> _Results:
    for index, op in _of(ops, Call):
        yield index, op.do(connection)


class Writer:
    """Takes writes from many tasks. ``at`` is told the names of the moments where a crash is worth a test."""

    def __init__(
        self,
        database: Database,
        where: str,
        *,
        at: Callable[[str], None] = lambda _: None,
        meter: Meter = NO_METER,
    ) -> None:
        self._database = database
        self._meter = meter
        self._where = where
        self._at = at
        self._waiting: deque[tuple[Op, asyncio.Future[Any]]] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._task = asyncio.create_task(self._work(), name="store writer")

    async def arrive(self, arrival: Arrival) -> Accepted:
        accepted: Accepted = await self._do(arrival)
        return accepted

    async def save(self, save: Save) -> Saved:
        saved: Saved = await self._do(save)
        return saved

    async def change(self, statement: Each, *rows: Params) -> None:
        await self._do(Change(statement, rows))

    async def check(self, statement: Bulk, row: Params) -> bool:
        """Whether it changed its row."""
        changed: bool = await self._do(Check(statement, row))
        return changed

    async def call(self, do: Callable[[Connection], T]) -> T:
        result: T = await self._do(Call(do))
        return result

    async def close(self) -> None:
        """Writes what waits, then ends."""
        self._closing = True
        self._wake.set()
        await self._task

    async def _do(self, op: Op) -> Any:
        if self._closing:
            raise StoreError("the store is closed: nothing can be written any more")
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((op, future))
        self._wake.set()
        return await future

    async def _work(self) -> None:
        while self._waiting or not self._closing:
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            await self._write(self._take())

    def _take(self) -> list[tuple[Op, asyncio.Future[Any]]]:
        """The next batch: at most one turn a chat and an event, and nothing of a turn's lane after it."""
        batch: list[tuple[Op, asyncio.Future[Any]]] = []
        later: list[tuple[Op, asyncio.Future[Any]]] = []
        busy: set[str] = set()
        claimed: set[int] = set()
        while self._waiting and len(batch) < BATCH:
            op, future = self._waiting.popleft()
            free = op.lane not in busy
            if isinstance(op, Save):
                busy.add(op.lane)
                free = free and claimed.isdisjoint(op.turn.handled)
                claimed.update(op.turn.handled)
            (batch if free else later).append((op, future))
        self._waiting.extendleft(reversed(later))
        return batch

    async def _write(self, batch: list[tuple[Op, asyncio.Future[Any]]]) -> None:
        """Every future of the batch is settled when this returns."""
        again = AGAIN
        while batch:
            began = perf_counter()
            try:
                results = await self._database.write(partial(self._apply, [op for op, _ in batch]))
                self._meter.written(len(batch), perf_counter() - began)
                self._at("after_commit")
            except BadWritesError as error:
                # A batch that names no culprit would be tried for ever: then all of it fails.
                errors = error.errors or dict.fromkeys(range(len(batch)), error)
                for index, reason in errors.items():
                    _fail(batch[index][1], reason)
                batch = [entry for index, entry in enumerate(batch) if index not in errors]
            except Exception as error:
                if undone(error) and again:
                    again -= 1
                    continue
                if blame(error) == "write" and len(batch) > 1:
                    await self._write_each(batch)
                else:
                    self._meter.not_written()
                    for op, future in batch:
                        _fail(future, self._reason(op, error))
                return
            else:
                for (_, future), result in zip(batch, results, strict=True):
                    if not future.done():
                        future.set_result(result)
                return

    async def _write_each(self, batch: list[tuple[Op, asyncio.Future[Any]]]) -> None:
        for entry in batch:
            await self._write([entry])

    def _apply(self, ops: Sequence[Op], connection: Connection) -> list[Any]:
        results = apply(connection, ops)
        self._at("before_commit")
        return results

    def _reason(self, op: Op, error: Exception) -> Exception:
        if isinstance(op, Save) and isinstance(error, IntegrityError):
            return StaleError(op.turn.conversation.id)
        return explain(error, self._where)


def _fail(future: asyncio.Future[Any], reason: Exception) -> None:
    if not future.done():
        future.set_exception(reason)
