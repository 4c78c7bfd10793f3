"""Dialogs that call each other in a circle: at run time the third level ends it, and the customer gets a person for no reason."""

from collections.abc import Iterator, Mapping

from dialogs.model import Bot, CallDialog, Dialog, Step


def call_circles(bot: Bot) -> Iterator[tuple[Dialog, Step, tuple[str, ...]]]:
    """Each step that leads, by ``call`` or ``needs``, into a dialog from which its own is called again; and the way of names."""
    calls = {name: _called(bot, dialog) for name, dialog in bot.dialogs.items()}
    for name, dialog in bot.dialogs.items():
        for called, step in calls[name].items():
            way = _way(calls, called, name)
            if way:
                yield dialog, step, (name, *way)


def _called(bot: Bot, dialog: Dialog) -> Mapping[str, Step]:
    """Dialogs that this one runs, each with the first step that does."""
    found: dict[str, Step] = {}
    for step in dialog.steps.values():
        names = [step.verb.dialog] if isinstance(step.verb, CallDialog) else []
        names += [bot.fillers[step.needs]] if step.needs in bot.fillers else []
        for name in names:
            if name in bot.dialogs:
                found.setdefault(name, step)
    return found


def _way(calls: Mapping[str, Mapping[str, Step]], start: str, end: str) -> tuple[str, ...]:
    """Shortest, both ends among it; empty if there is none."""
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    rest = [start]
    for name in rest:
        if name == end:
            return ways[name]
        for called in calls[name]:
            if called not in ways:
                ways[called] = (*ways[name], called)
                rest.append(called)
    return ()
