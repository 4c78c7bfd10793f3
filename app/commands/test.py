"""``lotse test``: the written conversations, what they cover, and proposals for the rest."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn, Optional

import typer
from rich.console import Console
from rich.text import Text

from app.logs import set_up_logs
from app.settings import Settings

if TYPE_CHECKING:
    from app.rehearsal.coverage import Coverage
    from app.rehearse import Guess
    from engine.rules import Rules

ALL: Final = "all"


def play(
    bot: Annotated[Optional[Path], typer.Argument(help="The bot folder; the setting LOTSE_BOT if left out.")] = None,  # noqa: UP045 - typer reads it
    *,
    only: Annotated[str, typer.Option(help="Only transcripts with this in their name.")] = "",
    languages: Annotated[str, typer.Option(help="Play each in these languages too: de,uk or all.")] = "",
    channels: Annotated[str, typer.Option(help="Play each on these channels too: sms,whatsapp or all.")] = "",
    cover: Annotated[bool, typer.Option("--cover", help="Name all that was never entered.")] = False,
    min_steps: Annotated[float, typer.Option(help="Fail if fewer per cent of the steps were entered.")] = 0,
    min_transitions: Annotated[float, typer.Option(help="Fail if fewer per cent of the ways on were taken.")] = 0,
    update: Annotated[bool, typer.Option("--update", help="Rewrite them to what the bot does now.")] = False,
    suggest: Annotated[bool, typer.Option("--suggest", help="Write transcripts for what none of them does.")] = False,
    language: Annotated[str, typer.Option(help="The language of what --suggest writes.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Say it as JSON.")] = False,
) -> None:
    """Play the transcripts in tests/*.chat against the bot, and say what they have been through."""
    from app.bot_folder import load_rules
    from app.rehearsal.model import Model
    from app.rehearsal.report import as_data, coverage_lines, result_lines
    from app.rehearsal.suite import channels_of, chat_files, coverage_of, play_file

    set_up_logs("text", "warning")
    if as_json and (update or suggest):
        _stop("--json is for results alone: call --update or --suggest without it")
    folder = bot or Settings().bot
    rules = load_rules(folder)
    console = Console(highlight=False, soft_wrap=True)
    files = [file for file in chat_files(folder) if only in file.name]
    if not files:
        _stop(
            f"there is no transcript {f'with “{only}” in its name ' if only else ''}in {folder / 'tests'}; write one, or say `lotse chat` and /save"
        )
    with closing(Model(folder)) as guess:
        if update:
            _update(console, rules, files, guess)
        spoken = _named(languages, rules.bot.languages, "language", "--languages")
        shown = _named(channels, channels_of(rules), "channel", "--channels")
        results = [
            result for file in files for result in play_file(file, rules, guess, languages=spoken, channels=shown)
        ]
    coverage = coverage_of(folder, rules, results)
    failed = sum(result.difference is not None for result in results)
    if as_json:
        console.print_json(json.dumps(as_data(results, coverage), ensure_ascii=False))
    else:
        for line in (*result_lines(results), Text(f"{len(results) - failed} passed, {failed} failed\n")):
            console.print(line)
        for line in coverage_lines(coverage, whole=cover) if cover or not only else ():
            console.print(line)
    if suggest:
        tongue = _named(language or rules.bot.source, rules.bot.languages, "language", "--language")[0]
        _suggest(console, folder, rules, coverage, tongue)
    missed = _too_few("steps were entered", coverage.steps.percent, min_steps)
    missed += _too_few("ways on were taken", coverage.ways.percent, min_transitions)
    for message in missed:
        Console(stderr=True, soft_wrap=True).print(Text(message, style="red"))
    if failed or missed:
        raise typer.Exit(1)


def _named(given: str, known: Sequence[str], what: str, option: str) -> tuple[str, ...]:
    """The names of a list such as ``de,uk``; all of them for ``all``."""
    if given == ALL:
        return tuple(known)
    names = tuple(name.strip() for name in given.split(",") if name.strip())
    for name in names:
        if name not in known:
            _stop(f"{option}: the bot has no {what} “{name}”; it has {', '.join(known)}")
    return names


def _too_few(what: str, percent: float, least: float) -> list[str]:
    return [f"{percent:.1f} % of the {what}, at least {least:g} % are asked for"] if percent < least else []


def _stop(message: str) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(Text(message, style="red"))
    raise typer.Exit(1)


def _update(console: Console, rules: "Rules", files: Sequence[Path], guess: "Guess") -> None:
    from app.rehearsal.update import difference_of, refused, updated
    from app.rehearsal.written import line_text
    from app.rehearse import wrong_head
    from app.transcript import read_transcript
    from dialogs.problems import BotError

    changed = 0
    doubts: list[str] = []
    for file in files:
        raw = file.read_bytes()
        try:
            transcript = read_transcript(f"tests/{file.name}", raw)
        except BotError:
            continue  # playing it says why
        if wrong_head(transcript, rules):
            continue
        before = "\n".join([*transcript.source, ""])
        after = updated(transcript, rules, guess)
        if after == before:
            continue
        changed += 1
        for line in difference_of(f"tests/{file.name}", before, after):
            style = {"+": "green", "-": "red"}.get(line[:1], "dim")
            console.print(Text(line, style=style))
        file.write_text(after, encoding="utf-8", newline="\r\n" if b"\r\n" in raw else "\n")
        doubts += [
            f"tests/{file.name}:{doing.line}: “{line_text(doing)}” is not taken there now, the bot says [{answer.key}]"
            for doing, answer in refused(transcript, read_transcript(file.name, after.encode()))
        ]
    console.print(
        Text(
            f"{changed} of {len(files)} rewritten: read the changes before you keep them\n"
            if changed
            else "nothing to rewrite\n"
        )
    )
    for doubt in doubts:
        console.print(Text(doubt, style="yellow"))
    if doubts:
        console.print(
            Text("Mend the bot, or write other words, unless it is this that you want to test.\n", style="yellow")
        )


def _suggest(console: Console, folder: Path, rules: "Rules", coverage: "Coverage", language: str) -> None:
    from app.rehearsal.suite import suggest, write_suggestions

    found = suggest(folder, rules, coverage, language)
    target = write_suggestions(folder, found)
    console.print(
        Text(
            f"\n{len(found.texts)} written to {target}: they take {found.ways} of the {len(coverage.missing_ways)} ways"
        )
    )
    if found.more:
        console.print(Text(f"  {found.more} more are left: move these to tests/, then ask again"))
    for way in found.out_of_reach:
        console.print(Text(f"  no way found to {way.file}:{way.line}  {way}", style="yellow"))
