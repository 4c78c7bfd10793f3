"""What must hold before a bot may run: every way leads somewhere, every question has a way out, every text is there."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from dialogs.circles import call_circles
from dialogs.model import (
    Ask,
    Bot,
    CallDialog,
    Choose,
    Dialog,
    Do,
    Form,
    Handover,
    Pick,
    Random,
    Say,
    Step,
    Wait,
)
from dialogs.problems import Problem
from dialogs.source import Path
from dialogs.texts import Entry

MAX_PAYLOAD: Final = 64
"""Bytes of a button's id, the smallest limit of all channels (Telegram's callback_data)."""

Files: TypeAlias = Mapping[str, bytes]
Lines: TypeAlias = Callable[[str, Path], int]
Ways = list[tuple[str, str]]
"""(where to, why) of a step; ``why`` as in docs/protocols.md."""


def ways_on(step: Step) -> Ways:
    """Every step of the same dialog that can come next."""
    ways: Ways = [(line.go, "route" if len(step.ways) > 1 else "go") for line in step.ways]
    match step.verb:
        case Choose(options=options):
            ways += [(option.go, "option") for option in options]
        case Form(cancelled=cancelled) if cancelled:
            ways.append((cancelled, "cancelled"))
        case Handover(busy_go=busy) if busy:
            ways.append((busy, "busy"))
        case Wait(late=late) if late:
            ways.append((late, "wait"))
        case Random(weights=weights):
            ways += [(name, "route") for name in weights]
        case _:
            pass
    if can_fail(step):
        ways.append((step.failed, "failed"))
    if is_question(step):
        ways += [(step.misses.go, "misses")] if step.misses else []
        ways += [(step.silence.go, "silence")] if step.silence else []
    return ways


def is_question(step: Step) -> bool:
    return isinstance(step.verb, Choose | Pick | Ask | Form)


def can_fail(step: Step) -> bool:
    return bool(step.needs) or isinstance(step.verb, Do | CallDialog | Pick)


def check_bot(bot: Bot, files: Files, line: Lines) -> list[Problem]:
    """All problems of a bot that could be read. ``line``: where a part of a file stands, or the nearest part around it."""
    return [problem for rule in _RULES for problem in rule(bot, files, line)]


def _at(dialog: Dialog, step: Step, message: str, todo: str) -> Problem:
    return Problem(file=dialog.file, line=step.line, step=step.name, message=message, todo=todo)


def _steps(bot: Bot) -> Iterator[tuple[Dialog, Step]]:
    for dialog in bot.dialogs.values():
        for step in dialog.steps.values():
            yield dialog, step


def _way_path(step: Step, target: str, why: str) -> Path:
    """Where a file says that a step goes there; what ``defaults`` say stands there, not in the step."""
    if isinstance(step.verb, Choose) and why == "option":
        name = next(option.name for option in step.verb.options if option.go == target)
        return ("steps", step.name, "choose", name)
    if isinstance(step.verb, Random) and target in step.verb.weights:
        return ("steps", step.name, "random", target)
    if why == "route":
        return ("steps", step.name, why, next(n for n, way in enumerate(step.ways) if way.go == target))
    return ("steps", step.name, why)


def _targets(bot: Bot, _: Files, line: Lines) -> Iterator[Problem]:
    for dialog, step in _steps(bot):
        for target, why in ways_on(step):
            if not target and why == "failed":
                message, todo = (
                    "nothing says what happens when this fails",
                    "add `failed: <step>` here or under `defaults`",
                )
                yield _at(dialog, step, message, todo)
            elif target not in dialog.steps:
                todo = f"add the step, or use one of: {', '.join(sorted(dialog.steps)[:12])}"
                message = f"its {why} leads to “{target}”, a step that does not exist"
                where = line(dialog.file, _way_path(step, target, why))
                yield Problem(file=dialog.file, line=where, step=step.name, message=message, todo=todo)


def _circles(bot: Bot, _: Files, line: Lines) -> Iterator[Problem]:
    """Steps that lead to each other without anybody being asked or waited for would go on for ever."""
    for dialog in bot.dialogs.values():
        following = {name: _by_itself(step) & set(dialog.steps) for name, step in dialog.steps.items()}
        for name in dialog.steps:
            ahead, met = list(following[name]), set[str]()
            while ahead:
                step = ahead.pop()
                if step not in met:
                    met.add(step)
                    ahead += following[step]
            if name in met:
                message = f"it comes back to itself by {', '.join(sorted(met))} without asking anybody"
                where = line(dialog.file, ("steps", name))
                yield Problem(
                    file=dialog.file, line=where, step=name, message=message, todo="lead one of them to a question"
                )


def _by_itself(step: Step) -> set[str]:
    """Where a step can lead in the same breath, or with no more than a back-end's answer in between."""
    match step.verb:
        case Say() | Do() | Random() if not step.needs:
            return {target for target, _ in ways_on(step)}
        case Pick() if not step.needs:
            return {step.failed}
        case _:
            return set()


def _beginnings(bot: Bot, _: Files, line: Lines) -> Iterator[Problem]:
    for dialog in bot.dialogs.values():
        named: dict[Path, str] = {("start",): dialog.start}
        named |= {("intents", intent): step for intent, step in dialog.intents.items()}
        named |= {("renamed", old): step for old, step in dialog.renamed.items()}
        for path, target in named.items():
            if target not in dialog.steps:
                message = f"its {' '.join(str(part) for part in path)} is “{target}”, a step that does not exist"
                todo = "add the step or correct the name"
                yield Problem(file=dialog.file, line=line(dialog.file, path), message=message, todo=todo)


