"""The web chat of the whole service, beside a bare echo and beside what SQLite gives to nobody else."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.cases.shared import BOT, EXAMPLE, ROUNDS, Figures, Measured, attempt
from bench.figures import Figure, against, middle
from bench.floors import sqlite_floors
from bench.processes import Generator, Run, Server, free_port, lotse, scratch, server

MENU = "lotse, Nordnetz menu"
ECHO = "bare aiohttp echo"


def webchat(seconds: float) -> Figures:
    """Turns of the real service over open sockets, and a bare echo: ROUNDS times in turn."""
    ours: Figures = []
    echoes: Figures = []
    memory: Figures = []
    with scratch() as var:
        for _ in range(ROUNDS):
            echo = attempt("webchat", ECHO, lambda: converse("echo", seconds, var))
            menu = attempt("webchat", MENU, lambda: converse("menu", seconds, var))
            echoes.append(echo.figure)
            ours.append(against(menu.figure, echo.figure))
            memory += _socket_memory(menu)
    served = middle(ours)
    floors = [against(floor, served) for floor in sqlite_floors(seconds)]
    return [served, middle(echoes), *floors, *([middle(memory)] if memory else [])]


def converse(script: str, seconds: float, var: Path) -> Run:
    """``var`` is used again for the language model in it; each run has a new database."""
    for file in var.glob("lotse.db*"):
        file.unlink()
    with _server(script, var) as running:
        kind = "echo" if script == "echo" else "lotse"
        arguments = ("--url", running.url, "--server", kind, "--script", script, "--seconds", str(seconds))
        return Generator("load_webchat", *arguments).watch(*running.pids)


@contextmanager
def _server(script: str, var: Path) -> Iterator[Server]:
    if script == "echo":
        port = free_port()
        with server([sys.executable, "-m", "bench.peers.aiohttp_echo", str(port)], port, "/", {}) as running:
            yield running
    else:
        with lotse(EXAMPLE if script == "menu" else BOT, var) as running:
            yield running


def _socket_memory(measured: Measured) -> Figures:
    """What 1,000 open sockets cost before anything is said."""
    if not measured.memory:
        return []
    grown = measured.memory["open"] - measured.memory["idle"]
    return [Figure(bench="memory", subject="1,000 open web-chat sockets", memory_mb=grown)]
