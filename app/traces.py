"""Spans for a collector, by OpenTelemetry. Imported only where an address for them is set."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode

PATIENCE: Final = 5.0
"""Seconds for the collector to take what is sent; it is sent by a thread of its own."""
GOODBYE: Final = 2.0
"""Seconds that a stop gives to the spans that are not sent yet."""


class Traces:
    """A ``conversation.meter.Tracer``. A span of an asyncio task is inside the one that is open there."""

    def __init__(self, endpoint: str) -> None:
        self._provider = TracerProvider(resource=Resource({SERVICE_NAME: "lotse"}), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=PATIENCE)))
        self._tracer = self._provider.get_tracer("lotse")

    def span(self, name: str, *, chat: str = "", conversation: str = "") -> AbstractContextManager[object]:
        ids = {"lotse.chat": chat, "lotse.conversation": conversation}
        return self._span(name, {key: value for key, value in ids.items() if value})

    @contextmanager
    def _span(self, name: str, ids: dict[str, str]) -> Iterator[None]:
        """Of an error its type is told, not its words: they may quote a customer."""
        with self._tracer.start_as_current_span(
            name, attributes=ids, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    async def close(self) -> None:
        """Sends what waits; a collector that does not answer holds up no stop."""
        flushing = asyncio.to_thread(self._provider.force_flush, int(GOODBYE * 1000))
        await flushing
        await asyncio.to_thread(self._provider.shutdown)
