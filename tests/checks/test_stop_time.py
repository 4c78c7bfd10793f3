"""A stop takes no longer than the page for administrators says, and less than what containers wait for."""

from app.serve import SHUTDOWN
from engine.shell.engine import DRAIN
from tests.support.repository import ROOT
from web.sockets import GOODBYE


def test_the_parts_of_a_stop_take_ten_seconds_together() -> None:
    assert GOODBYE + 2 * SHUTDOWN + 1.75 * DRAIN <= 10
    assert "at most ten seconds" in (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
