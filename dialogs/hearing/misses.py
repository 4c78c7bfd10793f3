"""What is said when nothing was understood: why, an example, the way that the step names; and ways out for who is lost."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Final

import msgspec

from conversation.content import Button, Content, Prompt, Text, plain_text
from conversation.value import Data
from dialogs.hearing.attention import Attention
from dialogs.hearing.forms import MAX_WORDS, stretches
from dialogs.kinds import TIMES, AnswerContext, Kind, Parsed, Reason, answer_in, check, parse, read_bound, taken_time
from dialogs.model import Ask
from dialogs.saying.filters import show_date, show_datetime, show_money, show_number, show_time
from dialogs.saying.worded import lacks
from dialogs.walking.walk import Walk

OFFER_PERSON_AFTER: Final = 3
"""Misses in a row after which each further error also offers a person."""
_TEXT: Final = Kind(name="text")
_BOUNDS: Mapping[Reason, str] = {
    "too_short": "min",
    "too_small": "min",
    "too_long": "max",
    "too_big": "max",
    "too_early": "from",
    "too_late": "to",
}
LOST_STEPS: Final = 3
"""So many different steps with a miss do the same, whatever was answered in between."""


def miss(hearing: Attention, language: str = "") -> None:
    """An answer that was not understood. ``language``: the customer seems to write that one."""
    walk = hearing.walk
    step = walk.step
    found = _loosely(walk, hearing.words) if walk.frame.stage == "waiting" else None
    if found is not None:
        hearing.took = hearing.took and "answered"
        walk.propose(found)
        return
    hearing.took = hearing.took and "missed"
    walk.note(misses=walk.frame.misses + 1, reminders=0)
    hearing.lost += 1
    here = (walk.frame.dialog, step.name)
    if here not in hearing.lost_at:
        hearing.lost_at = (*hearing.lost_at, here)[:LOST_STEPS]
    if step.misses and walk.frame.misses >= step.misses.limit:
        walk.move(step.misses.go, "misses")
        walk.proceed()
        return
    text, buttons = _error(walk, hearing.words)
    shown = {button.label for button in buttons}
    hearing.out = tuple(way for way in _ways_out(hearing, language) if hearing.way_out(way) not in shown)
    out = tuple(Button(payload=way.key, label=way.label) for way in hearing.ways_out())
    walk.say(Prompt(text=text, buttons=(*buttons, *out)), f"{step.say}.error")
    walk.listen()


def _error(walk: Walk, words: Content) -> tuple[str, tuple[Button, ...]]:
    """Why it was not taken; where there is something to choose, what was asked once more."""
    asked, choices = walk.kind(), walk.choices()
    kind, example = (_named(walk, asked[0]), asked[0].example or "") if asked else ("", "")
    kind = "time_slot_none" if nothing_then(walk, words) else kind
    example = example or (choices[0].label if choices else "")
    text = walk.prompts.error(walk.frame, walk.step, kind, limit=_limit(walk, words), example=example)
    _, question = walk.asked()
    return f"{text}\n{question.text}" if choices else text, question.buttons


def _named(walk: Walk, kind: Kind) -> str:
    return f"{kind.name}_words" if lacks(walk.scene.channel, kind) else kind.name


def nothing_then(walk: Walk, words: Content) -> bool:
    """A time that is none of those offered: said so, rather than taken for something else."""
    verb = walk.step.verb
    return isinstance(verb, Ask) and taken_time(verb.answer, words, asked_in(walk))


# ── answers of the right kind ────────────────────────────────────────────────────────────────────────────────────────


def asked_in(walk: Walk) -> AnswerContext:
    """What the answer to the question at hand is read against."""
    verb = walk.step.verb
    offered = tuple(str(value) for value in walk.frame.offered)
    return walk.context(offered, free=not (isinstance(verb, Ask) and verb.offer))


def off_limits(walk: Walk, content: Content) -> bool:
    """It is an answer, and nothing else, only one that the question does not allow: a date that is over."""
    return bool(_limit(walk, content)) and (walk.kind() or (_TEXT, {}))[0].name != _TEXT.name


def _limit(walk: Walk, content: Content) -> str:
    """What of the question's ``check`` the answer breaks, in words; empty if nothing of it."""
    asked = walk.kind()
    if asked is None or not asked[1]:
        return ""
    kind, limits = asked
    ctx = asked_in(walk)
    found = parse(kind, content, ctx)
    broken = check(found.value, limits, ctx) if isinstance(found, Parsed) else None
    if broken is None or broken.reason not in _BOUNDS:
        return ""
    bound = limits[_BOUNDS[broken.reason]]
    return walk.prompts.product(f"limits.{broken.reason}", limit=_shown(walk, kind, bound, ctx), count=bound)


def _shown(walk: Walk, kind: Kind, bound: Data, ctx: AnswerContext) -> str:
    view = walk.prompts.view
    if isinstance(bound, int | float):
        return show_money(bound, view) if kind.name == "money" else show_number(bound, view)
    moment = read_bound(str(bound), ctx.now)
    if isinstance(moment, time):
        return show_time(moment, view)
    return show_datetime(moment, view) if isinstance(moment, datetime) else show_date(moment, view)


def _loosely(walk: Walk, content: Content) -> Data:
    """An answer that stands within a sentence which nothing else understood; the customer is asked whether it is meant."""
    asked, words = walk.kind(), plain_text(content)
    if asked is None or not 1 < len(words.split()) <= MAX_WORDS:
        return None
    kind, limits = asked
    ctx = msgspec.structs.replace(asked_in(walk), loose=True)
    if kind.pattern is None:
        return answer_in(kind, limits, content, ctx) if kind.name in TIMES else None
    hits = {answer_in(kind, limits, Text(text=part), ctx) for part in stretches(words)} - {None}
    return hits.pop() if len(hits) == 1 else None


def _ways_out(hearing: Attention, language: str) -> tuple[str, ...]:
    walk = hearing.walk
    out = []
    if language and language != walk.view.language:
        out.append(f"!language/{language}")
    lost = hearing.lost > OFFER_PERSON_AFTER or len(hearing.lost_at) >= LOST_STEPS
    if lost and "human" in walk.bot.commands:
        out.append("!human")
    return tuple(out)
