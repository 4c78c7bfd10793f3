"""``python -m bench [name …] [--seconds 10] [--write]``."""

import argparse
import sys
import traceback
from collections.abc import Sequence

from bench.catalogue import CASES
from bench.figures import Figure, failure
from bench.report import circumstances, json_line, table, write_pages

QUICK = 3.0
"""Seconds of each measurement."""
QUIET = 0.7
"""Load of a machine that has nothing else to do, or nearly so."""


def main(arguments: Sequence[str] | None = None) -> int:
    """1 if a figure could not be measured."""
    given = _read(arguments)
    before = circumstances(given.seconds)
    if before.load > QUIET:
        print(f"the machine is busy (load {before.load}): ratios hold badly, rates not at all", file=sys.stderr)
    figures: list[Figure] = []
    for name in given.names or CASES:
        around = circumstances(given.seconds)
        for figure in measure(name, given.seconds):
            figures.append(figure)
            print(json_line(figure, around), flush=True)
    print(f"\n{table(figures)}")
    if given.write:
        write_pages(figures, before)
    missing = sum(1 for figure in figures if figure.failed)
    if missing:
        print(f"\n{missing} of {len(figures)} figures could not be measured: the table says why", file=sys.stderr)
    return 1 if missing else 0


def measure(name: str, seconds: float) -> list[Figure]:
    """The figures of a benchmark; one that breaks as a whole leaves a figure that says so."""
    try:
        return CASES[name](seconds)
    except Exception as error:
        traceback.print_exc()
        return [failure(name, "all of it", error)]


def _read(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Figures beside floors and peers of the same run."
    )
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(CASES)}; all if left out")
    parser.add_argument("--seconds", type=float, default=QUICK, help="of each measurement")
    parser.add_argument("--write", action="store_true", help="put all figures into README.md and docs/performance.md")
    given = parser.parse_args(arguments)
    unknown = set(given.names) - set(CASES)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    if given.write and given.names:
        parser.error("--write takes all benchmarks of one run: leave the names out")
    return given


if __name__ == "__main__":
    sys.exit(main())
