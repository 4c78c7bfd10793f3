"""Patterns of editors and of our own, matched in linear time."""

from collections.abc import Iterator
from typing import Any

import re2


def compile_pattern(pattern: str) -> Any:
    """An RE2 pattern (linear time whatever the text), any case. Raises re2.error."""
    options = re2.Options()
    options.max_mem = 1 << 20
    options.never_capture = True  # groups cost time for each character, and nobody asks for them
    options.log_errors = False
    options.case_sensitive = False
    return re2.compile(pattern, options)


def standing_alone(pattern: Any, text: str) -> Iterator[tuple[int, int]]:
    """Where ``pattern`` matches with no letter or digit touching it: five digits inside of eight are no postcode. A match that
    does not stand alone is looked for again from the next word."""
    place = 0
    while match := pattern.search(text, place, len(text)):
        start, end = match.span()
        if start < end and not _touches(text, start - 1) and not _touches(text, end):
            yield start, end
            place = end
            continue
        place = start + 1
        while place < len(text) and text[place].isalnum() and text[place - 1].isalnum():
            place += 1


def _touches(text: str, place: int) -> bool:
    return 0 <= place < len(text) and text[place].isalnum()
