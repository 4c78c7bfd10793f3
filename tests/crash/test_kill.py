"""A real process, killed again and again while people write: nothing is lost, nothing handled twice, order holds."""

from pathlib import Path

import pytest

from tests.crash.campaign import Plan, campaign
from tests.crash.defects import Defect
from tests.crash.lives import POINTS
from tests.crash.verdict import Verdict, judge, line

SMALL = {"visitors": 30, "parked": 1, "served": 0, "telegram": 0, "each": 10, "naps": 0, "kills": 3}


async def run(plan: Plan, folder: Path, capsys: pytest.CaptureFixture[str]) -> Verdict:
    verdict = await judge(await campaign(plan, folder))
    with capsys.disabled():
        print(f"\n{line(verdict)}")  # noqa: T201 - the figures of the run
    return verdict


@pytest.mark.timeout(900)
async def test_a_service_killed_again_and_again_loses_nothing_and_does_nothing_twice(
    request: pytest.FixtureRequest, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    if request.config.getoption("--full"):
        plan = Plan(visitors=170, parked=5, served=5, telegram=20, each=50, naps=4, kills=110, seed=seed, limit=800)
    else:
        plan = Plan(visitors=80, parked=4, served=4, telegram=12, each=20, naps=3, kills=24, seed=seed)

    verdict = await run(plan, tmp_path, capsys)

    assert verdict.faults == {}, f"{verdict.examples} (again with --seed {seed}; log in {tmp_path})"
    assert verdict.kills >= (100 if request.config.getoption("--full") else 20)
    assert set(verdict.killed_at) >= set(POINTS), f"some points were never reached: {verdict.killed_at}"
    assert verdict.messages >= (10_000 if request.config.getoption("--full") else 2_000)


@pytest.mark.parametrize(
    ("defect", "shows"),
    [
        ("acknowledges_first", "lost"),
        ("no_unique_key", "twice"),
    ],
)
@pytest.mark.timeout(120)
async def test_the_same_run_with_a_planted_defect_fails(
    defect: Defect, shows: str, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = Plan(**SMALL, seed=seed, defect=defect, limit=60, patience=2)

    verdict = await run(plan, tmp_path, capsys)

    assert shows in verdict.faults, f"the harness did not notice: {line(verdict)}"
