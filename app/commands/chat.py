"""``lotse chat``: talk to a bot in the terminal."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, Optional

import typer
from rich.console import Console
from rich.text import Text

from app.logs import set_up_logs
from app.settings import Settings
from conversation.errors import LotseError

if TYPE_CHECKING:
    from app.rehearsal.backends import Backends
    from engine.rules import Rules


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
        from app.nlu_layers import LazyLayers

        async with AsyncExitStack() as stack:
            models = Models(settings.var / "nlu", layers=LazyLayers(settings, stack))
            nlu = await models.learn(nlu_examples(folder))
            backends = _backends(folder, rules, settings, stack)
            await talk(folder, rules, nlu, backends, language=language, channel=channel, trace=trace, at=at)

    before = signal.signal(signal.SIGINT, _interrupt)
    try:
        asyncio.run(work())
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupt(*_: object) -> None:
    """At once, also while a line is awaited: asyncio's own handler would wait for the end of the line."""
    raise KeyboardInterrupt


def _backends(folder: Path, rules: "Rules", settings: Settings, stack: AsyncExitStack) -> "Backends":
    """The bot folder's own, which keep nothing here, or the action server that the settings name."""
    from actions.runner import RasaActions
    from app.clock import SystemClock
    from app.ground import remote_actions
    from app.rehearsal.backends import Backends

    try:
        if not settings.actions.url:
            return Backends(rules, RasaActions(folder) if _has_code(rules) else None)
        server = remote_actions(settings.model_copy(update={"bot": folder}), SystemClock())
    except (LotseError, OSError) as error:
        return Backends(rules, None, str(error))
    stack.push_async_callback(server.close)
    return Backends(rules, server)


def _has_code(rules: "Rules") -> bool:
    return any(not spec.own for spec in rules.bot.actions.values())


def _stop(message: str) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(Text(message, style="red"))
    raise typer.Exit(1)
