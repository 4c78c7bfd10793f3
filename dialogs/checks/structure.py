"""D00–D04: names fit, targets exist, every step can be come to, and none is a dead end."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from dialogs.checks.graph import edges_of, knots, reach
from dialogs.checks.material import Material
from dialogs.model import CallDialog, Choose, Dialog, Handover, Step
from dialogs.problems import Problem
from dialogs.reading.source import Path

MAX_PAYLOAD: Final = 64
"""Bytes of a button's id, the smallest limit of all channels (Telegram's callback_data)."""
BOT_FILE: Final = "bot.yaml"


def one_of(name: str, known: Collection[str]) -> str:
    """What to do about a name that is not known."""
    near = difflib.get_close_matches(name, sorted(known), n=1)
    if near:
        return f"did you mean “{near[0]}”?"
    return f"use one of: {', '.join(sorted(known)[:12])}" if known else "there are none yet"


# ── D00: names ───────────────────────────────────────────────────────────────────────────────────────────────────────


def long_names(m: Material) -> Iterator[Problem]:
    for dialog, step in m.steps():
        for option in step.verb.options if isinstance(step.verb, Choose) else ():
            size = len(f"{dialog.name}/{step.name}/{option.name}")
            if size > MAX_PAYLOAD:
                message = f"the names of dialog, step and option “{option.name}” have {size} characters together"
                yield m.at(dialog, step, message, f"shorten them to {MAX_PAYLOAD}", path=("choose", option.name))


def untitled(m: Material) -> Iterator[Problem]:
    for dialog in m.bot.dialogs.values():
        if not m.says(dialog, "title"):
            yield m.within(dialog.file, (), "the dialog has no title", "add `title: …`, what it is for in one line")


def channels(m: Material) -> Iterator[Problem]:
    """Only where the caller knows the channels."""
    for number, channel in enumerate(m.bot.channels if m.channels else ()):
        if channel not in m.channels:
            yield m.within(
                BOT_FILE, ("channels", number), f"there is no channel “{channel}”", one_of(channel, m.channels)
            )


# ── D01: targets ─────────────────────────────────────────────────────────────────────────────────────────────────────


def targets(m: Material) -> Iterator[Problem]:
    for dialog in m.bot.dialogs.values():
        yield from _named_once(m, dialog)
        for step in dialog.steps.values():
            yield from _ways_of(m, dialog, step)
    yield from _settings(m)


def _named_once(m: Material, dialog: Dialog) -> Iterator[Problem]:
    """What stands outside of the steps, ``defaults`` among it: told once, not for every step that takes them."""
    named: dict[Path, str] = {("start",): dialog.start}
    named |= {("intents", intent): step for intent, step in dialog.intents.items()}
    named |= {("renamed", old): step for old, step in dialog.renamed.items()}
    named |= dict(_defaults(m, dialog))
    for path, target in named.items():
        if target and target not in dialog.steps:
            message = f"its {' '.join(str(part) for part in path)} is “{target}”, a step that does not exist"
            yield m.within(dialog.file, path, message, f"add the step, or {one_of(target, dialog.steps)}")
    for old in dialog.renamed:
        if old in dialog.steps:
            message = f"step “{old}” is said to be renamed, and is still there"
            yield m.within(dialog.file, ("renamed", old), message, "delete this line, or the step")


def _defaults(m: Material, dialog: Dialog) -> Iterator[tuple[Path, str]]:
    """Those that a step takes."""
    data = m.data(dialog.file)
    defaults = data.get("defaults") if isinstance(data, dict) else None
    taken = {
        edge.why
        for step in dialog.steps.values()
        for edge in edges_of(step)
        if not m.says(dialog, "steps", step.name, edge.why)
    }
    for key, value in defaults.items() if isinstance(defaults, dict) else ():
        if key not in taken:
            continue
        target, path = (value.get("go"), (key, "go")) if isinstance(value, dict) else (value, (key,))
        yield ("defaults", *path), str(target or "")


def _ways_of(m: Material, dialog: Dialog, step: Step) -> Iterator[Problem]:
    for edge in edges_of(step):
        by_default = edge.why in ("misses", "silence", "failed") and not m.says(dialog, "steps", step.name, edge.why)
        if edge.to and edge.to not in dialog.steps and not by_default:
            message = f"its {edge.why} leads to “{edge.to}”, a step that does not exist"
            todo = f"add the step, or {one_of(edge.to, dialog.steps)}"
            yield m.at(dialog, step, message, todo, path=edge.path)
    match step.verb:
        case CallDialog(dialog=name) if name not in m.bot.dialogs:
            message = f"it calls “{name}”, a dialog that does not exist"
            yield m.at(
                dialog, step, message, f"add dialogs/{name}.yaml, or {one_of(name, m.bot.dialogs)}", path=("call",)
            )
        case Handover(team=team) if team not in m.bot.policy.teams:
            todo = f"add it to `teams:` in bot.yaml, or {one_of(team, m.bot.policy.teams)}"
            yield m.at(dialog, step, f"there is no team “{team}”", todo, path=("handover",))
        case _:
            pass


def _settings(m: Material) -> Iterator[Problem]:
    bot = m.bot
    if bot.start not in bot.dialogs:
        message = f"it starts with “{bot.start}”, a dialog that does not exist"
        yield m.within(BOT_FILE, ("start",), message, one_of(bot.start, bot.dialogs))
    for command in bot.commands.values():
        if command.dialog and bot.step(command.dialog, command.step) is None:
            message = f"the command “{command.name}” leads to {command.dialog}/{command.step}, which does not exist"
            path = ("commands", command.name, "step" if command.dialog in bot.dialogs else "dialog")
            yield m.within(BOT_FILE, path, message, "correct `dialog:` and `step:`")
    then, start = bot.policy.waiting.then, bot.dialogs.get(bot.start)
    if then and start and then not in start.steps:
        message = f"after waiting it goes on with “{then}”, which dialog {bot.start} does not have"
        yield m.within(BOT_FILE, ("waiting", "then"), message, one_of(then, start.steps))


# ── D02: every step can be come to ───────────────────────────────────────────────────────────────────────────────────


def unreached(m: Material) -> Iterator[Problem]:
    """Only where a lost part begins is told of: what follows from it is lost with it."""
    graph = {
        (dialog.name, step.name): [(dialog.name, edge.to) for edge in m.edges[dialog.name][step.name]]
        + [(callee, m.bot.dialogs[callee].start) for callee, _ in m.callees(step)]
        for dialog, step in m.steps()
    }
    starts = [(name, step) for name, entries in m.entries.items() for step in entries]
    starts += [(dialog.name, step) for dialog in m.bot.dialogs.values() for step in dialog.renamed.values()]
    reached = reach([place for place in starts if place in graph], graph.__getitem__)
    lost = {place: [to for to in graph[place] if to not in reached] for place in graph if place not in reached}
    for place in _beginnings(lost):
        dialog = m.bot.dialogs[place[0]]
        step = dialog.steps[place[1]]
        if not any((dialog.name, name) in reached for name in dialog.steps) and dialog.start in dialog.steps:
            message = "nothing leads to this dialog: no `call`, no `needs`, no intent and no command"
            yield m.at(dialog, step, message, f"lead a step to it with `call: {dialog.name}`, or delete the file")
        else:
            todo = "let a step go there (is a name misspelt somewhere?), or delete it"
            yield m.at(dialog, step, "no step, intent or command leads here", todo)


def _beginnings(lost: Mapping[tuple[str, str], list[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """Of each part, the first node that no other of them leads to; in a circle, the first one."""
    led_to = {to for place, following in lost.items() for to in following if to != place}
    heads = [place for place in lost if place not in led_to]
    yield from heads
    told = reach(heads, lost.__getitem__)
    for place in lost:
        if place not in told:
            yield place
            told |= reach([place], lost.__getitem__)


# ── D03: no dead end ─────────────────────────────────────────────────────────────────────────────────────────────────


def empty_menus(m: Material) -> Iterator[Problem]:
    """A menu may lose its options to their conditions; that a step leads nowhere is told when it is read."""
    for dialog, step in m.steps():
        options = step.verb.options if isinstance(step.verb, Choose) else ()
        if options and all(option.when is not None for option in options):
            message = "every option has a condition: the menu may be shown without any"
            todo = "leave one option without `when`, or tick this if one of them always holds"
            yield m.at(dialog, step, message, todo, path=("choose",), severity="warning")


def call_circles(m: Material) -> Iterator[list[str]]:
    """Dialogs that run each other."""
    yield from knots({name: [callee for callee, _ in _calls(m, name)] for name in m.bot.dialogs})


def _calls(m: Material, name: str) -> Iterator[tuple[str, Step]]:
    for step in m.bot.dialogs[name].steps.values():
        for callee, _ in m.callees(step):
            yield callee, step
