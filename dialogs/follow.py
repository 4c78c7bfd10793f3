"""How a running conversation follows a new version of its bot. Pure."""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from conversation.run import Frame, Left, LeftForm, Run
from conversation.value import Data, Value
from dialogs.flow import Flow
from dialogs.kinds import Kind
from dialogs.model import Ask, Bot, CallDialog, Choose, Do, Form, Pick, Step, Wait, verb_name
from dialogs.saying.templates import Expression


class Follows(Value, frozen=True, kw_only=True):
    """``run``: where the conversation stands, in the new version's words."""

    run: Run


class Stays(Value, frozen=True, kw_only=True):
    """Where a conversation stands that can't follow, and why not, in words for an editor."""

    dialog: str
    step: str
    why: str


def follow(new: Flow, old: Flow, run: Run, variables: Mapping[str, Data]) -> Follows | Stays:
    """Can a conversation go on in the new version as if nothing had happened?

    Every dialog that it is inside of counts: the step must be there, or be renamed, be of the same kind, and all that the new
    version takes for granted from there on, and the old one did not, must be known.
    """
    frames = _follow(new, old, run.frames, variables)
    if isinstance(frames, Stays):
        return frames
    left: list[Left] = []
    for each in run.left:
        found = _follow(new, old, each.frames, {**variables, **each.variables})
        if isinstance(found, Stays):
            return found
        left.append(msgspec.structs.replace(each, frames=found, trail=_trail(new.bot, each.trail)))
    return Follows(run=_moved(new.bot, run, frames, tuple(left)))


def _follow(
    new: Flow, old: Flow, frames: tuple[Frame, ...], variables: Mapping[str, Data]
) -> tuple[Frame, ...] | Stays:
    moved: list[Frame] = []
    for index, frame in enumerate(frames):
        name = new.bot.renamed(frame.dialog, frame.step)
        found, was = new.bot.step(frame.dialog, name), old.bot.step(frame.dialog, frame.step)
        why = "the step is gone" if found is None else _other(found, was, frame) if was else "its version is gone"
        now = msgspec.structs.replace(frame, step=name)
        if not why:
            missing = new.granted(now) - old.granted(frame) - _known(variables)
            why = _needs(missing - _filled_inside(new, frames[index + 1 :]))
        if why:
            return Stays(dialog=frame.dialog, step=frame.step, why=why)
        moved.append(now)
    return tuple(moved)


def standing(bot: Bot, run: Run) -> Run:
    """The run as this version of the bot can hold it, whatever it was before.

    Renamed steps are followed; a lost place is given up for the menu; a step that is another kind of step now is entered anew.
    """
    frames: list[Frame] = []
    for frame in run.frames:
        name = bot.renamed(frame.dialog, frame.step)
        step = bot.step(frame.dialog, name)
        if step is None:
            return at_home(bot, run)
        if not fits(frame, step):
            frames.append(Frame(dialog=frame.dialog, step=name))
            break
        frames.append(frame if name == frame.step else msgspec.structs.replace(frame, step=name))
    return msgspec.structs.replace(run, frames=tuple(frames))


def at_home(bot: Bot, run: Run) -> Run:
    """Its place is given up: it begins again at the menu."""
    return msgspec.structs.replace(
        run, frames=(home(bot),), trail=(), guess=None, leaving=None, left=(), returning="", out=()
    )


def home(bot: Bot) -> Frame:
    menu = bot.commands.get("menu")
    dialog, name = (menu.dialog, menu.step) if menu else (bot.start, bot.dialogs[bot.start].start)
    return Frame(dialog=dialog, step=name)


def fits(frame: Frame, step: Step) -> bool:
    """Can a conversation be there, at that stage, in this version?"""
    match frame.stage:
        case "needs":
            return bool(step.needs)
        case "called":
            return isinstance(step.verb, CallDialog)
        case "doing":
            return isinstance(step.verb, Do)
        case "parked":
            return True
        case "enter":
            return False
    if isinstance(step.verb, Form):
        return frame.form is not None and frame.form.field in ("", *(field.name for field in step.verb.fields))
    return frame.form is None and isinstance(step.verb, Choose | Pick | Ask | Wait)


