"""One customer floods over Telegram, 50 others converse: what they notice of it."""

from typing import Final

import msgspec

from bench.cases.shared import Figures, figure_of
from bench.cases.telegram import between, telegram_service
from bench.figures import Figure, disturbed, failure, middle
from bench.load_flood import FLOOD, SEED, Phase, Result
from bench.processes import Run

QUIET: Final = "50 others, in peace"
FLOODED: Final = f"50 others, one customer sends {FLOOD:.0f} messages a second"


def flood(seconds: float) -> Figures:
    """On one server, in turn without and with the flood; every message of the flood is stored, answered and sent too."""
    try:
        result = _result(seconds)
    except Exception as error:
        return [failure("flood", subject, error) for subject in (FLOODED, QUIET)]
    peace = [_figure(QUIET, phase) for phase in result.quiet]
    trouble = [disturbed(_figure(FLOODED, phase), quiet) for phase, quiet in zip(result.flooded, peace, strict=True)]
    return [middle(trouble), middle(peace)]


def _result(seconds: float) -> Result:
    with between("load_flood", telegram_service, seconds) as (generator, _):
        result = msgspec.json.decode(generator.result(lambda _: None), type=Result)
    slow = [phase.flood for phase in result.flooded if phase.flood < FLOOD * 0.9]
    if slow:
        raise RuntimeError(f"the flooder got rid of {slow[0]:.0f} messages a second only, not {FLOOD:.0f}")
    return result


def _figure(subject: str, phase: Phase) -> Figure:
    made = figure_of("flood", subject, Run(load=phase.load, cpu_us=0.0, memory={}))
    return msgspec.structs.replace(made, seed=SEED)
