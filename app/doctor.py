"""Looks at all that the service needs, part by part; one that is broken keeps no other from being looked at."""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime
from importlib.resources import files as package_files
from pathlib import Path
from typing import Final, Literal, TypeAlias

import aiohttp
from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.clock import SystemClock
from app.settings import Settings
from conversation.bundles import Pointer, PointerName
from conversation.errors import LotseError, StoreError
from conversation.value import Value
from store.inspection import Inspection, inspect
from store.url import NoDatabaseError

Level: TypeAlias = Literal["ok", "warn", "FAIL"]
PATIENCE: Final = 3.0
"""Seconds for whoever is asked to answer."""
LITTLE_DISK: Final = 1_000_000_000
NO_DISK: Final = 100_000_000
"""Bytes."""
WRONG_CLOCK: Final = 30.0
ODD_CLOCK: Final = 2.0
"""Seconds that two clocks may differ."""
LATE: Final = 60.0
"""Seconds: a timer that is later, or an event that waits longer, shows that nobody works."""
_TOKEN: Final = re.compile(r"[0-9]{5,}:[A-Za-z0-9_-]{30,}")


class Line(Value, frozen=True, kw_only=True):
    """``todo``: what to do about it."""

    level: Level
    part: str
    says: str
    todo: str = ""


async def look(bot: Path | None = None) -> list[Line]:
    """In the order in which a start needs them."""
    try:
        settings = Settings() if bot is None else Settings(bot=bot)
    except ValidationError as error:
        return [
            _wrong_setting(".".join(each for each in part["loc"] if isinstance(each, str)), part["msg"])
            for part in error.errors()
        ]
    except SettingsError as error:
        return [_wrong_setting("", str(error))]
    lines = [Line(level="ok", part="settings", says=f"read; files are kept in {settings.var.absolute()}")]
    lines += _bot(settings)
    lines += _pages()
    serving = await _serves(settings)
    lines += [line async for line in _database(settings, serving=serving)]
    lines += [await _redis(settings)]
    lines += [await _actions(settings)]
    lines += [line async for line in _language(settings)]
    lines += _telegram(settings)
    lines += [await _telegram_desk(settings)]
    lines += [_port(settings, serving=serving)]
    return lines


def _wrong_setting(name: str, says: str) -> Line:
    todo = (
        f"correct LOTSE_{name.replace('.', '__').upper()} in the environment or in .env"
        if name
        else "correct it in the environment or in .env"
    )
    return Line(level="FAIL", part="settings", says=f"{name or 'one'} is wrong: {says}", todo=todo)


def _bot(settings: Settings) -> Iterator[Line]:
    from app.bot_folder import proven_rules, read_folder
    from dialogs.problems import BotError

    try:
        rules = proven_rules(read_folder(settings.bot))
    except BotError as error:
        says = f"{len(error.problems)} problems in {settings.bot}, the first: {error.problems[0]}"
        yield Line(level="FAIL", part="bot", says=says, todo="`lotse check` names all of them")
        return
    yield Line(level="ok", part="bot", says=f"“{rules.bot.title}”, {len(rules.bot.dialogs)} dialogs in {settings.bot}")


def _pages() -> Iterator[Line]:
    if (Path(str(package_files("web"))) / "static" / "index.html").is_file():
        yield Line(level="ok", part="pages", says="built")
    else:
        yield Line(level="FAIL", part="pages", says="not built", todo="run scripts/build-pages")


async def _database(settings: Settings, *, serving: bool) -> AsyncIterator[Line]:
    try:
        async with inspect(settings.database_url, busy_seconds=1.0) as looking:
            yield Line(level="ok", part="database", says=looking.place)
            if looking.file:
                yield _disk(looking.file)
            async for line in _look_into(looking, serving=serving, follows=settings.run):
                yield line
    except NoDatabaseError as error:
        yield Line(level="warn", part="database", says=str(error))
    except StoreError as error:
        yield Line(level="FAIL", part="database", says=str(error))


