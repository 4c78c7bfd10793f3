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

Lotse = Callable[..., Result]
NOW = datetime(2026, 3, 2, 11, tzinfo=UTC)


@pytest.fixture
def lotse(tmp_path: Path) -> Lotse:
    """The command line in a folder of its own. A plain function: it starts event loops itself."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["user", *words], env={"LOTSE_VAR": str(tmp_path)})

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
    assert sorted(lotse("list").output.splitlines()) == ["ivan\tИван", "maria\tMaria"]
    assert session_of(tmp_path, "ivan")
    assert lotse("remove", "ivan").exit_code == 0
    assert lotse("list").output.splitlines() == ["maria\tMaria"]
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
    ],
)
def test_what_can_not_be_done_is_said(lotse: Lotse, words: tuple[str, ...], says: str) -> None:
    lotse("add", "maria", "--password", "anker-boje")
    error = lotse(*words).exception
    assert isinstance(error, LotseError)
    assert says in str(error)
    assert lotse("list").output == "maria\tMaria\n"
