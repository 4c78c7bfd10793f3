"""A measured figure, and the numbers that are made of latencies."""

import math
from collections.abc import Sequence
from statistics import median

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``bench``: which benchmark; ``subject``: what was measured there. ``ratio`` compares with ``to`` in the same run."""

    bench: str
    subject: str
    rate: float | None = None
    """Turns (echoes, calls) a second."""
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_us: float | None = None
    """The server's CPU microseconds for one turn, all its threads."""
    memory_mb: float | None = None
    seconds: float | None = None
    ratio: float | None = None
    cpu_ratio: float | None = None
    """How many of ours the other's CPU time for one turn would pay for."""
    to: str = ""


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What a load generator saw. ``cpu``: the share of its own core that it used; near 1 it is the bottleneck."""

    turns: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu: float


def percentile(sorted_values: Sequence[float], part: float) -> float:
    """The smallest value that ``part`` of them don't exceed."""
    return sorted_values[min(len(sorted_values) - 1, math.ceil(part * len(sorted_values)) - 1)]


def summed_up(latencies: list[float], seconds: float, cpu: float) -> Load:
    """``latencies`` in seconds. Raises RuntimeError if there are none: nothing was answered."""
    if not latencies:
        raise RuntimeError("not one turn was answered: look at the server's log")
    latencies.sort()
    return Load(
        turns=len(latencies),
        seconds=seconds,
        p50_ms=percentile(latencies, 0.5) * 1e3,
        p99_ms=percentile(latencies, 0.99) * 1e3,
        cpu=cpu / seconds,
    )


def middle(figures: Sequence[Figure]) -> Figure:
    """The median of each number over equal runs."""
    first = figures[0]

    def of(name: str) -> float | None:
        values = [getattr(figure, name) for figure in figures if getattr(figure, name) is not None]
        return median(values) if values else None

    numbers = {
        name: of(name) for name in ("rate", "p50_ms", "p99_ms", "cpu_us", "memory_mb", "seconds", "ratio", "cpu_ratio")
    }
    return msgspec.structs.replace(first, **numbers)
