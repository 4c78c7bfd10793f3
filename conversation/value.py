"""What all values have in common: frozen, keyword-only, comparable, and readable back from JSON."""

import re
from typing import Any, TypeAlias

import msgspec

Data: TypeAlias = Any
"""Plain JSON data: None, bool, int, float, str, and lists and string-keyed dicts of these."""


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A frozen, slotted, keyword-only record; ``msgspec`` reads and writes it as JSON.

    Values are trees: none is inside itself, so the collector of cycles need not look at them (``gc=False``).
    """


def snake(name: str) -> str:
    """``CustomerSaid`` -> ``customer_said``: the tag that a union's member carries in JSON."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Tagged(Value, frozen=True, kw_only=True, tag_field="kind", tag=snake):
    """A value that is a member of a union; its JSON says which one in ``kind``."""
