"""``lotse nlu review``: what customers wrote and what they meant, to be taken into the examples or not."""

import re
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional, get_args

import typer

from app.commands.stored import with_store
from app.settings import Settings
from conversation.candidates import CandidateOrigin
from conversation.errors import ContentError

if TYPE_CHECKING:
    from app.review.deciding import Desk
    from app.review.items import Item
    from conversation.ports import Nlu
    from store.sql import SqlStore

NEXT = (
    "Next: lotse check (contradictions), lotse nlu evaluate (is it better?), lotse publish -m “…” (customers get it)."
)
_DAYS = re.compile(r"([0-9]{1,4})([dw])")


def review(
    bot: Annotated[Optional[Path], typer.Argument(help="The bot folder; the setting LOTSE_BOT if left out.")] = None,  # noqa: UP045 - typer reads it
    *,
    language: Annotated[str, typer.Option(help="Only this one, such as de.")] = "",
    intent: Annotated[str, typer.Option(help="Only what was said to be this, or taken for it.")] = "",
    origin: Annotated[str, typer.Option(help="labelled, meant, meant_nothing, not_understood or taken_back.")] = "",
    since: Annotated[str, typer.Option(help="A day, 2026-11-02, or so long ago: 7d, 2w.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Also what was decided on before.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Show what there is, and ask nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
    accept: Annotated[
        Optional[list[str]],  # noqa: UP045 - typer reads it
        typer.Option("--accept", help="Accept this id; several times for several."),
    ] = None,
    as_: Annotated[str, typer.Option("--as", help="Under this intent, not as proposed.")] = "",
    reject: Annotated[
        Optional[list[str]],  # noqa: UP045 - typer reads it
        typer.Option("--reject", help="Reject this id; several times for several."),
    ] = None,
) -> None:
    """Look at what customers wrote, and take it into nlu/<language>.yaml: chosen after "Did you mean …?", said by operators,
    not understood, taken back. At a terminal it asks about one after the other."""
    settings = Settings() if bot is None else Settings(bot=bot)
    wanted = _origin(origin)
    from_ = _since(since)
    if as_ and not accept:
        raise typer.BadParameter("--as needs --accept")

    async def work(store: "SqlStore") -> None:
        decided = bool(accept or reject)
        async with AsyncExitStack() as stack:
            nlu = None if decided else await _model(settings, stack, quiet=json)
            desk = _desk(store, settings, nlu)
            items = await desk.waiting(
                language=language, intent=intent, origin=wanted, since=from_, again=again or decided
            )
            if decided:
                await _decide(desk, items, accept or [], reject or [], as_)
            elif json or list_ or not (sys.stdin.isatty() and sys.stdout.isatty()):
                _show(items, json=json)
            else:
                await _talk(desk, items)

    with_store(work)


def _desk(store: "SqlStore", settings: Settings, nlu: "Nlu | None") -> "Desk":
    from app.bot_folder import load_rules
    from app.clock import SystemClock
    from app.review.deciding import Desk

    try:
        intents = tuple(load_rules(settings.bot).bot.intents)
    except ContentError:
        intents = ()  # lotse check says what is wrong with the dialogs: the examples can be added to nevertheless
    return Desk(store.candidates, settings.bot, SystemClock(), nlu=nlu, intents=intents)


async def _model(settings: Settings, stack: AsyncExitStack, *, quiet: bool) -> "Nlu | None":
    """The current files' model; None, with a word why, where they can't be learnt from."""
    from app.bot_folder import nlu_examples
    from app.live_nlu import Models
    from app.logs import set_up_logs
    from app.nlu_layers import LazyLayers

    set_up_logs("text", "error")
    try:
        models = Models(settings.var / "nlu", layers=LazyLayers(settings, stack))
        return await models.learn(nlu_examples(settings.bot))
    except ContentError as error:
        if not quiet:
            _say(f"without the model's opinion, as it can't be trained:\n{error}\n")
        return None


async def _decide(desk: "Desk", items: "list[Item]", accept: list[str], reject: list[str], as_: str) -> None:
    from app.review.deciding import chosen

    accepted, rejected = chosen(items, accept), chosen(items, reject)
    unknown = [item.id for item in accepted if not (as_ or item.proposed)]
    if unknown:
        raise ContentError(f"nobody said what {', '.join(unknown)} means: name the intent with --as")
    for item in accepted:
        place = await desk.accept(item, as_ or item.proposed)
        _say(f"{place}: {as_ or item.proposed}: {item.text}")
    for item in rejected:
        await desk.reject(item)
        _say(f"rejected: {item.text}")
    _end(desk)


def _show(items: "list[Item]", *, json: bool) -> None:
    from app.review.show import as_json, as_text

    if json:
        _say(as_json(items))
        return
    for line in as_text(items):
        _say(line)
    _say(f"{len(items)} to decide on" if items else "nothing to decide on")


async def _talk(desk: "Desk", items: "list[Item]") -> None:
    from app.review.talk import talk

    if not items:
        _say("nothing to decide on")
        return
    await talk(desk, items, input, _say)
    _end(desk)


def _end(desk: "Desk") -> None:
    _say(f"{desk.accepted} accepted, {desk.rejected} rejected")
    if desk.accepted:
        _say(NEXT)


def _origin(origin: str) -> CandidateOrigin | None:
    for known in get_args(CandidateOrigin):
        if origin == known:
            found: CandidateOrigin = known
            return found
    if origin:
        raise typer.BadParameter(f"--origin is one of {', '.join(get_args(CandidateOrigin))}")
    return None


def _since(since: str) -> datetime | None:
    from app.clock import SystemClock

    ago = _DAYS.fullmatch(since)
    if ago:
        return SystemClock().now() - timedelta(days=int(ago[1]) * (7 if ago[2] == "w" else 1))
    try:
        return datetime.fromisoformat(since).replace(tzinfo=UTC) if since else None
    except ValueError:
        raise typer.BadParameter("--since is a day, such as 2026-11-02, or a time ago, such as 7d or 2w") from None


def _say(text: str) -> None:
    print(text)  # noqa: T201 - output
