"""A measured line of the table: what was measured on what, the figure with its interval, and whether it is what was wanted. Pure."""

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

import msgspec

from conversation.value import Value
from nlu.measuring.metrics import Share

Unit: TypeAlias = Literal["%", "", "points", "ms", "MB", "s"]

HEAD: Final = ("set", "by", "measured", "figure", "95 %", "texts", "learnt", "goal", "reached", "")
_DIGITS: Final[dict[Unit, int]] = {"%": 1, "": 3, "points": 1, "ms": 2, "MB": 0, "s": 1}


class Goal(Value, frozen=True, kw_only=True):
    """``most``: the figure must not be above ``figure``; else not below."""

    figure: float
    most: bool = False

    def reached(self, figure: float) -> bool:
        """By the figure as the table shows it would be kinder: here it is not rounded."""
        return figure <= self.figure if self.most else figure >= self.figure


class Row(Value, frozen=True, kw_only=True):
    """``name``: the set. ``by``: the head of the model, or a peer. ``texts``: how many were asked; ``learnt``: how many examples were learnt.

    ``failed``: why there is no figure.
    """

    name: str
    by: str = ""
    measured: str = ""
    figure: float | None = None
    unit: Unit = "%"
    interval: tuple[float, float] | None = None
    texts: int = 0
    learnt: int = 0
    seed: int | None = None
    goal: Goal | None = None
    note: str = ""
    failed: str = ""

    @property
    def reached(self) -> bool | None:
        """None where nothing was wanted or nothing measured."""
        return None if self.goal is None or self.figure is None else self.goal.reached(self.figure)


def share_row(
    share: Share, *, name: str, by: str, measured: str, learnt: int, goal: Goal | None = None, note: str = ""
) -> Row:  # fmt: skip
    if not share.of:
        return Row(name=name, by=by, measured=measured, failed="there are no such texts in the set")
    return Row(
        name=name,
        by=by,
        measured=measured,
        figure=share.percent,
        interval=share.interval,
        texts=share.of,
        learnt=learnt,
        goal=goal,
        note=note,
    )


def noted(row: Row, notes: Sequence[str]) -> Row:
    return msgspec.structs.replace(row, note="; ".join(filter(None, (row.note, *notes))))


def table(rows: Sequence[Row]) -> str:
    """In Markdown, which a terminal shows well enough."""
    cells = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(3, *(len(line[column]) for line in cells)) for column in range(len(HEAD))]
    lines = [f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |" for line in cells]
    return "\n".join([lines[0], f"| {' | '.join('-' * width for width in widths)} |", *lines[1:]])


def _cells(row: Row) -> tuple[str, ...]:
    goal, reached = row.goal, row.reached
    low_high = "" if row.interval is None else " to ".join(_number(each, row.unit) for each in row.interval)
    failed = f"not measured: {row.failed}" if row.failed else ""
    cells = (
        row.name,
        row.by,
        row.measured,
        "" if row.figure is None else f"{_number(row.figure, row.unit)} {row.unit}".strip(),
        low_high,
        f"{row.texts:,}" if row.texts else "",
        f"{row.learnt:,}" if row.learnt else "",
        "" if goal is None else f"{'≤' if goal.most else '≥'} {goal.figure:g}",
        {None: "", True: "yes", False: "no"}[reached],
        "; ".join(filter(None, (failed, row.note))),
    )
    return tuple(" ".join(cell.replace("|", "/").split()) for cell in cells)


def _number(value: float, unit: Unit) -> str:
    return f"{value:,.{_DIGITS[unit]}f}"
