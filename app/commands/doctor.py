"""``lotse doctor``: what is well, what is not, and what to do about it, for a person at night."""

import asyncio
from pathlib import Path
from typing import Annotated, Final, Optional

import typer
from rich.console import Console
from rich.text import Text

_STYLE: Final = {"ok": "green", "warn": "yellow", "FAIL": "bold red"}


def doctor(
    bot: Annotated[Optional[Path], typer.Argument(help="The bot folder; the setting LOTSE_BOT if left out.")] = None,  # noqa: UP045 - typer reads it
) -> None:
    """Look at all that the service needs and say what is wrong. Changes nothing; exits with 1 if something must be done."""
    from app.doctor import look

    found = asyncio.run(look(bot))
    console = Console(highlight=False, soft_wrap=True)
    width = max(len(line.part) for line in found)
    for line in found:
        text = Text(f"{line.level:<4}", style=_STYLE[line.level])
        console.print(text.append(f"  {line.part:<{width}}  {line.says}", style="default"))
        if line.todo:
            console.print(Text(f"{'':<4}  {'':<{width}}  → {line.todo}", style="default"))
    bad = sum(line.level == "FAIL" for line in found)
    warned = sum(line.level == "warn" for line in found)
    console.print(Text(f"\n{bad} to mend, {warned} to look at" if bad or warned else "\nall is well"))
    if bad:
        raise typer.Exit(1)
