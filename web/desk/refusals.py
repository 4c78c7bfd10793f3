"""What operators were refused lately, for pages that lost the connection before they heard it."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from conversation.effects import Refuse

KEPT: Final = 200
"""Refusals of one operator."""


class Refusals:
    """Of this process, whether or not a page is open. What it misses costs a page an explanation."""

    def __init__(self) -> None:
        self._kept: dict[str, OrderedDict[str, Refuse]] = {}

    def find(self, operator: str, event: str) -> Refuse | None:
        return self._kept.get(operator, OrderedDict()).get(event)

    def keep(self, refusals: Iterable[Refuse]) -> None:
        for refusal in refusals:
            kept = self._kept.setdefault(refusal.operator, OrderedDict())
            kept[refusal.event] = refusal
            if len(kept) > KEPT:
                kept.popitem(last=False)
