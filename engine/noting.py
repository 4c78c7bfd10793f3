"""What a person who takes over must not have to ask: why the customer is here, and what was asked of the back-end. Kept with the state."""

from typing import Final

import msgspec

from conversation.content import plain_text
from conversation.effects import RunAction
from conversation.events import ActionDone, ActionFailed, CustomerPressed, CustomerSaid, Understood
from conversation.reasons import Ran, RanState, Reason
from conversation.state import Conversation
from conversation.value import Data
from engine.draft import Draft

MOST: Final = 10
"""Calls of the back-end that are kept: the newest."""
LONGEST: Final = 200
"""Characters of a result, and of the words that show the reason."""


def note(draft: Draft, before: Conversation) -> None:
    """After a step: what it says about why the customer is here, and about the back-end."""
    _ran(draft)
    found = _reason(draft, before)
    if found is not None:
        draft.change(reason=found)


def _ran(draft: Draft) -> None:
    kept = draft.state.ran
    match draft.event:
        case ActionDone(request=request, result=result):
            kept = _answered(kept, request, "done", _shown(result))
        case ActionFailed(request=request):
            kept = _answered(kept, request, "failed", "")
        case _:
            pass
    asked = [
        Ran(name=effect.name, request=effect.request, state="waiting", at=draft.now)
        for effect in draft.effects
        if isinstance(effect, RunAction)
    ]
    if kept is not draft.state.ran or asked:
        draft.change(ran=(*kept, *asked)[-MOST:])


def _answered(kept: tuple[Ran, ...], request: str, state: RanState, result: str) -> tuple[Ran, ...]:
    """The first answer counts."""
    if all(each.request != request or each.state != "waiting" for each in kept):
        return kept
    return tuple(
        msgspec.structs.replace(each, state=state, result=result) if each.request == request else each for each in kept
    )


def _shown(result: dict[str, Data]) -> str:
    """The plain values by their names; of a list, how long it is."""
    parts = []
    for name, value in result.items():
        if value in (None, "", [], {}):
            continue
        match value:
            case bool():
                parts.append(f"{name}: {'✓' if value else '✗'}")
            case list():
                parts.append(f"{name}: {len(value)}")
            case dict():
                parts.append(
                    f"{name}: {', '.join(str(part) for part in value.values() if isinstance(part, str | int))}"
                )
            case _:
                parts.append(f"{name}: {value}")
    return _cut(", ".join(parts))


def _reason(draft: Draft, before: Conversation) -> Reason | None:
    """The newest intent that was followed or offered, but for the wish for a person: that is not why they came."""
    human = draft.rules.bot.commands.get("human")
    person = human.intent if human else ""
    for taken in reversed(draft.taken):
        how, _, name = taken.why.partition(".")
        intent = ""
        if how == "intent":
            intent = name
        elif how in ("option", "button"):
            intent = draft.rules.meant_by.get((taken.to_dialog, taken.to_step), "")
        if intent and intent != person:
            score, text = _evidence(draft, before, intent)
            return Reason(intent=intent, score=score, text=_cut(text), at=draft.now)
    guess = draft.state.run.guess
    if guess is not None and guess != before.run.guess:
        offered = [pair for pair in zip(guess.intents, guess.scores, strict=False) if pair[0] != person]
        if offered:
            intent, score = offered[0]
            return Reason(intent=intent, score=_scores(draft).get(intent, score), text=_cut(guess.text), at=draft.now)
    return None


def _evidence(draft: Draft, before: Conversation, intent: str) -> tuple[float, str]:
    """How sure it is, and the customer's words: what was chosen is certain."""
    guess = before.run.guess
    if guess is not None and intent in guess.intents:
        return 1.0, guess.text
    match draft.event:
        case Understood():
            return _scores(draft).get(intent, 1.0), before.run.heard
        case CustomerPressed(label=label):
            return 1.0, label
        case CustomerSaid(content=content):
            return 1.0, plain_text(content)
        case _:
            return 1.0, before.reason.text if before.reason and before.reason.intent == intent else ""


def _scores(draft: Draft) -> dict[str, float]:
    """As the NLU gave them: what the place in the dialog adds is no evidence."""
    event = draft.event
    return {found.name: found.score for found in event.understanding.intents} if isinstance(event, Understood) else {}


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"