async def _look_into(looking: Inspection, *, serving: bool, follows: str) -> AsyncIterator[Line]:
    async with asyncio.timeout(600):
        damage = await looking.damage()
        if damage:
            yield Line(level="FAIL", part="integrity", says=damage, todo="stop the service and `lotse restore` a copy")
            return
        yield Line(level="ok", part="integrity", says="whole" if looking.file else "looked after by the server")
        told = await looking.versions()
        if told.ahead:
            says, todo = f"{told.found}, made by a newer Lotse", "install that version, or restore an older copy"
            yield Line(level="FAIL", part="tables", says=says, todo=todo)
            return
        if told.behind:
            says, todo = (
                f"{told.found or 'none'}, this version needs {told.newest}",
                "`lotse migrate`, or a start, makes them",
            )
            yield Line(level="warn", part="tables", says=says, todo=todo)
            return
        yield Line(level="ok", part="tables", says=f"{told.found}, the newest")
        yield await _writable(looking)
        now = SystemClock().now()
        yield _clock(now, await looking.now())
        yield _version(await looking.pointers(), follows=follows)
        async for line in _work(looking, now, serving=serving):
            yield line


def _version(pointers: Mapping[PointerName, Pointer], *, follows: str) -> Line:
    """Which version of the bot runs here, or would."""
    live, canary = pointers.get("live"), pointers.get("canary")
    if follows == "folder":
        says = "the bot folder, as it is saved (LOTSE_RUN=folder)"
    elif live is None:
        says = "the bot folder, as it is saved: nothing was published"
    else:
        trial = f"; {canary.bundle} for {canary.share} of 100 customers" if canary else ""
        says = f"{live.bundle}, published {live.at:%Y-%m-%d %H:%M} UTC{trial}"
    return Line(level="ok", part="version", says=says)


async def _writable(looking: Inspection) -> Line:
    try:
        await looking.try_to_write()
    except StoreError as error:
        return Line(level="FAIL", part="writing", says=str(error))
    return Line(level="ok", part="writing", says="works")


def _disk(file: Path) -> Line:
    usage = shutil.disk_usage(file.parent)
    says = f"{usage.free / 1e9:.1f} GB free beside the database"
    level: Level = "FAIL" if usage.free < NO_DISK else "warn" if usage.free < LITTLE_DISK else "ok"
    return Line(level=level, part="disk", says=says, todo="" if level == "ok" else "make room, or move the database")


def _clock(here: datetime, there: datetime | None) -> Line:
    if there is None:
        return Line(level="ok", part="clock", says=f"{here:%Y-%m-%d %H:%M:%S} UTC")
    off = abs((here - there).total_seconds())
    level: Level = "FAIL" if off > WRONG_CLOCK else "warn" if off > ODD_CLOCK else "ok"
    todo = "" if level == "ok" else "set both machines' clocks by NTP: timers fire by this one"
    return Line(level=level, part="clock", says=f"{off:.1f} s from the database's", todo=todo)


async def _work(looking: Inspection, now: datetime, *, serving: bool) -> AsyncIterator[Line]:
    """What lies there though it should not."""
    found, rejected = await looking.figures(now), await looking.rejected()
    idle = "" if serving else "start the service: nobody works here"
    nobody = "messages come in and nobody answers them: start `lotse worker`" if serving and not found.workers else ""
    yield Line(level="warn" if nobody else "ok", part="workers", says=f"{found.workers} at work", todo=nobody)
    yield _waiting("inbox", found.unhandled, _age(found.unhandled_since, now), what="events without a turn", idle=idle)
    yield _waiting("timers", found.overdue, _age(found.overdue_since, now), what="timers overdue", idle=idle)
    if rejected:
        todo = "`lotse inbox list` says why; with the cause mended, `lotse inbox retry --all`"
        yield Line(level="warn", part="put aside", says=f"{rejected} events that no turn could handle", todo=todo)
    else:
        yield Line(level="ok", part="put aside", says="nothing")
    lost = {state: found.unsent.get(state, 0) for state in ("failed", "ambiguous")}
    says = ", ".join(f"{count} {state}" for state, count in lost.items())
    open_ = sum(found.unsent.values()) - sum(lost.values())
    todo = "`lotse outbox list` and the desk show each with its reason, to be sent again" if any(lost.values()) else ""
    yield Line(
        level="warn" if any(lost.values()) else "ok", part="outbox", says=f"{open_} under way, {says}", todo=todo
    )


def _waiting(part: str, count: int, age: float, *, what: str, idle: str) -> Line:
    """``age``: seconds, of the oldest of the ``count``."""
    says = f"{count} {what}" + (f", the first for {age:.0f} s" if count else "")
    if age <= LATE:
        return Line(level="ok", part=part, says=says)
    return Line(
        level="warn", part=part, says=says, todo=idle or "look into the log: `turn_not_saved`, `timers_not_fired`"
    )


