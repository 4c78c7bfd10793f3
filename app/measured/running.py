"""Runs the parts: side by side where that disturbs no figure, each in a process of its own, and tells how far it is."""

import hashlib
import json
import multiprocessing
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import msgspec

import app
import nlu
from app.measured.setup import Setup
from app.measured.units import UNITS, run_unit
from nlu.measuring.rows import Row

Say = Callable[[str], None]


def run(names: Sequence[str], setup: Setup, *, jobs: int, kept: Path | None, say: Say) -> list[Row]:
    """In the order of ``names``. ``kept``: a folder where results are looked for before they are measured, and left afterwards."""
    found: dict[str, list[Row]] = {}
    for name in names:
        if kept is not None and (rows := _read(kept / _file(name, setup))) is not None:
            found[name] = rows
            say(f"{name}: as it was measured before")
    todo = [name for name in names if name not in found]
    together = sorted((name for name in todo if not UNITS[name].alone), key=lambda name: -UNITS[name].minutes)
    for group, side_by_side in ((together, jobs), ([name for name in todo if UNITS[name].alone], 1)):
        for name, rows, seconds in _measured(group, setup, side_by_side):
            found[name] = rows
            say(f"{len(found)} of {len(names)}: {name}, {seconds:.0f} s")
            if kept is not None and not any(row.failed for row in rows):
                kept.mkdir(parents=True, exist_ok=True)
                (kept / _file(name, setup)).write_bytes(msgspec.json.encode(rows))
    return [row for name in names for row in found[name]]


def _measured(names: Sequence[str], setup: Setup, jobs: int) -> Iterator[tuple[str, list[Row], float]]:
    """A process for each: memory that a large set took is free for the next one."""
    if not names:
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=1) as pool:
        running: dict[Future[tuple[list[Row], float]], str] = {pool.submit(_timed, name, setup): name for name in names}
        for done in as_completed(running):
            try:
                rows, seconds = done.result()
            except Exception as error:  # the process was killed: out of memory, most likely
                rows, seconds = [Row(name=running[done], failed=f"its process ended: {error}")], 0.0
            yield running[done], rows, seconds


def _timed(name: str, setup: Setup) -> tuple[list[Row], float]:
    began = time.perf_counter()
    rows = run_unit(name, setup)
    return rows, time.perf_counter() - began


def circumstances(setup: Setup) -> dict[str, Any]:
    """What figures depend on besides the code."""
    return {
        "seed": setup.seed,
        "machine": f"{len(os.sched_getaffinity(0))} cores ({platform.machine()}), Linux, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 2),
    }


def as_json(rows: Sequence[Row], around: Mapping[str, Any]) -> str:
    """A line for each."""
    lines = [
        {**msgspec.to_builtins(row), **({} if row.reached is None else {"reached": row.reached}), **around}
        for row in rows
    ]
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)


def _read(path: Path) -> list[Row] | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Row])
    except (OSError, msgspec.MsgspecError):
        return None


def _file(name: str, setup: Setup) -> str:
    """Another name for other sets, examples, code or settings: then it is measured anew."""
    digest = hashlib.sha256(msgspec.json.encode([name, setup, sorted(_settings())], enc_hook=str))
    code = [Path(package.__file__ or "").parent for package in (nlu, app)]
    files = [path for folder in code for path in sorted(folder.rglob("*.py"))]
    for folder in (setup.folder, setup.bot / "nlu"):
        if folder is not None:
            files += sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        digest.update(f" {path.name} {path.stat().st_size} ".encode())
        digest.update(path.read_bytes())
    return f"{digest.hexdigest()[:32]}.json"


def _settings() -> Iterator[str]:
    return (f"{name}={value}" for name, value in os.environ.items() if name.startswith("LOTSE_NLU"))
