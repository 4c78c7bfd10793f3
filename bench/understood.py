"""``python -m bench.understood ROWS``: what ``lotse nlu bench --json ROWS`` left, into its block of docs/performance.md."""

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from bench.machine import commit
from bench.report import PAGE
from nlu.measuring.rows import Row

_BLOCK: Final = re.compile(r"(<!-- understanding -->\n).*?(<!-- /understanding -->)", re.DOTALL)
MARKS: Final = {None: "", True: " ✓", False: " ✗"}


def pages_of(lines: Sequence[str]) -> str:
    """Two tables in Markdown: what is understood, a column for each head and peer; and single figures, beside each other."""
    decoded = [json.loads(line) for line in lines if line.strip()]
    rows = [msgspec.convert(line, Row) for line in decoded]
    wide = [row for row in rows if row.unit in ("%", "", "points") and (row.learnt or row.unit == "points")]
    columns = list(dict.fromkeys(row.by for row in wide if not row.failed))
    keys = list(dict.fromkeys((row.name, row.measured) for row in wide if not row.failed))
    cells = {(row.name, row.measured, row.by): row for row in wide}
    head = ["set", "measured", *columns, "goal", "texts"]
    table = [head, ["---"] * len(head)]
    for name, measured in keys:
        mine = [row for column in columns if (row := cells.get((name, measured, column)))]
        goals = dict.fromkeys(_goal(row) for row in mine if row.goal)
        shown = [_figure(cells.get((name, measured, column))) for column in columns]
        table.append([name, measured, *shown, "; ".join(goals), f"{max(row.texts for row in mine):,}"])
    single = [row for row in rows if row not in wide and not row.failed]
    lines_ = [["what", "measured", "figure", "goal"], ["---"] * 4]
    lines_ += [[f"{row.name}: {row.by}", row.measured, _figure(row), _goal(row)] for row in single]
    return f"{_told(decoded)}\n\n{_markdown(table)}\n\n{_markdown(lines_)}\n"


def _told(decoded: Sequence[dict[str, Any]]) -> str:
    first = decoded[0] if decoded else {}
    reached = [line["reached"] for line in decoded if "reached" in line]
    return (
        f"Measured at commit {commit()} on {first.get('machine', '?')}, seed {first.get('seed', '?')}, load {first.get('load', '?')}:"
        f" {sum(reached)} of {len(reached)} goals reached (✓). In brackets the 95 % interval."
    )


def _figure(row: Row | None) -> str:
    if row is None or row.figure is None:
        return ""
    digits = {"": 3, "ms": 2, "MB": 0}.get(row.unit, 1)
    low_high = "" if row.interval is None else f" ({row.interval[0]:.0f} to {row.interval[1]:.0f})"
    unit = f" {row.unit}" if row.unit in ("ms", "MB", "s") else ""
    return f"{row.figure:.{digits}f}{unit}{low_high}{MARKS[row.reached]}"


def _goal(row: Row) -> str:
    return "" if row.goal is None else f"{'≤' if row.goal.most else '≥'} {row.goal.figure:g}"


def _markdown(table: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in table)


def write(rows: Path, page: Path = PAGE) -> None:
    """Raises ValueError if the page has lost its markers."""
    text = page.read_text(encoding="utf-8")
    if not _BLOCK.search(text):
        raise ValueError(
            f"{page.name} has no block for it: put back <!-- understanding --> and <!-- /understanding -->"
        )
    block = pages_of(rows.read_text(encoding="utf-8").splitlines())
    page.write_text(_BLOCK.sub(lambda found: f"{found[1]}{block}{found[2]}", text), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.understood", description=__doc__)
    parser.add_argument("rows", type=Path, help="what `lotse nlu bench … --json` left")
    write(parser.parse_args().rows)
