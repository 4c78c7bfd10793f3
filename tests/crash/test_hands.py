"""Chats that change hands between two workers all the time: each message is answered once, in order, by one of them."""

from pathlib import Path

import pytest

from tests.crash.defects import Defect
from tests.crash.hands import play


async def test_chats_that_change_hands_all_the_time_are_answered_once_and_in_order(tmp_path: Path, seed: int) -> None:
    faults = await play(tmp_path / "lotse.db", seed)

    assert not faults, f"{dict(faults)} (again with --seed {seed})"


@pytest.mark.parametrize(
    ("defect", "shows"), [("released_early", "doubles"), ("lane_of_a_message", "crowded"), ("seq_of_old", "lost")]
)
async def test_two_workers_with_a_planted_defect_are_noticed(
    defect: Defect, shows: str, tmp_path: Path, seed: int
) -> None:
    faults = await play(tmp_path / "lotse.db", seed, defect, patience=5.0)

    assert faults[shows], f"the harness did not notice: {dict(faults)} (again with --seed {seed})"
