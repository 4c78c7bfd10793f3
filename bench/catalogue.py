"""All benchmarks by name, in the order in which they run."""

from collections.abc import Callable, Mapping
from typing import Final

from bench.cases.check import check
from bench.cases.flood import flood
from bench.cases.form import form
from bench.cases.history import history
from bench.cases.postgres import on_postgres
from bench.cases.shared import Figures
from bench.cases.start import start
from bench.cases.step import step
from bench.cases.telegram import telegram
from bench.cases.understanding import understanding
from bench.cases.webchat import webchat

CASES: Final[Mapping[str, Callable[[float], Figures]]] = {
    "webchat": webchat,
    "form": form,
    "telegram": telegram,
    "postgres": on_postgres,
    "history": history,
    "flood": flood,
    "start": start,
    "step": step,
    "check": check,
    "understanding": understanding,
}
"""Each takes the seconds of a measurement."""
