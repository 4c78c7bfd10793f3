"""Copies of a SQLite database: made while the service works on it, looked through before they count, and put back.

Everything here blocks. All functions raise StoreError with what to do.
"""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from conversation.errors import StoreError
from store.versions import Versions, known_versions

KEPT: Final = ".before-restore"
_BESIDE: Final = ("-wal", "-shm", "-journal")
_BUSY: Final = 5.0
"""Seconds to wait for another program's lock."""


def back_up(source: Path, target: Path) -> int:
    """Bytes of the copy. It holds all that was committed before; one that is not whole never gets its name."""
    if not source.is_file():
        raise StoreError(f"there is no database {source} to back up")
    part = _fresh(target)
    try:
        with _open(source, "rw") as old, _open(part, "rw") as new:
            # In one step: it reads one state of the file, however much is written meanwhile.
            old.backup(new, pages=-1)
            new.execute("PRAGMA journal_mode = DELETE")
        examine(part)
        _put(part, target)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{source} could not be copied to {target}: {error}") from error
    finally:
        _remove(part)
    return target.stat().st_size


def examine(file: Path) -> Versions:
    """The tables of a copy that is whole."""
    if not file.is_file():
        raise StoreError(f"there is no file {file}")
    # Without a log beside it nothing is missing in the file, and it can lie where nothing can be written.
    alone = not _beside(file, "-wal").is_file()
    try:
        with _open(file, "ro&immutable=1" if alone else "ro") as database:
            wrong = [str(row[0]) for row in database.execute("PRAGMA integrity_check(3)")]
            if wrong != ["ok"]:
                raise StoreError(f"{file} is damaged ({'; '.join(wrong)}): use another copy")
            found = database.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{file} is no database of Lotse ({error}): name a file that `lotse backup` made") from error
    versions = Versions(found=found[0] if found else "", known=known_versions())
    if versions.ahead or not versions.found:
        raise StoreError(
            f"{file} was made by a newer Lotse (tables {versions.found}, this version knows up to {versions.newest}):"
            " install that version first"
        )
    return versions


def restore(file: Path, target: Path, *, force: bool) -> Path | None:
    """Puts the copy in the place of the database; where the old one lies now, None if there was none.

    Refused while a service works on it, and where there are conversations, unless by ``force``.
    """
    examine(file)
    if file.resolve() == target.resolve():
        raise StoreError(f"{file} is the database itself: name a copy")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = _fresh(target.with_name(f"{target.name}.restoring"))
    try:
        with _open(file, "ro") as old, _open(part, "rw") as new:
            old.backup(new, pages=-1)
            new.execute("PRAGMA journal_mode = DELETE")
        examine(part)
        if not target.exists():
            _set_aside(target, _kept(target))
            _put(part, target)
            return None
        with _alone(target) as database:
            if not force and _conversations(database):
                raise StoreError(
                    f"{target} holds conversations: with --force the copy takes its place, and it is kept as {_kept(target)}"
                )
            kept = _kept(target)
            _as_it_was(part, target)
            _set_aside(target, kept)
            _put(part, target)
        return kept
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{file} could not be put in the place of {target}: {error}") from error
    finally:
        _remove(part)


@contextmanager
def _alone(path: Path) -> Iterator[sqlite3.Connection]:
    """The database with nobody else in it, until the end. A file that is none is nobody's either."""
    with _open(path, "rw", busy=1.0) as database:
        try:
            database.execute("PRAGMA journal_mode = DELETE")  # refused as long as anybody has it open
            database.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise StoreError(f"a service works on {path}: stop it, then restore") from error
            raise
        except sqlite3.DatabaseError:
            """Damaged: that is why it is replaced."""
        yield database


def _conversations(database: sqlite3.Connection) -> bool:
    try:
        return database.execute("SELECT 1 FROM chats LIMIT 1").fetchone() is not None
    except sqlite3.OperationalError:
        return False  # no such table
    except sqlite3.DatabaseError:
        return True  # damaged: nobody knows


@contextmanager
def _open(path: Path, mode: str, *, busy: float = _BUSY) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", busy, uri=True, isolation_level=None)
    try:
        yield database
    finally:
        database.close()


def _fresh(target: Path) -> Path:
    """An empty file beside the target, for nobody else's eyes: it will hold what customers wrote."""
    if target.exists():
        raise StoreError(f"{target} is there already: name another file")
    part = target.with_name(f"{target.name}.part")
    try:
        _remove(part)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StoreError(f"{part} can't be written: check the folder and its rights ({error})") from error
    return part


def _put(part: Path, target: Path) -> None:
    """On the disk first, then under its name: a power cut leaves either nothing or all of it."""
    _sync(part)
    part.rename(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _kept(target: Path) -> Path:
    """A name that is free: what was kept before is not replaced."""
    first = _beside(target, KEPT)
    names = (first, *(_beside(target, f"{KEPT}.{number}") for number in range(2, 1000)))
    return next((name for name in names if not name.exists()), first)


def _as_it_was(part: Path, target: Path) -> None:
    """Whoever restores need not be the one as whom the service runs, and who could open the old file."""
    old = target.stat()
    part.chmod(stat.S_IMODE(old.st_mode))
    with suppress(PermissionError):
        os.chown(part, old.st_uid, old.st_gid)


def _set_aside(target: Path, kept: Path) -> None:
    """With its log, if one is left: another file would be changed by it."""
    for ending in ("", *_BESIDE):
        with suppress(FileNotFoundError):
            _beside(target, ending).rename(_beside(kept, ending))


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}{ending}")


def _remove(part: Path) -> None:
    for path in (part, *(_beside(part, ending) for ending in _BESIDE)):
        with suppress(FileNotFoundError):
            path.unlink()
