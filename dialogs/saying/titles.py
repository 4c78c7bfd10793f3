"""What things are called in the customer's words: an intent, and what the customer is about."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from conversation.run import Frame
from dialogs.model import CallDialog, Choose, Dialog
from dialogs.saying.prompts import Prompts

TITLE: Final = "_title"
"""The key of a dialog's own title among its texts; its ``options`` are titles of single intents."""


def of_intent(prompts: Prompts, intent: str) -> str:
    """Its own title; the label of a menu option that leads where it leads; or else the title of its dialog."""
    place = prompts.bot.intents.get(intent)
    if place is None:
        return next(_own_labels(prompts, intent), "") or _plain(intent)
    own = _own(prompts, place[0], intent)
    label = own or next(_labels(prompts, place, prompts.bot.dialogs[place[0]].steps), "")
    return label or _of_command(prompts, intent) or _own(prompts, place[0]) or _plain(intent)


def of_place(prompts: Prompts, frames: Sequence[Frame], trail: Sequence[tuple[str, str]]) -> str:
    """What somebody is about who stands there: what leads to the step, or to those on the way to it. May be empty."""
    outer = frames[0].dialog
    places = [(outer, frames[0].step), *(place for place in reversed(trail) if place[0] == outer)]
    menu = prompts.bot.commands.get("menu")
    for place in places:
        intent = _intent_of(prompts, place)
        found = _own(prompts, outer, intent) if intent else ""
        if menu and menu.dialog == outer:
            found = found or next(_labels(prompts, place, (menu.step,)), "")
        if found:
            return found
    own = _own(prompts, outer)
    dialog = prompts.bot.dialogs[outer]
    return own or next((label for place in places for label in _labels(prompts, place, dialog.steps)), "")


def of_dialog(prompts: Prompts, name: str) -> str:
    """The title that its texts give it; may be empty."""
    return _own(prompts, name)


def _own(prompts: Prompts, dialog: str, intent: str = "") -> str:
    """The title that the dialog's texts give it, or the intent."""
    entry = prompts.entry(dialog, TITLE)
    if entry is None:
        return ""
    if intent:
        template = entry.options.get(intent)
        return template(prompts.names, prompts.view) if template else ""
    return prompts.bot.texts.say(entry, "", variables=prompts.names, view=prompts.view)


def _intent_of(prompts: Prompts, place: tuple[str, str]) -> str:
    return next((intent for intent, goal in prompts.bot.intents.items() if goal == place), "")


def _of_command(prompts: Prompts, intent: str) -> str:
    human = prompts.bot.commands.get("human")
    return prompts.product("human") if human and human.intent == intent else ""


def _labels(prompts: Prompts, place: tuple[str, str], steps: Iterable[str]) -> Iterator[str]:
    """Labels of the options, in those steps of its dialog or anywhere by a call, that lead to the place."""
    dialog = prompts.bot.dialogs[place[0]]
    yield from (label for name in steps for label in _of_step(prompts, dialog, name, {place[1]}))
    if place[1] == dialog.start:
        for other in prompts.bot.dialogs.values():
            calls = {
                name
                for name, step in other.steps.items()
                if isinstance(step.verb, CallDialog) and step.verb.dialog == place[0]
            }
            yield from (label for name in other.steps for label in _of_step(prompts, other, name, calls))


def _of_step(prompts: Prompts, dialog: Dialog, name: str, goals: set[str]) -> Iterator[str]:
    step = dialog.steps.get(name)
    if step and goals and isinstance(step.verb, Choose):
        for option in step.verb.options:
            if option.go in goals:
                yield prompts.option(dialog.name, step, option.name).label


def _own_labels(prompts: Prompts, intent: str) -> Iterator[str]:
    """Of the option that this intent means, which no dialog starts with."""
    for dialog in prompts.bot.dialogs.values():
        for step in dialog.steps.values():
            for option in step.verb.options if isinstance(step.verb, Choose) else ():
                if option.intent == intent:
                    yield prompts.option(dialog.name, step, option.name).label


def _plain(intent: str) -> str:
    return intent.replace("_", " ")
