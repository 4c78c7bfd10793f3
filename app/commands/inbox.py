"""``lotse inbox``: events that no turn could handle."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Optional, TypeVar

import typer

from app.settings import Settings

if TYPE_CHECKING:
    from store.inspection import Inspection

T = TypeVar("T")
inbox = typer.Typer(help="Events that were put aside because no turn could handle them.", no_args_is_help=True)


@inbox.command("list")
def list_() -> None:
    """Show them: number, time, chat, what happened, and why it was put aside."""
    rows = _look(lambda looking: looking.rejected_events())
    for row in rows:
        print(f"{row.number}\t{row.at:%Y-%m-%d %H:%M:%S}Z\t{row.chat}\t{row.kind}\t{row.reason}")  # noqa: T201 - output
    if not rows:
        print("nothing was put aside")  # noqa: T201 - output


@inbox.command()
def retry(
    numbers: Annotated[Optional[list[int]], typer.Argument(help="As `lotse inbox list` shows them.")] = None,  # noqa: UP045 - typer reads it
    everything: Annotated[bool, typer.Option("--all", help="All that were put aside.")] = False,
) -> None:
    """Have them handled once more, once what was wrong is mended. A running service takes them up within half a minute."""
    if bool(numbers) == everything:
        raise typer.BadParameter("name the numbers that `lotse inbox list` shows, or write --all")
    wanted = None if everything else numbers
    again = _look(lambda looking: looking.retry(wanted))
    missing = sorted(set(numbers or ()) - set(again))
    print(f"{len(again)} to be handled once more")  # noqa: T201 - output
    if missing:
        print(f"not among those that were put aside: {', '.join(map(str, missing))}")  # noqa: T201 - output
        raise typer.Exit(1)


def _look(do: "Callable[[Inspection], Awaitable[T]]") -> T:
    async def work() -> T:
        from store.inspection import inspect

        async with inspect(Settings().database_url) as looking:
            return await do(looking)

    return asyncio.run(work())
