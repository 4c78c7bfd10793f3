"""What follows from what the NLU layer made of a free text: the way it leads, from wherever the conversation stands."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec

from conversation.run import Guess, Leaving
from conversation.understanding import Intent
from dialogs.hearing import asides, meaning
from dialogs.hearing.attention import Attention
from dialogs.hearing.misses import miss
from dialogs.model import Ask
from dialogs.outputs import Learn
from dialogs.saying.prompts import NONE
from dialogs.saying.titles import of_place

Way: TypeAlias = Literal["jump", "here", "aside", "stay", "ask"]


def follow(hearing: Attention, intent: str, entities: Mapping[str, str], *, chosen: bool = False) -> None:
    """Go where the intent leads. ``chosen``: the customer picked it from a list, and need not be asked again."""
    walk = hearing.walk
    own = meaning.own_options(walk).get(intent)
    if own:
        hearing.lost = 0
        walk.entities = dict(entities)
        walk.move(own.go, f"option.{own.name}")
        walk.proceed()
        return
    dialog, step = walk.bot.intents[intent]
    way = _way(hearing, intent)
    if way != "here":
        hearing.lost = 0
    match way:
        case "here" if chosen:
            hearing.again()
        case "here":
            miss(hearing)
        case "stay":
            _stay(hearing)
        case "aside":
            walk.entities = {**walk.entities, **entities}
            if not asides.aside(walk, dialog, step, f"intent.{intent}"):
                _stay(hearing)
        case "ask" if not chosen:
            hearing.leaving = Leaving(intent=intent, entities=dict(entities))
            hearing.ask_beside()
        case "ask":
            leave(hearing, intent, entities, told=True)
        case "jump":
            asides.go(walk, intent, entities)


def leave(hearing: Attention, intent: str, entities: Mapping[str, str], *, told: bool = False) -> None:
    """Go there, and keep what is left for a day. ``told``: say so."""
    walk = hearing.walk
    if intent not in walk.bot.intents:
        hearing.again()
        return
    if told:
        title = of_place(walk.prompts, walk.base(), walk.trail)
        walk.say_product("left" if title else "left_this", title=title)
    asides.leave(walk)
    asides.go(walk, intent, entities)


def offer(hearing: Attention, intents: Sequence[Intent], entities: Mapping[str, str]) -> None:
    """ "Did you mean …?" """
    walk = hearing.walk
    known = [intent for intent in intents if meaning.leads_somewhere(walk, intent.name)]
    if not known:
        miss(hearing)
        return
    hearing.guess = Guess(
        intents=tuple(intent.name for intent in known),
        text=walk.run.heard,
        scores=tuple(intent.score for intent in known),
        entities=dict(entities),
    )
    hearing.took = "offered"
    if hearing.weighed:
        hearing.weighed = msgspec.structs.replace(hearing.weighed, intent=known[0].name)
    hearing.ask_beside()


def choose_guess(hearing: Attention, guess: Guess, intent: str) -> None:
    """The customer says what was meant, or that it is none of these: an example to learn from."""
    walk = hearing.walk
    chosen = "" if intent == NONE else intent
    scores = dict(zip(guess.intents, guess.scores, strict=False))
    walk.outputs.append(Learn(text=guess.text, language=walk.view.language, intent=chosen, scores=scores))
    if chosen and meaning.leads_somewhere(walk, chosen):
        follow(hearing, chosen, guess.entities, chosen=True)
    else:
        hearing.again()


def _stay(hearing: Attention) -> None:
    hearing.walk.say_product("first_this")
    hearing.again()


def _way(hearing: Attention, intent: str) -> Way:
    """What an intent does that is none of this step's own options."""
    walk = hearing.walk
    dialog, _ = goal = walk.bot.intents[intent]
    if meaning.wants_person(walk, intent):
        return "jump"
    if goal in ((frame.dialog, frame.step) for frame in walk.frames):
        return "jump" if len(walk.frames) == 1 and walk.frame.form is None else "here"
    match walk.step.digress:
        case "stay" | "no":
            return "stay"
        case "return":
            return "aside"
        case "":
            pass
    if walk.bot.dialogs[dialog].kind == "answer":
        return "aside"
    base = walk.base()
    other = isinstance(walk.bot.dialogs[base[-1].dialog].steps[base[-1].step].verb, Ask) and base[-1].dialog != dialog
    return "ask" if len(base) > 1 or base[-1].form is not None or other else "jump"
