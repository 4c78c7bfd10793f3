"""Spans for a collector, by OpenTelemetry. Imported only where an address for them is set."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode

PATIENCE: Final = 5.0
"""Seconds for the collector to take what is sent; it is sent by a thread of its own."""
GOODBYE: Final = 0.5
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
        """Sends what waits, for at most ``GOODBYE``: a collector that does not answer holds up no stop."""
        loop, sent = asyncio.get_running_loop(), asyncio.Event()

        def finish() -> None:
            self._provider.shutdown()
            with suppress(RuntimeError):  # nobody waits any more
                loop.call_soon_threadsafe(sent.set)

        # Not by the loop's own threads: a process waits for those at its end.
        threading.Thread(target=finish, name="traces", daemon=True).start()
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE):
                await sent.wait()
