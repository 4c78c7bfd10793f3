"""When somebody wants to be called, said freely: read by what reads it in a dialog."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dialogs.answers.moments import read_moment
from dialogs.answers.values import AnswerContext
from nlu.measuring.languages import LANGUAGES, read_phrases
from nlu.measuring.metrics import Share
from nlu.measuring.rows import Goal, Row, share_row

WANTED = Goal(figure=95.0)
"""Nineteen of twenty."""


def measure(folder: Path) -> list[Row]:
    """Each phrase alone and in its sentence. Raises ContentError, OSError."""
    phrases = read_phrases(folder)
    rows = []
    for language in LANGUAGES:
        mine = [row for row in phrases if row["lang"] == language]
        for field, measured in (("text", "exact, the phrase"), ("sentence", "exact, in a sentence")):
            hits = sum(is_accepted(resolved(row, field), row["accept"]) for row in mine)
            share = Share(hits=hits, of=len(mine))
            rows.append(
                share_row(share, name=f"call-back time {language}", by="dialogs", measured=measured, learnt=0, goal=WANTED)
            )  # fmt: skip
    return rows


def resolved(row: dict[str, str], field: str) -> datetime | None:
    """``field``: `text`, the phrase alone, or `sentence`, the phrase within one."""
    now = datetime.fromisoformat(row["now"]).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    span = read_moment(row[field], AnswerContext(now=now, language=row["lang"]), loose=field == "sentence")
    return span.begin if span else None


def is_accepted(found: datetime | None, wanted: Sequence[str]) -> bool:
    """``wanted``: moments (``03-12 15:00``) or hours of a day in which it must begin (``03-12 12-18``)."""
    for one in wanted:
        day, _, when = one.partition(" ")
        if found is None or f"{found:%m-%d}" != day:
            continue
        first, _, last = when.partition("-")
        if f"{found:%H:%M}" == when or (last and int(first) <= found.hour < int(last)):
            return True
    return False
