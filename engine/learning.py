"""What a conversation teaches: sentences with what they meant, for an editor to look at. Only what somebody said or did counts."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from conversation.candidates import Candidate, CandidateOrigin
from conversation.content import Example, Text, plain_text
from conversation.effects import Post, Suggest, Unsuggest
from conversation.events import CustomerPressed, CustomerSaid, OperatorLabelled, Understood
from conversation.reasons import Became, Heard
from conversation.state import Conversation, Parked, WithBot, WithOperator, bot_speaks
from dialogs.answers.alike import alike
from dialogs.answers.masking import masked
from dialogs.answers.remarks import remark
from dialogs.hearing.attention import STAY
from dialogs.hearing.commands import find_command
from dialogs.hearing.hear import SURE_OF_LANGUAGE
from engine.draft import Draft

KEPT: Final = 3
SOON: Final = 2
"""Messages after which nobody takes back any more what the bot understood: what comes later is another matter."""
LATELY: Final = 4
"""Messages before a person is called that may be why."""
GREETING: Final = 2
"""Words of a first message that says nothing yet."""
LONGEST: Final = 400
"""Characters of a sentence: what somebody wants stands at the beginning, and no example is longer."""
_SCORES: Final = 3
_SAID: Final[Mapping[str, CandidateOrigin]] = {"meant": "meant", "meant_nothing": "meant_nothing"}


def learn(draft: Draft, before: Conversation) -> None:
    """After a step: what it says about sentences of the customer."""
    if not draft.state.heard and before.run.guess is None and not isinstance(draft.event, Understood):
        return
    for message in [effect.message for effect in draft.effects if isinstance(effect, Post)]:
        if message.origin in _SAID and isinstance(message.content, Example):
            _suggest(draft, _heard_as(draft, message.content), _SAID[message.origin], message.content.intent)
    heard = _understood(draft, before)
    doubtful = list(_doubtful(draft, before))
    for each, origin in doubtful:
        _suggest(draft, each, origin, each.intent)
    kept = [each for each in draft.state.heard if all(each is not found for found, _ in doubtful)]
    if heard is not None:
        kept = [*kept, heard][-KEPT:]
    if _fetched(draft, before):
        if heard is not None and heard.became == "missed":
            _suggest(draft, heard, "not_understood", "")
        kept = []
    if tuple(kept) != draft.state.heard:
        draft.change(heard=tuple(kept))


def labelled(draft: Draft, event: OperatorLabelled) -> None:
    """An operator says what it was about, or takes that back: noted in the chat, who and when, and kept for the editors."""
    found = next((each for each in draft.state.heard if each.message == event.message), None)
    heard = found or Heard(
        text=event.text, message=event.message, language=draft.state.language, became="missed", turn=draft.state.turns
    )
    about = Example(
        text=event.text, language=heard.language, intent=event.intent or "", scores=heard.scores, of=event.message
    )
    if event.intent is None:
        draft.post("system", about, name=event.name, origin="label_undone")
        draft.effects.append(Unsuggest(id=_id(event.message, "labelled")))
        return
    draft.post("system", about, name=event.name, origin="labelled" if event.intent else "labelled_nothing")
    heard = msgspec.structs.replace(heard, text=event.text)
    _suggest(draft, heard, "labelled", event.intent, operator=event.operator, name=event.name)


def _suggest(
    draft: Draft, heard: Heard, origin: CandidateOrigin, intent: str, *, operator: str = "", name: str = ""
) -> None:
    """A sentence with letters in it; with what is the customer's own taken out."""
    text = " ".join(masked(heard.text, names=[draft.state.name]).split())[:LONGEST]
    if not any(char.isalpha() for char in text):
        return
    candidate = Candidate(
        id=_id(heard.message, origin),
        text=text,
        alike=alike(text),
        language=heard.language,
        intent=intent,
        origin=origin,
        scores=heard.scores,
        by=heard.by,
        chat=draft.state.chat,
        conversation=draft.state.id,
        message=heard.message,
        at=draft.now,
        bundle=draft.state.bundle,
        operator=operator,
        name=name,
    )
    draft.effects.append(Suggest(candidate=candidate))


def _id(message: str, origin: CandidateOrigin) -> str:
    return f"{message}/{origin}"


# ── what became of a text ────────────────────────────────────────────────────────────────────────────────────────────


