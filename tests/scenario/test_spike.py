"""Six times as many customers as usual: nobody is lost, the bot answers on, and the queue drains."""

from pathlib import Path

import msgspec
import pytest

from tests.support.spike import Plan, Served, spike

SMALL = Plan(base=3.5, calm=2.0, rush=4.0, operators=2, capacity=3, handle=(80.0, 160.0), speed=30.0)
FULL = Plan(base=20.0)
"""Twenty operators with four chats each serve sixteen a minute; six times the base brings twenty-four."""
SPOKEN = 30.0
"""Seconds: waits are told in whole minutes, so that shorter ones have no share of them to miss by."""


def right(told: list[tuple[float, float]]) -> float:
    """The share of estimates within a quarter of the wait, or half a minute."""
    near = [abs(estimate - waited) <= max(waited / 4, SPOKEN) for estimate, waited in told]
    return round(sum(near) / len(near), 3) if near else 1.0


def share(told: list[tuple[float, float]]) -> float:
    near = [abs(estimate - waited) <= waited / 4 for estimate, waited in told]
    return round(sum(near) / len(near), 3) if near else 1.0


@pytest.mark.timeout(900)
async def test_rush_of_customers_loses_nobody_and_the_queue_drains(
    tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = FULL if request.config.getoption("--full") else SMALL
    async with spike(plan, tmp_path) as rush:
        await rush.run()
        await rush.office.process.settled()
        outcome = rush.outcome
        left = await rush.office.process.store.cards()

    served = list(outcome.served.values())
    waited = [each for each in served if each.waited > SPOKEN]
    answers = sorted(outcome.answers)
    figures = {
        "what": "spike",
        "conversations": outcome.by_bot + len(served),
        "speed_of_the_clock": plan.speed,
        "by_bot": round(outcome.by_bot / (outcome.by_bot + len(served)), 3),
        "lost": sum(not each.over for each in served) + len(left),
        "bot_p50_s": round(answers[len(answers) // 2], 3),
        "bot_p95_s": round(answers[int(len(answers) * 0.95)], 3),
        "bot_p99_s": round(answers[int(len(answers) * 0.99)], 3),
        "longest_queue": outcome.longest,
        "longest_wait_min": round(max((each.waited for each in served), default=0.0) / 60, 1),
        "drained_min": round(outcome.drained, 1),
        "waited_over_30_s": len(waited),
        "within_25_percent": share([(each.expected, each.waited) for each in waited]),
        "or_half_a_minute": right([(each.expected, each.waited) for each in served if each.waited > 1]),
        "by_rule_of_thumb": share([(each.told, each.waited) for each in waited]),
    }
    with capsys.disabled():
        print(f"\n{msgspec.json.encode(figures).decode()}")  # noqa: T201 - the figures of the run
    assert left == []
    assert all(each.over for each in served)
    assert max(outcome.most.values()) <= plan.capacity
    assert outcome.longest > 1, "nobody had to wait: this was no rush"
    assert in_order(served)


def in_order(served: list[Served]) -> bool:
    """All may have anybody: whoever asked first is given first."""
    by_asking = sorted(served, key=lambda each: each.asked)
    given = [each.given for each in by_asking if each.given]
    return given == sorted(given)
