"""What the cases have in common: the bots, pairs in turn, and figures that say so when they could not be measured."""

import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from bench.figures import Figure, failure
from bench.processes import ROOT, Run

BOT: Final = ROOT / "bench" / "bot"
EXAMPLE: Final = ROOT / "examples" / "nordnetz"
ROUNDS: Final = 2
"""How often a pair is measured in turn, A B A B: what else the machine does then falls on both."""
Figures = list[Figure]


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A figure, and the server's memory in MB at the generator's marks; none if it failed."""

    figure: Figure
    memory: Mapping[str, float] = {}


def attempt(bench: str, subject: str, measure: Callable[[], Run]) -> Measured:
    """A run as a figure. A run that breaks leaves a figure that says why: the others are measured all the same."""
    try:
        run = measure()
    except Exception as error:
        traceback.print_exc()
        return Measured(figure=failure(bench, subject, error))
    return Measured(figure=figure_of(bench, subject, run), memory=run.memory)


def figure_of(bench: str, subject: str, run: Run) -> Figure:
    load = run.load
    if load.cpu > 0.9:
        print(
            f"{subject}: the load generator used {load.cpu:.0%} of its core: the server may be faster", file=sys.stderr
        )
    return Figure(
        bench=bench,
        subject=subject,
        rate=load.turns / load.seconds,
        p50_ms=load.p50_ms,
        p99_ms=load.p99_ms,
        cpu_us=run.cpu_us or None,
    )
