"""How large a value may be that a template reads or makes.

A template has no loops and a limited number of parts. With what each part reads and makes limited as well, its whole work is: time is capped
by size, since a core that must give the same on every replay has no clock to look at.
"""

from collections.abc import Mapping
from typing import Any, Final

import jinja2

from conversation.value import Data

MAX_TEXT: Final = 10_000
"""Characters of a text that is read or made; what is longer is cut."""
MAX_NUMBER: Final = 2**63
"""Numbers from here on are none: no database takes them, and a few steps that double one would fill the memory."""
MAX_VALUES: Final = 5_000
"""Values in a list or mapping, with all inside it."""
MAX_LEVELS: Final = 12
MAX_SHOWN: Final = 10**15
"""From here on a number is not formatted but shown as it is: CLDR would spell hundreds of digits."""


def is_number(value: Any) -> bool:
    """A finite one of a size that can be kept; yes and no are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MAX_NUMBER


def cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT]


def readable(value: Any) -> Any:
    """A variable as a template sees it; None for one that is too large."""
    if isinstance(value, str):
        return cut(value)
    if isinstance(value, int | float):
        return value if isinstance(value, bool) or is_number(value) else None
    if isinstance(value, list | tuple) or type(value) is dict:
        return value if _fits(value) else None
    return value


def kept(value: Any) -> Data:
    """What an expression made, as data to keep: None for what is no data, or too large."""
    value = readable(value)
    if value is None or isinstance(value, str | int | float):
        return value
    return _copied(value) if _fits(value) else None


def _fits(value: Any) -> bool:
    """Counts, and stops counting at the limit: parts that are shared count each time that they are met."""
    left = MAX_VALUES
    rest: list[tuple[Any, int]] = [(value, 0)]
    while rest:
        found, level = rest.pop()
        if isinstance(found, str):
            left -= len(found) // 100
        elif isinstance(found, Mapping | list | tuple):
            left -= len(found)
            if left < 0 or level >= MAX_LEVELS:
                return False
            parts = found.values() if isinstance(found, Mapping) else found
            rest.extend((part, level + 1) for part in parts)
    return left >= 0


def _copied(value: Any) -> Data:
    if isinstance(value, Mapping):
        return {str(key): _copied(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(part) for part in value]
    if isinstance(value, jinja2.Undefined):
        return None
    value = readable(value)
    return value if value is None or isinstance(value, str | int | float) else None
