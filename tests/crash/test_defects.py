"""The tests of this folder notice what they are for: with a defect planted in the service, each finds the fault that follows.

Those that need two workers are in ``test_hands.py``.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.crash.campaign import Plan, campaign
from tests.crash.defects import Defect
from tests.crash.verdict import judge, line

NOBODY: dict[str, Any] = {"visitors": 0, "parked": 0, "served": 0, "telegram": 0, "naps": 0}
SHORT: dict[str, Any] = {"limit": 30.0, "patience": 5.0}
"""Without its defect each of these runs is over well before that, and whole."""

CASES: list[tuple[Defect, str, dict[str, Any]]] = [
    ("acknowledges_first", "lost", {"visitors": 12, "each": 8, "kills": 2, "points": (), "patience": 1.0}),
    ("no_unique_key", "twice", {"visitors": 12, "each": 8, "kills": 2, "points": ("accepted",)}),
    (
        "timers_in_memory",
        "timers_wrong",
        {"visitors": 12, "each": 2, "naps": 1, "kills": 1, "points": ("timer",), "patience": 3.0},
    ),
    (
        "sent_before_the_call",
        "telegram_hidden",
        {"telegram": 12, "each": 3, "kills": 1, "points": ("sending",), "ambiguous": "flag"},
    ),
    ("resumes_one_late", "page_faults", {"visitors": 20, "each": 12, "kills": 8, "points": ("saved",)}),
]


@pytest.mark.parametrize(("defect", "shows", "sizes"), CASES, ids=[defect for defect, *_ in CASES])
async def test_killed_service_with_a_planted_defect_is_noticed(
    defect: Defect, shows: str, sizes: dict[str, Any], tmp_path: Path, seed: int
) -> None:
    plan = Plan(**(NOBODY | SHORT | sizes), seed=seed, defect=defect)

    verdict = await judge(await campaign(plan, tmp_path))

    assert shows in verdict.faults, f"the harness did not notice (again with --seed {seed}): {line(verdict)}"
