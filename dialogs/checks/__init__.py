"""What must hold before a bot meets a customer: rule by rule, each with a code that docs/checks.md explains."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from conversation.value import Value
from dialogs.checks import (
    answers,
    data,
    flow,
    intents,
    labels,
    media,
    replies,
    samples,
    sentences,
    stale,
    structure,
    texts,
)
from dialogs.checks.material import Material
from dialogs.problems import Problem


class Rule(Value, frozen=True, kw_only=True):
    """``needed``: the engine counts on it, so no bot runs without. ``after``: codes that must be in order for it to make
    sense: a way that leads nowhere would be told of again by every rule about ways."""

    code: str
    find: Callable[[Material], Iterator[Problem]]
    needed: bool = False
    after: frozenset[str] = frozenset()


_WHOLE: Final = frozenset({"D01", "D12"})
RULES: Final = (
    Rule(code="D00", find=structure.long_names, needed=True),
    Rule(code="D00", find=structure.untitled),
    Rule(code="D00", find=structure.channels),
    Rule(code="D01", find=structure.targets, needed=True),
    Rule(code="D07", find=flow.unanswered, needed=True),
    Rule(code="D08", find=flow.failures, needed=True),
    Rule(code="D12", find=flow.needs, needed=True),
    Rule(code="D12", find=flow.fillers),
    Rule(code="D02", find=structure.unreached, after=_WHOLE | {"D07", "D08"}),
    Rule(code="D03", find=structure.empty_menus),
    Rule(code="D05", find=flow.calls, after=_WHOLE),
    Rule(code="D05", find=flow.circles, after=_WHOLE),
    Rule(code="D06", find=flow.ways_out, after=_WHOLE | {"D02", "D05", "D07", "D08"}),
    Rule(code="D10", find=answers.kinds),
    Rule(code="D10", find=answers.limits, needed=True),
    Rule(code="D11", find=answers.actions, needed=True),
    Rule(code="D14", find=data.unknown),
    Rule(code="D14", find=replies.unknown),
    Rule(code="D15", find=data.empties, after=_WHOLE | {"D05", "D19"}),
    Rule(code="D16", find=media.media, needed=True),
    Rule(code="D16", find=replies.files),
    Rule(code="D17", find=data.personal),
    Rule(code="D18", find=answers.patterns),
    Rule(code="D19", find=flow.fills, after=frozenset({"D12"})),
    Rule(code="D20", find=intents.intents),
    Rule(code="D20", find=sentences.balance),
    Rule(code="D20", find=sentences.unlearnable),
    Rule(code="D22", find=sentences.twice),
    Rule(code="T01", find=texts.missing, needed=True),
    Rule(code="T01", find=texts.uneven),
    Rule(code="T01", find=replies.missing),
    Rule(code="T02", find=texts.plurals),
    Rule(code="T03", find=texts.placeholders),
    Rule(code="T03", find=replies.uneven),
    Rule(code="T04", find=media.lengths),
    Rule(code="T05", find=texts.unused),
    Rule(code="T06", find=labels.duplicates),
    Rule(code="T07", find=labels.collisions),
    Rule(code="T08", find=stale.stale),
    Rule(code="T09", find=samples.braces),
    Rule(code="T09", find=replies.shown, after=frozenset({"D14"})),
    Rule(code="T09", find=samples.rendering, after=frozenset({"D14"})),
)
NEEDED: Final = (
    *(rule for rule in RULES if rule.needed),
    Rule(code="D05", find=flow.calls_inside, after=frozenset({"D01"})),
    Rule(code="D05", find=flow.circles_inside, after=_WHOLE),
)


def check_bot(material: Material, rules: Sequence[Rule] = RULES) -> list[Problem]:
    """All that the rules find in a bot that could be read."""
    found: list[Problem] = []
    broken: set[str] = set()
    for rule in rules:
        if not rule.after & broken:
            told = [msgspec.structs.replace(problem, code=rule.code) for problem in rule.find(material)]
            found += told
            broken |= {problem.code for problem in told if problem.severity == "error"}
    return found
