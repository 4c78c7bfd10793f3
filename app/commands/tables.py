"""``lotse migrate``, ``lotse backup``, ``lotse restore``."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.settings import Settings


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit with 1 if the tables are behind.")
    ] = False,
) -> None:
    """Bring the database to the tables that this version works with. A start does the same by itself."""
    if not asyncio.run(_migrate(Settings(), check=check)):
        raise typer.Exit(1)


async def _migrate(settings: Settings, *, check: bool) -> bool:
    from conversation.errors import StoreError
    from store.inspection import inspect
    from store.migrate import migrate
    from store.url import parse, path_of, where
    from store.versions import known_versions

    target = parse(settings.database_url)
    place, newest = where(target), known_versions()[-1]
    found = ""
    if target.get_backend_name() != "sqlite" or path_of(target).is_file():
        async with inspect(settings.database_url) as looking:
            told = await looking.versions()
        if told.ahead:
            raise StoreError(f"{place} was made by a newer Lotse (tables {told.found}, this version: {newest})")
        found = told.found
    if found == newest:
        print(f"{place}: tables {newest}, the newest")  # noqa: T201 - output
        return True
    if check:
        print(f"{place}: tables {found or 'none'}, behind {newest}: run `lotse migrate`")  # noqa: T201 - output
        return False
    await migrate(settings.database_url)
    print(f"{place}: tables {found or 'none'} → {newest}")  # noqa: T201 - output
    return True


def backup(file: Annotated[Path, typer.Argument(help="The copy; there must be no such file yet.")]) -> None:
    """Copy the database, also while the service runs. The copy holds all that was acknowledged before, and is looked through."""
    from store import postgres_backup, sqlite_backup
    from store.url import parse, path_of, where

    target = parse(Settings().database_url)
    if target.get_backend_name() == "sqlite":
        size = sqlite_backup.back_up(path_of(target), file)
    else:
        size = postgres_backup.back_up(target, file)
    print(f"{where(target)} → {file}, {_size(size)}, whole")  # noqa: T201 - output


def restore(
    file: Annotated[Path, typer.Argument(help="A copy that `lotse backup` made.")],
    force: Annotated[bool, typer.Option("--force", help="Also in the place of a database with conversations.")] = False,
) -> None:
    """Put a copy in the place of the database. Stop the service first. The old database is kept beside it."""
    from store import postgres_backup, sqlite_backup
    from store.url import parse, path_of, where

    target = parse(Settings().database_url)
    if target.get_backend_name() == "sqlite":
        kept = sqlite_backup.restore(file, path_of(target), force=force)
        print(f"{file} → {where(target)}{f'; the old one is {kept}' if kept else ''}")  # noqa: T201 - output
        return
    asyncio.run(_must_be_empty(Settings().database_url))
    postgres_backup.restore(target, file)
    print(f"{file} → {where(target)}")  # noqa: T201 - output


async def _must_be_empty(url: str) -> None:
    from conversation.errors import StoreError
    from store.inspection import inspect

    async with inspect(url) as looking:
        if await looking.tables():
            raise StoreError(
                f"{looking.place} has tables: make an empty database beside it (`createdb lotse_restored`), name it in"
                " LOTSE_DATABASE__URL and restore there; so the old one is kept"
            )


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"
