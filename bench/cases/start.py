"""From the command to the first answer, and what the service holds then."""

from bench.cases.shared import EXAMPLE, Figures
from bench.figures import Figure, failure
from bench.first_answer import first_answer
from bench.machine import memory_mb
from bench.processes import lotse, scratch

FIRST = "first start, language model trained"
SECOND = "second start"
IDLE = "lotse without Telegram, idle"


def start(_: float) -> Figures:
    """The Nordnetz bot: with the language model to be trained, then with it cached."""
    figures: Figures = []
    with scratch() as var:
        for subject in (FIRST, SECOND):
            try:
                with lotse(EXAMPLE, var) as running:
                    seconds = running.started + first_answer(running.url)
                    memory = memory_mb(*running.pids)
            except Exception as error:
                figures.append(failure("start", subject, error))
            else:
                figures.append(Figure(bench="start", subject=subject, seconds=seconds))
                if subject == SECOND:
                    figures.append(Figure(bench="memory", subject=IDLE, memory_mb=memory))
    return figures
