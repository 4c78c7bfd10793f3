"""A measured figure, and the numbers that are made of latencies and of other figures. Pure."""

import math
from collections.abc import Sequence
from statistics import median
from typing import Final

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``bench``: which benchmark; ``subject``: what was measured there. The last numbers compare with ``to`` in the same run."""

    bench: str
    subject: str
    rate: float | None = None
    """Turns (echoes, calls, rows) a second."""
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_us: float | None = None
    """The server's CPU microseconds for one turn, all its threads and processes."""
    memory_mb: float | None = None
    seconds: float | None = None
    ratio: float | None = None
    """Our rate, in rates of ``to``."""
    cpu_ratio: float | None = None
    """How many of our turns the CPU time of one of ``to``'s would pay for."""
    cost: float | None = None
    """CPU of a turn, in turns of ``to``: what grew."""
    late: float | None = None
    """The p99, in p99s of ``to``: what got worse for others."""
    right: float | None = None
    """Percent of texts that are understood as they were meant."""
    ahead: float | None = None
    """Points of ``right`` above ``to``'s."""
    to: str = ""
    seed: int | None = None
    """Of the random numbers that went in, where there are any."""
    failed: str = ""
    """Why there are no numbers."""


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What a load generator saw. ``cpu``: the share of its own core that it used; near 1 it is the bottleneck."""

    turns: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu: float


NUMBERS: Final = (
    "rate", "p50_ms", "p99_ms", "cpu_us", "memory_mb", "seconds", "ratio", "cpu_ratio", "cost", "late", "right", "ahead",
)  # fmt: skip
_WORDS: Final = 160
"""Characters of an error that a table has room for."""


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
    """The median of each number over equal runs, without those that failed; the failure where all did."""
    worked = [figure for figure in figures if not figure.failed]
    if not worked:
        return figures[0]

    def of(name: str) -> float | None:
        values = [getattr(figure, name) for figure in worked if getattr(figure, name) is not None]
        return median(values) if values else None

    return msgspec.structs.replace(worked[0], **{name: of(name) for name in NUMBERS})


def against(figure: Figure, other: Figure) -> Figure:
    """Beside a peer or a floor: how many times its rate, and its turns per CPU second. As it is, if either has no rate."""
    return msgspec.structs.replace(
        figure, ratio=_part(figure.rate, other.rate), cpu_ratio=_part(other.cpu_us, figure.cpu_us), to=other.subject
    )


def grown(figure: Figure, other: Figure) -> Figure:
    """Beside the same thing with less on its hands: how much more CPU a turn takes."""
    return msgspec.structs.replace(figure, cost=_part(figure.cpu_us, other.cpu_us), to=other.subject)


def disturbed(figure: Figure, other: Figure) -> Figure:
    """Beside the same thing in peace: how much later the late ones are."""
    return msgspec.structs.replace(figure, late=_part(figure.p99_ms, other.p99_ms), to=other.subject)


def failure(bench: str, subject: str, error: BaseException) -> Figure:
    """Where a figure would stand, why it does not."""
    words = " ".join(f"{type(error).__name__}: {error}".split())
    return Figure(bench=bench, subject=subject, failed=words[:_WORDS])


def _part(one: float | None, other: float | None) -> float | None:
    return one / other if one and other else None
