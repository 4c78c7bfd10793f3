"""Spans, as a collector gets them."""

import gzip
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from conversation.content import Text
from tests.support.customers import until
from tests.support.repository import ROOT
from tests.support.service import NORDNETZ, bot_folder, running

MARK = "Wasserschildkröte"
ORDER = "A-98765"


class Collector:
    """Keeps what it gets; ``url`` is what the service is told."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies.append(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        return web.Response(content_type="application/x-protobuf")

    @property
    def spans(self) -> list[Span]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    made = Collector()
    application = web.Application()
    application.router.add_post("/v1/traces", made.take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/traces"
    yield made
    await runner.cleanup()


def ids(span: Span) -> dict[str, str]:
    return {pair.key: pair.value.string_value for pair in span.attributes}


async def test_a_turn_holds_its_steps_its_understanding_and_its_save(tmp_path: Path, collector: Collector) -> None:
    async with running(tmp_path, traces=collector.url) as lotse:
        visitor = await lotse.visitor()
        await visitor.say("Hallo")
        await visitor.hears("Womit kann ich helfen")
        await visitor.say(f"Ich bin die {MARK}")
        await lotse.settle()
        conversation = (await lotse.store.load(visitor.chat)).chat.conversation
    turns = collector.named("turn")
    assert len(turns) == len(collector.named("accept")) == 2
    last = max(turns, key=lambda span: span.start_time_unix_nano)
    inside = [span for span in collector.spans if span.parent_span_id == last.span_id]
    assert [span.name for span in sorted(inside, key=lambda span: span.start_time_unix_nano)] == [
        *("step", "understand", "step", "save"),
    ]
    assert {span.trace_id for span in inside} == {last.trace_id}
    assert ids(last) == {"lotse.chat": visitor.chat}
    assert {ids(span).get("lotse.conversation") for span in inside if span.name != "understand"} == {conversation}
    assert {ids(span)["lotse.chat"] for span in collector.named("accept")} == {visitor.chat}


async def test_sends_and_actions_have_spans_and_say_no_words_not_even_when_they_break(
    tmp_path: Path, collector: Collector
) -> None:
    source = (NORDNETZ / "actions" / "lookups.py").read_text(encoding="utf-8")
    broken = source.replace("order = backend.find_order(", "raise RuntimeError(")
    bot_folder(tmp_path / "bot", **{"actions/lookups.py": broken})
    async with running(tmp_path, traces=collector.url, messenger=True) as lotse:
        messenger = lotse.messenger
        assert messenger
        for number, text in enumerate(("Hallo", "2", ORDER, MARK)):
            await messenger.says(Text(text=text), str(number), name=MARK, address="4915112345678")
            await lotse.settle()
        await until(lambda: len(messenger.sent) >= 4, what="all was sent")
    assert len(collector.named("send")) >= 4
    failed = collector.named("action")
    assert [(span.status.code, span.status.message) for span in failed] == [
        (Status.STATUS_CODE_ERROR, "ActionError"),
    ]
    assert not any(span.events for span in collector.spans)
    everything = b"".join(collector.bodies)
    for word in (MARK, ORDER, "4915112345678"):
        assert word.encode() not in everything


async def test_a_collector_that_is_away_holds_up_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, traces="http://127.0.0.1:9/v1/traces") as lotse:
        visitor = await lotse.visitor()
        await visitor.say("Hallo")
        await visitor.hears("Womit kann ich helfen")


def test_what_nobody_asked_for_is_not_loaded() -> None:
    """Traces and the metrics' format cost memory and time at the start."""
    loads = (
        "import sys, app.serve, app.cli\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.exporter', 'opentelemetry.sdk.trace',"
        " 'prometheus_client', 'app.traces', 'app.doctor', 'store.sqlite_backup', 'store.postgres_backup'))])"
    )
    done = subprocess.run([sys.executable, "-c", loads], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
