"""The benchmarks: each gives its figures, with a floor or a peer from the same run."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median
from typing import Final

import msgspec

from bench.figures import Figure, middle
from bench.first_answer import first_answer
from bench.load_telegram import TOKEN
from bench.machine import memory_mb
from bench.processes import ROOT, Generator, Run, Server, free_port, lotse, scratch, server
from bench.pure import steps_a_second

BOT: Final = ROOT / "bench" / "bot"
EXAMPLE: Final = ROOT / "examples" / "nordnetz"
PAIRS: Final = 3
"""How often a pair is measured in turn, A B A B: what else the machine does then falls on both."""
Figures = list[Figure]


def webchat(seconds: float) -> Figures:
    """Turns of the real service over open sockets, and a bare echo: PAIRS times in turn."""
    ours: Figures = []
    forms: Figures = []
    echoes: Figures = []
    memory: Figures = []
    with scratch() as var:
        for _ in range(PAIRS):
            echo, _echo = _webchat("bare aiohttp echo", "echo", seconds, var)
            form, _form = _webchat("lotse, five-step form", "form", seconds, var)
            menu, run = _webchat("lotse, Nordnetz menu", "menu", seconds, var)
            echoes.append(echo)
            forms.append(_against(form, echo))
            ours.append(_against(menu, echo))
            memory.append(_socket_memory(run))
    return [middle(ours), middle(forms), middle(echoes), middle(memory)]


def _webchat(subject: str, script: str, seconds: float, var: Path) -> tuple[Figure, Run]:
    """``var`` is used again for the language model in it; each run has a new database."""
    for file in var.glob("lotse.db*"):
        file.unlink()
    with _webchat_server(script, var) as running:
        arguments = ("--url", running.url, "--script", script, "--seconds", str(seconds))
        run = Generator("load_webchat", *arguments).watch(running.pid)
    return _figure("webchat", subject, run), run


@contextmanager
def _webchat_server(script: str, var: Path) -> Iterator[Server]:
    if script == "echo":
        port = free_port()
        with server([sys.executable, "-m", "bench.peers.aiohttp_echo", str(port)], port, "/", {}) as running:
            yield running
    else:
        with lotse(EXAMPLE if script == "menu" else BOT, var) as running:
            yield running


def _socket_memory(run: Run) -> Figure:
    """What 1,000 open sockets cost before anything is said, for one socket."""
    grown = run.memory["open"] - run.memory["idle"]
    return Figure(bench="memory", subject="1,000 open web-chat sockets", memory_mb=grown)


def telegram(seconds: float) -> Figures:
    """Web hook to ``sendMessage`` and back: ours keeps everything on disk, the peer nothing. PAIRS times in turn."""
    ours: Figures = []
    theirs: Figures = []
    memory: dict[str, Figures] = {}
    for _ in range(PAIRS):
        peer, run = _telegram("bare aiogram, states in memory", _peer, seconds)
        theirs.append(peer)
        _keep_memory(memory, "aiogram", run)
        figure, run = _telegram("lotse", _service, seconds)
        ours.append(_against(figure, peer))
        _keep_memory(memory, "lotse with Telegram", run)
    return [middle(ours), middle(theirs), *(middle(figures) for figures in memory.values())]


def _keep_memory(memory: dict[str, Figures], who: str, run: Run) -> None:
    for mark, words in (("idle", "idle"), ("end", "after 1,000 conversations")):
        figure = Figure(bench="memory", subject=f"{who}, {words}", memory_mb=run.memory[mark])
        memory.setdefault(figure.subject, []).append(figure)


def _telegram(
    subject: str, serve: Callable[[str], AbstractContextManager[Server]], seconds: float
) -> tuple[Figure, Run]:
    port = free_port()
    generator = Generator("load_telegram", "--port", str(port), "--seconds", str(seconds))
    try:
        generator.mark()
        with serve(f"http://127.0.0.1:{port}") as running:
            run = generator.watch(running.pid)
    finally:
        generator.close()
    return _figure("telegram", subject, run), run


@contextmanager
def _service(api: str) -> Iterator[Server]:
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


def start(_: float) -> Figures:
    """From the command to the first answer of the Nordnetz bot: with the language model to be trained, then with it cached."""
    figures = []
    with scratch() as var:
        for subject in ("first start, language model trained", "second start"):
            with lotse(EXAMPLE, var) as running:
                seconds = running.started + first_answer(running.url)
                figures.append(Figure(bench="start", subject=subject, seconds=seconds))
                if subject == "second start":
                    figures.append(
                        Figure(bench="memory", subject="lotse without Telegram, idle", memory_mb=memory_mb(running.pid))
                    )
    return figures


def step(seconds: float) -> Figures:
    """The pure core alone, on the Nordnetz menu."""
    rates = [steps_a_second(EXAMPLE, seconds / PAIRS) for _ in range(PAIRS)]
    rate = median(rates)
    return [Figure(bench="step", subject="step(), Nordnetz menu", rate=rate, cpu_us=1e6 / rate)]


CASES: Final[Mapping[str, Callable[[float], Figures]]] = {
    "webchat": webchat,
    "telegram": telegram,
    "start": start,
    "step": step,
}


def _figure(bench: str, subject: str, run: Run) -> Figure:
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
        cpu_us=run.cpu_us,
    )


def _against(figure: Figure, other: Figure) -> Figure:
    assert figure.rate
    assert other.rate
    assert figure.cpu_us
    assert other.cpu_us
    return msgspec.structs.replace(
        figure, ratio=figure.rate / other.rate, cpu_ratio=other.cpu_us / figure.cpu_us, to=other.subject
    )
