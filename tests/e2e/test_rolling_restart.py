"""Web nodes and workers are replaced one after the other under load, behind the proxy that is shipped: nobody notices."""

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.cluster import at_the_desk, cluster
from tests.support.crowd import account, crowd
from tests.support.process import free_port
from tests.support.proxy import proxy

pytestmark = pytest.mark.timeout(300)
DRAIN = 10.0
SLOWEST_ACK = 1.0
"""Seconds for 99 of 100 messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    rate: float
    rounds: int


@pytest.fixture
def load(request: pytest.FixtureRequest) -> Load:
    return Load(rate=100, rounds=3) if request.config.getoption("--full") else Load(rate=40, rounds=1)


async def test_rolling_restart_under_load_loses_and_doubles_nothing(tmp_path: Path, load: Load) -> None:
    """A place for one web node more than there are: the new one is there before the old one goes."""
    free = [free_port() for _ in range(3)]
    ports: dict[str, int] = {}
    async with cluster(tmp_path) as running:

        async def begin(name: str) -> None:
            if name.startswith("web"):
                ports[name] = free.pop(0)
            await running.start(name, name.partition("-")[0], port=ports.get(name, 0))

        old = ["web-0", "web-1", "worker-0", "worker-1"]
        places = list(free)
        for name in old:
            await begin(name)
        async with (
            proxy(tmp_path, places) as door,
            crowd([door], rate=load.rate, talkers=int(load.rate), nappers=5, held=5) as people,
            at_the_desk(running, door) as desk,
        ):
            await people.parked_and_claimed(desk)
            await people.keep_up(seconds=30)
            began, drains = time.monotonic(), []
            for number in range(1, load.rounds + 1):
                fresh = []
                for name in old:
                    kind, _, place = name.partition("-")
                    fresh.append(f"{kind}-{int(place) + 2}")
                    await begin(fresh[-1])
                    code, seconds = await running.nodes[name].stop()
                    assert code == 0, f"round {number}: {name} ended with {code}\n{running.logs()}"
                    drains.append(seconds)
                    if name in ports:
                        free.append(ports[name])
                    await people.keep_up(seconds=10)
                old = fresh
            waits = people.waits(began, time.monotonic())
            await people.farewell(desk)
            await people.finish(seconds=30)
            found = await account(running.database.url, people)
        slow = waits[int(len(waits) * 0.99)]
        figures = f"ack p50 {waits[len(waits) // 2]:.3f} s, p99 {slow:.3f} s, worst {waits[-1]:.3f} s, drain {max(drains):.1f} s"
        print(figures)  # noqa: T201 - figures of the run
        assert (found.faults, found.examples) == ({}, []), running.logs()
        assert slow <= SLOWEST_ACK, figures
        assert max(drains) <= DRAIN, figures
