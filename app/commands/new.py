"""``lotse new`` and ``lotse schema``: what an editor begins with."""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from app.settings import Settings
from conversation.errors import ContentError


def new(
    folder: Annotated[Path, typer.Argument(help="The bot folder to make.")],
    languages: Annotated[str, typer.Option(help="The first one is written first.")] = "en,de,ru,uk",
    title: Annotated[str, typer.Option(help="What customers see; the folder's name if left out.")] = "",
) -> None:
    """Make a bot folder that runs at once."""
    from app.exchange.save import save
    from app.starter.new import new_bot

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ContentError(f"{folder} is there already, and nothing in it was changed: choose another name")
    chosen = [word.strip() for word in languages.split(",") if word.strip()]
    name = folder.resolve().name
    files = new_bot(str(folder), chosen, title or name.replace("_", " ").replace("-", " ").capitalize())
    save(folder, files)
    print(f"{folder} is ready, in {', '.join(chosen)}. Go on with:")  # noqa: T201 - output
    for command, why in (
        ("check", "is everything right?"),
        ("chat", "talk to it"),
        ("test", "play the conversations in tests/"),
    ):
        print(f"    lotse {command} {quote(str(folder))}".ljust(44) + why)  # noqa: T201 - output


def schema(
    bot: Annotated[Path | None, typer.Argument(help="The bot folder; the setting LOTSE_BOT if left out.")] = None,
) -> None:
    """Put the schemas of this version of Lotse into a bot folder, for text editors that complete words."""
    from app.exchange.save import save
    from app.starter.new import schemas

    folder = bot or Settings().bot
    if not (folder / "bot.yaml").is_file():
        raise ContentError(f"{folder} is no bot folder: it has no bot.yaml; `lotse new {folder}` makes one")
    found = schemas()
    fresh = {
        name: raw for name, raw in found.items() if not (folder / name).is_file() or (folder / name).read_bytes() != raw
    }
    save(folder, fresh)
    print(f"{folder}/schemas: {len(found)} files, {len(fresh)} of them new or changed")  # noqa: T201 - output
