"""Telegram: from the web hook to ``sendMessage`` and back, beside bare aiogram."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from bench.cases.shared import BOT, ROUNDS, Figures, Measured, attempt
from bench.figures import Figure, against, middle
from bench.load_telegram import TOKEN
from bench.processes import Generator, Run, Server, free_port, lotse, scratch, server

OURS = "lotse"
PEER = "bare aiogram, states in memory"
Serve = Callable[[str], AbstractContextManager[Server]]
"""A server that sends to the Bot API at an address."""


def telegram(seconds: float) -> Figures:
    """Ours keeps everything on disk, the peer nothing. ROUNDS times in turn."""
    ours: Figures = []
    theirs: Figures = []
    memory: dict[str, Figures] = {}
    for _ in range(ROUNDS):
        peer = attempt("telegram", PEER, lambda: load(_peer, seconds))
        mine = attempt("telegram", OURS, lambda: load(telegram_service, seconds))
        theirs.append(peer.figure)
        ours.append(against(mine.figure, peer.figure))
        _keep_memory(memory, "aiogram", peer)
        _keep_memory(memory, "lotse with Telegram", mine)
    return [middle(ours), middle(theirs), *(middle(figures) for figures in memory.values())]


def load(serve: Serve, seconds: float) -> Run:
    with between("load_telegram", serve, seconds) as (generator, running):
        return generator.watch(*running.pids)


@contextmanager
def between(module: str, serve: Serve, seconds: float) -> Iterator[tuple[Generator, Server]]:
    """A load generator that is the Bot API too, and the server that calls it."""
    port = free_port()
    generator = Generator(module, "--port", str(port), "--seconds", str(seconds))
    try:
        generator.mark()
        with serve(f"http://127.0.0.1:{port}") as running:
            yield generator, running
    finally:
        generator.close()


def _keep_memory(memory: dict[str, Figures], who: str, measured: Measured) -> None:
    if measured.memory:
        for mark, words in (("idle", "idle"), ("end", "after 1,000 conversations")):
            figure = Figure(bench="memory", subject=f"{who}, {words}", memory_mb=measured.memory[mark])
            memory.setdefault(figure.subject, []).append(figure)


@contextmanager
def telegram_service(api: str) -> Iterator[Server]:
    # What Telegram allows is not what is measured: its limits are lifted.
    telegram = {"LOTSE_TELEGRAM__TOKEN": TOKEN, "LOTSE_TELEGRAM__API": api, "LOTSE_TELEGRAM__RATE": "0"}
    with scratch() as var, lotse(BOT, var, **telegram) as running:
        yield running


@contextmanager
def _peer(api: str) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "bench.peers.aiogram_fsm", str(port)]
    with server(command, port, "/", {"BOT_API": api, "BOT_TOKEN": TOKEN}) as running:
        yield running
