"""What those who run the service are told of its language layers: figures, and whether the service is all there."""

from datetime import UTC, datetime
from pathlib import Path

from app.metrics import Metrics, Now
from app.watch import Watch
from nlu.encoding import Floats
from nlu.layers.breaker import FAILURES, REST
from nlu.layers.watched import PassedOverError, Watched
from store.sql import SqlStore
from tests.support.hand_clock import HandClock
from tests.support.layers import broken, unit
from tests.support.virtual_time import VirtualLoop

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def samples(metrics: Metrics) -> dict[str, float]:
    """Of the language layers, without buckets."""
    text = metrics.text(Now(figures=None, sockets={}, bus_up=True, at=AT)).decode()
    lines = [line for line in text.splitlines() if line.startswith("lotse_nlu_layer") and "bucket" not in line]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def asked(layer: Watched, times: int, *, well: bool) -> None:
    async def answer() -> Floats:
        return unit() if well else broken()

    for _ in range(times):
        try:
            await layer.ask(answer)
        except PassedOverError:
            continue


async def test_answers_failures_and_rests_of_each_layer_are_counted() -> None:
    metrics = Metrics()
    rasa, wide = Watched("rasa", 0.4, metrics), Watched("wide", 0.1, metrics)
    await asked(wide, 5, well=True)
    await asked(rasa, FAILURES + 2, well=False)
    found = samples(metrics)
    assert {name: value for name, value in found.items() if "seconds" not in name and "created" not in name} == {
        'lotse_nlu_layer_total{layer="rasa",outcome="down"}': FAILURES,
        'lotse_nlu_layer_total{layer="rasa",outcome="resting"}': 2,
        'lotse_nlu_layer_total{layer="wide",outcome="answered"}': 5,
        'lotse_nlu_layer_rests{layer="rasa"}': 1,
        'lotse_nlu_layer_rests{layer="wide"}': 0,
    }
    assert found['lotse_nlu_layer_seconds_count{layer="wide"}'] == 5
    assert metrics.resting == ("rasa",)


def test_a_layer_that_answers_again_rests_no_more() -> None:
    metrics, loop = Metrics(), VirtualLoop()
    layer = Watched("rasa", 0.4, metrics)
    loop.run_until_complete(asked(layer, FAILURES, well=False))
    assert metrics.resting == ("rasa",)
    loop._jumping.now += REST
    loop.run_until_complete(asked(layer, 1, well=True))
    loop.close()
    assert not list(metrics.resting)
    assert samples(metrics)['lotse_nlu_layer_rests{layer="rasa"}'] == 0


async def test_a_service_without_one_of_its_layers_is_degraded_and_takes_work(tmp_path: Path) -> None:
    store, metrics = await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db"), Metrics()
    watch = Watch(
        store=store, metrics=metrics, bus_up=lambda: True, running=lambda: True, version=lambda: "v", clock=HandClock(), token=""
    )  # fmt: skip
    before = await watch.readiness()
    await asked(Watched("rasa", 0.4, metrics), FAILURES, well=False)
    after = await watch.readiness()
    await store.close()
    assert (before.status, "language" in before.parts) == ("ready", False)
    assert (after.status, after.parts["language"]) == ("degraded", "without rasa")
