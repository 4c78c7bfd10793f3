"""The same five-step form, on the service and on the frameworks that people build such bots with."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from bench.cases.shared import ROUNDS, Figures, attempt
from bench.cases.webchat import converse
from bench.figures import against, middle
from bench.peers.install import bot_framework, botkit
from bench.processes import Generator, Run, free_port, scratch, server

OURS: Final = "lotse over web sockets, every message on disk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """``command`` starts it (a port is added); ``load`` is the generator that talks to it, with the place for the port."""

    subject: str
    command: Callable[[], list[str]]
    load: tuple[str, ...]


BOTKIT: Final = Peer(
    subject="Botkit 4.15 on Node over web sockets, states in memory",
    command=botkit,
    load=("load_webchat", "--server", "botkit", "--script", "form", "--url", "http://127.0.0.1:{port}"),
)
BOTKIT_HTTP: Final = Peer(
    subject="Botkit 4.15 on Node inside HTTP responses, states in memory",
    command=botkit,
    load=("load_http", "--peer", "botkit", "--port", "{port}"),
)
BOT_FRAMEWORK: Final = Peer(
    subject="Bot Framework for Python 4.17 inside HTTP responses, states in memory",
    command=bot_framework,
    load=("load_http", "--peer", "botframework", "--port", "{port}"),
)
PEERS: Final = (BOTKIT, BOTKIT_HTTP, BOT_FRAMEWORK)


def form(seconds: float) -> Figures:
    """50 of 1,000 customers at a time: ours keeps everything on disk, the peers nothing. ROUNDS times in turn."""
    ours: dict[str, Figures] = {peer.subject: [] for peer in PEERS}
    theirs: dict[str, Figures] = {peer.subject: [] for peer in PEERS}
    with scratch() as var:
        for _ in range(ROUNDS):
            mine = attempt("form", OURS, lambda: converse("form", seconds, var)).figure
            for peer in PEERS:
                figure = attempt("form", peer.subject, partial(_load, peer, seconds)).figure
                theirs[peer.subject].append(figure)
                ours[peer.subject].append(against(mine, figure))
    return [*map(middle, ours.values()), *map(middle, theirs.values())]


def _load(peer: Peer, seconds: float) -> Run:
    port = free_port()
    with server([*peer.command(), str(port)], port, "/", {}) as running:
        module, *words = (word.format(port=port) for word in peer.load)
        return Generator(module, *words, "--seconds", str(seconds)).watch(*running.pids)
