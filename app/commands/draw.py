"""``lotse draw``: the dialogs as a picture."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.settings import Settings
from conversation.errors import ContentError


def draw(
    bot: Annotated[Path | None, typer.Argument(help="The bot folder; the setting LOTSE_BOT if left out.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The file; if left out, text goes to standard output.")
    ] = None,
    language: Annotated[str, typer.Option(help="Whose texts to show; the bot's own if left out.")] = "",
    dialog: Annotated[list[str] | None, typer.Option(help="Only this dialog; may be given several times.")] = None,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="As Mermaid text, for a review.")] = False,
) -> None:
    """Draw the dialogs: an SVG file that any browser shows, or Mermaid text."""
    from app.bot_folder import load_rules
    from app.drawing.mermaid import mermaid as as_mermaid
    from app.drawing.svg import draw as as_svg
    from dialogs.shown import shown_dialogs

    if out is None and not mermaid and sys.stdout.isatty():
        raise ContentError(
            "a terminal shows no pictures: say where to, as in `-o dialogs.svg`, and open that file with a browser; "
            "or ask for text with `--mermaid`"
        )
    found = load_rules(bot or Settings().bot).bot
    spoken = language or found.source
    if spoken not in found.languages:
        raise ContentError(f"this bot does not speak “{spoken}”; it speaks: {', '.join(found.languages)}")
    unknown = sorted(set(dialog or ()) - set(found.dialogs))
    if unknown:
        raise ContentError(f"there is no dialog {', '.join(unknown)}; there are: {', '.join(sorted(found.dialogs))}")
    shown = [each for each in shown_dialogs(found, spoken) if not dialog or each.name in dialog]
    picture = as_mermaid(shown) if mermaid else as_svg(shown, found.title, spoken)
    if out is None:
        print(picture, end="")  # noqa: T201 - output
    else:
        out.write_text(picture, encoding="utf-8")
        steps = sum(len(each.steps) for each in shown)
        print(f"{out}: {len(shown)} dialog{'s' * (len(shown) > 1)}, {steps} steps")  # noqa: T201 - output
