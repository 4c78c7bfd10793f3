"""What an operator may choose from, as the bot folder has it now. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from dialogs.arguments import kind_of
from dialogs.model import Bot
from dialogs.saying.prompts import Prompts
from dialogs.saying.titles import of_dialog, of_intent
from engine.panel import titles_in
from engine.rules import Rules

Titles = dict[str, str]
"""What something is called, in each of the bot's languages."""

OUTCOMES: Final = ("solved", "unsolved", "callback", "ticket", "unreachable")
"""How a chat may end, as its operator says."""


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    titles: Titles


class Step(msgspec.Struct, frozen=True, kw_only=True):
    dialog: str
    step: str
    title: str
    titles: Titles


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


def choices_of(rules: Rules, now: datetime) -> Choices:
    """Steps: where each dialog begins, and what its intents lead to; a customer who is sent into the middle of something is lost."""
    bot = rules.bot
    prompts = {language: titles_in(rules, language, now) for language in bot.languages}

    def titles(of: Callable[[Prompts, str], str], name: str) -> Titles:
        return {language: title for language, each in prompts.items() if (title := of(each, name))}

    return Choices(
        teams=tuple(bot.policy.teams),
        languages=bot.languages,
        handle_time=dict(bot.policy.live.handle_time),
        topics=tuple(
            Topic(name=intent, title=_plain(intent), titles=titles(of_intent, intent))
            for intent, (dialog, _) in sorted(bot.intents.items())
            if dialog in bot.dialogs
        ),
        outcomes=OUTCOMES,
        steps=tuple(_steps(bot, titles)),
        actions=tuple(
            Action(
                name=spec.name,
                title=_plain(spec.name),
                arguments=tuple(
                    Argument(name=name, type=kind_of(kind) + "?" * (name in spec.optional))
                    for name, kind in spec.takes.items()
                ),
            )
            for spec in bot.actions.values()
            if not spec.own
        ),
    )


def _steps(bot: Bot, titles: Callable[[Callable[[Prompts, str], str], str], Titles]) -> list[Step]:
    """Under the titles by which customers know them; a dialog that has none is called what its editor calls it."""
    found: dict[tuple[str, str], Step] = {}
    for dialog in bot.dialogs.values():
        begins = titles(of_dialog, dialog.name)
        for intent, step in dialog.intents.items():
            found[dialog.name, step] = Step(
                dialog=dialog.name,
                step=step,
                title=_plain(intent),
                titles=titles(of_intent, intent),
            )
        where = dialog.name, dialog.start
        found.setdefault(
            where, Step(dialog=dialog.name, step=dialog.start, title=dialog.title or _plain(dialog.name), titles=begins)
        )
    for command in bot.commands.values():
        if command.dialog:
            where = command.dialog, command.step
            found.setdefault(
                where, Step(dialog=command.dialog, step=command.step, title=_plain(command.name), titles={})
            )
    return list(found.values())


def _plain(name: str) -> str:
    return name.replace("_", " ")
