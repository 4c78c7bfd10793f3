"""The ``check`` of a question: how long, how much, from when to when."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

from conversation.errors import ContentError
from conversation.value import Data
from dialogs.answers.values import AnswerContext, NotThis, Reason

Moment: TypeAlias = date | datetime | time

_EXPRESSION = re.compile(r"(?P<base>today|now)(?:\s*(?P<sign>[+-])\s*(?P<count>[0-9]{1,9})\s*(?P<unit>[smhdw]))?")
_EDGES: Mapping[str, Reason] = {"from": "too_early", "to": "too_late"}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def read_bound(expression: str, now: datetime) -> Moment:
    """``today``, ``today + 90d``, ``now + 1h``, an ISO date, date-time or time. Raises ContentError for anything else."""
    match = _EXPRESSION.fullmatch(expression.strip())
    try:
        if match is None:
            return _iso(expression.strip(), now)
        span = timedelta(seconds=int(f"{match['sign'] or ''}{match['count'] or 0}") * _SECONDS[match["unit"] or "s"])
        return now + span if match["base"] == "now" else (now.replace(tzinfo=None) + span).date()
    except (ValueError, OverflowError) as error:
        raise ContentError(
            f"the limit {expression!r} is no time: write `today`, `today + 90d`, `now + 1h`, or a date like 2026-12-31"
        ) from error


def _iso(text: str, now: datetime) -> Moment:
    """Raises ValueError. A date-time without an offset is in the customer's zone."""
    if re.fullmatch(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?", text):
        return time.fromisoformat(text)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def pair(value: Moment, bound: Moment, now: datetime) -> tuple[Any, Any] | None:
    """Both in the coarser form of the two: times with times, days with days, moments with moments. None: a time of day and a
    day have nothing to compare; a bot with such a limit does not run (D10)."""
    if isinstance(value, time) or isinstance(bound, time):
        mine, edge = _local_time(value, now), _local_time(bound, now)
        return None if mine is None or edge is None else (mine, edge)
    if isinstance(value, datetime) and isinstance(bound, datetime):
        return value, bound
    return _local_day(value, now), _local_day(bound, now)


def _local_time(moment: Moment, now: datetime) -> time | None:
    if isinstance(moment, datetime):
        return moment.astimezone(now.tzinfo).time()
    return moment if isinstance(moment, time) else None


def _local_day(moment: date, now: datetime) -> date:
    return moment.astimezone(now.tzinfo).date() if isinstance(moment, datetime) else moment


def check(value: Data, limits: Mapping[str, Data], ctx: AnswerContext) -> NotThis | None:
    """What is wrong with an answer of the right kind, or None.

    ``min`` and ``max`` (inclusive): the length of a text, the size of a number. ``from`` and ``to`` (inclusive): days,
    times, date-times; see ``read_bound``. Raises ContentError where the limits themselves make no sense.
    """
    return _check_size(value, limits.get("min"), limits.get("max")) or _check_time(value, limits, ctx)


def _check_size(value: Data, least: Data, most: Data) -> NotThis | None:
    for limit in (least, most):
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int | float)):
            raise ContentError(f"the limit {limit!r} is no number: `min` and `max` are lengths or sizes")
    if isinstance(value, str):
        if least is not None and len(value) < least:
            return NotThis(reason="too_short")
        return NotThis(reason="too_long") if most is not None and len(value) > most else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if least is not None and value < least:
        return NotThis(reason="too_small")
    return NotThis(reason="too_big") if most is not None and value > most else None


def _check_time(value: Data, limits: Mapping[str, Data], ctx: AnswerContext) -> NotThis | None:
    if "from" not in limits and "to" not in limits:
        return None
    try:
        moment = _iso(str(value).partition("/")[0], ctx.now)
    except ValueError:
        return NotThis()
    for key, reason in _EDGES.items():
        if key not in limits:
            continue
        sides = pair(moment, read_bound(str(limits[key]), ctx.now), ctx.now)
        if sides is None:
            raise ContentError(
                f"the limit {limits[key]!r} can't be compared with {value}: one is a time, the other a day"
            )
        if sides[0] < sides[1] if key == "from" else sides[0] > sides[1]:
            return NotThis(reason=reason)
    return None
