"""Sentences that may become examples: what customers wrote, with what somebody says they meant. Adapter of the store: ``store``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from conversation.value import Value

CandidateOrigin: TypeAlias = Literal["meant", "meant_nothing", "labelled", "not_understood", "taken_back"]
"""``meant``, ``meant_nothing``: the customer chose after "Did you mean …?". ``labelled``: an operator said so. ``not_understood``: and
then a person had to come. ``taken_back``: the bot acted on it at once, and the customer did not want that."""

Verdict: TypeAlias = Literal["accepted", "rejected"]


class Candidate(Value, frozen=True, kw_only=True):
    """``text`` without the customer's numbers and name. ``alike``: the text as those that say the same have it in common.

    ``intent``: what was meant; empty: none of those in question, or nobody knows. For ``taken_back``, what it was taken for.
    ``scores``: what the language layer made of it then, intent to probability; ``by``: which layer of it, and its model. ``bundle``:
    the version of the bot. ``operator`` and ``name``: who said so, where that was an operator.
    """

    id: str
    """What it is about, and who says it: one with the same id takes its place."""
    text: str
    alike: str
    language: str
    intent: str
    origin: CandidateOrigin
    scores: dict[str, float] = {}
    by: str = ""
    chat: str
    conversation: str
    message: str = ""
    at: datetime
    bundle: str = ""
    operator: str = ""
    name: str = ""


class Ruling(Value, frozen=True, kw_only=True):
    """What an editor made of a candidate. ``intent``: under which it was accepted."""

    verdict: Verdict
    intent: str = ""
    at: datetime


class Reviewed(Value, frozen=True, kw_only=True):
    """A candidate as it is kept; ``ruling`` is None until there is one."""

    candidate: Candidate
    ruling: Ruling | None = None


class CandidateStore(Protocol):
    """They are stored with the turn that makes them. Every method is one transaction; all raise StoreError."""

    async def all(
        self,
        *,
        language: str = "",
        intent: str | None = None,
        origin: CandidateOrigin | None = None,
        since: datetime | None = None,
        limit: int = 10_000,
    ) -> Sequence[Reviewed]:
        """The newest first, decided on or not. ``intent``: empty for those that have none."""
        ...

    async def decide(self, language: str, alike: str, ruling: Ruling) -> int:
        """For all of that language that say the same: how many."""
        ...
