"""What a step wants done. The shell stores all effects together with the conversation, in one transaction."""

from datetime import datetime
from typing import Literal, TypeAlias

from conversation.candidates import Candidate
from conversation.message import Message
from conversation.value import Data, Tagged


class Post(Tagged, frozen=True, kw_only=True):
    """Add the message to the history; send it to the customer if the bot or an operator said it."""

    message: Message


class Understand(Tagged, frozen=True, kw_only=True):
    """Ask the NLU layer; the answer comes back as ``Understood`` with the same ``request``."""

    request: str
    text: str
    language: str
    message: Message | None = None
    """In which the customer said so."""


class Amend(Tagged, frozen=True, kw_only=True):
    """A message of the history, of this turn or an earlier one, has found its ``meaning``; all else of it is as it was."""

    message: Message


class RunAction(Tagged, frozen=True, kw_only=True):
    """Call the back-end; the answer comes back as ``ActionDone`` or ``ActionFailed`` with the same ``request``.

    ``request`` is also the idempotency key; ``limit`` is in seconds.
    """

    request: str
    name: str
    arguments: dict[str, Data]
    limit: float


class SetTimer(Tagged, frozen=True, kw_only=True):
    """Fire ``name`` at ``due``; replaces an earlier setting of the same name."""

    name: str
    due: datetime


class CancelTimer(Tagged, frozen=True, kw_only=True):
    name: str


RefusalReason: TypeAlias = Literal[
    "held_by_other", "not_holder", "not_waiting", "closed", "slot_taken", "not_allowed", "full", "unknown"
]
"""``unknown``: there is no such team, step or action."""


class Refuse(Tagged, frozen=True, kw_only=True):
    """Tell an operator that a command (``event``: its id) did nothing, and why; ``holder`` has the chat now."""

    operator: str
    event: str
    reason: RefusalReason
    holder: str = ""


class Suggest(Tagged, frozen=True, kw_only=True):
    """Keep a sentence for whoever teaches the bot."""

    candidate: Candidate


class Unsuggest(Tagged, frozen=True, kw_only=True):
    """Forget the candidate of that id, unless an editor has decided on it."""

    id: str


Effect: TypeAlias = Post | Amend | Understand | RunAction | SetTimer | CancelTimer | Refuse | Suggest | Unsuggest
