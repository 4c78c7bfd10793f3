"""What a turn costs when a million messages are stored, beside a database that is nearly new."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.cases.shared import BOT, ROUNDS, Figures, attempt
from bench.cases.telegram import load
from bench.figures import grown, middle
from bench.load_telegram import TOKEN
from bench.past import fill
from bench.processes import Run, Server, lotse, scratch

LITTLE = 1_000
MUCH = 1_000_000
"""Messages in the store before the first turn."""
NEW = f"lotse, {LITTLE:,} messages stored"
OLD = f"lotse, {MUCH:,} messages stored"


def history(seconds: float) -> Figures:
    """Over Telegram, whose turns read and write every table. ROUNDS times in turn, A B A B."""
    little: Figures = []
    much: Figures = []
    with scratch() as folder:
        fill(folder / "little.db", LITTLE)
        fill(folder / "much.db", MUCH)
        for _ in range(ROUNDS):
            new = attempt("history", NEW, lambda: _turns(folder, "little.db", seconds)).figure
            old = attempt("history", OLD, lambda: _turns(folder, "much.db", seconds)).figure
            little.append(new)
            much.append(grown(old, new))
    return [middle(much), middle(little)]


def _turns(folder: Path, name: str, seconds: float) -> Run:
    """The little one is new each time, the other one is large enough not to notice the turns before."""
    place = folder / "run"
    place.mkdir(exist_ok=True)
    for file in place.glob("lotse.db*"):
        file.unlink()
    file = folder / name
    if name == "little.db":
        file = Path(shutil.copy(file, place / "lotse.db"))

    @contextmanager
    def serve(api: str) -> Iterator[Server]:
        with lotse(
            BOT,
            place,
            LOTSE_DATABASE__URL=f"sqlite:///{file}",
            LOTSE_TELEGRAM__TOKEN=TOKEN,
            LOTSE_TELEGRAM__API=api,
            LOTSE_TELEGRAM__RATE="0",
        ) as running:
            yield running

    return load(serve, seconds)