def _understood(draft: Draft, before: Conversation) -> Heard | None:
    """The text that the language layer was asked about, if the dialogs went by its answer."""
    event = draft.event
    if not isinstance(event, Understood) or event.request != before.run.listening or not bot_speaks(before.phase):
        return None
    scores = {found.name: found.score for found in event.understanding.intents[:_SCORES]}
    became, intent = _became(draft, before, scores)
    if became is None or intent == _person(draft):
        return None
    sure = event.understanding.language_score >= SURE_OF_LANGUAGE
    return Heard(
        text=before.run.heard[: 2 * LONGEST],
        message=f"{event.request}.1",
        language=(event.understanding.language if sure else "") or draft.state.language,
        became=became,
        intent=intent,
        scores=scores,
        by=" ".join(filter(None, (event.understanding.by.layer, event.understanding.by.model))),
        turn=draft.state.turns,
    )


def _became(draft: Draft, before: Conversation, scores: Mapping[str, float]) -> tuple[Became | None, str]:
    run, was = draft.state.run, before.run
    ways = [taken.why.partition(".") for taken in draft.taken]
    best = next(iter(scores), "")
    for how, _, name in ways:
        if how == "intent":
            return "accepted", name
        if how == "option":
            return "accepted", best
    if run.leaving is not None and run.leaving != was.leaving:
        return "accepted", run.leaving.intent
    if run.guess is not None and run.guess != was.guess:
        return "offered", ""
    if was.frames:
        return ("missed", "") if run.lost > was.lost or any(how == "misses" for how, _, _ in ways) else (None, "")
    known = scores.get(best, 0.0) >= draft.rules.bot.thresholds.accept  # and leads nowhere: a greeting
    return (None, "") if known or len(was.heard.split()) <= GREETING else ("missed", "")


def _heard_as(draft: Draft, example: Example) -> Heard:
    """The sentence that "Did you mean …?" was about."""
    found = next((each for each in reversed(draft.state.heard) if each.text == example.text[: 2 * LONGEST]), None)
    return found or Heard(
        text=example.text,
        message=draft.event.id,
        language=example.language,
        became="offered",
        scores=example.scores,
        turn=draft.state.turns,
    )


# ── what was wrong, as it turns out ──────────────────────────────────────────────────────────────────────────────────


def _doubtful(draft: Draft, before: Conversation) -> Iterator[tuple[Heard, CandidateOrigin]]:
    if not before.heard:
        return
    fetched, wanted = _fetched(draft, before), _wants_person(draft)
    back = _goes_back(draft, before)
    for heard in before.heard:
        ago = draft.state.turns - heard.turn
        if heard.became == "missed" and fetched and ago <= LATELY:
            yield heard, "not_understood"
        elif heard.became == "accepted" and ago <= SOON and ((fetched and wanted) or back in (heard.intent, "*")):
            yield heard, "taken_back"


def _fetched(draft: Draft, before: Conversation) -> bool:
    """A person has to come, after what the customer said: not because a back-end failed."""
    said = isinstance(draft.event, CustomerSaid | CustomerPressed | Understood)
    return said and isinstance(before.phase, WithBot) and isinstance(draft.state.phase, Parked | WithOperator)


def _wants_person(draft: Draft) -> bool:
    ways = {"command.human", f"intent.{_person(draft)}"}
    return any(taken.why in ways for taken in draft.taken)


def _person(draft: Draft) -> str:
    human = draft.rules.bot.commands.get("human")
    return human.intent if human else ""


def _goes_back(draft: Draft, before: Conversation) -> str:
    """The intent whose dialog the customer leaves with "back" or "menu", or does not want after all; ``*`` for a "no" to whatever was
    understood last; else empty."""
    event, left = draft.event, before.run.leaving
    if isinstance(event, Understood):
        asked = event.request == before.run.listening
        return "*" if asked and remark(before.run.heard).refuses else ""
    if not isinstance(event, CustomerSaid | CustomerPressed):
        return ""
    if left is not None and draft.state.run.leaving is None and _stays(event):
        return left.intent
    menu = _says(draft, event) == "menu"
    for taken in draft.taken:
        away = taken.why == "back" or (menu and taken.why == "command.menu")
        if away and taken.to_dialog != taken.dialog:
            ours = [heard.intent for heard in before.heard if _dialog(draft, heard.intent) == taken.dialog]
            return next(iter(reversed(ours)), "")
    return ""


def _stays(event: CustomerSaid | CustomerPressed) -> bool:
    if isinstance(event, CustomerPressed):
        return event.payload == STAY
    return remark(plain_text(event.content)).refuses


def _says(draft: Draft, event: CustomerSaid | CustomerPressed) -> str:
    if isinstance(event, CustomerPressed):
        return event.payload.removeprefix("!")
    text = plain_text(event.content) if isinstance(event.content, Text) else ""
    return find_command(draft.rules.bot, draft.state.language, text)


def _dialog(draft: Draft, intent: str) -> str:
    return draft.rules.bot.intents.get(intent, ("", ""))[0]
