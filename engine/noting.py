"""What a person who takes over must not have to ask: why the customer is here. Kept with the state."""

from conversation.content import plain_text
from conversation.events import CustomerPressed, CustomerSaid, Understood
from conversation.reasons import Reason
from conversation.state import Conversation
from engine.draft import Draft
from engine.errands import line


def note(draft: Draft, before: Conversation) -> None:
    """After a step: what it says about why the customer is here."""
    found = _reason(draft, before)
    if found is not None:
        draft.change(reason=found)


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
            return Reason(intent=intent, score=score, text=line(text), at=draft.now)
    guess = draft.state.run.guess
    if guess is not None and guess != before.run.guess:
        offered = [pair for pair in zip(guess.intents, guess.scores, strict=False) if pair[0] != person]
        if offered:
            intent, score = offered[0]
            return Reason(intent=intent, score=_scores(draft).get(intent, score), text=line(guess.text), at=draft.now)
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
