"""What a service would have written to its log, whatever the level."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from app.logs import Libraries, processors, safe_words


class _Kept:
    """What structlog writes to: a list."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def msg(self, line: str) -> None:
        self._lines.append(line)

    log = debug = info = warning = error = critical = exception = msg


@contextmanager
def log_lines() -> Iterator[list[str]]:
    """As JSON, one a line."""
    lines: list[str] = []
    handler, root = Libraries(), logging.getLogger()
    before = structlog.get_config()
    _forget_cached()
    structlog.configure(
        processors=[*processors(safe_words), structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=lambda *_: _Kept(lines),
        cache_logger_on_first_use=False,
    )
    standing = [each for each in root.handlers if isinstance(each, Libraries)]
    for each in standing:
        root.removeHandler(each)
    root.addHandler(handler)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        for each in standing:
            root.addHandler(each)
        structlog.configure(**before)


def _forget_cached() -> None:
    """A module's logger that an earlier test used may hold on to what it was made with."""
    for module in list(sys.modules.values()):
        log: Any = getattr(module, "_log", None)
        if isinstance(log, structlog._config.BoundLoggerLazyProxy):
            vars(log).pop("bind", None)
