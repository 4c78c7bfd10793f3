"""The handful of figures that a newcomer cares about, as a table for README.md. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.cases import flood, form, history, postgres, start, telegram, webchat
from bench.figures import Figure

MISSING: Final = "not measured in this run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """``what`` it is about, which figure that is (``to``: beside what, where one stands beside several), and its words."""

    what: str
    bench: str
    subject: str
    say: Callable[[Figure], str]
    to: str = ""


def headlines(figures: Sequence[Figure]) -> str:
    """In Markdown. A figure that was not measured says so."""
    rows = [f"| {line.what} | {_words(line, figures)} |" for line in LINES]
    return "\n".join(["| | |", "|---|---|", *rows])


def _words(line: Headline, figures: Sequence[Figure]) -> str:
    for figure in figures:
        if (figure.bench, figure.subject) == (line.bench, line.subject) and line.to in ("", figure.to):
            return MISSING if figure.failed else line.say(figure)
    return MISSING


def _times(value: float | None) -> str:
    return "? ×" if value is None else f"{value:.2g} ×" if value < 10 else f"{value:.0f} ×"


def _turns(figure: Figure) -> str:
    return f"**{figure.rate or 0:,.0f} turns/s**, 99 % answered within {figure.p99_ms or 0:.0f} ms"


def _rate(figure: Figure) -> str:
    return f"**{_times(figure.ratio)}** its rate ({figure.rate or 0:,.0f} turns/s)"


LINES: Final[tuple[Headline, ...]] = (
    Headline(
        what="web chat, one process on one core, every message on disk (SQLite, `synchronous=FULL`)",
        bench="webchat",
        subject=webchat.MENU,
        say=_turns,
    ),
    Headline(
        what="a form of five questions over web sockets, beside Botkit on Node, which keeps nothing",
        bench="form",
        subject=form.OURS,
        to=form.BOTKIT.subject,
        say=_rate,
    ),
    Headline(
        what="the same beside Bot Framework for Python, which keeps nothing",
        bench="form",
        subject=form.OURS,
        to=form.BOT_FRAMEWORK.subject,
        say=_rate,
    ),
    Headline(
        what="Telegram, from web hook to `sendMessage`, beside bare aiogram, which keeps nothing",
        bench="telegram",
        subject=telegram.OURS,
        say=_rate,
    ),
    Headline(
        what="PostgreSQL and Redis, a web and a worker process, all on the same cores",
        bench="postgres",
        subject=postgres.SPLIT,
        say=_turns,
    ),
    Headline(
        what="a turn when a million messages are stored",
        bench="history",
        subject=history.OLD,
        say=lambda figure: f"{figure.cost or 0:.2f} × the CPU of one in a new database",
    ),
    Headline(
        what="50 customers while another one sends 200 messages a second",
        bench="flood",
        subject=flood.FLOODED,
        say=lambda figure: (
            f"99 % answered within {figure.p99_ms or 0:.0f} ms, {figure.late or 0:.2f} × as late as in peace"
        ),
    ),
    Headline(
        what="memory, idle, with the language model of the example",
        bench="memory",
        subject=start.IDLE,
        say=lambda figure: f"{figure.memory_mb or 0:.0f} MB",
    ),
    Headline(
        what="from `lotse serve` to the first answer",
        bench="start",
        subject=start.SECOND,
        say=lambda figure: f"{figure.seconds or 0:.1f} s",
    ),
)
