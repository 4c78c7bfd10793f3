"""``lotse user``: who may sign in."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from conversation.errors import LotseError
from conversation.records import Operator, Session
from store.sql import SqlStore
from tests.support.service import NORDNETZ

Lotse = Callable[..., Result]
NOW = datetime(2026, 3, 2, 11, tzinfo=UTC)
FIRST = "admin\t*\t*\t-\t4"
"""What the first operator may: all."""


@pytest.fixture
def lotse(tmp_path: Path) -> Lotse:
    """The command line in a folder of its own. A plain function: it starts event loops itself."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["user", *words], env={"LOTSE_VAR": str(tmp_path), "LOTSE_BOT": str(NORDNETZ)})

    return run


def session_of(var: Path, operator: str) -> Operator | None:
    """Signs in the first time that it is asked; who that session belongs to then."""

    async def look() -> Operator | None:
        store = await SqlStore.open(f"sqlite:///{var}/lotse.db")
        try:
            token = f"token of {operator}"
            if not (var / token).exists():
                (var / token).touch()
                await store.put_session(Session(token=token, operator=operator, expires=NOW + timedelta(days=1)))
            return await store.find_session(token, NOW)
        finally:
            await store.close()

    return asyncio.run(look())


def test_operators_are_added_listed_and_removed(lotse: Lotse, tmp_path: Path) -> None:
    assert lotse("add", "maria", "--password", "anker-boje").exit_code == 0
    assert lotse("add", "ivan", "--name", "Иван", "--password", "anker-boje").exit_code == 0
    assert sorted(lotse("list").output.splitlines()) == ["ivan\tИван\toperator\t*\t*\t-\t4", f"maria\tMaria\t{FIRST}"]
    assert session_of(tmp_path, "ivan")
    assert lotse("remove", "ivan").exit_code == 0
    assert lotse("list").output.splitlines() == [f"maria\tMaria\t{FIRST}"]
    assert session_of(tmp_path, "ivan") is None


def test_a_new_password_ends_the_operators_sessions_and_the_first_password(lotse: Lotse, tmp_path: Path) -> None:
    first = tmp_path / "first-password.txt"
    for name in ("operator", "maria"):
        lotse("add", name, "--password", "anker-boje")
        assert session_of(tmp_path, name)
    first.write_text("bako", encoding="utf-8")
    assert lotse("password", "maria", "--password", "anker-neu").exit_code == 0
    assert session_of(tmp_path, "maria") is None
    assert session_of(tmp_path, "operator")
    assert first.exists()
    assert lotse("password", "operator", "--password", "anker-neu").exit_code == 0
    assert session_of(tmp_path, "operator") is None
    assert not first.exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("remove", "ghost"), "there is no operator ghost"),
        (("remove", "maria"), "the only operator"),
        (("password", "ghost", "--password", "anker-boje"), "there is no operator ghost"),
        (("password", "maria", "--password", "short"), "at least 8"),
        (
            ("change", "ghost", "--role", "editor"),
            "there is no operator ghost; `lotse user add ghost` makes one. There are: maria",
        ),
        (("change", "maria", "--role", "boss"), "there is no role boss; there are operator, supervisor, editor, admin"),
        (("change", "maria", "--role", "editor"), "the only admin"),
        (("add", "maria", "--password", "anker-boje", "--role", "operator"), "the only admin"),
        (("change", "maria", "--team", "sales", "--team", "support"), "no team sales; it has support"),
        (("change", "maria", "--language", "fr"), "no language fr; it has de, en, ru, uk"),
        (("change", "maria", "--capacity", "0"), "1 to 50"),
        (("change", "maria", "--skill", "two words"), "is no skill"),
        (("add", "no\nname", "--password", "anker-boje"), "no name to sign in with"),
    ],
)
def test_what_can_not_be_done_is_said(lotse: Lotse, words: tuple[str, ...], says: str) -> None:
    lotse("add", "maria", "--password", "anker-boje")
    error = lotse(*words).exception
    assert isinstance(error, LotseError)
    assert says in str(error)
    assert lotse("list").output == f"maria\tMaria\t{FIRST}\n"


def test_what_an_operator_may_and_can_do_is_given_and_changed(lotse: Lotse, tmp_path: Path) -> None:
    lotse("add", "maria", "--password", "anker-boje")
    options = "--role supervisor --team support --language de --language uk --skill fibre --capacity 6"
    assert lotse("add", "ivan", "--password", "anker-boje", *options.split()).exit_code == 0
    assert lotse("list").output.splitlines()[0] == "ivan\tIvan\tsupervisor\tsupport\tde,uk\tfibre\t6"
    assert session_of(tmp_path, "ivan")
    changed = lotse("change", "ivan", "--name", "Иван", "--team", "*", "--skill", "-", "--language", "en")
    assert changed.output == "ivan\tИван\tsupervisor\t*\ten\t-\t6\n"
    assert session_of(tmp_path, "ivan"), "what somebody may do is looked up at each step: nobody need sign in again"
    assert lotse("change", "ivan", "--capacity", "2").output.endswith("\t2\n")
    assert lotse("password", "ivan", "--password", "anker-neu").exit_code == 0
    assert lotse("list").output.splitlines()[1] == "ivan\tИван\tsupervisor\t*\ten\t-\t2"


def test_the_last_admin_stays_one_until_there_is_another(lotse: Lotse) -> None:
    lotse("add", "maria", "--password", "anker-boje")
    lotse("add", "ivan", "--password", "anker-boje")
    assert "the only admin" in str(lotse("remove", "maria").exception)
    assert lotse("change", "ivan", "--role", "admin").exit_code == 0
    assert lotse("remove", "maria").exit_code == 0


@pytest.mark.parametrize("words", [("add", "ben", "--team", "sales"), ("add", "b\nn"), ("password", "ghost")])
def test_nobody_types_a_password_for_what_can_not_be_done_anyway(lotse: Lotse, words: tuple[str, ...]) -> None:
    found = lotse(*words)
    assert isinstance(found.exception, LotseError)
    assert "Password" not in found.output
