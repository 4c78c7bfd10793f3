"""Log lines: ids and numbers, never what customers say."""

import logging
import sys
from typing import TextIO, cast

import structlog


class Unbreakable:
    """A stream for log lines that never raises: on a full disk, or with nobody at the pipe's end, work goes on without them.

    How many lines were lost is told when the next one can be written.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lost = 0

    def write(self, text: str) -> int:
        try:
            if self._lost:
                self._stream.write(f"({self._lost} log lines could not be written)\n")
                self._stream.flush()
                self._lost = 0
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._lost += 1
        return len(text)

    def flush(self) -> None:
        """Each write flushes."""


def set_up_logs(form: str, level: str) -> None:
    """``form``: ``text`` for people, ``json`` for machines."""
    render = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, Unbreakable(sys.stderr))),
        cache_logger_on_first_use=True,
    )
