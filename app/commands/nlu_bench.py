"""``lotse nlu bench``: how well and how quickly free text is understood, on sets of sentences, beside goals and peers."""

import os
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from app.settings import Settings


def bench(
    folder: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads it
        typer.Argument(help="The folder of the sets; without it, the bot's own figures and costs only."),
    ] = None,
    *,
    only: Annotated[Optional[list[str]], typer.Option(help="Only what has this in its name, such as banking77.")] = None,  # noqa: UP045 - typer reads it
    quick: Annotated[bool, typer.Option("--quick", help="Leave out the large sets: two minutes.")] = False,
    peers: Annotated[bool, typer.Option("--peers/--no-peers", help="What spaCy and scikit-learn make of the same.")] = True,
    json: Annotated[Optional[Path], typer.Option("--json", help="Leave the rows here too, a line of JSON each.")] = None,  # noqa: UP045 - typer reads it
    bot: Annotated[Optional[Path], typer.Option(help="The bot whose costs are measured; LOTSE_BOT if left out.")] = None,  # noqa: UP045 - typer reads it
    held_out: Annotated[Optional[Path], typer.Option(help="Sentences that this bot never learnt, in YAML: language, intent, texts.")] = None,  # noqa: UP045 - typer reads it
    seed: Annotated[int, typer.Option(help="Of samples and slips of the finger.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Parts at the same time; a core each.")] = 2,
    kept: Annotated[Optional[Path], typer.Option("--cache", help="A folder: what was measured there with the same files, code and settings is not measured again.")] = None,  # noqa: UP045 - typer reads it
) -> None:  # fmt: skip
    """Measure on test texts, and print each figure beside its 95 % interval, its goal, and what others reach."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a core for each part
    from app.measured.running import as_json, circumstances, run
    from app.measured.setup import Setup
    from app.measured.units import chosen
    from nlu.measuring.rows import table

    setup = Setup(
        folder=folder and folder.resolve(),
        bot=(bot or Settings().bot).resolve(),
        held_out=held_out and held_out.resolve(),
        seed=seed,
        peers=peers,
    )
    names = chosen(tuple(only or ()), quick=quick, sets=folder is not None)
    around = circumstances(setup)
    rows = run(names, setup, jobs=jobs, kept=kept, say=lambda words: print(words, file=sys.stderr, flush=True))  # noqa: T201 - output
    print(table(rows))  # noqa: T201 - output
    wanted = [row for row in rows if row.goal is not None]
    missing = sum(bool(row.failed) for row in rows)
    print(f"\n{sum(bool(row.reached) for row in wanted)} of {len(wanted)} goals reached; seed {seed}; {around['machine']}, load {around['load']}")  # noqa: T201 - output  # fmt: skip
    if json is not None:
        json.write_text(as_json(rows, around), encoding="utf-8")
    if missing:
        print(f"{missing} of {len(rows)} could not be measured: the table says why", file=sys.stderr)  # noqa: T201 - output
        raise typer.Exit(1)
