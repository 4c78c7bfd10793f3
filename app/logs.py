"""Log lines: ids and numbers, never what customers say.

Words of a foreign error may quote what it was given, a customer's text or name: of such an error a line shows the type and
where it happened. With the level ``debug`` it shows the words too.
"""

import asyncio
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any, Final, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from conversation.errors import LotseError

LIBRARIES: Final = logging.WARNING
"""From this level on other people's packages are heard."""
_MOST: Final = 10
"""Errors of a chain of causes that are shown."""
Words = Callable[[BaseException], str]

_log = structlog.get_logger(__name__)


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
    words = all_words if level == "debug" else safe_words
    structlog.configure(
        processors=[*processors(words), _render(form)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, Unbreakable(sys.stderr))),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, Libraries) for handler in root.handlers):
        root.addHandler(Libraries())
    root.setLevel(LIBRARIES)


def _render(form: str) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def processors(words: Words) -> list[Processor]:
    """What becomes of a line before it is written."""

    def tell(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
        for name, value in line.items():
            if isinstance(value, BaseException) and name != "exc_info":
                line[name] = words(value)
        error = _error_of(line.pop("exc_info", None))
        if error is not None:
            line["exception"] = "\n".join(_told(error, words))
        return line

    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell,
    ]


def safe_words(error: BaseException) -> str:
    """An error's words if they are ours, else its type."""
    if isinstance(error, LotseError):
        return error.told
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}"
    return type(error).__name__


def all_words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _error_of(found: Any) -> BaseException | None:
    match found:
        case BaseException():
            return found
        case (_, BaseException() as error, _):
            return error
        case None | False:
            return None
        case _:
            return sys.exc_info()[1]


def _told(error: BaseException, words: Words) -> Iterator[str]:
    """As Python shows it, the causes first, each with the places in the code."""
    chain: list[BaseException] = []
    now: BaseException | None = error
    while now is not None and now not in chain and len(chain) < _MOST:
        chain.append(now)
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    for at, one in enumerate(reversed(chain)):
        if at:
            yield "which led to:"
        yield from "".join(traceback.format_tb(one.__traceback__)).rstrip().splitlines()
        yield f"{type(one).__qualname__}: {words(one)}" if words(one) != type(one).__name__ else type(one).__qualname__
        for inner in getattr(one, "exceptions", ()):
            yield from (f"  | {line}" for line in _told(inner, words))


class Libraries(logging.Handler):
    """Takes what other people's packages log. Of a message that was put together with values its pattern is shown."""

    def emit(self, record: logging.LogRecord) -> None:
        words = str(record.msg) if record.args else ""
        level = min(record.levelno, logging.CRITICAL)
        _log.log(
            level,
            "library",
            logger=record.name,
            place=f"{record.module}:{record.lineno}",
            **({"says": words} if words else {}),
            **({"exc_info": record.exc_info} if record.exc_info else {}),
        )


def task_failed(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """For ``loop.set_exception_handler``: what broke where nobody waited for it. A callback is not shown: its arguments stand there."""
    error = context.get("exception")
    says = str(context.get("message", "")).partition(" callback ")[0]
    _log.error("task_failed", says=says, **({"exc_info": error} if error else {}))
