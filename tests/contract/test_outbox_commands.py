"""``lotse outbox``: what was not delivered, seen and decided on from the command line."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from conversation.errors import LotseError
from conversation.records import SendState, SendUpdate
from store.sql import SqlStore
from tests.support.storing import NOW, says, talk, turn

Lotse = Callable[..., Result]
FAILED, UNSURE, SENT, WAITING = 1, 2, 3, 4


@pytest.fixture
def lotse(tmp_path: Path) -> Lotse:
    """The command line on a database with a message in each state. A plain function: it starts event loops itself."""
    asyncio.run(_fill(tmp_path))

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["outbox", *words], env={"LOTSE_VAR": str(tmp_path)})

    return run


async def _fill(var: Path) -> None:
    store = await SqlStore.open(f"sqlite:///{var}/lotse.db")
    conversation = await talk(store)
    sends = (await store.save(turn(conversation, *(says(conversation, seq) for seq in range(2, 6))))).sends
    assert [send.number for send in sends] == [FAILED, UNSURE, SENT, WAITING]
    ends: tuple[tuple[int, SendState, str], ...] = (
        (FAILED, "failed", "blocked\tby\nthe user"),
        (UNSURE, "ambiguous", "the connection broke"),
        (SENT, "sent", ""),
    )
    for number, state, error in ends:
        await store.update_send(SendUpdate(number=number, state=state, attempts=1, due=NOW, error=error))
    await store.close()


def open_in(var: Path) -> list[int]:
    """The numbers that a service would take up."""

    async def look() -> list[int]:
        store = await SqlStore.open(f"sqlite:///{var}/lotse.db")
        try:
            return [send.number for send in await store.open_sends(10)]
        finally:
            await store.close()

    return asyncio.run(look())


def listed(result: Result) -> list[int]:
    assert result.exit_code == 0, result.output
    return [int(line.split("\t")[0]) for line in result.output.splitlines()]


def test_the_list_shows_what_failed_or_is_unsure_a_line_each(lotse: Lotse) -> None:
    assert lotse("list").output.splitlines() == [
        "2\tambiguous\ttelegram\t2026-03-02 09:30\tchat-anna\tthe connection broke",
        "1\tfailed\ttelegram\t2026-03-02 09:30\tchat-anna\tblocked by the user",
    ]


def test_the_list_can_be_narrowed(lotse: Lotse) -> None:
    assert listed(lotse("list", "--state", "failed")) == [FAILED]
    assert listed(lotse("list", "--state", "ambiguous", "--channel", "telegram")) == [UNSURE]
    assert listed(lotse("list", "--channel", "sms")) == []
    assert lotse("list", "--state", "sent").exit_code == 2


def test_what_is_sent_again_waits_for_the_service(lotse: Lotse, tmp_path: Path) -> None:
    assert lotse("resend", "2").output == "1 to be sent again\n"
    assert listed(lotse("list")) == [FAILED]
    assert open_in(tmp_path) == [UNSURE, WAITING]


def test_all_can_be_sent_again_at_once(lotse: Lotse, tmp_path: Path) -> None:
    assert lotse("resend", "--all").output == "2 to be sent again\n"
    assert open_in(tmp_path) == [FAILED, UNSURE, WAITING]
    assert lotse("resend", "--all").output == "0 to be sent again\n"


def test_settled_ones_are_listed_no_more(lotse: Lotse, tmp_path: Path) -> None:
    assert lotse("settle", "1", "2", "4").output == "2 settled\n"
    assert listed(lotse("list")) == []
    assert open_in(tmp_path) == [WAITING]


@pytest.mark.parametrize("words", [("resend", "3"), ("settle", "3", "4"), ("resend", "999")])
def test_numbers_of_none_of_them_are_refused_in_words(lotse: Lotse, words: tuple[str, ...]) -> None:
    error = lotse(*words).exception
    assert isinstance(error, LotseError)
    assert "lotse outbox list" in str(error)


@pytest.mark.parametrize("words", [("resend",), ("resend", "1", "--all"), ("settle",), ("resend", "one")])
def test_a_command_that_names_nothing_or_too_much_changes_nothing(
    lotse: Lotse, tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert lotse(*words).exit_code != 0
    assert open_in(tmp_path) == [WAITING]
