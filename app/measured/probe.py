"""``python -m app.measured.probe WHAT``: what a fresh process of the service needs for one thing, as a line of JSON.

The order comes as JSON on stdin. It is a program of its own because memory that was used once stays with a process.
"""

import asyncio
import gc
import math
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from app import lean
from app.bot_folder import nlu_examples
from app.nlu_layers import layers_of
from app.settings import Settings
from conversation.ports import Nlu
from conversation.value import Value
from nlu.service import open_nlu

WARM_UP = 100
"""Messages that are understood before any is measured."""


class Order(Value, frozen=True, kw_only=True):
    """``texts``: each is understood once, so that nothing is found in a cache that a customer's words would not be in."""

    bot: str
    texts: tuple[str, ...] = ()


class Found(Value, frozen=True, kw_only=True):
    """Processor time of all threads; memory in MB (10⁶ bytes)."""

    p50_ms: float = 0.0
    p99_ms: float = 0.0
    longest_ms: float = 0.0
    seconds: float = 0.0
    wall_seconds: float = 0.0
    memory_mb: float = 0.0
    number: int = 0
    by: str = ""
    """The head that answered most."""


def resident_mb(process: int | str = "self") -> float:
    """Of all that is mapped, from the kernel's own sum."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss:")) * 1024 / 1e6


def predict(order: Order) -> Found:
    """On one core."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with TemporaryDirectory() as cache:
        return asyncio.run(_predict(order, Path(cache)))


async def _predict(order: Order, cache: Path) -> Found:
    async with layers_of(Settings()) as layers:
        nlu = await open_nlu(nlu_examples(Path(order.bot)), cache, layers)
        return await _timed(nlu, order.texts)


async def _timed(nlu: Nlu, texts: Sequence[str]) -> Found:
    gc.collect()  # as serve does when all is there: what stays is not looked through again
    gc.freeze()
    for text in texts[:WARM_UP]:
        await nlu.understand(text, "")
    taken, heads = [], []
    for text in texts[WARM_UP:]:
        began = time.process_time()
        understood = await nlu.understand(text, "")
        taken.append((time.process_time() - began) * 1e3)
        heads.append(understood.by.layer)
    taken.sort()
    return Found(
        p50_ms=percentile(taken, 0.5),
        p99_ms=percentile(taken, 0.99),
        longest_ms=taken[-1],
        number=len(taken),
        by=max(set(heads), key=heads.count),
    )


def train(order: Order) -> Found:
    """All that a first start does with the examples."""
    files = nlu_examples(Path(order.bot))
    with TemporaryDirectory() as cache:
        began, wall = time.process_time(), time.perf_counter()
        nlu = asyncio.run(open_nlu(files, Path(cache)))
        seconds, wall = time.process_time() - began, time.perf_counter() - wall
    return Found(seconds=seconds, wall_seconds=wall, by=",".join(nlu.languages))


def detect(_: Order) -> Found:
    """The language detector alone, after a message in each language; numpy and our own modules are there before."""
    import nlu.model  # noqa: F401
    from nlu.language import LanguageDetector

    before = resident_mb()
    detector = LanguageDetector(("de", "en", "ru", "uk"), {})
    for text in ("wo bleibt mein paket", "where is my parcel", "где моя посылка", "де моя посилка"):
        detector.detect(text, text.split(), "")
    return Found(memory_mb=resident_mb() - before)


def percentile(sorted_values: list[float], part: float) -> float:
    """The smallest value that ``part`` of them do not exceed."""
    return sorted_values[min(len(sorted_values) - 1, math.ceil(part * len(sorted_values)) - 1)]


WORK = {"predict": predict, "train": train, "detect": detect}


def main() -> None:
    lean.install()
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    print(msgspec.json.encode(WORK[sys.argv[1]](order)).decode())  # noqa: T201 - output


if __name__ == "__main__":
    main()
