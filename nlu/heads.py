"""A head: how much each block counts, how its scores become probabilities, and how good that is in each language."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nlu.calibrate import calibrate, weigh_blocks
from nlu.model import Head, LanguageReport, Mix, blocks_of, calibrated, calibration_inputs, head_name, softmax
from nlu.read import OTHER
from nlu.study import Study

ACCEPT = 0.75
"""The score that reports count as accepted: the usual threshold of a bot."""

ENOUGH = 100
"""Examples of a language from which it has weights and scores of its own."""

STRANGERS = 0.15
"""How much examples of left-out intents count beside the others: about every eighth message is for somebody else. A bot with
examples of `other` has the real ones."""

TELLING = 0.3
"""How much they count, to the customers' one, where it is learnt what tells them apart: with as many, wrong intents would no longer be told
from right ones (area under the curve .84 in place of .87 on HWU64 with ten examples an intent), strangers hardly better."""

ONE = 2
"""The place of the constant among the inputs of a calibration."""

_EVEN = 1.5
"""The sum of the blocks' weights before anything is known: logits of a regularized model are too small."""


def make_head(known: Study, encoders: Sequence[str]) -> Head | None:
    """None where the encoders have vectors of too few examples in common."""
    has = np.logical_and.reduce([np.ones(len(known.rows), bool), *(known.blocks[name].has for name in encoders)])
    if encoders and (has.sum() < 10 or len(set(known.wanted[has])) < 2):
        return None
    blocks = blocks_of(encoders)
    size = len(blocks)
    first = Mix(blocks=(_EVEN / size,) * size, calibration=(1.0, 0.0, 0.0, 0.0))
    overall = _mix(known, blocks, has, first, 3.0)
    mixes = {"": overall}
    spoken = np.array([row[0] for row in known.rows])
    languages = sorted({row[0] for row, mine in zip(known.rows, has, strict=True) if mine})
    for language in languages:
        mine = has & (spoken == language)
        if len(languages) > 1 and mine.sum() >= ENOUGH:
            mixes[language] = _mix(known, blocks, mine, overall, 5.0)
    head = Head(name=head_name(encoders), encoders=tuple(sorted(encoders)), mixes=mixes)
    reports = tuple(_report(known, head, language, has & (spoken == language)) for language in languages)
    return Head(name=head.name, encoders=head.encoders, mixes=mixes, reports=reports)


def mixed(known: Study, head: Head) -> Any:
    """Logits of unseen examples (examples x labels), each by the mix of its language."""
    found = np.zeros((len(known.rows), len(known.labels)), np.float32)
    spoken = np.array([row[0] for row in known.rows])
    for language in {row[0] for row in known.rows}:
        mine = spoken == language
        for name, weight in zip(head.blocks, head.mix(language).blocks, strict=True):
            found[mine] += np.float32(weight) * known.blocks[name].unseen.logits[mine]
    return found


def _mix(known: Study, blocks: Sequence[str], mine: Any, before: Mix, firm: float) -> Mix:
    """``mine``: the examples that count, as a mask."""
    unseen = [known.blocks[name].unseen for name in blocks]
    wanted = known.wanted[mine]
    some = mine & known.is_kept if mine.sum() > len(known.kept) else mine  # enough for a handful of weights
    weights = weigh_blocks([each.logits[some] for each in unseen], known.wanted[some], np.array(before.blocks))
    logits = np.tensordot(weights, np.stack([each.logits[mine] for each in unseen]), 1)
    near = np.stack([each.near[mine] for each in unseen])
    top, strength, choice = _best(known, logits)
    inputs, right, counted = calibration_inputs(top, strength, near), choice == wanted, np.ones(len(top))
    if OTHER not in known.labels and len(known.labels) > 3:
        mine = mine & unseen[0].left_out
        strange = np.tensordot(weights, np.stack([each.strange[mine] for each in unseen]), 1)
        top, strength, _ = _best(known, strange)
        inputs = np.concatenate(
            [inputs, calibration_inputs(top, strength, np.stack([each.far[mine] for each in unseen]))]
        )
        right = np.concatenate([right, np.zeros(len(top), bool)])
        share = TELLING * len(wanted) / max(1, len(top))
        counted = np.concatenate([counted, np.full(len(top), share)])
    calibration = calibrate(inputs, right, counted=counted, prior=np.array(before.calibration), firm=firm)
    if len(counted) > len(wanted):
        # what tells strangers is learnt from more of them than there are; that they are fewer comes after that
        counted[len(wanted) :] *= STRANGERS / TELLING
        odds = np.stack([inputs @ calibration, np.ones(len(inputs))], axis=1)
        scale, shift = calibrate(odds, right, counted=counted, prior=np.array([1.0, 0.0]), firm=firm)
        calibration = calibration * scale + shift * (np.arange(len(calibration)) == ONE)
    return Mix(blocks=tuple(map(float, weights)), calibration=tuple(map(float, calibration)))


def _best(known: Study, logits: Any) -> tuple[Any, Any, Any]:
    """Probability of the best reported intent, its logit and its number, of each example."""
    choice = np.where([label == OTHER for label in known.labels], -np.inf, logits).argmax(axis=1)
    rows = np.arange(len(choice))
    return softmax(logits)[rows, choice], logits[rows, choice], choice


def _report(known: Study, head: Head, language: str, mine: Any) -> LanguageReport:
    top, strength, choice = _best(known, mixed(known, head))
    scores = calibrated(top, strength, known.near(head.blocks), head.mix(language).calibration)
    tasks = mine & np.array([row[1] != OTHER for row in known.rows])
    right = choice == known.wanted
    sure = scores >= ACCEPT
    return LanguageReport(
        language=language,
        intents=len({row[1] for row in known.rows if row[0] == language}),
        examples=int(mine.sum()),
        accuracy=_share((right | (~sure & ~tasks))[mine]),
        accepted=_share((right & sure)[tasks]),
        wrong=_share((sure & ~right)[mine]),
    )


def _share(hits: Any) -> float:
    return round(float(hits.mean()), 4) if len(hits) else 0.0
