"""Figures as JSON lines, as a table, and into the blocks of two pages that are never typed by hand."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from bench.figures import Figure
from bench.headlines import headlines
from bench.machine import busy, commit, description
from bench.processes import ROOT

PAGE: Final = ROOT / "docs" / "performance.md"
FRONT: Final = ROOT / "README.md"
_BLOCK = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
_HEAD = (
    "what",
    "turns/s",
    "p50 ms",
    "p99 ms",
    "CPU µs a turn",
    "MB",
    "s",
    "right %",
    "beside what was measured in the same run",
)


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What figures depend on besides the code. ``load``: the machine's before they were measured; ``seconds_each``: how long."""

    day: str
    machine: str
    commit: str
    load: float
    seconds_each: float


def circumstances(seconds_each: float) -> Circumstances:
    return Circumstances(
        day=f"{datetime.now(UTC):%Y-%m-%d}",  # noqa: TID251 - the day of the measurement
        machine=description(),
        commit=commit(),
        load=round(busy(), 2),
        seconds_each=seconds_each,
    )


def json_line(figure: Figure, around: Circumstances) -> str:
    return msgspec.json.encode(msgspec.to_builtins(figure) | msgspec.to_builtins(around)).decode()


def table(figures: Sequence[Figure]) -> str:
    """In Markdown, which a terminal shows well enough."""
    rows = [_HEAD, *(_row(figure) for figure in figures)]
    widths = [max(3, *(len(row[column]) for row in rows)) for column in range(len(_HEAD))]
    lines = [f"| {' | '.join(_cells(row, widths))} |" for row in rows]
    marks = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:-1]), "-" * widths[-1]]
    return "\n".join([lines[0], f"| {' | '.join(marks)} |", *lines[1:]])


def write_pages(figures: Sequence[Figure], around: Circumstances) -> None:
    """All figures into docs/performance.md, a handful into README.md. Raises ValueError if a page has lost its markers."""
    told = (
        f"Measured {around.day} at commit {around.commit} on {around.machine}, {around.seconds_each:g} s each;"
        f" load of the machine before: {around.load:.1f}."
    )
    short = f"Measured {around.day} on {around.machine}:"
    blocks = {PAGE: f"{told}\n\n{table(figures)}\n", FRONT: f"{short}\n\n{headlines(figures)}\n"}
    pages = {page: _with(page, block) for page, block in blocks.items()}
    for page, text in pages.items():
        page.write_text(text, encoding="utf-8")


def _with(page: Path, block: str) -> str:
    text = page.read_text(encoding="utf-8")
    if not _BLOCK.search(text):
        raise ValueError(f"{page.name} has no figures block: put back the lines <!-- figures --> and <!-- /figures -->")
    return _BLOCK.sub(lambda found: f"{found[1]}{block}{found[2]}", text)


def _cells(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    middle = [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1], strict=True)]
    return [row[0].ljust(widths[0]), *middle, row[-1].ljust(widths[-1])]


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        f"{figure.bench}: {figure.subject}",
        _number(figure.rate, 0),
        _number(figure.p50_ms, 1),
        _number(figure.p99_ms, 1),
        _number(figure.cpu_us, 0),
        _number(figure.memory_mb, 0),
        _number(figure.seconds, 1),
        _number(figure.right, 1),
        f"not measured: {figure.failed.replace('|', '/')}" if figure.failed else _beside(figure),
    )


def _beside(figure: Figure) -> str:
    parts = [
        f"{_number(value, 2)} × {words}"
        for value, words in (
            (figure.ratio, "the rate"),
            (figure.cpu_ratio, "the turns for the CPU"),
            (figure.cost, "the CPU a turn"),
            (figure.late, "the p99"),
        )
        if value is not None
    ]
    if figure.ahead is not None:
        return f"{figure.ahead:+.1f} points beside {figure.to}"
    return f"{', '.join(parts)} of {figure.to}" if parts else ""


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"
