"""What a turn costs must not grow with what is stored: no statement on its path reads a whole table."""

import sqlite3
from pathlib import Path

import pytest

from store import accounts, arrivals, bundles, claims, customers, dead_letters, reads, saves, sql
from store.sql import SqlStore
from store.statements import Bulk
from store.tables import metadata

STATEMENTS = [
    pytest.param(value, id=f"{module.__name__}.{name}")
    for module in (accounts, arrivals, bundles, claims, customers, dead_letters, reads, saves, sql)
    for name, value in vars(module).items()
    if isinstance(value, Bulk)
]


@pytest.mark.parametrize("statement", STATEMENTS)
async def test_statement_on_many_rows_finds_them_by_an_index(statement: Bulk, tmp_path: Path) -> None:
    file = tmp_path / "lotse.db"
    await (await SqlStore.open(f"sqlite:///{file}")).close()
    database = sqlite3.connect(file)
    text = statement._write("qmark", 4)
    plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {text}", [None] * text.count("?"))]
    database.close()
    scanned = {words[1] for words in map(str.split, plan) if words[0] == "SCAN"}
    assert scanned.isdisjoint(metadata.tables), plan


async def test_chats_of_people_are_found_from_the_few_conversations_that_they_have(tmp_path: Path) -> None:
    file = tmp_path / "lotse.db"
    await (await SqlStore.open(f"sqlite:///{file}")).close()
    database = sqlite3.connect(file)
    plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {reads._STANDINGS_OF_PEOPLE}")]
    database.close()
    assert any("conversations_people" in step for step in plan), plan
    assert not any(step.startswith("SCAN chats") for step in plan), plan
