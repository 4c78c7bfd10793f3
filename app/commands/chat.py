"""``lotse chat``: talk to a bot in the terminal."""

import asyncio
from pathlib import Path
from typing import Annotated, Optional

import typer

from app.logs import set_up_logs
from app.settings import Settings


def chat(
    bot: Annotated[Optional[Path], typer.Argument(help="The bot folder; the setting LOTSE_BOT if left out.")] = None,  # noqa: UP045 - typer reads it
    *,
    language: Annotated[str, typer.Option(help="de, en, ru or uk; the bot's own if left out.")] = "",
    channel: Annotated[str, typer.Option(help="Whose limits to show: webchat, telegram, whatsapp, sms.")] = "webchat",
) -> None:
    """Talk to a bot in the terminal."""
    from app.bot_folder import load_rules
    from app.terminal import talk

    settings = Settings()
    set_up_logs("text", "error")
    folder = bot or settings.bot
    asyncio.run(talk(folder, load_rules(folder), settings.var, language=language, channel=channel))
