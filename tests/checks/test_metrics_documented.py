"""Every metric can be found by the person who watches the service, and none is there that no longer exists."""

import re
from datetime import UTC, datetime

from app.metrics import Metrics, Now
from store.figures import Figures
from tests.support.repository import ROOT

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FIGURES = Figures(
    parked=0, parked_since=None, with_operator=0, unhandled=0, unhandled_since=None, unsent={}, overdue=0, overdue_since=None
)  # fmt: skip


def told() -> set[str]:
    text = Metrics().text(Now(figures=FIGURES, sockets={"customer": 0, "desk": 0}, bus_up=True, at=NOW)).decode()
    return set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))


def documented() -> set[str]:
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `((?:lotse|process)_\w+)`", page, re.MULTILINE))


def test_every_metric_is_documented_and_every_documented_one_is_there() -> None:
    assert told() > {"lotse_turns_total", "lotse_queue_parked", "process_cpu_seconds_total"}
    assert documented() == told()
