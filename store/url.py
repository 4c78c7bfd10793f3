"""Which database a URL names, and the driver that speaks to it."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from conversation.errors import StoreError

_FORMS = "write sqlite:///var/lotse.db for a file, or postgresql://user:password@host/name"


class NoDatabaseError(StoreError):
    """There is none yet, or one without tables."""


def parse(url: str) -> URL:
    """``sqlite:///path`` or ``postgresql://…`` with its driver filled in. Raises StoreError for anything else."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"the database URL can't be read: {_FORMS}") from error
    match parsed.get_backend_name():
        case "sqlite":
            if parsed.database in (None, "", ":memory:"):
                raise StoreError(f"the database URL {url} names no file, and nothing would survive a restart: {_FORMS}")
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql":
            return parsed.set(drivername="postgresql+asyncpg")
        case other:
            raise StoreError(f"no store speaks to {other} databases: {_FORMS}")


def path_of(url: URL) -> Path:
    """The file of a ``sqlite`` URL."""
    return Path(url.database or "").absolute()


def existing(url: URL) -> Path | None:
    """The file of a ``sqlite`` URL; None for a server. Raises NoDatabaseError if it is not there."""
    if url.get_backend_name() != "sqlite":
        return None
    file = path_of(url)
    if not file.is_file():
        raise NoDatabaseError(f"there is no database {file} yet: the first start, or `lotse migrate`, makes it")
    return file


def where(url: URL) -> str:
    """The database as a message names it: without the password."""
    return str(path_of(url)) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
