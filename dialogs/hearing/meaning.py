"""What the NLU layer's guesses are worth where the conversation stands."""

from typing import Final

from conversation.understanding import Intent, Meaning, Understanding
from dialogs.model import Choose, Option, Thresholds
from dialogs.walking.walk import Walk

OWN_INTENT_BONUS: Final = 0.1
"""An intent that this very menu offers is more likely than the same words elsewhere."""


def weigh(walk: Walk, understanding: Understanding) -> list[Intent]:
    """The guesses, best first; those that the question at hand offers count for more."""
    own = own_options(walk)
    deaf = bool(walk.frames) and walk.step.digress == "no"
    weighed = [
        Intent(name=intent.name, score=min(1.0, intent.score + (OWN_INTENT_BONUS if intent.name in own else 0.0)))
        for intent in understanding.intents
        if not deaf or intent.name in own or wants_person(walk, intent.name)
    ]
    return sorted(weighed, key=lambda intent: -intent.score)


def accepted(walk: Walk, intents: list[Intent]) -> str:
    """The intent that is sure enough to act on, or empty: its score is high, and far from the next."""
    limits = limits_of(walk)
    lead = intents[0].score - intents[1].score if len(intents) > 1 else 1.0
    best = intents[0] if intents else None
    if best and best.score >= limits.accept and lead >= limits.margin and leads_somewhere(walk, best.name):
        return best.name
    return ""


def reasons(walk: Walk, understanding: Understanding, accepted: str) -> Meaning:
    """What was weighed, and by what limits: for whoever asks later why. What became of it is not in it yet."""
    limits, own = limits_of(walk), own_options(walk)
    return Meaning(
        did="missed",
        intent=accepted,
        language=understanding.language,
        language_score=understanding.language_score,
        intents=understanding.intents,
        by=understanding.by,
        lifted=tuple(intent.name for intent in understanding.intents if intent.name in own),
        spoken=walk.view.language,
        accept=limits.accept,
        offer=limits.offer,
        margin=limits.margin,
    )


def limits_of(walk: Walk) -> Thresholds:
    """How sure the bot must be in the language of the conversation."""
    return walk.bot.thresholds.of(walk.view.language)


def own_options(walk: Walk) -> dict[str, Option]:
    """Free text for the options that the menu at hand shows: an option's own intent, or one that leads where it leads."""
    verb = walk.step.verb if walk.frames else None
    if not isinstance(verb, Choose):
        return {}
    shown = {choice.key for choice in walk.choices()}
    options = [option for option in verb.options if option.name in shown]
    found: dict[str, Option] = {}
    for intent, (dialog, step) in walk.bot.intents.items():
        goal = next((option for option in options if option.go == step), None)
        if goal and dialog == walk.frame.dialog:
            found[intent] = goal
    return {**found, **{option.intent: option for option in options if option.intent}}


def leads_somewhere(walk: Walk, intent: str) -> bool:
    return intent in walk.bot.intents or intent in own_options(walk)


def wants_person(walk: Walk, intent: str) -> bool:
    """Who asks for a person gets one, wherever the dialog stands."""
    human = walk.bot.commands.get("human")
    return human is not None and human.intent == intent
