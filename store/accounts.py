"""Operators and their sessions."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.engine import Row

from conversation.records import Operator, Session, Status
from store.codec import micros, words
from store.statements import Bulk, Each, Params
from store.tables import operators, sessions

_PUT = Each(
    "INSERT INTO operators (id, name, password, role, teams, skills, languages, capacity, status)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET name = excluded.name, password = excluded.password, role = excluded.role,"
    " teams = excluded.teams, skills = excluded.skills, languages = excluded.languages, capacity = excluded.capacity,"
    " status = excluded.status"
)
_END_OTHERS = Each(
    "DELETE FROM sessions WHERE operator = ?"
    " AND NOT EXISTS (SELECT 1 FROM operators WHERE operators.id = sessions.operator AND operators.password = ?)"
)
"""Who signed in with a password that is none any more."""
_ADD = Bulk(
    "INSERT INTO operators (id, name, password, role, teams, skills, languages, capacity, status) VALUES {rows}"
    " ON CONFLICT (id) DO NOTHING RETURNING id",
    width=9,
)
SET_STATUS = Each("UPDATE operators SET status = ? WHERE id = ?")
_DROP = Each("DELETE FROM operators WHERE id = ?")
PUT_SESSION = Each(
    "INSERT INTO sessions (token, operator, expires, seen) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (token) DO UPDATE SET operator = excluded.operator, expires = excluded.expires, seen = excluded.seen"
)
SEE_SESSION = Each("UPDATE sessions SET seen = ? WHERE token = ? AND seen < ?")
DROP_SESSION = Each("DELETE FROM sessions WHERE token = ?")
DROP_SESSIONS = Each("DELETE FROM sessions WHERE operator = ?")
TIDY_SESSIONS = Each("DELETE FROM sessions WHERE expires < ?")


def put(connection: Connection, operator: Operator) -> None:
    """Whoever signed in with another password than this one is signed out."""
    _END_OTHERS.run(connection, [(operator.id, operator.password)])
    _PUT.run(connection, [_row(operator)])


def add(connection: Connection, operator: Operator, before: Callable[[], None]) -> bool:
    added = bool(_ADD.run(connection, [_row(operator)]))
    if added:
        before()
    return added


def drop(connection: Connection, operator: str) -> None:
    _DROP.run(connection, [(operator,)])
    DROP_SESSIONS.run(connection, [(operator,)])


def session_row(session: Session) -> Params:
    return session.token, session.operator, micros(session.expires), micros(session.seen) if session.seen else 0


def status_row(operator: str, status: Status) -> Params:
    return status, operator


def find(connection: Connection, wanted: str) -> Operator | None:
    row = connection.execute(select(operators).where(operators.c.id == wanted)).first()
    return _operator(row) if row else None


def every(connection: Connection) -> list[Operator]:
    query = select(operators).order_by(operators.c.name, operators.c.id)
    return [_operator(row) for row in connection.execute(query)]


def find_session(connection: Connection, token: str, now: datetime, unused: timedelta | None) -> Operator | None:
    query = (
        select(operators)
        .join(sessions, sessions.c.operator == operators.c.id)
        .where(sessions.c.token == token, sessions.c.expires > micros(now))
    )
    if unused is not None:
        query = query.where((sessions.c.seen == 0) | (sessions.c.seen > micros(now - unused)))
    row = connection.execute(query).first()
    return _operator(row) if row else None


def _row(operator: Operator) -> Params:
    lists = [" ".join(map(words, names)) for names in (operator.teams, operator.skills, operator.languages)]
    names = (operator.id, operator.name, operator.password, operator.role)
    return (*names, *lists, operator.capacity, operator.status)


def _operator(row: Row[Any]) -> Operator:
    return Operator(
        id=row.id,
        name=row.name,
        password=row.password,
        role=row.role,
        teams=tuple(row.teams.split()),
        skills=tuple(row.skills.split()),
        languages=tuple(row.languages.split()),
        capacity=row.capacity,
        status=row.status,
    )