def _age(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() if since else 0.0


async def _redis(settings: Settings) -> Line:
    if not settings.redis.url:
        return Line(level="ok", part="redis", says="none is set: one process needs none")
    from store.redis_ping import ping

    try:
        version = await ping(settings.redis.url)
    except LotseError as error:
        todo = "start it: until then news of other processes are late; nothing is lost"
        return Line(level="warn", part="redis", says=str(error), todo=todo)
    return Line(level="ok", part="redis", says=f"{version}, carries news between processes")


async def _actions(settings: Settings) -> Line:
    if not settings.actions.url:
        return Line(level="ok", part="actions", says="run in the worker itself")
    from app.agreement import missing_actions

    try:
        missing = await missing_actions(settings, settings.bot)
    except LotseError as error:
        todo = "start it, or correct LOTSE_ACTIONS__URL: until then every action fails"
        return Line(level="FAIL", part="actions", says=str(error), todo=todo)
    if missing:
        says = "; ".join(problem.message for problem in missing)
        return Line(level="FAIL", part="actions", says=says, todo=missing[0].todo)
    return Line(level="ok", part="actions", says=f"{settings.actions.url} has all that the catalogue names")


async def _language(settings: Settings) -> AsyncIterator[Line]:
    from app.nlu_doctor import language_lines

    async for level, part, says, todo in language_lines(settings):
        yield Line(level=level, part=part, says=says, todo=todo)


def _telegram(settings: Settings) -> Iterator[Line]:
    token, public = settings.telegram.token.get_secret_value(), settings.web.public_url
    if not token:
        yield Line(level="ok", part="telegram", says="none is set")
    elif not _TOKEN.fullmatch(token):
        todo = "copy it whole from @BotFather: digits, a colon, 35 letters"
        yield Line(level="FAIL", part="telegram", says="LOTSE_TELEGRAM__TOKEN has not the form of a token", todo=todo)
    elif public and not public.startswith("https://"):
        todo = "give LOTSE_WEB__PUBLIC_URL as https://…, or leave it empty to fetch messages"
        yield Line(level="FAIL", part="telegram", says="a web hook needs https", todo=todo)
    else:
        how = f"web hook at {public}" if public else "messages are fetched"
        yield Line(level="ok", part="telegram", says=f"the token has the right form; {how}")


async def _telegram_desk(settings: Settings) -> Line:
    """Whether the operators' bot can work in their group: Telegram itself is asked."""
    from app.telegram_desk import is_set, look_at_group

    try:
        if not is_set(settings):
            return Line(level="ok", part="telegram desk", says="none is set")
        async with asyncio.timeout(3 * PATIENCE):
            bot, group, todo = await look_at_group(settings)
    except (LotseError, TimeoutError) as error:
        says, todo = (
            str(error) or "Telegram does not answer",
            "correct LOTSE_TELEGRAM_DESK__…; see docs/telegram-desk.md",
        )
        return Line(level="FAIL", part="telegram desk", says=says, todo=todo)
    says = f"@{bot} in the group “{group}”" if group else f"@{bot} is not in the group"
    return Line(level="FAIL" if todo else "ok", part="telegram desk", says=says, todo=todo)


def _port(settings: Settings, *, serving: bool) -> Line:
    host, port = settings.web.host, settings.web.port
    if serving:
        return Line(level="ok", part="port", says=f"{port}: Lotse serves there")
    todo = "stop what listens there, or set LOTSE_WEB__PORT"
    return _try_port(host, port, lambda why: Line(level="FAIL", part="port", says=f"{host}:{port} {why}", todo=todo))


def _try_port(host: str, port: int, bad: Callable[[str], Line]) -> Line:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind((host, port))
        except OSError as error:
            return bad(f"can't be had: {error.strerror or error}")
    return Line(level="ok", part="port", says=f"{port}: free")


async def _serves(settings: Settings) -> bool:
    """Whether a Lotse answers at the address of the settings."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.web.host, settings.web.host)  # noqa: S104 - compared
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as http,
            http.get(f"http://{host}:{settings.web.port}/readyz") as answer,
        ):
            return '"parts"' in await answer.text()
    except (aiohttp.ClientError, TimeoutError, UnicodeError):
        return False
