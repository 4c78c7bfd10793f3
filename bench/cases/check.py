"""How long an editor of a large bot waits for `lotse check`."""

import gc
import time
from statistics import median

from app.bot_folder import check_bot_files
from bench.cases.shared import Figures
from bench.figures import Figure
from bench.large import large_bot

STEPS = 2_000
RUNS = 3
SUBJECT = f"lotse check, {STEPS:,} steps in four languages"


def check(_: float) -> Figures:
    """All files read and all rules asked, RUNS times: it takes as long as it takes."""
    files = large_bot(STEPS)
    taken = []
    for _run in range(RUNS):
        gc.collect()
        gc.disable()  # as the command does
        began = time.perf_counter()
        found = check_bot_files(files).problems
        taken.append(time.perf_counter() - began)
        gc.enable()
        if found:
            raise AssertionError(f"the generated bot has faults: {found[0]}")
    return [Figure(bench="check", subject=SUBJECT, seconds=median(taken))]