def _settings(bot: Bot, _: Files, line: Lines) -> Iterator[Problem]:
    if bot.start not in bot.dialogs:
        message = f"it starts with “{bot.start}”, a dialog that does not exist"
        todo = f"use one of: {', '.join(bot.dialogs)}"
        yield Problem(file="bot.yaml", line=line("bot.yaml", ("start",)), message=message, todo=todo)
    for command in bot.commands.values():
        if command.dialog and bot.step(command.dialog, command.step) is None:
            message = f"the command “{command.name}” leads to {command.dialog}/{command.step}, which does not exist"
            where = line("bot.yaml", ("commands", command.name))
            yield Problem(file="bot.yaml", line=where, message=message, todo="correct `dialog:` and `step:`")
    then, start = bot.policy.waiting.then, bot.dialogs.get(bot.start)
    if then and start and then not in start.steps:
        message = f"after waiting it goes on with “{then}”, which dialog {bot.start} does not have"
        where = line("bot.yaml", ("waiting", "then"))
        yield Problem(file="bot.yaml", line=where, message=message, todo="correct `waiting: {then: …}`")


def _questions(bot: Bot, _: Files, __: Lines) -> Iterator[Problem]:
    for dialog, step in _steps(bot):
        if is_question(step) and step.misses is None:
            message = "nothing says what happens when the answers are not understood"
            yield _at(dialog, step, message, "add `misses: {limit: 3, go: …}` here or under `defaults`")
        if is_question(step) and step.silence is None:
            message = "nothing says what happens when the customer does not answer"
            yield _at(dialog, step, message, "add `silence: {after: 10m, go: …}` here or under `defaults`")


def _references(bot: Bot, _: Files, __: Lines) -> Iterator[Problem]:
    for dialog, step in _steps(bot):
        if step.needs and step.needs not in bot.fillers:
            message = f"it needs “{step.needs}”, and no dialog finds that out"
            yield _at(dialog, step, message, f"write a dialog with `fills: {step.needs}`")
        match step.verb:
            case Do(action=action, arguments=arguments):
                yield from _action(bot, dialog, step, action, set(arguments))
            case CallDialog(dialog=name) if name not in bot.dialogs:
                yield _at(dialog, step, f"it calls “{name}”, a dialog that does not exist", f"add dialogs/{name}.yaml")
            case Handover(team=team) if team not in bot.policy.teams:
                todo = f"use one of: {', '.join(bot.policy.teams) or 'none yet; add `teams:` to bot.yaml'}"
                yield _at(dialog, step, f"there is no team “{team}”", todo)
            case _:
                pass


def _action(bot: Bot, dialog: Dialog, step: Step, name: str, given: set[str]) -> Iterator[Problem]:
    spec = bot.actions.get(name)
    if spec is None:
        todo = "correct the name, or add it to actions/catalogue.yaml"
        yield _at(dialog, step, f"there is no action “{name}”", todo)
    elif given != set(spec.takes):
        yield _at(
            dialog, step, f"action {name} takes {_names(spec.takes)}, and gets {_names(given)}", "correct `with:`"
        )


def _names(names: set[str] | Mapping[str, object]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _payloads(bot: Bot, _: Files, __: Lines) -> Iterator[Problem]:
    for dialog, step in _steps(bot):
        options = step.verb.options if isinstance(step.verb, Choose) else ()
        for option in options:
            size = len(f"{dialog.name}/{step.name}/{option.name}")
            if size > MAX_PAYLOAD:
                message = f"the names of dialog, step and option “{option.name}” have {size} characters together"
                yield _at(dialog, step, message, f"shorten them to {MAX_PAYLOAD}")


def _texts(bot: Bot, _: Files, __: Lines) -> Iterator[Problem]:
    for language in bot.languages:
        for dialog, step in _steps(bot):
            if step.say:
                entry = bot.texts.dialog(language, dialog.name).get(step.say)
                file = f"locales/{language}/{dialog.name}.yaml"
                for missing in _missing(step, entry, bot.texts.dialog(language, dialog.name).get(step.name)):
                    message = f"the text “{missing}” is missing (used by {dialog.file}:{step.line})"
                    yield Problem(file=file, line=0, step=step.name, message=message, todo="add it")


def _missing(step: Step, entry: Entry | None, own: Entry | None) -> Iterator[str]:
    if entry is None or not entry.forms:
        yield step.say
        return
    match step.verb:
        case Choose(options=options):
            shown = own or entry
            yield from (f"{step.name}.options.{option.name}" for option in options if option.name not in shown.options)
        case Form(fields=fields, confirm=confirm):
            yield from (f"{step.say}.fields.{field.name}" for field in fields if field.name not in entry.fields)
            if confirm and entry.confirm is None:
                yield f"{step.say}.confirm"
        case Pick() if entry.item is None:
            yield f"{step.say}.item"
        case _:
            pass


def _calls(bot: Bot, _: Files, __: Lines) -> Iterator[Problem]:
    for dialog, step, way in call_circles(bot):
        message = f"its dialog runs itself again: {' → '.join(way)}"
        yield _at(dialog, step, message, "let one of them `go` to a step instead of `call`, or take a `needs` out")


def _media(bot: Bot, files: Files, _: Lines) -> Iterator[Problem]:
    for dialog, step in _steps(bot):
        if step.attach and not step.attach.names and step.attach.source not in files:
            yield _at(dialog, step, f"there is no file {step.attach.source}", "put it into media/")


_RULES: tuple[Callable[[Bot, Files, Lines], Iterator[Problem]], ...] = (
    _targets,
    _beginnings,
    _circles,
    _calls,
    _settings,
    _questions,
    _references,
    _payloads,
    _texts,
    _media,
)
