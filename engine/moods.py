"""A customer who sounds angry or pressed: noted for the desk, and brought to a person as the company wants it."""

from typing import Final

import msgspec

from conversation.reasons import Mood
from conversation.state import Parked
from dialogs.model import Ask, Form
from engine.draft import Draft
from handoff.mood import mood_of

_WORDS: Final = "text"
"""The kind of answer that any words are."""


def upset(draft: Draft, text: str) -> bool:
    """Whether these words, the first of the kind in this conversation, bring a person instead of an answer."""
    if draft.state.mood is not None or not text or text.startswith("/"):
        return False
    index = draft.rules.mood_index(draft.state.language)
    found = mood_of(text, index, draft.now) if index else None
    if found is None:
        return False
    draft.change(mood=found)
    draft.note("mood", name=found.kind, text=", ".join(found.words))
    way = draft.rules.policy.mood.anger if found.kind == "anger" else draft.rules.policy.mood.urgency
    if isinstance(draft.state.phase, Parked):
        _raise(draft, draft.state.phase, way != "off")
        return False
    if way != "handoff" or _asks_for_words(draft):
        return False
    _be_kind(draft, found)
    return True


def _raise(draft: Draft, parked: Parked, raised: bool) -> None:
    if raised and parked.priority < 1:
        draft.enter(msgspec.structs.replace(parked, priority=1))


def _be_kind(draft: Draft, mood: Mood) -> None:
    draft.say(f"mood.{mood.kind}")


def _asks_for_words(draft: Draft) -> bool:
    """A message that the customer is dictating is not taken from them, whatever its words."""
    run, bot = draft.state.run, draft.rules.bot
    frame = run.frames[-1] if run.frames else None
    found = bot.step(frame.dialog, frame.step) if frame else None
    if frame is None or found is None or frame.stage != "waiting":
        return False
    verb = found.verb
    if isinstance(verb, Ask):
        return verb.answer.name == _WORDS
    if isinstance(verb, Form) and frame.form:
        return any(field.name == frame.form.field and field.kind.name == _WORDS for field in verb.fields)
    return False
