"""Copies of a PostgreSQL database, by PostgreSQL's own programs. Everything here blocks and raises StoreError."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from conversation.errors import StoreError
from store.versions import TABLE, Versions, known_versions

FOLDERS: Final = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs of each version."""
_INSTALL: Final = "install PostgreSQL's client programs, of the server's version or newer (Debian: postgresql-client)"


def back_up(url: URL, target: Path) -> int:
    """Bytes of the copy, in pg_dump's own form; the database is worked on meanwhile."""
    program = _program("pg_dump", f"or run `pg_dump -Fc` where they are, on {url.host}/{url.database}")
    if target.exists():
        raise StoreError(f"{target} is there already: name another file")
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _run([program, "--format=custom", f"--file={part}"], url)
        examine(part)
        part.rename(target)
    except OSError as error:
        raise StoreError(f"{target} could not be written: check the folder and its rights ({error})") from error
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def examine(file: Path) -> Versions:
    """The tables of a copy that can be read to its end."""
    if not file.is_file():
        raise StoreError(f"there is no file {file}")
    program = _program("pg_restore")
    _run([program, "--file=/dev/null", str(file)], None)
    told = _run([program, "--data-only", f"--table={TABLE}", "--file=-", str(file)], None)
    found = re.search(rf"COPY \S*{TABLE} .*;\n(\S+)\n", told)
    versions = Versions(found=found[1] if found else "", known=known_versions())
    if not versions.found:
        raise StoreError(f"{file} is no copy of a database of Lotse: name a file that `lotse backup` made")
    if versions.ahead:
        raise StoreError(
            f"{file} was made by a newer Lotse (tables {versions.found}, this version knows up to {versions.newest}):"
            " install that version first"
        )
    return versions


def restore(url: URL, file: Path) -> None:
    """Into a database that the caller found empty: whole, or not at all."""
    program = _program("pg_restore")
    examine(file)
    words = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run([program, *words, f"--dbname={url.database}", str(file)], url)


def _program(name: str, otherwise: str = "") -> str:
    """The newest one there is: an older one refuses a newer server."""
    numbered = sorted(FOLDERS.glob(f"[0-9]*/bin/{name}"), key=lambda path: int(path.parts[-3].partition(".")[0]))
    found = str(numbered[-1]) if numbered else shutil.which(name)
    if not found:
        raise StoreError(f"there is no program {name} here: {_INSTALL}{f', {otherwise}' if otherwise else ''}")
    return found


def _run(command: list[str], url: URL | None) -> str:
    """What it printed. The password goes by the environment: command lines can be seen by everybody on the machine."""
    try:
        done = subprocess.run(  # noqa: S603 - a list of our own words
            command,
            env={**os.environ, **(_environment(url) if url else {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise StoreError(f"{command[0]} can't be run: {error}") from error
    if done.returncode:
        raise StoreError(f"{Path(command[0]).name} failed: {done.stderr.strip() or f'exit code {done.returncode}'}")
    return done.stdout


def _environment(url: URL) -> dict[str, str]:
    """What libpq reads in the place of a URL."""
    query = {name: value if isinstance(value, str) else value[0] for name, value in url.query.items()}
    given = {
        "PGHOST": url.host or query.get("host", ""),
        "PGPORT": str(url.port or query.get("port", "")),
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password or ""),
        "PGDATABASE": url.database or "",
        "PGSSLMODE": query.get("ssl", "") or query.get("sslmode", ""),
    }
    return {name: value for name, value in given.items() if value}
