"""The pure core alone."""

from statistics import median

from bench.cases.shared import EXAMPLE, Figures
from bench.figures import Figure
from bench.pure import steps_a_second

RUNS = 3
MENU = "step(), Nordnetz menu"


def step(seconds: float) -> Figures:
    rate = median(steps_a_second(EXAMPLE, seconds / RUNS) for _ in range(RUNS))
    return [Figure(bench="step", subject=MENU, rate=rate, cpu_us=1e6 / rate)]
