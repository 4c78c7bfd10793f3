"""``lotse texts``: to translators and back."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Optional

import typer

from app.settings import Settings

if TYPE_CHECKING:
    from app.exchange.bot_texts import BotTexts
    from dialogs.reading.translations import Forms

texts = typer.Typer(help="Translations: out to translators, back, and how far they are.", no_args_is_help=True)
BotFolder = Annotated[Optional[Path], typer.Argument(help="The bot folder; the setting LOTSE_BOT if left out.")]  # noqa: UP045 - typer reads it
_SHOWN: Final = 60
"""Characters of a text in a report."""


@texts.command("export")
def export_(
    bot: BotFolder = None,
    *,
    to: Annotated[str, typer.Option("--to", help="The language to translate to, such as uk.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The file; <language>.po here if left out.")] = None,
) -> None:
    """Write all texts and what is translated of them into a PO file, for Poedit, Weblate and others."""
    from app.exchange.export import export
    from app.exchange.state import state_of

    found = _texts_of(bot)
    raw = export(found, to)
    path = out or Path(f"{to}.po")
    path.write_bytes(raw)
    state = state_of(found, to)
    print(f"{path}: {state.done} done, {len(state.missing)} missing, {len(state.old)} older than their source")  # noqa: T201 - output


@texts.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="The PO file that came back, and the bot folder.")],
    try_: Annotated[bool, typer.Option("--try", help="Say what would change, and write nothing.")] = False,
) -> None:
    """Take the translations of a PO file over: all of them, or none if one of them could not be said."""
    from app.exchange.po import read
    from app.exchange.save import save
    from app.exchange.take import take

    folders = [path for path in paths if path.is_dir()]
    files = [path for path in paths if not path.is_dir()]
    if len(files) != 1 or len(folders) > 1:
        raise typer.BadParameter("name one PO file, and the bot folder if it is not LOTSE_BOT")
    folder, file = _folder(folders[0] if folders else None), files[0]
    taken = take(_texts_of(folder), read(file.name, file.read_bytes()), file.name)
    for change in taken.changes:
        print(f"{change.file}: {change.context}: {_forms(change.old) or '(missing)'} → {_forms(change.new)}")  # noqa: T201 - output
    for line in taken.left:
        print(f"left out: {line}")  # noqa: T201 - output
    if not try_:
        save(folder, taken.files)
    done = "would be changed" if try_ else "changed"
    print(f"{len(taken.changes)} {done}, {taken.same} as they were, {len(taken.left)} left out")  # noqa: T201 - output


@texts.command()
def status(
    bot: BotFolder = None,
    list_: Annotated[bool, typer.Option("--list", help="Name the texts that need work.")] = False,
) -> None:
    """Say how far each language is."""
    from app.exchange.state import state_of

    found = _texts_of(bot)
    for language in found.translated():
        state = state_of(found, language)
        print(f"{language}  {state.done} done, {len(state.missing)} missing, {len(state.old)} older than their source")  # noqa: T201 - output
        if list_:
            _list("missing", state.missing)
            _list("older", state.old)


@texts.command()
def accept(
    bot: BotFolder = None,
    to: Annotated[str, typer.Option("--to", help="The language, such as uk; all if left out.")] = "",
    names: Annotated[
        list[str] | None, typer.Option("--text", help="One as `status --list` names it; all if left out.")
    ] = None,
) -> None:
    """Say that translations are right as they stand: they are marked no more as older than their source."""
    from app.exchange.save import save
    from app.exchange.state import accept as accepted
    from dialogs.reading.translations import lock_file, write_lock

    found = _texts_of(bot)
    if to:
        found.must_be_translated(to)
    files = {}
    for language in [to] if to else found.translated():
        lock, count = accepted(found, language, names or ())
        files[lock_file(language)] = write_lock(lock)
        print(f"{language}  {count} accepted, {len(lock.texts)} remembered")  # noqa: T201 - output
    save(_folder(bot), files)


def _list(word: str, contexts: Iterable[str]) -> None:
    for context in contexts:
        print(f"    {word:8}{context}")  # noqa: T201 - output


def _folder(bot: Path | None) -> Path:
    return bot or Settings().bot


def _texts_of(bot: Path | None) -> "BotTexts":
    from app.bot_folder import read_folder
    from app.exchange.bot_texts import BotTexts

    return BotTexts(read_folder(_folder(bot)))


def _forms(forms: "Forms") -> str:
    shown = " | ".join(text.replace("\n", " · ") for text in forms.values())
    return f"“{shown[: _SHOWN - 1]}…”" if len(shown) > _SHOWN else f"“{shown}”" if shown else ""
