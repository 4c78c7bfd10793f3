"""What an operator may choose from, as the bot folder has it now. Pure."""

from typing import Final

import msgspec

from dialogs.model import Bot

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


def choices_of(bot: Bot) -> Choices:
    """Steps: where each dialog begins, and what its intents lead to; a customer who is sent into the middle of something is lost."""
    return Choices(
        teams=tuple(bot.policy.teams),
        languages=bot.languages,
        handle_time=dict(bot.policy.live.handle_time),
        topics=tuple(
            Topic(name=intent, title=bot.dialogs[dialog].title or intent)
            for intent, (dialog, _) in sorted(bot.intents.items())
            if dialog in bot.dialogs
        ),
        outcomes=OUTCOMES,
        steps=tuple(_steps(bot)),
        actions=tuple(
            Action(
                name=spec.name,
                title=spec.name.replace("_", " "),
                arguments=tuple(Argument(name=name, type=_type(kind)) for name, kind in spec.takes.items()),
            )
            for spec in bot.actions.values()
        ),
    )


def _steps(bot: Bot) -> list[Step]:
    found: dict[tuple[str, str], Step] = {}
    for dialog in bot.dialogs.values():
        title = dialog.title or dialog.name
        found[dialog.name, dialog.start] = Step(dialog=dialog.name, step=dialog.start, title=title)
        for intent, step in dialog.intents.items():
            found.setdefault(
                (dialog.name, step), Step(dialog=dialog.name, step=step, title=f"{title}: {intent.replace('_', ' ')}")
            )
    for command in bot.commands.values():
        if command.dialog:
            where = command.dialog, command.step
            found.setdefault(where, Step(dialog=command.dialog, step=command.step, title=command.name))
    return list(found.values())


def _type(kind: object) -> str:
    return kind if isinstance(kind, str) else "list"
