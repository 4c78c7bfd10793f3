"""What can be counted in the database, for whoever watches the service: few queries, each over an index.

Several processes share a database, so that no process can count this by itself.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from conversation.value import Value
from store.codec import micros, moment

_PEOPLE: Final = (
    "SELECT phase, count(*), min(since) FROM conversations WHERE phase IN ('parked', 'with_operator') GROUP BY phase"
)
_UNHANDLED: Final = "SELECT count(*) FROM inbox WHERE state = 'new'"
_OLDEST: Final = "SELECT received_at FROM inbox WHERE state = 'new' ORDER BY number LIMIT 1"
_UNSENT: Final = "SELECT state, count(*) FROM outbox WHERE state <> 'sent' GROUP BY state"
_OVERDUE: Final = "SELECT count(*), min(due) FROM timers WHERE due <= {now}"
STATEMENTS: Final = (_PEOPLE, _UNHANDLED, _OLDEST, _UNSENT, _OVERDUE)
_WORKERS: Final = "SELECT count(*) FROM workers"
"""A row for each process: as short as a table can be."""
_REJECTED: Final = "SELECT count(*) FROM inbox WHERE state = 'rejected'"


class Figures(Value, frozen=True, kw_only=True):
    """Times are those of the oldest; None where there is none. ``unsent``: state of a delivery to how many are in it."""

    parked: int
    parked_since: datetime | None
    with_operator: int
    unhandled: int
    unhandled_since: datetime | None
    unsent: Mapping[str, int]
    overdue: int
    overdue_since: datetime | None
    workers: int = 0


def figures(connection: Connection, now: datetime) -> Figures:
    people = {phase: (count, since) for phase, count, since in connection.execute(text(_PEOPLE))}
    parked, since = people.get("parked", (0, None))
    overdue, due = connection.execute(text(_OVERDUE.format(now=micros(now)))).one()
    return Figures(
        parked=parked,
        parked_since=_moment(since),
        with_operator=people.get("with_operator", (0, None))[0],
        unhandled=connection.execute(text(_UNHANDLED)).scalar_one(),
        unhandled_since=_moment(connection.execute(text(_OLDEST)).scalar()),
        unsent={row[0]: row[1] for row in connection.execute(text(_UNSENT))},
        overdue=overdue,
        overdue_since=_moment(due),
        workers=connection.execute(text(_WORKERS)).scalar_one(),
    )


def rejected(connection: Connection) -> int:
    """Events that were put aside. Reads the whole inbox: for a person who asks, not for a meter."""
    return int(connection.execute(text(_REJECTED)).scalar_one())


def _moment(at: int | None) -> datetime | None:
    return None if at is None else moment(at)
