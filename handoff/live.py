"""A chat with a person: how it ends, and when it can be taken up again."""

from datetime import datetime, timedelta
from typing import Final, Literal

from conversation.policy import Policy
from conversation.state import Closed, Served, WithOperator

SHOW_HOLDER: Final = frozenset({"webchat"})
"""Channels that show by themselves who has the chat."""
FINAL: Final = frozenset({"stopped", "unreachable", "failed"})
"""Outcomes after which the customer's next words are a new matter."""


def served(
    live: WithOperator,
    how: Literal["closed", "handed_back", "silent"],
    at: datetime,
    *,
    outcome: str = "",
    topic: str = "",
) -> Served:
    return Served(team=live.team, operator=live.operator, name=live.name, how=how, at=at, outcome=outcome, topic=topic)


def closed(policy: Policy, last: Served | None, outcome: str, at: datetime) -> Closed:
    """The end. It can be reopened where the customer fell silent with a person: the matter is not settled.

    What a person or the bot settled is over; "thanks" to it would bring a chat back that nobody needs.
    """
    if last is None or last.how == "handed_back":
        return Closed(outcome=outcome, at=at)
    window = policy.live.reopen if last.how == "silent" else None
    reopen = None if window is None or outcome in FINAL else at + timedelta(seconds=window)
    return Closed(outcome=outcome, at=at, reopen=reopen, team=last.team, operator=last.operator, topic=last.topic)
