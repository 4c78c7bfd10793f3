"""``python -m bench [name …] [--seconds 10] [--write]``."""

import argparse
from collections.abc import Sequence

from bench.cases import CASES
from bench.figures import Figure
from bench.report import json_line, table, write_page

QUICK = 4.0
"""Seconds of each measurement."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Figures beside floors and peers of the same run."
    )
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(CASES)}; all if left out")
    parser.add_argument("--seconds", type=float, default=QUICK, help="of each measurement")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md")
    given = parser.parse_args(arguments)
    unknown = set(given.names) - set(CASES)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    figures: list[Figure] = []
    for name in given.names or CASES:
        for figure in CASES[name](given.seconds):
            figures.append(figure)
            print(json_line(figure), flush=True)
    print(f"\n{table(figures)}")
    if given.write:
        write_page(figures)


if __name__ == "__main__":
    main()
