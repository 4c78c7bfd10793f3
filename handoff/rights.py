"""What each role may do: one table, asked by the web layer in one place."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from conversation.policy import Policy
from conversation.records import Card, Operator, Role
from conversation.state import Closed, Parked, Phase, WithBot, WithOperator

Right: TypeAlias = Literal["chats", "all_teams", "others", "dialogs", "accounts"]
"""``chats``: talk with customers of the own teams. ``all_teams``: see everybody's. ``others``: transfer and close what others
hold. ``dialogs``: what the bot says. ``accounts``: who may sign in."""

RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    "operator": frozenset({"chats"}),
    "supervisor": frozenset({"chats", "all_teams", "others"}),
    "editor": frozenset({"dialogs"}),
    "admin": frozenset({"chats", "all_teams", "others", "dialogs", "accounts"}),
}
_NONE: Final[frozenset[Right]] = frozenset()


def may(operator: Operator, right: Right) -> bool:
    """A role that this version does not know may do nothing."""
    return right in RIGHTS.get(operator.role, _NONE)


def of_team(operator: Operator, team: str) -> bool:
    """Whether the operator serves the team; one without teams serves all."""
    return not operator.teams or team in operator.teams


def home(policy: Policy, team: str) -> str:
    """Who serves those that wait for the team: the first one, where ``bot.yaml`` has that team no more. Nobody would come for them."""
    return team if team in policy.teams else next(iter(policy.teams), team)


def at_home(policy: Policy, phase: Phase) -> Phase:
    """As it stands by the teams that there are now."""
    if not isinstance(phase, Parked) or phase.team in policy.teams:
        return phase
    return msgspec.structs.replace(phase, team=home(policy, phase.team))


def card_at_home(policy: Policy, card: Card) -> Card:
    """As ``at_home``, for a line of the desk's list."""
    if card.phase != "parked" or card.team in policy.teams:
        return card
    return msgspec.structs.replace(card, team=home(policy, card.team))


def sees(operator: Operator, phase: Phase) -> bool:
    """Whether the operator may look at a conversation in this phase, and work on it.

    What waits for or is with another team is not theirs, unless they hold it, are wanted for it or were asked in. What no team
    has (with the bot, or over without a person) is anybody's who talks with customers.
    """
    match phase:
        case WithBot():
            return _sees(operator, "")
        case Parked(team=team, prefer=prefer):
            return _sees(operator, team, prefer)
        case WithOperator(team=team, operator=holder, consulted=consulted):
            return _sees(operator, team, holder, *consulted)
        case Closed(team=team, operator=holder):
            return _sees(operator, team, holder)


def sees_card(operator: Operator, card: Card) -> bool:
    """As ``sees``, for a line of the desk's list."""
    return _sees(operator, card.team, card.operator, card.prefer, *card.consulted)


def _sees(operator: Operator, team: str, *people: str) -> bool:
    if not may(operator, "chats"):
        return False
    return may(operator, "all_teams") or not team or operator.id in people or of_team(operator, team)
