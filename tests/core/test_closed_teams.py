"""Who starts the service at night is told why nobody can be reached."""

from datetime import UTC, datetime

from app.serve import closed_teams
from tests.support.bots import nordnetz

POLICY = nordnetz().policy


def test_teams_are_closed_outside_of_their_hours() -> None:
    assert closed_teams(POLICY, datetime(2026, 11, 2, 9, 0, tzinfo=UTC)) == []
    assert closed_teams(POLICY, datetime(2026, 11, 2, 16, 30, tzinfo=UTC)) == ["billing"]
    assert closed_teams(POLICY, datetime(2026, 11, 1, 9, 0, tzinfo=UTC)) == ["support", "billing"]
