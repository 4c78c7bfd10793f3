"""What those are told who run the service."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.metrics import Histogram
from conversation.content import Text
from tests.support.customers import until
from tests.support.service import Running, running


def metrics(body: bytes) -> dict[str, float]:
    """Sample with its labels to its value."""
    lines = [line for line in body.decode().splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def read(lotse: Running, **headers: str) -> dict[str, float]:
    answer = await lotse.browser().get("/metrics", **headers)
    assert answer.status == 200, answer
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return metrics(answer.body)


async def test_metrics_tell_turns_queue_sockets_and_the_store(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.wants_a_person()
    lotse.clock.turn(1)
    await visitor.hears("Gleich ist ein Mensch für Sie da")
    await lotse.settle()
    found = await read(lotse)
    assert found["lotse_queue_parked"] == 1
    assert found["lotse_queue_oldest_seconds"] == 1
    assert found['lotse_sockets{who="customer"}'] == 1
    assert found['lotse_sockets{who="desk"}'] == 0
    assert found["lotse_inbox_unhandled"] == 0
    assert found["lotse_bus_up"] == found["lotse_database_up"] == 1
    assert found["process_resident_memory_bytes"] > 1e6


async def test_metrics_tell_what_operators_hold_and_what_the_queue_took(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.wants_a_person()
    desk = await (await lotse.operator("olga")).desk()
    lotse.clock.turn(1)
    await visitor.hears("Gleich ist ein Mensch für Sie da")
    lotse.clock.turn(39)
    conversation = (await lotse.store.cards())[0].conversation
    await desk.send("claim", id="1", conversation=conversation)
    await visitor.link.until("phase", phase="with_operator")
    found = await read(lotse)
    assert found["lotse_with_operator"] == 1
    assert found["lotse_queue_parked"] == 0
    assert found['lotse_turns_total{event="operator_claimed"}'] == 1
    assert found['lotse_turns_total{event="customer_said"}'] == 2
    assert found['lotse_turns_total{event="timer_fired"}'] == 1, "the customer was told the place in the queue"
    assert found["lotse_turn_seconds_count"] == 4
    assert found["lotse_step_seconds_count"] >= 4
    assert found["lotse_claim_wait_seconds_sum"] == 40
    assert found['lotse_claim_wait_seconds_bucket{le="30.0"}'] == 0
    assert found['lotse_claim_wait_seconds_bucket{le="60.0"}'] == 1


async def test_metrics_tell_sends_by_channel_and_outcome(tmp_path: Path) -> None:
    async with running(tmp_path, messenger=True) as lotse:
        messenger = lotse.messenger
        assert messenger
        await messenger.says(Text(text="Hallo"), "1")
        await until(lambda: len(messenger.sent) >= 2, what="both greetings were sent")
        await lotse.service.engine.outbox.drain(5)
        found = await read(lotse)
    assert found['lotse_sends_total{channel="telegram",outcome="sent"}'] == len(messenger.sent)
    assert found['lotse_send_seconds_count{channel="telegram"}'] == len(messenger.sent)
    assert found['lotse_outbox{state="pending"}'] == 0


async def test_metrics_tell_how_late_a_timer_was_and_which_should_have_fired(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.wants_a_person()
    first = await lotse.store.next_timer()
    assert first
    lotse.clock.turn((first - lotse.clock.now()).total_seconds() + 7)
    assert (await read(lotse))["lotse_timers_overdue_seconds"] in (0, 7)
    for _ in range(500):
        found = await read(lotse)
        if found["lotse_timer_late_seconds_count"]:
            break
        lotse.clock.turn(1)  # a worker that is not sure whose chat it is waits for a while
        await asyncio.sleep(0.01)
    assert found['lotse_timer_late_seconds_bucket{le="5.0"}'] == 0
    assert found["lotse_timer_late_seconds_sum"] >= 7
    assert found['lotse_turns_total{event="timer_fired"}'] == found["lotse_timer_late_seconds_count"] > 0


async def test_metrics_tell_what_was_understood_and_what_could_not_be_stored(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await lotse.visitor()
    await visitor.say("Hallo")
    await visitor.hears("Womit kann ich helfen")
    await visitor.say("ganz etwas anderes")
    await lotse.settle()
    found = await read(lotse)
    assert (found['lotse_nlu_total{understood="no"}'], found['lotse_nlu_total{understood="yes"}']) == (2, 0)
    assert found["lotse_nlu_seconds_count"] == 2
    assert found["lotse_store_commit_seconds_count"] == found["lotse_store_batch_writes_count"] > 0

    async def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(lotse.store._database._inner, "write", full)
        await visitor.link.send("say", id="x", text="hallo")
        await visitor.link.until("error")
    assert (await read(lotse))["lotse_store_failures_total"] == 1


def test_a_histogram_counts_what_is_not_above_each_bound() -> None:
    histogram = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 9.0):
        histogram.add(value)
    assert histogram.buckets() == [("1.0", 2.0), ("2.0", 3.0), ("+Inf", 4.0)]
    assert histogram.total == 12.0


async def test_metrics_of_a_store_that_can_not_be_read_say_so_and_go_on(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.watch.PATIENCE", 0.05)
    monkeypatch.setattr(lotse.store, "figures", _never)
    found = await read(lotse)
    assert found["lotse_database_up"] == 0
    assert "lotse_queue_parked" not in found
    assert "lotse_turn_seconds_count" in found


async def _never(*_: object) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"X-Forwarded-For": "203.0.113.9"}, 404),
        ({"X-Forwarded-For": "127.0.0.1"}, 404),
        ({"Forwarded": "for=203.0.113.9"}, 404),
        ({"X-Real-IP": "203.0.113.9"}, 404),
    ],
)
async def test_metrics_without_a_token_are_for_programs_on_this_machine(
    lotse: Running, headers: dict[str, str], status: int
) -> None:
    answer = await lotse.browser().get("/metrics", **headers)
    assert answer.status == status
    if status == 404:
        assert answer.data["code"] == "not_found"
        assert b"lotse_" not in answer.body


async def test_metrics_behind_our_own_proxy_are_not_for_its_clients(tmp_path: Path) -> None:
    async with running(tmp_path, proxies=("127.0.0.1",)) as lotse:
        get = lotse.browser().get
        assert (await get("/metrics", **{"X-Forwarded-For": "203.0.113.9"})).status == 404
        assert (await get("/metrics", **{"X-Forwarded-For": "127.0.0.1, 203.0.113.9"})).status == 404
        assert (await get("/metrics")).status == 200


@pytest.mark.parametrize(
    ("shown", "status"),
    [("Bearer beacon", 200), ("Bearer beacoN", 404), ("beacon", 404), ("", 404), ("Bearer beacon\u00ff", 404)],
)
async def test_metrics_with_a_token_are_for_whoever_shows_it(tmp_path: Path, shown: str, status: int) -> None:
    async with running(tmp_path, metrics_token="beacon") as lotse:
        answer = await lotse.browser().get("/metrics", Authorization=shown)
        assert answer.status == status


def broken(lotse: Running, monkeypatch: pytest.MonkeyPatch, fails: Callable[[], bool]) -> None:
    """A database that answers no question while ``fails``."""
    inner = lotse.store._database._inner
    read = inner.read

    async def refuse(do: Callable[[Connection], object]) -> object:
        if fails():
            raise ConnectionRefusedError(111, "refused")
        return await read(do)

    monkeypatch.setattr(inner, "read", refuse)


async def test_readiness_ends_when_the_database_is_away_for_seconds_and_comes_back_with_it(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = False
    broken(lotse, monkeypatch, lambda: away)
    get = lotse.browser().get
    assert (await get("/readyz")).data == {
        "status": "ready",
        "parts": {"service": "ok", "database": "ok", "bus": "ok"},
        "version": lotse.service.bot.rules().bot.version,
    }
    away = True
    blink = await get("/readyz")
    assert (blink.status, blink.data["parts"]["database"]) == (200, "does not answer")
    lotse.clock.turn(4)
    gone = await get("/readyz")
    assert (gone.status, gone.data["code"], gone.data["parts"]["database"]) == (503, "not_ready", "away")
    assert "database" in gone.data["message"]
    assert (await get("/healthz")).status == 200
    away = False
    assert (await get("/readyz")).status == 200


async def test_readiness_ends_when_nothing_can_be_written_though_all_can_be_read(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    inner = lotse.store._database._inner
    with monkeypatch.context() as disk:
        disk.setattr(inner, "write", full)
        browser = lotse.browser()
        visitor = await lotse.visitor()
        await visitor.link.send("say", id="1", text="hallo")
        await visitor.link.until("error")
        await browser.get("/readyz")
        lotse.clock.turn(4)
        assert (await browser.get("/readyz")).status == 503
    assert (await browser.get("/readyz")).status == 200


async def test_a_bus_that_is_down_only_degrades(lotse: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.bus.MemoryBus.up", False)
    answer = await lotse.browser().get("/readyz")
    assert (answer.status, answer.data["status"], answer.data["parts"]["bus"]) == (200, "degraded", "degraded")
    assert (await read(lotse))["lotse_bus_up"] == 0
