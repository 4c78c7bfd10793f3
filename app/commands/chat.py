"""``lotse chat``: talk to a bot in the terminal."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn, Optional

import typer
from rich.console import Console
from rich.text import Text

from app.logs import set_up_logs
from app.settings import Settings


def chat(
    bot: Annotated[Optional[Path], typer.Argument(help="The bot folder; the setting LOTSE_BOT if left out.")] = None,  # noqa: UP045 - typer reads it
    *,
    language: Annotated[str, typer.Option(help="One of the bot's; as the first words are if left out.")] = "",
    channel: Annotated[str, typer.Option(help="Whose limits to show: webchat, telegram, whatsapp, sms.")] = "webchat",
    time: Annotated[
        str, typer.Option(help="When it begins, on the bot's clock: 2026-11-02 10:00. Now if left out.")
    ] = "",
    trace: Annotated[bool, typer.Option("--trace", help="Show each way that is taken.")] = False,
) -> None:
    """Talk to a bot in the terminal: its steps, its variables, time that passes, and transcripts of it."""
    from app.bot_folder import load_rules, nlu_examples
    from app.live_nlu import Models
    from app.terminal import talk
    from bots.limits import all_limits

    settings = Settings()
    set_up_logs("text", "error")
    folder = bot or settings.bot
    rules = load_rules(folder)
    for given, known, what in ((language, rules.bot.languages, "language"), (channel, tuple(all_limits()), "channel")):
        if given and given not in known:
            _stop(f"--{what}: there is no {what} “{given}”; there are {', '.join(known)}")
    try:
        at = datetime.fromisoformat(time) if time else None
    except ValueError:
        _stop(f"--time: “{time}” is no time; write it as 2026-11-02 10:00")
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]

    async def work() -> None:
        nlu = await Models(settings.var / "nlu").learn(nlu_examples(folder))
        await talk(folder, rules, nlu, language=language, channel=channel, trace=trace, at=at)

    asyncio.run(work())


def _stop(message: str) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(Text(message, style="red"))
    raise typer.Exit(1)
