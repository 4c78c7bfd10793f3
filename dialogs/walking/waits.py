"""Events from outside, which a ``wait`` waits for: kept when they come before it does."""

from collections.abc import Mapping
from typing import Final

from conversation.value import Data

MAX_KEPT: Final = 10
"""Then the oldest goes."""


def kept(happened: Mapping[str, dict[str, Data]], name: str, data: dict[str, Data]) -> dict[str, dict[str, Data]]:
    """With one more: a payment may be faster than its customer, and an operator may have the word just now."""
    others = [(earlier, found) for earlier, found in happened.items() if earlier != name]
    return dict([*others, (name, data)][-MAX_KEPT:])
