"""Real processes, killed again and again while people write: nothing is lost, nothing handled twice, order holds."""

from collections import Counter
from pathlib import Path

import pytest

from app.service import Role
from engine.shell.outbox import AmbiguousPolicy
from tests.crash.campaign import Ground, Plan, campaign
from tests.crash.lives import POINTS
from tests.crash.verdict import judge, line

FULL = {
    "visitors": 150, "parked": 5, "served": 5, "telegram": 40, "each": 50, "naps": 8,
    "kills": 300, "aims": 27, "migrations": 27, "pause": 3.0, "limit": 1500.0,
}  # fmt: skip
"""200 conversations, 10,000 messages."""
QUICK = {
    "sqlite": {"visitors": 80, "parked": 4, "served": 4, "telegram": 12, "each": 20, "naps": 3, "kills": 24},
    "postgresql": {"visitors": 40, "parked": 3, "served": 3, "telegram": 14, "each": 15, "naps": 2, "kills": 24},
}


RUNS: list[tuple[str, str, tuple[Role, ...]]] = [
    ("sqlite", "resend", ("all",)),
    ("postgresql", "flag", ("web", "worker", "worker")),
    ("sqlite", "flag", ("all",)),
    ("postgresql", "resend", ("web", "worker", "worker")),
    ("postgresql", "resend", ("all", "all")),
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """In a quick run each database and each policy once; otherwise all of them."""
    if "ambiguous" in metafunc.fixturenames:
        runs = RUNS if metafunc.config.getoption("--full") else RUNS[:2]
        names = ["-".join((database, ambiguous, *roles)) for database, ambiguous, roles in runs]
        metafunc.parametrize(("database", "ambiguous", "roles"), runs, ids=names)


@pytest.mark.timeout(1800)
async def test_processes_killed_again_and_again_lose_nothing_and_do_nothing_twice(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    seed: int,
    capsys: pytest.CaptureFixture[str],
    *,
    ambiguous: AmbiguousPolicy,
    database: str,
    roles: tuple[Role, ...],
    ground: Ground,
) -> None:
    full = bool(request.config.getoption("--full"))
    sizes = FULL if full else QUICK[database] | {"migrations": 1}
    plan = Plan(**sizes, seed=seed, ambiguous=ambiguous, roles=roles)

    verdict = await judge(await campaign(plan, tmp_path, ground))
    with capsys.disabled():
        print(f"\n{line(verdict)}")  # noqa: T201 - the figures of the run

    assert verdict.faults == {}, f"{verdict.examples} (again with --seed {seed}; log in {tmp_path})"
    assert verdict.kills >= (100 if full else 20)
    least = dict.fromkeys((*POINTS, "migrating"), 25 if full else 1)
    assert Counter(verdict.killed_at) >= Counter(least), f"some points were reached too seldom: {verdict.killed_at}"
    assert len(verdict.killed) == len(roles), f"not all were killed: {verdict.killed}"
    assert verdict.messages >= (10_000 if full else 2_000 if database == "sqlite" else 900)
