"""What an operator may choose from, as the bot folder has it now. Pure."""

from datetime import datetime
from typing import Final

import msgspec

from dialogs.arguments import kind_of
from dialogs.model import Bot
from engine.panel import Titles
from engine.rules import Rules

OUTCOMES: Final = ("solved", "unsolved", "callback", "ticket", "unreachable")
"""How a chat may end, as its operator says."""


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    dialog: str
    step: str
    title: str


class Argument(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    type: str


class Action(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    arguments: tuple[Argument, ...]


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """``handle_time``: norms in seconds by what the customer wants, and ``default``. ``steps``: where a chat may be handed back to."""

    teams: tuple[str, ...]
    languages: tuple[str, ...]
    handle_time: dict[str, int]
    topics: tuple[Topic, ...]
    outcomes: tuple[str, ...]
    steps: tuple[Step, ...]
    actions: tuple[Action, ...]


def choices_of(rules: Rules, language: str, now: datetime) -> Choices:
    """Titles: in the operator's language, if the bot speaks it. Steps: where each dialog begins, and what its intents lead to; a customer
    who is sent into the middle of something is lost."""
    bot, titles = rules.bot, Titles(rules, language, now)
    return Choices(
        teams=tuple(bot.policy.teams),
        languages=bot.languages,
        handle_time=dict(bot.policy.live.handle_time),
        topics=tuple(
            Topic(name=intent, title=titles.intent(intent))
            for intent, (dialog, _) in sorted(bot.intents.items())
            if dialog in bot.dialogs
        ),
        outcomes=OUTCOMES,
        steps=tuple(_steps(bot, titles)),
        actions=tuple(
            Action(
                name=spec.name,
                title=spec.name.replace("_", " "),
                arguments=tuple(
                    Argument(name=name, type=kind_of(kind) + "?" * (name in spec.optional))
                    for name, kind in spec.takes.items()
                ),
            )
            for spec in bot.actions.values()
            if not spec.own
        ),
    )


def _steps(bot: Bot, titles: Titles) -> list[Step]:
    found: dict[tuple[str, str], Step] = {}
    for dialog in bot.dialogs.values():
        title = titles.dialog(dialog.name)
        found[dialog.name, dialog.start] = Step(dialog=dialog.name, step=dialog.start, title=title)
        for intent, step in dialog.intents.items():
            own = titles.intent(intent)
            name = own if own.startswith(title) else f"{title}: {own}"
            found.setdefault((dialog.name, step), Step(dialog=dialog.name, step=step, title=name))
    for command in bot.commands.values():
        if command.dialog:
            where = command.dialog, command.step
            found.setdefault(where, Step(dialog=command.dialog, step=command.step, title=titles.command(command)))
    return list(found.values())
