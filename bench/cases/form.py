"""The same five-step form, on the service and on the frameworks that people build such bots with."""

from collections.abc import Callable, Mapping
from typing import Final

from bench.cases.shared import ROUNDS, Figures, attempt
from bench.cases.webchat import converse
from bench.figures import against, middle
from bench.peers.install import bot_framework, botkit
from bench.processes import Generator, Run, free_port, scratch, server

OURS = "lotse, every message on disk"
PEERS: Final[Mapping[str, tuple[str, Callable[[], list[str]]]]] = {
    "botkit": ("Botkit 4.15 on Node, states in memory", botkit),
    "botframework": ("Bot Framework for Python 4.17, states in memory", bot_framework),
}
"""The kind of requests that the generator makes → who answers them, and the command that starts it (without its port)."""


def form(seconds: float) -> Figures:
    """50 of 1,000 customers at a time: ours keeps everything on disk, the peers nothing. ROUNDS times in turn."""
    ours: dict[str, Figures] = {kind: [] for kind in PEERS}
    theirs: dict[str, Figures] = {kind: [] for kind in PEERS}
    with scratch() as var:
        for _ in range(ROUNDS):
            mine = attempt("form", OURS, lambda: converse("form", seconds, var)).figure
            for kind, (subject, command) in PEERS.items():
                peer = attempt("form", subject, lambda kind=kind, command=command: _peer(kind, command, seconds)).figure
                theirs[kind].append(peer)
                ours[kind].append(against(mine, peer))
    return [*map(middle, ours.values()), *map(middle, theirs.values())]


def _peer(kind: str, command: Callable[[], list[str]], seconds: float) -> Run:
    port = free_port()
    with server([*command(), str(port)], port, "/", {}) as running:
        arguments = ("--port", str(port), "--peer", kind, "--seconds", str(seconds))
        return Generator("load_http", *arguments).watch(*running.pids)
