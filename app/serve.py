"""``lotse serve``, ``lotse web`` and ``lotse worker``: until asked to stop."""

import asyncio
import ctypes
import gc
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web
from rich.console import Console

from app.clock import SystemClock
from app.logs import task_failed
from app.passwords import FIRST, password_file
from app.service import PAGES, Role, Service, open_service
from app.settings import Settings
from conversation.errors import LotseError
from conversation.policy import Policy
from handoff.hours import is_open

SHUTDOWN: Final = 1.0
"""Seconds for requests in hand, and as many again for those that don't end when they are cancelled."""
_log = structlog.get_logger(__name__)


async def serve(settings: Settings, role: Role = "all") -> None:
    """Until SIGTERM or SIGINT. Raises LotseError, or OSError when the port is taken."""
    if role != "all" and settings.database_url.startswith("sqlite"):
        raise LotseError(
            f"`lotse {role}` is one of several processes, and a SQLite file is for one: run `lotse serve`, or name a"
            " PostgreSQL in LOTSE_DATABASE__URL"
        )
    if role != "all" and not settings.redis.url:
        raise LotseError(
            f"`lotse {role}` is one of several processes, which hear of each other over Redis: name one in LOTSE_REDIS__URL"
        )
    if not (PAGES / "index.html").is_file():
        raise LotseError(f"the pages are not built: there is no {PAGES / 'index.html'}; run scripts/build-pages")
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(task_failed)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with open_service(settings, role) as service:
        runner = web.AppRunner(service.app, access_log=None, shutdown_timeout=SHUTDOWN, handle_signals=False)
        await runner.setup()
        try:
            site = web.TCPSite(runner, settings.web.host, settings.web.port)
            await site.start()
            _settle_memory()
            if role == "worker":
                _log.info("working", health=f"port {_port(runner)}", bot=service.bot.rules().bot.version)
            else:
                _announce(settings, service, _port(runner))
            await stopped.wait()
            service.stop()
        finally:
            await runner.cleanup()


def _settle_memory() -> None:
    """What is loaded by now stays until the end: a collection that looks through all of it stops everybody for 0.3 s.

    A turn makes hundreds of objects, hardly any of them in cycles: the collector looks once in a few dozen turns.
    """
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 10)
    give_back = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if give_back is not None:  # glibc keeps what the start has freed: 20 MB after a training
        give_back(0)


def _port(runner: web.AppRunner) -> int:
    return int(runner.addresses[0][1])


def first_password(file: Path) -> str:
    """For a person at a terminal the password; else where it is: what is printed there lies in a log that others read."""
    return f"[bold]{file.read_text(encoding='utf-8').strip()}[/bold]" if sys.stdout.isatty() else f"in {file}"


def _announce(settings: Settings, service: Service, port: int) -> None:
    """Where the doors are, for the person at the terminal."""
    host = "localhost" if settings.web.host in ("127.0.0.1", "0.0.0.0", "::") else settings.web.host  # noqa: S104 - compared
    here = f"http://{host}:{port}"
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"\n[bold]Lotse[/bold] serves “{service.bot.rules().bot.title}” at [bold cyan]{here}[/bold cyan]\n")
    if service.bot.published:
        since = f"{service.bot.loaded_at[:16].replace('T', ' ')} UTC"
        console.print(
            f"  version {service.bot.version}, published {since}; what you save in {settings.bot} is a draft until"
        )
        console.print(
            "  `lotse publish` makes it live (LOTSE_RUN=folder runs the folder as it is saved)\n", markup=False
        )
    console.print(f"  write as a customer    {here}/chat")
    console.print(f"  answer as an operator  {here}/desk")
    console.print(f"  look at the dialogs    {here}/dialogs\n")
    file = password_file(settings.var)
    if file.is_file():
        console.print(f"  sign in at the desk as [bold]{FIRST}[/bold] with the password {first_password(file)}")
        console.print(f"  (made at the first start; `lotse user password {FIRST}` sets your own)\n", style="dim")
    closed = closed_teams(service.bot.rules().policy, SystemClock().now())
    if closed:
        console.print(
            f"  closed at this hour: {', '.join(closed)}. Who asks for a person gets what the dialog says then;"
        )
        console.print('  for a try at any hour write `hours: {mon-sun: ["00:00-24:00"]}` into bot.yaml\n', markup=False)
    console.print("  stop with Ctrl+C\n", style="dim")
    _log.info("serving", address=here, bot=service.bot.rules().bot.version)


def closed_teams(policy: Policy, at: datetime) -> list[str]:
    """The teams whose working hours are over, or have not begun."""
    return [name for name, team in policy.teams.items() if not is_open(team, policy.time_zone, at)]
