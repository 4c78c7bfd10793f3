"""Figures as JSON lines, as a table, and into the block of docs/performance.md that is never typed by hand."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from bench.figures import Figure
from bench.machine import busy, description
from bench.processes import ROOT

PAGE = ROOT / "docs" / "performance.md"
_BLOCK = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
_HEAD = ("what", "turns/s", "p50 ms", "p99 ms", "CPU µs a turn", "MB", "s", "rate, ratio", "CPU, ratio")


def json_line(figure: Figure) -> str:
    return msgspec.json.encode(figure).decode()


def table(figures: Sequence[Figure]) -> str:
    """In Markdown, which a terminal shows well enough."""
    rows = [_HEAD, *(_row(figure) for figure in figures)]
    widths = [max(3, *(len(row[column]) for row in rows)) for column in range(len(_HEAD))]
    lines = [f"| {' | '.join(_cells(row, widths))} |" for row in rows]
    marks = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([lines[0], f"| {' | '.join(marks)} |", *lines[1:]])


def write_page(figures: Sequence[Figure]) -> None:
    """Raises ValueError if the page has lost its markers."""
    page = PAGE.read_text(encoding="utf-8")
    if not _BLOCK.search(page):
        raise ValueError(f"{PAGE.name} has no figures block: put back the lines <!-- figures --> and <!-- /figures -->")
    told = f"Measured {datetime.now(UTC):%Y-%m-%d} on {description()}; load of the machine at the end: {busy():.1f}."  # noqa: TID251 - the day of the measurement
    block = f"{told}\n\n{table(figures)}\n"
    PAGE.write_text(_BLOCK.sub(lambda found: f"{found[1]}{block}{found[2]}", page), encoding="utf-8")


def _cells(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]


def _row(figure: Figure) -> tuple[str, ...]:
    rate, cpu = (f"{ratio:.2f} × {figure.to}" if ratio else "" for ratio in (figure.ratio, figure.cpu_ratio))
    return (
        f"{figure.bench}: {figure.subject}",
        _number(figure.rate, 0),
        _number(figure.p50_ms, 1),
        _number(figure.p99_ms, 1),
        _number(figure.cpu_us, 0),
        _number(figure.memory_mb, 0),
        _number(figure.seconds, 1),
        rate,
        cpu,
    )


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"
