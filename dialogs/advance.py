"""The dialogs' one door: where a conversation stands, what happened, and what follows. Pure."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec

from conversation.content import Content
from conversation.run import Frame, Run
from conversation.understanding import Meaning, Understanding
from conversation.value import Data, Tagged, Value
from dialogs.follow import standing
from dialogs.hearing import asides
from dialogs.hearing.hear import Hearing
from dialogs.model import Bot, Do, Handover, Wait
from dialogs.outputs import Output
from dialogs.scene import Scene
from dialogs.taken import Taken
from dialogs.walking.waits import kept
from dialogs.walking.walk import Walk


class Heard(Tagged, frozen=True, kw_only=True):
    """The customer sent something."""

    content: Content


class Pressed(Tagged, frozen=True, kw_only=True):
    payload: str
    menu: str


class Chose(Tagged, frozen=True, kw_only=True):
    """The customer set the language on the channel's own control."""

    language: str


class Comprehended(Tagged, frozen=True, kw_only=True):
    """The NLU layer's answer. ``language_open``: nobody chose the language yet."""

    understanding: Understanding
    language_open: bool


class Acted(Tagged, frozen=True, kw_only=True):
    """A back-end's answer; ``result`` None = it failed."""

    request: str
    result: dict[str, Data] | None


class Silent(Tagged, frozen=True, kw_only=True):
    """The customer said nothing for as long as the step waits."""


class Woke(Tagged, frozen=True, kw_only=True):
    """A ``wait`` is over."""


class Happened(Tagged, frozen=True, kw_only=True):
    """Something outside, which a ``wait`` may wait for."""

    name: str
    data: dict[str, Data]


class Resumed(Tagged, frozen=True, kw_only=True):
    """The operator closed, nobody came in time, or the operator gave the chat back to the bot."""

    how: Literal["closed", "busy", "handed_back"]


class Sent(Tagged, frozen=True, kw_only=True):
    """An operator sends the customer to that step, which the bot has."""

    dialog: str
    step: str


class Lost(Tagged, frozen=True, kw_only=True):
    """The conversation goes nowhere (too long, or its step is gone): to a person."""


Input: TypeAlias = Heard | Pressed | Chose | Comprehended | Acted | Silent | Woke | Happened | Resumed | Sent | Lost


class Progress(Value, frozen=True, kw_only=True):
    """``understand``: a text the NLU layer must look at first. ``language``: the one to go on in, if it changed."""

    run: Run
    variables: dict[str, Data]
    outputs: tuple[Output, ...]
    taken: tuple[Taken, ...] = ()
    understand: str = ""
    language: str = ""
    meaning: Meaning | None = None
    """What the customer's words were taken for; None: they were no words, or nobody knows yet."""


def advance(bot: Bot, run: Run, variables: Mapping[str, Data], scene: Scene, event: Input) -> Progress:
    """Take one event. A run whose step no longer exists starts again at the menu, or else from the top."""
    run = msgspec.structs.replace(run, left=asides.still_open(bot, run.left, scene.now)) if run.left else run
    walk = Walk(bot, standing(bot, run), variables, scene)
    hearing = Hearing(walk)
    _take(walk, hearing, event)
    if _astray(walk, hearing):
        walk.proceed()
    if walk.ended:
        _end(walk, hearing)
    stays = _place(walk.frames) == _place(run.frames)
    listening, heard = (scene.key, hearing.understand) if hearing.understand else ("", "")
    if isinstance(event, Acted | Silent | Woke | Happened | Chose):
        listening, heard = run.listening, run.heard
    return Progress(
        run=Run(
            frames=tuple(walk.frames),
            trail=tuple(walk.trail) if walk.frames else (),
            guess=hearing.guess if stays else None,
            leaving=hearing.leaving if stays else None,
            languages=hearing.languages and stays,
            returning=hearing.returning if walk.frames else "",
            out=hearing.out if stays else (),
            listening=listening,
            heard=heard,
            answered=hearing.answered,
            lost=hearing.lost,
            lost_at=hearing.lost_at,
            entities=walk.entities if walk.frames else {},
            left=tuple(walk.left),
            tongue=hearing.tongue,
            forms=walk.forms,
            happened=walk.happened,
        ),
        variables=walk.variables,
        outputs=tuple(walk.outputs),
        taken=tuple(walk.taken),
        understand=hearing.understand,
        language=hearing.language,
        meaning=hearing.meaning(),
    )


def _place(frames: Sequence[Frame]) -> list[tuple[str, str]]:
    return [(frame.dialog, frame.step) for frame in frames]


