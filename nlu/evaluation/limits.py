"""Limits from a cost: how sure the bot must be so that few of the things it does at once are wrong."""

import math
from collections.abc import Sequence
from typing import Final

from conversation.value import Value
from nlu.evaluation.judged import Judged, Limits

COST: Final = 0.05
"""The share of what is accepted at once that may be wrong, unless somebody says otherwise."""
WORTH: Final = 0.5
"""The share of "Did you mean …?" questions that must have what was meant among their choices."""
LOWEST_ACCEPT: Final = 0.50
"""A guess that is not the likelier half is nothing to act on."""
HIGHEST: Final = 0.95
LOWEST_OFFER: Final = 0.20
_STEP: Final = 100
"""Limits are whole hundredths."""


class Suggested(Value, frozen=True, kw_only=True):
    """``kept``: whether the cost holds with it; if not, no limit holds it, and ``accept`` is the highest that is sensible."""

    language: str
    accept: float
    offer: float
    kept: bool


def suggest(language: str, rows: Sequence[Judged], limits: Limits, cost: float = COST) -> Suggested:
    """``rows``: of that language, unseen. ``limits``: the margin and the choices that stay. ``cost``: 0 to 1."""
    accept = next((each for each in _from(LOWEST_ACCEPT, HIGHEST) if _wrong(rows, limits, each) <= cost), None)
    taken = accept if accept is not None else HIGHEST
    return Suggested(language=language, accept=taken, offer=_offer(rows, limits, taken), kept=accept is not None)


def _from(low: float, high: float) -> list[float]:
    return [number / _STEP for number in range(math.ceil(low * _STEP), math.floor(high * _STEP) + 1)]


def _wrong(rows: Sequence[Judged], limits: Limits, accept: float) -> float:
    """(wrong + 1) / (accepted + 1): as if the next one that is accepted were wrong, so that few examples promise little."""
    tried = _with(limits, accept, accept)
    accepted = [row for row in rows if row.accepted(tried) and row.best not in limits.idle]
    return (sum(row.best != row.wanted for row in accepted) + 1) / (len(accepted) + 1)


def _offer(rows: Sequence[Judged], limits: Limits, accept: float) -> float:
    """The lowest from which on at least every second question is worth asking; as it was where nothing is ever asked."""
    for offer in _from(LOWEST_OFFER, accept - 0.05):
        outcomes = [row.outcome(_with(limits, accept, offer)) for row in rows]
        good, bad = outcomes.count("asked"), outcomes.count("asked_wrong")
        if good + bad and good / (good + bad) >= WORTH:
            return offer
    return min(limits.offer, round(accept - 0.05, 2))


def _with(limits: Limits, accept: float, offer: float) -> Limits:
    return Limits(accept=accept, offer=offer, margin=limits.margin, choices=limits.choices, idle=limits.idle)
