"""How old the tables of a database are, found out without touching them."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from conversation.value import Value

MIGRATIONS: Final = Path(__file__).parent / "migrations"
TABLE: Final = "alembic_version"


class Versions(Value, frozen=True, kw_only=True):
    """``found`` is empty for a database without tables. ``known``: all that this version of Lotse knows, the oldest first."""

    found: str
    known: tuple[str, ...]

    @property
    def newest(self) -> str:
        return self.known[-1]

    @property
    def behind(self) -> bool:
        return self.found != self.newest and not self.ahead

    @property
    def ahead(self) -> bool:
        """A newer Lotse made it."""
        return bool(self.found) and self.found not in self.known


def known_versions() -> tuple[str, ...]:
    """The files of ``migrations/versions`` are named ``<revision>_<what>.py``: nobody needs Alembic, 10 MB, to know them."""
    return tuple(sorted(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("*_*.py")))


def versions(connection: Connection) -> Versions:
    found = ""
    if inspect(connection).has_table(TABLE):
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
    return Versions(found=found, known=known_versions())