def _moved(bot: Bot, run: Run, frames: tuple[Frame, ...], left: tuple[Left, ...]) -> Run:
    """With all that it remembers by the names of steps and intents; a form that is another one now begins anew."""
    forms = {_place(bot, place): form for place, form in run.forms.items()}
    guess, leaving = run.guess, run.leaving
    return msgspec.structs.replace(
        run,
        frames=frames,
        trail=_trail(bot, run.trail),
        guess=guess if guess and set(guess.intents) <= set(bot.intents) else None,
        leaving=leaving if leaving and leaving.intent in bot.intents else None,
        left=left,
        lost_at=_trail(bot, run.lost_at),
        forms={place: form for place, form in forms.items() if _holds(bot, place, form)},
    )


def _trail(bot: Bot, places: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((dialog, bot.renamed(dialog, step)) for dialog, step in places if dialog in bot.dialogs)


def _place(bot: Bot, place: str) -> str:
    dialog, _, step = place.partition("/")
    return f"{dialog}/{bot.renamed(dialog, step)}"


def _holds(bot: Bot, place: str, left: LeftForm) -> bool:
    """Whether the step still asks for all that was answered there."""
    dialog, _, name = place.partition("/")
    step = bot.step(dialog, name)
    fields = [field.name for field in step.verb.fields] if step and isinstance(step.verb, Form) else []
    return {*left.form.answers, left.form.field} - {""} <= set(fields)


def _known(variables: Mapping[str, Data]) -> set[str]:
    return {name for name, value in variables.items() if value is not None}


def _filled_inside(flow: Flow, inner: tuple[Frame, ...]) -> frozenset[str]:
    """What the dialogs that it is inside of find out before they give the word back."""
    return frozenset[str]().union(*(flow.written(frame.dialog) for frame in inner))


def _needs(missing: frozenset[str]) -> str:
    names = ", ".join(f"`{name}`" for name in sorted(missing))
    return f"it goes on with {names}, which nobody has told it" if names else ""


_Why: TypeAlias = str
"""Empty: there is no reason."""


def _other(now: Step, was: Step, frame: Frame) -> _Why:
    """Why what happens at this step is not what the conversation expects."""
    if frame.stage == "enter":
        return ""
    if frame.stage == "needs":
        return "" if now.needs == was.needs else f"it needs `{now.needs or 'nothing'}` first, not `{was.needs}`"
    if type(now.verb) is not type(was.verb):
        return f"it is `{verb_name(now.verb)}` now and was `{verb_name(was.verb)}`"
    match now.verb, was.verb:
        case Ask(answer=kind), Ask(answer=before) if not _same(kind, before):
            return f"it asks for {kind.name} now and asked for {before.name}"
        case Form(), Form():
            return _other_form(now.verb, was.verb, frame)
        case Choose(options=options), Choose(options=before):
            shown, seen = ([(option.name, _source(option.when)) for option in each] for each in (options, before))
            return "" if shown[: len(seen)] == seen else "its choices are others, or in another order"
        case Do(action=action), Do(action=before) if action != before:
            return f"it waits for {action} now and waited for {before}"
        case Wait(event=event), Wait(event=before) if event != before:
            return f"it waits for {event or 'a time'} now and waited for {before or 'a time'}"
        case CallDialog(dialog=dialog), CallDialog(dialog=before) if dialog != before:
            return f"it runs {dialog} now and ran {before}"
    return ""


def _other_form(now: Form, was: Form, frame: Frame) -> _Why:
    """A field may be added; what is asked, or was answered, must be what it was."""
    kinds, before = ({field.name: field.kind for field in form.fields} for form in (now, was))
    wanted = {*frame.form.answers, frame.form.field} - {""} if frame.form else set[str]()
    for name in sorted(wanted):
        if name not in kinds:
            return f"it does not ask for {name} any more"
        if name in before and not _same(kinds[name], before[name]):
            return f"it asks for {name} in another way"
    return ""


def _same(kind: Kind, before: Kind) -> bool:
    return (kind.name, kind.pattern) == (before.name, before.pattern)


def _source(when: Expression | None) -> str:
    return when.source if when else ""
