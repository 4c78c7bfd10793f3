"""Something else in the middle of a question: answered beside it, or instead of it for now, with a way back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from conversation.run import Frame, Left, Run
from dialogs.follow import standing
from dialogs.model import Bot
from dialogs.walking import form_runs
from dialogs.walking.form_runs import KEPT
from dialogs.walking.walk import MAX_DEPTH, Walk

MAX_LEFT: Final = 3
"""More is forgotten, the oldest first."""
OVER: Final = frozenset({"silent", "stopped"})
"""Outcomes of a customer who is gone: nothing is offered."""


def aside(walk: Walk, dialog: str, step: str, why: str) -> bool:
    """Go there, and ask again what is asked now when it ends. False, and nothing happens, within too many others.

    An FAQ that is asked for within another takes its place.
    """
    base = len(walk.base())
    if base >= MAX_DEPTH:
        return False
    del walk.frames[base:]
    walk.beside(dialog, step, why)
    walk.proceed()
    return True


def go(walk: Walk, intent: str, entities: Mapping[str, str]) -> None:
    """To the beginning of another task; or on with it, if it was left there before."""
    dialog, step = walk.bot.intents[intent]
    before = next((left for left in walk.left if _about(left) == (dialog, step)), None)
    walk.entities = dict(entities)
    if before:
        walk.left = [*(left for left in walk.left if left != before), before]
        come_back(walk)
    else:
        walk.jump(dialog, step, f"intent.{intent}")
        walk.proceed()


def leave(walk: Walk) -> None:
    """Keep the place and all that was answered."""
    frames = walk.base()
    asked = (frames[-1].dialog, frames[-1].step) in walk.trail
    frames[-1] = msgspec.structs.replace(frames[-1], stage="waiting" if asked else "enter")
    left = Left(
        frames=tuple(frames),
        trail=tuple(walk.trail),
        variables={name: value for name, value in walk.variables.items() if name not in walk.bot.fillers},
        known=tuple(name for name in walk.bot.fillers if walk.variables.get(name) is not None),
        at=walk.scene.now,
    )
    others = [other for other in walk.left if _about(other) != _about(left)]
    walk.left = [*others, left][-MAX_LEFT:]


def stand_there(walk: Walk) -> None:
    """Where the customer was when they left last."""
    left = walk.left[-1]
    walk.frames = list(left.frames)
    walk.trail = list(left.trail)


def come_back(walk: Walk, *, ask: bool = True) -> bool:
    """Go on with what was left last. True if it stands at its question.

    What dialogs had found out about the customer and is not known here any more is found out first.
    """
    stand_there(walk)
    left = walk.left.pop()
    again = walk.forms.get(form_runs.place_of(walk.frame))
    if again and again.at > left.at:  # what was answered since counts, as for whoever enters the form
        walk.frames[-1] = Frame(dialog=walk.frame.dialog, step=walk.frame.step)
    walk.variables.update(left.variables)
    _skip_what_is_known(walk)
    missing = [name for name in left.known if walk.variables.get(name) is None and name in walk.bot.fillers]
    for name in missing:
        filler = walk.bot.fillers[name]
        walk.beside(filler, walk.bot.dialogs[filler].start, "needs")
    if walk.frame.stage != "waiting":
        walk.proceed()
        return False
    if ask:
        walk.repeat()
    return True


def _skip_what_is_known(walk: Walk) -> None:
    """A dialog that was asking for what is known by now need not go on."""
    for index, frame in enumerate(walk.frames[:-1]):
        needs = walk.bot.dialogs[frame.dialog].steps[frame.step].needs
        if frame.stage == "needs" and walk.variables.get(needs) is not None:
            del walk.frames[index + 1 :]
            walk.note(stage="enter")
            return


def still_open(bot: Bot, left: Sequence[Left], now: datetime) -> tuple[Left, ...]:
    """What can be gone on with: not too old, and its steps are there."""
    return tuple(_renamed(bot, one) for one in left if now - one.at < KEPT and _stands(bot, one))


def _stands(bot: Bot, left: Left) -> bool:
    return all(bot.step(frame.dialog, bot.renamed(frame.dialog, frame.step)) for frame in left.frames)


def _renamed(bot: Bot, left: Left) -> Left:
    """At a step that is of another kind now, it begins anew."""
    return msgspec.structs.replace(left, frames=standing(bot, Run(frames=left.frames)).frames)


def _about(left: Left) -> tuple[str, str]:
    return left.frames[0].dialog, left.frames[0].step
