"""``lotse publish``, ``versions``, ``rollback``, ``promote``, ``diff``: what runs, what is to run, and what is different."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Optional, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from app.settings import Settings
from conversation.errors import LotseError

if TYPE_CHECKING:
    from app.publishing import Draft, Forecast, Versions
    from conversation.bundles import Kept
    from engine.rules import Rules

T = TypeVar("T")
BotFolder = Annotated[Optional[Path], typer.Argument(help="The bot folder; the setting LOTSE_BOT if left out.")]  # noqa: UP045 - typer reads it
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Author = Annotated[str, typer.Option(help="Who does it; the name on this machine if left out.")]
_PLACES: Final = 12
"""Steps that are named where conversations stay."""
_out: Final = Console(highlight=False, soft_wrap=True)


def publish(
    bot: BotFolder = None,
    *,
    message: Annotated[str, typer.Option("--message", "-m", help="What is new, in a sentence.")] = "",
    accept_warnings: Annotated[bool, typer.Option("--accept-warnings", help="Publish in spite of warnings.")] = False,
    canary: Annotated[
        Optional[int],  # noqa: UP045 - typer reads it
        typer.Option(min=0, max=99, help="Only to so many of a hundred customers, always the same ones; 0 ends it."),
    ] = None,
    yes: Yes = False,
    author: Author = "",
) -> None:
    """Check a bot folder, show whom it touches, and make it the version that runs. Nothing is restarted."""
    settings = Settings() if bot is None else Settings(bot=bot)
    if canary == 0:
        _with_versions(settings, _end_canary)
        _say("the canary has ended: everybody gets the live version")
        return
    if not message:
        raise typer.BadParameter("say in a sentence what is new: -m “…”")
    _with_versions(
        settings,
        lambda versions: _publish(
            versions,
            settings,
            message=message,
            share=canary or 100,
            author=author or _author(),
            yes=yes,
            accept=accept_warnings,
        ),
    )


async def _publish(
    versions: "Versions", settings: Settings, *, message: str, share: int, author: str, yes: bool, accept: bool
) -> None:
    from app.clock import SystemClock
    from app.publishing import publish as put

    draft = await _prepared(settings, accept=accept)
    pointers = await versions.store.pointers()
    if "live" in pointers:
        await _not_worse(versions, settings, draft, accept=accept)
    if share < 100 and "live" not in pointers:
        raise LotseError("there is no live version yet that the other customers could keep: publish one for all first")
    if share >= 100 and "live" in pointers and pointers["live"].bundle == draft.version:
        _say(f"{draft.version} is live already")
        return
    forecast = await versions.forecast(draft.rules, share)
    _tell(forecast)
    whom = "for all" if share >= 100 else f"for {share} of 100 customers"
    if not yes and not await asyncio.to_thread(typer.confirm, f"Publish {draft.version} {whom}?"):
        raise LotseError("nothing was published")
    await put(versions.store, draft, at=SystemClock().now(), author=author, message=message, share=share)
    _say(f"{draft.version} is live {whom}; running services take it over within seconds")


async def _prepared(settings: Settings, *, accept: bool) -> "Draft":
    from app.nlu_layers import layers_of
    from app.publishing import complaints, prepare
    from conversation.errors import ContentError

    try:
        async with layers_of(settings) as layers:
            draft = await prepare(settings.bot, settings.var, layers)
    except ContentError as error:
        found = complaints(error)
        for problem in found:
            _say(problem)
        raise LotseError(
            f"{len(found)} problem{'s' * (len(found) > 1)} in {settings.bot}: nothing was published"
        ) from None
    _say(f"{settings.bot}: {draft.checks}; {draft.coverage}")
    warnings = (*draft.warnings, *draft.failed)
    for warning in warnings:
        _say(f"warning: {warning}")
    if warnings and not accept:
        raise LotseError(
            f"{len(warnings)} warning{'s' * (len(warnings) > 1)}: mend them, or publish with --accept-warnings"
        )
    return draft


async def _not_worse(versions: "Versions", settings: Settings, draft: "Draft", *, accept: bool) -> None:
    """Where the examples changed: refuses a model that understands less than the live one, beyond chance."""
    from app.bot_folder import examples_in

    live = await versions.find("live")
    before = await versions.files(live)
    if not (examples_in(before) and examples_in(draft.files)) or examples_in(before) == examples_in(draft.files):
        return
    from app.evaluation.run import compare_with, look_into
    from app.evaluation.words import comparison
    from app.nlu_layers import layers_of
    from conversation.errors import ContentError

    try:
        async with layers_of(settings) as layers:
            subject = await look_into(draft.files, layers)
            compared = await compare_with(subject, "the live version", before, layers)
    except ContentError as error:
        _say(f"whether it understands as well as the live version can't be said: {error}")
        return
    _say(f"{'warning: ' if compared.worse else ''}what customers mean: {comparison(compared)}")
    if compared.worse and not accept:
        look = f"lotse nlu evaluate {settings.bot} --against live"
        raise LotseError(
            f"it understands less: `{look}` shows what was lost; publish with --accept-warnings in spite of it"
        )


async def _end_canary(versions: "Versions") -> None:
    from app.clock import SystemClock

    await versions.store.take_away("canary", SystemClock().now())


def _tell(forecast: "Forecast") -> None:
    """Whom it touches."""
    if forecast.already:
        who = "1 running conversation is" if forecast.already == 1 else f"{forecast.already} running conversations are"
        _say(f"{who} on this version already: nothing changes there")
    if not forecast.follow and not forecast.staying:
        if not forecast.already:
            _say("no conversation is running")
        return
    if forecast.words_only:
        who = (
            "the one running conversation has"
            if forecast.follow == 1
            else f"all {forecast.follow} running conversations have"
        )
        _say(f"only words change: {who} them at once")
        return
    one = forecast.follow == 1
    _say(f"{forecast.follow} running conversation{'' if one else 's'} follow{'s' * one} with the customer's next words")
    if forecast.staying == 1:
        _say("1 stays on its version for now, 72 hours at most:")
    elif forecast.staying:
        _say(f"{forecast.staying} stay on their version for now, 72 hours at most:")
    for place in forecast.stay[:_PLACES]:
        _say(f"  {place.count:>5}  at {place.dialog}/{place.step}: {place.why}")
    rest = sum(place.count for place in forecast.stay[_PLACES:])
    if rest:
        _say(f"  {rest:>5}  at {len(forecast.stay) - _PLACES} other places")


def versions() -> None:
    """List the versions that are kept: which runs, since when, by whom, and how many conversations are on each."""
    from store.url import NoDatabaseError

    try:
        kept, pointers = _look(Settings(), _list)
    except NoDatabaseError:
        kept, pointers = (), {}
    if not kept:
        _say("nothing is kept yet: `lotse serve` runs a bot folder, `lotse publish` keeps a version of it")
        return
    marks: dict[str, list[str]] = {}
    for name, pointer in pointers.items():
        marks.setdefault(pointer.bundle, []).append(f"{name} {pointer.share} %" if name == "canary" else name)
    table = Table(box=None, pad_edge=False)
    for title in ("", "version", "when (UTC)", "by", "what is new", "chats"):
        table.add_column(title, justify="right" if title == "chats" else "left", no_wrap=title != "what is new")
    for each in kept:
        release = each.release
        at = release.at if release else each.bundle.made_at
        table.add_row(
            ", ".join(marks.get(each.bundle.hash, ())),
            each.bundle.hash,
            f"{at:%Y-%m-%d %H:%M}",
            release.author if release else "folder",
            (f"[{release.what}] " if release.what != "publish" else "") + release.message if release else "as saved",
            str(each.running),
        )
    Console(highlight=False, markup=False, width=max(100, Console().width)).print(table)


async def _list(versions: "Versions") -> tuple[Any, Any]:
    return await versions.store.all(), await versions.store.pointers()


def rollback(
    version: Annotated[
        str, typer.Argument(help="The beginning of its hash; what was published last is taken back if left out.")
    ] = "",
    message: Annotated[str, typer.Option("--message", "-m", help="Why.")] = "",
    author: Author = "",
) -> None:
    """Take back what was published last: end a canary, else make the version before the live one live again, at once and for all."""
    _with_versions(Settings(), lambda versions: _go_back(versions, version, message, author or _author()))


async def _go_back(versions: "Versions", name: str, message: str, author: str) -> None:
    from app.clock import SystemClock
    from app.publishing import before_live, move_to

    pointers, kept = await versions.store.pointers(), await versions.store.all()
    if "live" not in pointers:
        raise LotseError("nothing was published yet: there is nothing to go back from")
    if "canary" in pointers and not name:
        await _end_canary(versions)
        _say("the canary has ended: everybody gets the live version; `lotse rollback` once more goes behind that, too")
        return
    name = name or before_live(await versions.store.releases(), pointers["live"].bundle, kept)
    if not name:
        raise LotseError("no earlier version is kept: `lotse versions` lists them")
    wanted = await versions.find(name)
    _tell(await versions.forecast(await _readable(versions, wanted)))
    await move_to(versions.store, wanted, what="rollback", at=SystemClock().now(), author=author, message=message)
    _say(f"{wanted.bundle.hash} is live again; running services take it over within seconds")


def promote(author: Author = "") -> None:
    """Make the canary the live version for all."""
    _with_versions(Settings(), lambda versions: _promote(versions, author or _author()))


async def _promote(versions: "Versions", author: str) -> None:
    from app.clock import SystemClock
    from app.publishing import move_to

    wanted = await versions.find("canary")
    _tell(await versions.forecast(await _readable(versions, wanted)))
    await move_to(versions.store, wanted, what="promote", at=SystemClock().now(), author=author)
    _say(f"{wanted.bundle.hash} is live for all")


def diff(
    old: Annotated[str, typer.Argument(help="A version: live, canary, draft, or the beginning of a hash.")] = "live",
    new: Annotated[str, typer.Argument(help="Another one; the bot folder if left out.")] = "",
    bot: Annotated[Optional[Path], typer.Option(help="The bot folder; the setting LOTSE_BOT if left out.")] = None,  # noqa: UP045 - typer reads it
) -> None:
    """Say what is different between two versions: steps, ways, settings, and texts in each language."""
    settings = Settings() if bot is None else Settings(bot=bot)
    changes = _look(settings, lambda versions: _differences(versions, settings.bot, old, new))
    group = ""
    for change in changes:
        if change.where != group:
            group = change.where
            _say(group)
        _say(f"    {change.what}")
    _say(f"{len(changes) or 'no'} difference{'' if len(changes) == 1 else 's'}")


async def _differences(versions: "Versions", folder: Path, old: str, new: str) -> list[Any]:
    from app.bot_folder import compile_files, read_folder
    from dialogs.compare import Change, compare

    before = await versions.find(old)
    files_before, was = await versions.files(before), await _readable(versions, before)
    if new:
        after = await versions.find(new)
        files, now = await versions.files(after), await _readable(versions, after)
    else:
        files = await asyncio.to_thread(read_folder, folder)
        now = await asyncio.to_thread(compile_files, files)
    others = [
        Change(kind="file", where="files", what=f"{name}: {_became(name in files_before, name in files)}")
        for name in sorted({*files_before, *files})
        if name.startswith(("nlu/", "media/")) and files_before.get(name) != files.get(name)
    ]
    return [*compare(was.bot, now.bot), *others]


def _became(before: bool, after: bool) -> str:
    return "changed" if before and after else "new" if after else "removed"


async def _readable(versions: "Versions", kept: "Kept") -> "Rules":
    rules = await versions.rules(kept.bundle.hash)
    if rules is None:
        raise LotseError(f"this Lotse can't read the version {kept.bundle.hash} any more; publish the bot anew")
    return rules


def _author() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _say(line: str) -> None:
    _out.print(line, markup=False)


def _with_versions(settings: Settings, do: Callable[["Versions"], Awaitable[T]]) -> T:
    """Over the database of the settings; afterwards running services look at once, if they can be told."""

    async def work() -> T:
        from app.publishing import Versions
        from store.sql import SqlStore

        settings.var.mkdir(parents=True, exist_ok=True)
        store = await SqlStore.open(settings.database_url)
        try:
            before = await store.bundles.pointers()
            result = await do(Versions(store.bundles))
            if await store.bundles.pointers() != before:
                await _announce(settings)
            return result
        finally:
            await store.close()

    return asyncio.run(work())


def _look(settings: Settings, do: Callable[["Versions"], Awaitable[T]]) -> T:
    """Over the same database, which is left as it is."""

    async def work() -> T:
        from app.publishing import Versions
        from store.sql import SqlStore

        store = await SqlStore.look(settings.database_url)
        try:
            return await do(Versions(store.bundles))
        finally:
            await store.close()

    return asyncio.run(work())


async def _announce(settings: Settings) -> None:
    """Without a Redis, or with one that is away, they find it by themselves."""
    if not settings.redis.url:
        return
    from app.clock import RandomIds, SystemClock
    from conversation.bundles import VERSIONS_TOPIC
    from store.redis_bus import RedisBus

    clock = SystemClock()
    bus = await RedisBus.open(settings.redis.url, clock=clock, name=RandomIds(clock).new())
    try:
        await bus.publish(VERSIONS_TOPIC, b"")
    finally:
        await bus.close()
