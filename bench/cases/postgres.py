"""The service on PostgreSQL and Redis: in one process, and split into those that listen and those that work.

Everything shares all cores of the machine: the service's processes, both servers, and the load generator.
"""

from collections.abc import Mapping
from functools import partial
from typing import Final

from bench.cases.shared import BOT, Figures, attempt
from bench.databases import new_database, postgres, redis
from bench.figures import Figure, against, failure
from bench.floors import POSTGRES, postgres_floors
from bench.processes import Generator, Run, lotse_processes, scratch

ALONE: Final = "lotse serve"
SPLIT: Final = "lotse web + 1 worker"
WIDER: Final = "lotse web + 2 workers"
LAYOUTS: Final[Mapping[str, tuple[str, ...]]] = {
    ALONE: ("serve",),
    SPLIT: ("web", "worker"),
    WIDER: ("web", "worker", "worker"),
}
BENCH: Final = "postgres"


def on_postgres(seconds: float) -> Figures:
    """The five-step form over web sockets, each layout on a new database of the same servers, fsync on."""
    try:
        with postgres() as database:
            return _measured(seconds, database)
    except Exception as error:
        return [failure(BENCH, subject, error) for subject in (*LAYOUTS, POSTGRES)]


def _measured(seconds: float, database: str) -> Figures:
    found: dict[str, Figure] = {}
    for number, (subject, commands) in enumerate(LAYOUTS.items()):
        url = new_database(database, f"bench{number}")
        found[subject] = attempt(BENCH, subject, partial(_run, commands, url, seconds)).figure
    alone = found.pop(ALONE)
    split = [against(figure, alone) for figure in found.values()]
    floors = [against(floor, alone) for floor in postgres_floors(seconds, new_database(database, "floor"))]
    return [alone, *split, *floors]


def _run(commands: tuple[str, ...], database: str, seconds: float) -> Run:
    """On a Redis of its own: one that was asked before knows how many new customers came from each address."""
    with redis() as bus, scratch() as var:
        environment = {"LOTSE_DATABASE__URL": database, "LOTSE_REDIS__URL": bus}
        with lotse_processes(BOT, var, commands, place=None, environment=environment) as running:
            arguments = ("--url", running.url, "--script", "form", "--seconds", str(seconds))
            return Generator("load_webchat", *arguments, place=None).watch(*running.pids)