def _astray(walk: Walk, hearing: Hearing) -> bool:
    """At a step that has yet to be entered; one that the customer is only offered to go back to waits for the answer."""
    return bool(walk.frames) and walk.frame.stage == "enter" and not hearing.returning


def _take(walk: Walk, hearing: Hearing, event: Input) -> None:
    match event:
        case Comprehended() | Acted() | Silent() | Woke() if _astray(walk, hearing):
            walk.proceed()
        case Heard(content=content):
            hearing.content(content)
        case Pressed(payload=payload, menu=menu):
            hearing.press(payload, menu)
        case Chose(language=language):
            _chose(walk, hearing, language)
        case Comprehended(understanding=understanding, language_open=language_open):
            hearing.understood(understanding, language_open=language_open)
        case Acted(request=request, result=result):
            _acted(walk, request, result)
        case Silent():
            _silent(walk, hearing)
        case Woke():
            _woke(walk)
        case Happened(name=name, data=data):
            _happened(walk, name, data)
        case Resumed(how=how):
            _resumed(walk, how)
        case Sent(dialog=dialog, step=step):
            walk.jump(dialog, step, "sent")
            walk.proceed()
        case Lost():
            _to_person(walk)


def _chose(walk: Walk, hearing: Hearing, language: str) -> None:
    if language in walk.bot.languages and language != walk.scene.language:
        hearing.switch(language)
        hearing.again()


def _woke(walk: Walk) -> None:
    if walk.frames and walk.frame.stage == "waiting":
        verb = walk.step.verb
        if isinstance(verb, Wait) and verb.late:
            walk.move(verb.late, "late")
        elif isinstance(verb, Wait):
            walk.go_on()
        walk.proceed()


def _happened(walk: Walk, name: str, data: dict[str, Data]) -> None:
    """Taken by the step that waits for it; else kept for one that will."""
    verb = walk.step.verb if walk.frames and walk.frame.stage == "waiting" else None
    if isinstance(verb, Wait) and verb.event == name:
        walk.arrive(data)
        walk.proceed()
    else:
        walk.happened = kept(walk.happened, name, data)


def _acted(walk: Walk, request: str, result: dict[str, Data] | None) -> None:
    """An answer that nobody waits for any more (the customer went elsewhere) changes nothing."""
    if not walk.frames or walk.frame.stage != "doing" or walk.frame.request != request:
        return
    if not isinstance(walk.step.verb, Do):
        return
    if result is None:
        walk.fail()
    else:
        if walk.step.save:
            walk.variables[walk.step.save] = result
        walk.go_on()
    walk.proceed()


def _end(walk: Walk, hearing: Hearing) -> None:
    """The conversation ends, unless the customer left something else for this."""
    if walk.left and walk.ended not in asides.OVER:
        hearing.forget()
        asides.stand_there(walk)
        hearing.returning = walk.ended
        hearing.ask_beside()
    else:
        walk.finish(walk.ended)


def _silent(walk: Walk, hearing: Hearing) -> None:
    if hearing.returning:
        walk.finish(hearing.returning)
        return
    if not walk.frames or walk.frame.stage != "waiting" or walk.step.silence is None:
        return
    silence = walk.step.silence
    if walk.frame.reminders < silence.reminders:
        walk.note(reminders=walk.frame.reminders + 1)
        walk.say_product("reminder")
        walk.listen()
    else:
        walk.move(silence.go, "silence")
        walk.proceed()


def _resumed(walk: Walk, how: Literal["closed", "busy", "handed_back"]) -> None:
    """Where no step had asked for the person, an end by that person is the end, and a wait in vain is over as the company says."""
    verb = walk.step.verb if walk.frames and walk.frame.stage == "parked" else None
    handover = verb if isinstance(verb, Handover) else None
    then = walk.bot.policy.waiting.then
    if how == "handed_back":
        walk.to_menu()
        return
    if how == "closed" and not handover:
        walk.finish("solved")
        return
    if how == "busy" and handover and handover.busy_go:
        walk.move(handover.busy_go, "busy")
    elif how == "busy" and then:
        walk.jump(walk.bot.start, then, "busy")
    elif handover:
        walk.go_on()
    else:
        walk.to_menu()
        return
    walk.proceed()


def _to_person(walk: Walk) -> None:
    human = walk.bot.commands.get("human")
    if human and human.dialog:
        walk.jump(human.dialog, human.step, "lost")
        walk.proceed()
    else:
        walk.start()
        walk.escape()
