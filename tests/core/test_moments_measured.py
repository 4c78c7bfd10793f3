"""Measured on eighty phrases that nobody wrote for these rules, and that the rules are not to be tuned on (CC0).

``accept``: a moment, ``03-12 15:00``, or hours, ``03-12 12-18``, in which the resolved time must begin.
"""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dialogs.answers.moments import read_moment
from dialogs.answers.values import AnswerContext
from tests.support.repository import ROOT

ROWS = [json.loads(line) for line in (ROOT / "tests/support/datetime_phrases.jsonl").read_text("utf-8").splitlines()]


def resolved(row: dict[str, str], field: str) -> datetime | None:
    now = datetime.fromisoformat(row["now"]).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    span = read_moment(row[field], AnswerContext(now=now, language=row["lang"]), loose=field == "sentence")
    return span.begin if span else None


def accepted(found: datetime | None, wanted: list[str]) -> bool:
    for one in wanted:
        day, _, when = one.partition(" ")
        if found is None or f"{found:%m-%d}" != day:
            continue
        first, _, last = when.partition("-")
        if f"{found:%H:%M}" == when or (last and int(first) <= found.hour < int(last)):
            return True
    return False


@pytest.mark.parametrize("field", ["text", "sentence"])
@pytest.mark.parametrize("language", ["de", "en", "ru", "uk"])
def test_nineteen_of_twenty_phrases_are_resolved_exactly(language: str, field: str) -> None:
    rows = [row for row in ROWS if row["lang"] == language]
    missed = [row[field] for row in rows if not accepted(resolved(row, field), row["accept"])]
    assert len(rows) == 20
    assert len(missed) <= 1, missed
