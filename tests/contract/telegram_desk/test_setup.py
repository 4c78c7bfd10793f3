"""What an administrator does before the first chat, and what is said of it."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from app import doctor
from app.cli import app
from app.settings import Settings, TelegramDeskSettings, TelegramSettings
from app.telegram_desk import desk_words, is_set
from bots.telegram_desk.codes import code_hash
from conversation.errors import LotseError
from store.sql import SqlStore
from tests.support.fake_forum import DESK_TOKEN, GROUP, FakeForum
from tests.support.forum_desk import group
from tests.support.service import NORDNETZ


def settings(fake: FakeForum, token: str = DESK_TOKEN, number: int = GROUP, customers: str = "") -> Settings:
    desk = TelegramDeskSettings(token=SecretStr(token), group=number, api=fake.url)
    return Settings(telegram_desk=desk, telegram=TelegramSettings(token=SecretStr(customers)), _env_file=None)


async def test_doctor_is_content_with_a_group_in_which_the_bot_can_work(fake: FakeForum) -> None:
    line = await doctor._telegram_desk(settings(fake))
    assert (line.level, line.says, line.todo) == ("ok", "@fake_bot in the group “Desk”", "")


@pytest.mark.parametrize(
    ("wrong", "todo"),
    [
        ({"is_forum": False}, "switch on “Topics”"),
        ({"member": "member"}, "make @fake_bot an administrator"),
        (
            {"rights": {"can_manage_topics": False, "can_pin_messages": True}},
            "give @fake_bot the right “Manage topics”",
        ),
        ({"rights": {"can_manage_topics": True, "can_pin_messages": False}}, "give @fake_bot the right “Pin messages”"),
        ({"member": "gone"}, "add @fake_bot to the group"),
    ],
)
async def test_doctor_says_what_the_group_lacks(fake: FakeForum, wrong: dict[str, Any], todo: str) -> None:
    if wrong == {"member": "gone"}:
        fake.fault(method="getChat", status=403, description="Forbidden: bot is not a member of the supergroup chat")
        wrong = {}
    for name, value in wrong.items():
        setattr(fake, name, value)
    line = await doctor._telegram_desk(settings(fake))
    assert line.level == "FAIL"
    assert todo in line.todo


async def test_doctor_says_that_the_token_is_wrong(fake: FakeForum) -> None:
    line = await doctor._telegram_desk(settings(fake, token="1:wrong"))
    assert line.level == "FAIL"
    assert "refuses the token" in line.says
    assert "1:wrong" not in line.says, "whoever reads it need not know the token"


async def test_half_of_the_settings_and_the_bot_of_the_customers_are_refused(fake: FakeForum) -> None:
    assert not is_set(settings(fake, token="", number=0))
    for wrong in (settings(fake, token=""), settings(fake, number=0), settings(fake, customers=DESK_TOKEN)):
        with pytest.raises(LotseError, match="LOTSE_TELEGRAM_DESK__TOKEN"):
            is_set(wrong)


def test_command_makes_a_code_for_an_operator_that_the_store_keeps_as_a_hash(tmp_path: Path) -> None:
    import asyncio

    env = {"LOTSE_VAR": str(tmp_path), "LOTSE_BOT": str(NORDNETZ)}

    def lotse(*words: str) -> Any:
        return CliRunner().invoke(app, ["user", *words], env=env)

    assert lotse("add", "maria", "--password", "anker-boje-deck").exit_code == 0
    made = lotse("telegram", "maria")
    code = made.output.strip().splitlines()[-1].removeprefix("/link ")
    assert len(code) == 10

    async def redeem() -> list[str]:
        store = await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db")
        from app.clock import SystemClock

        try:
            now = SystemClock().now()
            return [await store.topics.redeem(each, 5, now) for each in (code, code_hash(code))]
        finally:
            await store.close()

    assert asyncio.run(redeem()) == ["", "maria"]
    unknown = lotse("telegram", "nobody")
    assert isinstance(unknown.exception, LotseError)
    assert "lotse user add nobody" in str(unknown.exception)


async def test_wrong_token_keeps_the_service_up_and_says_so(
    tmp_path: Path, fake: FakeForum, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.token = "other"
    async with group(tmp_path, fake) as desk:
        await desk.says("Hallo", "77-1")
        await desk.customer_hears("Womit kann ich helfen")
    told = capsys.readouterr().out
    assert "set LOTSE_TELEGRAM_DESK__TOKEN to the token" in told
    assert DESK_TOKEN not in told


@pytest.mark.parametrize("language", ["de", "en", "ru", "uk", "de-AT", "fr", ""])
def test_every_text_that_is_said_exists_in_every_language(language: str) -> None:
    words = desk_words("en")
    keys = (
        "bot",
        "so_far",
        "card.parked",
        "done.claim",
        "refused.held",
        "commands.note",
        "notes.claimed",
        "media.photo",
    )
    assert [key for key in keys if not words.find(language, key)] == []
