"""``lotse check``: everything that is wrong with a bot, before a customer meets it."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer
from rich.console import Console
from rich.text import Text

from app.settings import Settings

if TYPE_CHECKING:
    from engine.rules import Checked


def check(
    bot: Annotated[Optional[Path], typer.Argument(help="The bot folder; the setting LOTSE_BOT if left out.")] = None,  # noqa: UP045 - typer reads it
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors: for CI.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    actions_url: Annotated[
        str, typer.Option(help="Also ask this action server whether it has every action of the catalogue.")
    ] = "",
    code: Annotated[str, typer.Option("--explain", help="What a code means, such as D15, and what to do.")] = "",
) -> None:
    """Read a bot folder and say everything that is wrong with it. Exits with 1 if there is an error."""
    from app.checking import as_json, check_folder, count, explain, with_action_server

    if code:
        print(explain(code))  # noqa: T201 - output
        return
    gc.disable()  # it ends before there is anything to clear away
    folder = bot or Settings().bot
    checked = check_folder(folder)
    if actions_url:
        checked = with_action_server(checked, folder, actions_url)
    errors, warnings = count(checked.problems)
    if json:
        print(as_json(folder, checked.problems))  # noqa: T201 - output
    else:
        _show(folder, checked)
    if errors or (strict and warnings):
        raise typer.Exit(1)


def _show(folder: Path, checked: "Checked") -> None:
    from app.checking import as_text, verdict

    console = Console(highlight=False, soft_wrap=True)
    for line in as_text(checked.problems):
        style = (
            "red"
            if " error " in line[:16]
            else "yellow"
            if " warning " in line[:16]
            else "bold"
            if line[:1] != " "
            else ""
        )
        console.print(Text(line, style=style))
    if checked.problems:
        console.print(Text(verdict(checked)))
    if checked.rules is not None:
        shown = checked.rules.bot
        steps = sum(len(dialog.steps) for dialog in shown.dialogs.values())
        counted = f"{len(shown.dialogs)} dialogs, {steps} steps, {', '.join(shown.languages)}"
        well = "no problems" if not checked.problems else "no errors"
        console.print(Text(f"{folder}: {counted}: {well}"))
