"""What went wrong in the database, in words that say what to do."""

import sqlite3
from typing import Literal, TypeAlias

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError

from conversation.errors import StoreError

Blame: TypeAlias = Literal["database", "write"]

_UNREACHABLE = "it can't be reached: start it, or check the URL; writing goes on by itself"
_FULL = "the disk is full: free some space, writing goes on by itself"
_LOCKED = "another program holds it locked: end that program (one service per file)"

_SQLITE = {
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": "it is read-only: give the service the right to write the file and its folder",
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_CANTOPEN": "it can't be opened: check that it is a file, and its rights and those of its folder",
    "SQLITE_PERM": "it may not be opened: check the rights of the file and its folder",
    "SQLITE_IOERR": "the disk reports an error: check the disk and the system's log",
    "SQLITE_CORRUPT": "the file is damaged: stop the service and restore a backup",
    "SQLITE_NOTADB": "the file is no SQLite database: check the path, or restore a backup",
}
"""By primary result code."""

_SQLSTATE = {
    "25006": "it is read-only: connect to the primary server, or make this one writable",
    "53100": _FULL,
    "53": "it has no room for more: raise its limits on connections or memory",
    "08": _UNREACHABLE,
    "57": _UNREACHABLE,
    "28": "it refuses our user: check name and password in the URL",
    "3D": "it does not exist: create it, or check the URL",
}
"""By code, or by its class: the first two characters."""

_WRITES = ("22", "23", "40", "42")
"""Classes that are about one transaction: bad data, a broken rule, undone for another one's sake, a wrong statement."""


def undone(error: BaseException) -> bool:
    """The transaction was given up for another one's sake, as in a deadlock: done again it can go through."""
    return isinstance(error, SQLAlchemyError) and _sqlstate(error).startswith("40")


def blame(error: BaseException) -> Blame:
    """Whether the ``database`` fails (all writes would) or this ``write`` is what is wrong."""
    if isinstance(error, StoreError | OSError):
        return "database"
    if not isinstance(error, SQLAlchemyError) or isinstance(error, IntegrityError | DataError | ProgrammingError):
        return "write"
    return "write" if _sqlstate(error).startswith(_WRITES) else "database"


def explain(error: Exception, where: str) -> Exception:
    """The StoreError for a driver's error, without the values that were to be written. Other errors stay as they are."""
    if isinstance(error, OSError):
        return StoreError(f"the database {where} did not take it: {_UNREACHABLE} ({error})")
    if not isinstance(error, SQLAlchemyError):
        return error
    original = error.orig if isinstance(error, DBAPIError) else None
    name, advice = "", ""
    if isinstance(original, sqlite3.Error):
        name = getattr(original, "sqlite_errorname", "")
        advice = _SQLITE.get("_".join(name.split("_")[:2]), "")
    elif isinstance(error, DBAPIError):
        name = _sqlstate(error)
        advice = (
            _SQLSTATE.get(name) or _SQLSTATE.get(name[:2]) or (_UNREACHABLE if error.connection_invalidated else "")
        )
    reason = _reason(error, original)
    return StoreError(
        f"the database {where} did not take it: {advice or 'see the reason, then try again'} ({name}: {reason})"
    )


def _reason(error: SQLAlchemyError, original: BaseException | None) -> str:
    """The driver's words, but for those of PostgreSQL about one write: they quote what was to be written."""
    if original is None:
        return type(error).__name__
    if isinstance(original, sqlite3.Error) or blame(error) == "database":
        return str(original)
    cause = original.__cause__ or original
    rule = getattr(cause, "constraint_name", "") or getattr(cause, "column_name", "") or ""
    return f"{type(cause).__name__} {rule}".rstrip()


def _sqlstate(error: BaseException) -> str:
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""
