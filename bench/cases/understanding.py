"""How well and how quickly free text is understood: the figures of ``lotse nlu bench`` that have a goal or a peer."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from app.measured.own import FIRST, HELD_OUT
from app.measured.running import run
from app.measured.setup import Setup
from app.measured.units import chosen
from bench.cases.shared import EXAMPLE, Figures
from bench.figures import Figure
from bench.machine import CORES
from bench.processes import ROOT
from nlu.measuring.peers import PEERS, SPACY
from nlu.measuring.rows import Row

SETS: Final = "LOTSE_NLU_DATA"
"""The environment's name for the folder of sets, which are not part of the repository."""
OWN: Final = ROOT / "tests" / "support" / "nlu_heldout.yaml"


def understanding(_: float) -> Figures:
    """On the example bot and its held-out sentences always; on the sets where the environment names their folder."""
    folder = Path(os.environ[SETS]) if os.environ.get(SETS) else None
    if folder is None:
        print(f"{SETS} names no folder of sets: understanding is measured on the example bot alone", file=sys.stderr)
    setup = Setup(folder=folder, bot=EXAMPLE, held_out=OWN)
    names = chosen((), quick=False, sets=folder is not None)
    rows = run(names, setup, jobs=len(CORES[:2]), kept=None, say=lambda words: print(words, file=sys.stderr))
    return figures_of(rows)


def figures_of(rows: Sequence[Row]) -> Figures:
    peers = {(row.name, row.measured): row.figure for row in rows if row.by == SPACY}
    return [
        _figure(row, peers.get((row.name, row.measured)))
        for row in rows
        if row.by not in PEERS and (row.failed or row.goal or (row.name.startswith(HELD_OUT) and row.measured == FIRST))
    ]


def _figure(row: Row, peer: float | None) -> Figure:
    subject = ", ".join(filter(None, (row.name, row.by, row.measured)))
    if row.figure is None:
        return Figure(bench="understanding", subject=subject, failed=row.failed)
    figure = Figure(bench="understanding", subject=subject, seed=row.seed)
    match row.unit:
        case "ms":
            return replace(figure, **{"p50_ms" if row.measured.startswith("p50") else "p99_ms": row.figure})
        case "MB":
            return replace(figure, memory_mb=row.figure)
        case "s":
            return replace(figure, seconds=row.figure)
        case "%" if peer is not None:
            return replace(figure, right=row.figure, ahead=row.figure - peer, to=SPACY)
        case "points":
            return replace(figure, ahead=-row.figure, to="the same texts as they stand")
        case _:
            return replace(figure, right=row.figure)
