"""``lotse nlu evaluate``: how well the bot understands, what to do about it, and whether it is worse than what runs."""

import asyncio
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer
from rich.console import Console

from app.logs import set_up_logs
from app.settings import Settings
from conversation.errors import LotseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlu.evaluation.compare import Comparison
    from nlu.evaluation.report import Report


class WorseModelError(LotseError):
    """The new examples make a worse model than those that run."""


def nlu_evaluate(
    bot: Annotated[Optional[Path], typer.Argument(help="The bot folder; the setting LOTSE_BOT if left out.")] = None,  # noqa: UP045 - typer reads it
    *,
    language: Annotated[
        Optional[list[str]],  # noqa: UP045 - typer reads it
        typer.Option(help="Only this one, such as de; several times for several."),
    ] = None,
    html: Annotated[Optional[Path], typer.Option(help="Write a page with pictures to this file.")] = None,  # noqa: UP045 - typer reads it
    write: Annotated[bool, typer.Option("--write", help="Put the suggested limits into bot.yaml.")] = False,
    against: Annotated[
        str, typer.Option(help="live, canary, or a version: exit with 1 if this folder is worse, beyond chance.")
    ] = "",
    cost: Annotated[
        float, typer.Option(min=0.1, max=50, help="Percent of what is accepted at once that may be wrong.")
    ] = 5.0,
    seed: Annotated[int, typer.Option(min=0, help="Another one deals the examples anew.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Judge the examples of nlu/*.yaml by models that have not seen them, and say what to do next."""
    settings = Settings() if bot is None else Settings(bot=bot)
    set_up_logs("text", "warning")
    console = Console(highlight=False)
    report, compared = asyncio.run(_work(settings, language or (), against, cost / 100, seed))
    if json:
        print(_as_json(report, compared))  # noqa: T201 - output
    else:
        _show(console, report, compared)
    if html:
        from app.evaluation.page import page

        html.write_text(page(report, compared), encoding="utf-8")
        _tell(console, f"The page is in {html}", quiet=json)
    if write:
        from app.evaluation.put import put

        changed = put(settings.bot / "bot.yaml", report)
        _tell(console, "bot.yaml has the suggested limits" if changed else "bot.yaml has them already", quiet=json)
    if compared and compared.worse:
        raise WorseModelError(f"{settings.bot} understands less than {compared.old}: see what was lost, above")


async def _work(
    settings: Settings, languages: "Sequence[str]", against: str, cost: float, seed: int
) -> "tuple[Report, Comparison | None]":
    from app.bot_folder import read_folder
    from app.evaluation.run import compare_with, look_into, report_on
    from app.nlu_layers import layers_of

    with _progress("judging the examples …"):
        files = await asyncio.to_thread(read_folder, settings.bot)
        async with layers_of(settings) as layers:
            subject = await look_into(files, layers, seed=seed)
            report = report_on(subject, languages, cost)
            if not against:
                return report, None
            name, old = await _version(settings, against)
            return report, await compare_with(subject, name, old, layers)


async def _version(settings: Settings, name: str) -> "tuple[str, dict[str, bytes]]":
    from app.publishing import Versions
    from store.sql import SqlStore

    store = await SqlStore.look(settings.database_url)
    try:
        versions = Versions(store.bundles)
        kept = await versions.find(name)
        return f"the {name} version" if name in ("live", "canary") else name, dict(await versions.files(kept))
    finally:
        await store.close()


def _progress(what: str) -> "nullcontext[None]":
    """At a terminal, on the side of errors: output can be piped."""
    return Console(stderr=True).status(what) if sys.stderr.isatty() else nullcontext()  # type: ignore[return-value]


def _show(console: Console, report: "Report", compared: "Comparison | None") -> None:
    from app.evaluation.terminal import show, show_comparison

    if compared:
        show_comparison(console, compared)
        console.print()
    show(console, report)


def _tell(console: Console, line: str, *, quiet: bool) -> None:
    if not quiet:
        console.print(line, markup=False, soft_wrap=True)


def _as_json(report: "Report", compared: "Comparison | None") -> str:
    from app.evaluation.plain import as_json

    return as_json(report, compared)
