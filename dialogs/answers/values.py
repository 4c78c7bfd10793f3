"""The values that go into reading an answer and come out of it."""

from datetime import datetime
from typing import Literal, TypeAlias

from conversation.value import Data, Value

Reason: TypeAlias = Literal[
    "format", "too_short", "too_long", "too_small", "too_big", "too_early", "too_late", "currency"
]


class Kind(Value, frozen=True, kw_only=True):
    """A kind of answer: a built-in one by its name alone, or an editor's own by an RE2 ``pattern``.

    ``entity`` names the NLU entity that fills it; ``example`` is shown to the customer.
    """

    name: str
    pattern: str | None = None
    example: str | None = None
    entity: str | None = None


class AnswerContext(Value, frozen=True, kw_only=True):
    """What an answer is read against.

    ``now`` is aware and in the customer's zone. ``country`` (ISO 3166, two letters) settles phone numbers without a
    country code and whether 1/12 is in January. ``offered``: the ISO date-times that a ``time_slot`` can be; ``free``: it
    can be any other too. ``currency`` (ISO 4217): of all amounts. ``loose``: the answer may stand within a sentence.
    """

    now: datetime
    language: str
    country: str = "DE"
    offered: tuple[str, ...] = ()
    free: bool = False
    currency: str = "EUR"
    loose: bool = False


class Parsed(Value, frozen=True, kw_only=True):
    """The answer as plain JSON."""

    value: Data


class NotThis(Value, frozen=True, kw_only=True):
    """The text is no answer of this kind; ``reason`` picks the words of the error."""

    reason: Reason = "format"
