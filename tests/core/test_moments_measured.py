"""Measured on eighty phrases that nobody wrote for these rules, and that the rules are not to be tuned on (CC0).

``accept``: a moment, ``03-12 15:00``, or hours, ``03-12 12-18``, in which the resolved time must begin.
"""

import json

import pytest

from app.measured.callbacks import is_accepted, resolved
from tests.support.repository import ROOT

ROWS = [json.loads(line) for line in (ROOT / "tests/support/datetime_phrases.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("field", ["text", "sentence"])
@pytest.mark.parametrize("language", ["de", "en", "ru", "uk"])
def test_nineteen_of_twenty_phrases_are_resolved_exactly(language: str, field: str) -> None:
    rows = [row for row in ROWS if row["lang"] == language]
    missed = [row[field] for row in rows if not is_accepted(resolved(row, field), row["accept"])]
    assert len(rows) == 20
    assert len(missed) <= 1, missed
