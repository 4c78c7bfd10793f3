"""What a walk through the dialogs asks for; ``engine.step`` turns it into effects."""

from typing import TypeAlias

from conversation.content import Prompt
from conversation.value import Data, Tagged
from dialogs.model import Silence


class Speak(Tagged, frozen=True, kw_only=True):
    """Say this. ``origin``: dialog and text key, ``support/menu.error``."""

    origin: str
    prompt: Prompt


class Listen(Tagged, frozen=True, kw_only=True):
    """Wait for the customer; ``silence`` says for how long."""

    silence: Silence | None


class Act(Tagged, frozen=True, kw_only=True):
    """Call the back-end."""

    request: str
    action: str
    arguments: dict[str, Data]
    limit: float


class Sleep(Tagged, frozen=True, kw_only=True):
    seconds: int


class HandOver(Tagged, frozen=True, kw_only=True):
    """Park for an operator of the team; after ``busy_after`` seconds the dialog goes on without one."""

    team: str
    busy_after: int | None


class Learn(Tagged, frozen=True, kw_only=True):
    """The customer said which intent ``text`` has: an example to learn from. ``scores``: of the intents that were offered.

    ``intent`` is empty where it was none of them.
    """

    text: str
    language: str
    intent: str
    scores: dict[str, float]


class Finish(Tagged, frozen=True, kw_only=True):
    outcome: str


Output: TypeAlias = Speak | Listen | Act | Sleep | HandOver | Learn | Finish
