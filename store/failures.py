"""What went wrong in the database, in words that say what to do."""

import sqlite3
from typing import Literal, TypeAlias

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError

from conversation.errors import StoreError

Blame: TypeAlias = Literal["database", "write"]

_ADVICE = {
    "SQLITE_FULL": "the disk is full: free some space, writing goes on by itself",
    "SQLITE_READONLY": "it is read-only: give the service the right to write the file and its folder",
    "SQLITE_BUSY": "another program holds it locked: end that program (one service per file)",
    "SQLITE_LOCKED": "another program holds it locked: end that program (one service per file)",
    "SQLITE_CANTOPEN": "it can't be opened: check that its folder exists and is ours to write",
    "SQLITE_PERM": "it may not be opened: check the rights of the file and its folder",
    "SQLITE_IOERR": "the disk reports an error: check the disk and the system's log",
    "SQLITE_CORRUPT": "the file is damaged: stop the service and restore a backup",
    "SQLITE_NOTADB": "the file is no SQLite database: check the path, or restore a backup",
}


def blame(error: BaseException) -> Blame:
    """Whether the ``database`` fails (all writes would) or this ``write`` is what is wrong."""
    if isinstance(error, StoreError | OSError):
        return "database"
    if not isinstance(error, SQLAlchemyError) or isinstance(error, IntegrityError | DataError | ProgrammingError):
        return "write"
    # Class 40: the database undid the transaction for the sake of another one; each write alone will pass.
    return "write" if _sqlstate(error).startswith("40") else "database"


def explain(error: Exception, where: str) -> Exception:
    """The StoreError for a driver's error; other errors are the caller's own and stay as they are."""
    if not isinstance(error, SQLAlchemyError | OSError):
        return error
    original = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(original, sqlite3.Error):
        name = getattr(original, "sqlite_errorname", "")
        base = "_".join(name.split("_")[:2])
        advice = _ADVICE.get(base, "see the reason, then try again")
        return StoreError(f"the database {where} did not take it: {advice} ({name or 'sqlite'}: {original})")
    if isinstance(error, OSError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return StoreError(f"the database {where} can't be reached: start it, or check the URL ({error})")
    return StoreError(f"the database {where} did not take it ({original or error})")


def _sqlstate(error: BaseException) -> str:
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""
