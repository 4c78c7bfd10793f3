"""What operators write in a topic, read. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from conversation.records import Operator
from conversation.value import Value

NAMES: Final = ("claim", "note", "transfer", "bot", "close", "callback", "help")
_COMMAND: Final = re.compile(r"/([A-Za-z_]{1,32})(?:@(\w+))?(?:\s+(.*))?", re.DOTALL)
_MENTION: Final = re.compile(r"(?<!\w)@([\w.-]{1,64})")


class Command(Value, frozen=True, kw_only=True):
    """``/name rest``; ``bot``: to which of the group's bots, empty for any."""

    name: str
    rest: str = ""
    bot: str = ""


def read_command(text: str) -> Command | None:
    """None for words that are meant for the customer."""
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return None
    return Command(name=found[1].lower(), bot=found[2] or "", rest=(found[3] or "").strip())


def mentioned(text: str, operators: Sequence[Operator]) -> tuple[str, ...]:
    """The ids of the colleagues whom a note names with @."""
    named = {name.lower().rstrip(".") for name in _MENTION.findall(text)}
    return tuple(each.id for each in operators if named & _names(each))


def _names(operator: Operator) -> set[str]:
    return {operator.id.lower(), operator.name.lower(), operator.name.partition(" ")[0].lower()}


class Aim(Value, frozen=True, kw_only=True):
    """Where a chat is to go: a team, or a colleague."""

    team: str = ""
    to: str = ""
    to_name: str = ""
    reason: str = ""


def read_transfer(rest: str, teams: Sequence[str], operators: Sequence[Operator]) -> Aim | None:
    """``support speaks Russian``, ``@anna knows him``. None if the first word is neither a team nor a colleague."""
    first, _, reason = rest.partition(" ")
    wanted, reason = first.removeprefix("@").lower(), reason.strip()
    if not first.startswith("@"):
        for team in teams:
            if team.lower() == wanted:
                return Aim(team=team, reason=reason)
    for operator in operators:
        if wanted and wanted in _names(operator):
            return Aim(to=operator.id, to_name=operator.name, reason=reason)
    return None


def read_close(rest: str, outcomes: Sequence[str], topics: Sequence[str]) -> tuple[str, str] | None:
    """Outcome and topic, in any order, each may be missing. None if a word is neither."""
    outcome = topic = ""
    for word in rest.split():
        if not outcome and (found := _one(word, outcomes)):
            outcome = found
        elif not topic and (found := _one(word, topics)):
            topic = found
        else:
            return None
    return outcome, topic


def _one(word: str, known: Sequence[str]) -> str:
    return next((name for name in known if name.lower() == word.lower()), "")
