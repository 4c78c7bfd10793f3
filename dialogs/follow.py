"""How a running conversation follows a new version of its bot. Pure."""

import msgspec

from conversation.run import Frame, Run
from dialogs.model import Ask, Bot, CallDialog, Choose, Do, Form, Pick, Step, Wait


def standing(bot: Bot, run: Run) -> Run:
    """The run as this version of the bot can hold it.

    Renamed steps are followed; a lost place is given up for the menu; a step that is another kind of step now is entered anew.
    """
    frames: list[Frame] = []
    for frame in run.frames:
        dialog = bot.dialogs.get(frame.dialog)
        name = dialog.renamed.get(frame.step, frame.step) if dialog and frame.step not in dialog.steps else frame.step
        step = dialog.steps.get(name) if dialog else None
        if step is None:
            return msgspec.structs.replace(run, frames=(home(bot),), trail=(), guess=None)
        if not fits(frame, step):
            frames.append(Frame(dialog=frame.dialog, step=name))
            break
        frames.append(msgspec.structs.replace(frame, step=name))
    return msgspec.structs.replace(run, frames=tuple(frames))


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
