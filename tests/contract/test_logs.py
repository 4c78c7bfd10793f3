"""Log lines on a full disk: work goes on without them."""

import contextlib
import io
import sys

import pytest
import structlog

from app.logs import Unbreakable, set_up_logs


class Cramped(io.StringIO):
    """Takes nothing while it is ``full``."""

    full = True

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(28, "No space left on device")
        return super().write(text)


def test_lines_that_a_full_disk_does_not_take_are_counted_and_told_once() -> None:
    stream = Cramped()
    lines = Unbreakable(stream)
    lines.write("one\n")
    lines.write("two\n")
    stream.full = False
    lines.write("three\n")
    lines.write("four\n")
    assert stream.getvalue() == "(2 log lines could not be written)\nthree\nfour\n"


def test_an_error_is_logged_on_a_full_disk_without_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w", encoding="utf-8", buffering=1) as full:  # noqa: PTH123 - a device
        monkeypatch.setattr(sys, "stderr", full)
        before = structlog.get_config()
        try:
            set_up_logs("text", "error")
            for _ in range(10_000):
                structlog.get_logger("fresh").error("turn_not_saved", chat="c")
        finally:
            structlog.configure(**before)
            monkeypatch.undo()
        with contextlib.suppress(OSError):
            full.close()
