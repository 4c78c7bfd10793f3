"""What is said when nothing was understood: why, an example, the way that the step names; and ways out for who is lost."""

from typing import Final

from conversation.content import Button, Prompt
from dialogs.attention import Attention
from dialogs.kinds import Kind
from dialogs.model import Ask, Form
from dialogs.walk import Walk
from dialogs.worded import lacks

OFFER_PERSON_AFTER: Final = 3
"""Misses in a row after which each further error also offers a person."""
LOST_STEPS: Final = 3
"""So many different steps with a miss do the same, whatever was answered in between."""


def miss(hearing: Attention, language: str = "") -> None:
    """An answer that was not understood. ``language``: the customer seems to write that one."""
    walk = hearing.walk
    step = walk.step
    walk.note(misses=walk.frame.misses + 1, reminders=0)
    hearing.lost += 1
    here = (walk.frame.dialog, step.name)
    if here not in hearing.lost_at:
        hearing.lost_at = (*hearing.lost_at, here)[:LOST_STEPS]
    if step.misses and walk.frame.misses >= step.misses.limit:
        walk.move(step.misses.go, "misses")
        walk.proceed()
        return
    kind, example = _asked(walk)
    choices = walk.choices()
    example = example or (choices[0].label if choices else "")
    text = walk.prompts.error(walk.frame, step, kind, example, choices)
    shown = {choice.label for choice in choices}
    hearing.out = tuple(way for way in _ways_out(hearing, language) if hearing.way_out(way) not in shown)
    out = tuple(Button(payload=way.key, label=way.label) for way in hearing.ways_out())
    buttons = (*walk.prompts.buttons(walk.frame, choices), *out)
    walk.say(Prompt(text=text, buttons=buttons), f"{step.say}.error")
    walk.listen()


def _asked(walk: Walk) -> tuple[str, str]:
    """Name and example of the kind of answer that is asked for."""
    verb, form = walk.step.verb, walk.frame.form
    kind: Kind | None = verb.answer if isinstance(verb, Ask) else None
    if isinstance(verb, Form) and form:
        kind = next((field.kind for field in verb.fields if field.name == form.field), None)
    if kind is None:
        return "", ""
    return f"{kind.name}_words" if lacks(walk.scene.channel, kind) else kind.name, kind.example or ""


def _ways_out(hearing: Attention, language: str) -> tuple[str, ...]:
    walk = hearing.walk
    out = []
    if language and language != walk.view.language:
        out.append(f"!language/{language}")
    lost = hearing.lost > OFFER_PERSON_AFTER or len(hearing.lost_at) >= LOST_STEPS
    if lost and "human" in walk.bot.commands:
        out.append("!human")
    return tuple(out)
