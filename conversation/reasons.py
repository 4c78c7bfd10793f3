"""Why a customer is here, how they are, and how content they were: for the person who takes over, and for reports."""

from datetime import datetime
from typing import Literal, TypeAlias

from conversation.value import Value

MoodKind: TypeAlias = Literal["anger", "urgency"]
Became: TypeAlias = Literal["accepted", "offered", "missed"]
RanState: TypeAlias = Literal["waiting", "done", "failed"]


class Reason(Value, frozen=True, kw_only=True):
    """What the customer wants, as the NLU took it: ``text`` is what was said, ``score`` from 0 to 1."""

    intent: str
    score: float
    text: str
    at: datetime


class Heard(Value, frozen=True, kw_only=True):
    """A free text of the customer, and what became of it: ``accepted`` as ``intent``, ``offered`` among others, or ``missed``.

    ``message``: its id. ``scores``: intent to probability, as the language layer gave them; ``by``: which layer. ``turn``: see
    ``Conversation.turns``.
    """

    text: str
    message: str
    language: str
    became: Became
    intent: str = ""
    scores: dict[str, float] = {}
    by: str = ""
    turn: int


class Mood(Value, frozen=True, kw_only=True):
    """``words``: those of the customer's that say so, as they were written."""

    kind: MoodKind
    words: tuple[str, ...]
    at: datetime


class Ran(Value, frozen=True, kw_only=True):
    """An action of the back-end that was asked for: ``result`` in a line, empty unless it is ``done``.

    ``operator``: who wants to know; empty for the dialogs.
    """

    name: str
    request: str
    state: RanState
    result: str = ""
    operator: str = ""
    at: datetime


class Rating(Value, frozen=True, kw_only=True):
    """``stars`` from 1 to 5; ``why`` in the customer's words, if they gave any."""

    stars: int
    why: str = ""
    at: datetime


class MoodList(Value, frozen=True, kw_only=True):
    """Words and phrases of one mood; a star ends what may go on with any letters (``unversch*``).

    ``strong``: one is enough; ``weak``: it takes another one, or signs such as capitals.
    """

    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()


class MoodWords(Value, frozen=True, kw_only=True):
    """The words of one language. ``calm``: phrases that say the contrary, or thanks; ``plain``: phrases that hold a word of these
    lists and mean nothing by it. ``negations`` before a word undo it, also with one of ``degrees`` between them ("not very urgent").
    """

    anger: MoodList = MoodList()
    urgency: MoodList = MoodList()
    calm: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    negations: tuple[str, ...] = ()
    degrees: tuple[str, ...] = ()
