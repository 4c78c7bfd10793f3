"""What is counted while the service works, in Prometheus' text format. Kinds and numbers only: no ids, no names, no words."""

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from conversation.events import Event, TimerFired
from conversation.state import Parked, Phase, WithOperator
from conversation.value import Value, snake
from store.figures import Figures

if TYPE_CHECKING:
    from prometheus_client.core import Metric

Labels: TypeAlias = tuple[str, ...]
QUICK: Final = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Seconds: what the machine does."""
SLOW: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Seconds: what others are waited for."""
WAITS: Final = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
"""Seconds: what people wait for people."""
SIZES: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
LOOK: Final = 0.5
"""Seconds between two looks at the event loop."""
_UNSENT: Final = ("pending", "sending", "failed", "ambiguous")


class Histogram:
    """Counts by upper bound. Only the event loop's thread adds to it, so that it needs no lock."""

    __slots__ = ("_bounds", "_counts", "_total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._total = 0.0

    def add(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self._total += value

    def buckets(self) -> list[tuple[str, float]]:
        """Bound and how many are not above it, as Prometheus wants them."""
        found, sum_ = [], 0
        for bound, count in zip((*map(str, self._bounds), "+Inf"), self._counts, strict=True):
            sum_ += count
            found.append((bound, float(sum_)))
        return found

    @property
    def total(self) -> float:
        return self._total


class Now(Value, frozen=True, kw_only=True):
    """What is read when somebody asks. ``figures`` is None when the database can't be read. ``sockets``: by who is at their end."""

    figures: Figures | None
    sockets: Mapping[str, int]
    bus_up: bool
    at: datetime


class Metrics:
    """A ``conversation.meter.Meter``. A call costs some hundred nanoseconds; the text is made when it is asked for."""

    def __init__(self) -> None:
        self._turns: Counter[type[Event]] = Counter()
        self._turn = Histogram(SLOW)
        self._step = Histogram(QUICK)
        self._rejected = 0
        self._sends: Counter[tuple[str, str]] = Counter()
        self._send: dict[str, Histogram] = {}
        self._claim = Histogram(WAITS)
        self._late = Histogram(SLOW)
        self._nlu = Histogram(QUICK)
        self._understood: Counter[bool] = Counter({True: 0, False: 0})
        self._layers: Counter[tuple[str, str]] = Counter()
        self._layer: dict[str, Histogram] = {}
        self._rests: dict[str, bool] = {}
        self._batch = Histogram(SIZES)
        self._commit = Histogram(QUICK)
        self._not_written = 0
        self._lag = Histogram(QUICK)

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────────

    def turn(self, event: Event, before: Phase, after: Phase, at: datetime) -> None:
        self._turns[type(event)] += 1
        self._turn.add(_seconds(event.at, at))
        if isinstance(before, Parked) and isinstance(after, WithOperator):
            self._claim.add(_seconds(before.since, at))
        if isinstance(event, TimerFired):
            self._late.add(_seconds(event.due, event.at))

    def step(self, seconds: float) -> None:
        self._step.add(seconds)

    def rejected(self) -> None:
        self._rejected += 1

    def sent(self, channel: str, outcome: str, seconds: float) -> None:
        self._sends[channel, outcome] += 1
        if outcome == "sent":
            self._send.setdefault(channel, Histogram(SLOW)).add(max(0.0, seconds))

    def understood(self, seconds: float, *, known: bool) -> None:
        self._nlu.add(seconds)
        self._understood[known] += 1

    def layer(self, layer: str, outcome: str, seconds: float) -> None:
        self._layers[layer, outcome] += 1
        if outcome == "answered":
            self._layer.setdefault(layer, Histogram(QUICK)).add(seconds)
            self._rests.setdefault(layer, False)

    def layer_rests(self, layer: str, *, rests: bool) -> None:
        self._rests[layer] = rests

    @property
    def resting(self) -> tuple[str, ...]:
        """Language layers that are left alone because they were slow or down."""
        return tuple(sorted(layer for layer, rests in self._rests.items() if rests))

    def written(self, writes: int, seconds: float) -> None:
        self._batch.add(writes)
        self._commit.add(seconds)

    def not_written(self) -> None:
        self._not_written += 1

    async def watch_loop(self) -> None:
        """Until cancelled: how late the event loop wakes who sleeps. Real time, whatever the service takes for it."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LOOK
            await asyncio.sleep(LOOK)
            self._lag.add(max(0.0, loop.time() - due))

    # ── what is told ─────────────────────────────────────────────────────────────────────────────────────────────────

    def text(self, now: Now) -> bytes:
        """The first call imports what writes the format: a tenth of a second."""
        from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Asked(self, now))
        ProcessCollector(registry=registry)
        return generate_latest(registry)

    def families(self, now: Now) -> Iterator["Metric"]:
        yield from self._conversations()
        yield from self._work()
        yield from _gauges(now)

    def _conversations(self) -> Iterator["Metric"]:
        turns: dict[Labels, float] = {(snake(kind.__name__),): float(count) for kind, count in self._turns.items()}
        yield _counter("turns", "Turns saved, by the event that each answers.", turns, "event")
        yield _histogram("turn_seconds", "From the moment an event came in to its saved turn.", {(): self._turn})
        yield _histogram(
            "step_seconds", "Computing alone: what the dialogs and the desk's rules make of it.", {(): self._step}
        )
        yield _counter("events_rejected", "Events put aside that no turn could handle.", {(): float(self._rejected)})
        sends: dict[Labels, float] = {key: float(count) for key, count in self._sends.items()}
        yield _counter("sends", "Messages to messengers, by how each ended.", sends, "channel", "outcome")
        by_channel: dict[Labels, Histogram] = {(channel,): times for channel, times in self._send.items()}
        yield _histogram("send_seconds", "From said to taken by the messenger.", by_channel, "channel")
        yield _histogram(
            "claim_wait_seconds", "How long customers waited until an operator took them.", {(): self._claim}
        )
        yield _histogram("timer_late_seconds", "How late timers fired.", {(): self._late})

    def _work(self) -> Iterator["Metric"]:
        yield _histogram("nlu_seconds", "Understanding one text.", {(): self._nlu})
        known: dict[Labels, float] = {
            ("yes" if known else "no",): float(count) for known, count in self._understood.items()
        }
        yield _counter("nlu", "Texts that the language model was asked about.", known, "understood")
        layers: dict[Labels, float] = {key: float(count) for key, count in self._layers.items()}
        yield _counter(
            "nlu_layer", "Language layers that were to be asked, by what came of it.", layers, "layer", "outcome"
        )
        by_layer: dict[Labels, Histogram] = {(layer,): times for layer, times in self._layer.items()}
        yield _histogram("nlu_layer_seconds", "How long a language layer took to answer.", by_layer, "layer")
        rests: dict[Labels, float] = {(layer,): float(rests) for layer, rests in self._rests.items()}
        yield _gauge(
            "nlu_layer_rests", "1 while a language layer is left alone because it was slow or down.", rests, "layer"
        )
        yield _histogram("store_batch_writes", "Writes that shared a commit.", {(): self._batch})
        yield _histogram("store_commit_seconds", "One commit, from its first statement on.", {(): self._commit})
        yield _counter("store_failures", "Commits that the database refused.", {(): float(self._not_written)})
        yield _histogram("loop_lag_seconds", "How late the event loop woke who slept.", {(): self._lag})


class _Asked:
    """What the registry collects from, once."""

    def __init__(self, metrics: Metrics, now: Now) -> None:
        self._metrics = metrics
        self._now = now

    def collect(self) -> Iterator["Metric"]:
        return self._metrics.families(self._now)


def _gauges(now: Now) -> Iterator["Metric"]:
    yield _gauge(
        "bus_up", "1 while news of other processes are heard; without Redis there are none.", float(now.bus_up)
    )
    sockets: dict[Labels, float] = {(who,): float(count) for who, count in now.sockets.items()}
    yield _gauge("sockets", "Open web sockets.", sockets, "who")
    yield _gauge("database_up", "1 if the database could be read for this page.", float(now.figures is not None))
    if now.figures is None:
        return
    told, at = now.figures, now.at
    yield _gauge("workers", "Processes that do the work, or were not yet given up.", told.workers)
    yield _gauge("queue_parked", "Customers who wait for an operator.", told.parked)
    yield _gauge("queue_oldest_seconds", "How long the first of them has been waiting.", _age(told.parked_since, at))
    yield _gauge("with_operator", "Conversations that an operator holds.", told.with_operator)
    yield _gauge("inbox_unhandled", "Events that have no turn yet.", told.unhandled)
    yield _gauge("inbox_oldest_seconds", "The age of the first of them.", _age(told.unhandled_since, at))
    states: dict[Labels, float] = {(state,): float(told.unsent.get(state, 0)) for state in {*_UNSENT, *told.unsent}}
    yield _gauge("outbox", "Messages that are not sent, by state.", states, "state")
    yield _gauge("timers_overdue", "Timers that should have fired.", told.overdue)
    yield _gauge("timers_overdue_seconds", "How late the first of them is.", _age(told.overdue_since, at))


def _counter(name: str, about: str, values: Mapping[Labels, float], *labels: str) -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(f"lotse_{name}", about, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(key, value)
    return family


def _gauge(name: str, about: str, values: float | Mapping[Labels, float], *labels: str) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(f"lotse_{name}", about, labels=labels)
    for key, value in sorted(values.items() if isinstance(values, Mapping) else [((), float(values))]):
        family.add_metric(key, value)
    return family


def _histogram(name: str, about: str, values: Mapping[Labels, Histogram], *labels: str) -> "Metric":
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(f"lotse_{name}", about, labels=labels)
    for key, value in sorted(values.items(), key=lambda item: item[0]):
        family.add_metric(key, value.buckets(), value.total)
    return family


def _seconds(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds())


def _age(since: datetime | None, now: datetime) -> float:
    return _seconds(since, now) if since else 0.0
