"""An example, what the model says to it unseen, and what a customer would have met."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

from conversation.understanding import Intent
from conversation.value import Value
from nlu.read import OTHER

Outcome: TypeAlias = Literal["right", "wrong", "asked", "asked_wrong", "missed"]
"""``right``: acted on at once, as meant; of `other` and of intents that start nothing: left alone. ``wrong``: acted on at once, not as meant. ``asked``: "Did you mean …?"
with what was meant among the choices, ``asked_wrong`` without it. ``missed``: not understood."""

OUTCOMES: Final[tuple[Outcome, ...]] = ("right", "wrong", "asked", "asked_wrong", "missed")


class Limits(Value, frozen=True, kw_only=True):
    """How sure the bot must be: as ``nlu`` in ``bot.yaml`` says it. ``idle``: intents that start nothing, such as a greeting."""

    accept: float = 0.75
    offer: float = 0.40
    margin: float = 0.15
    choices: int = 3
    idle: frozenset[str] = frozenset()


class Judged(Value, frozen=True, kw_only=True):
    """``wanted``: the intent that it is an example of. ``line``: in ``nlu/<language>.yaml``. ``guesses``: best first."""

    language: str
    wanted: str
    text: str
    line: int = 0
    guesses: tuple[Intent, ...] = ()

    @property
    def place(self) -> str:
        return f"nlu/{self.language}.yaml:{self.line}"

    @property
    def best(self) -> str:
        """Empty if there is no guess at all."""
        return self.guesses[0].name if self.guesses else ""

    @property
    def score(self) -> float:
        return self.guesses[0].score if self.guesses else 0.0

    @property
    def task(self) -> bool:
        return self.wanted != OTHER

    def read_as(self, limits: Limits) -> str:
        """The intent that would at least be offered first; `other` for what is too unsure."""
        return self.best if self.guesses and self.score >= limits.offer else OTHER

    def accepted(self, limits: Limits) -> bool:
        """As ``dialogs.hearing.meaning.accepted``: sure enough, and far from the next."""
        lead = self.score - self.guesses[1].score if len(self.guesses) > 1 else 1.0
        return bool(self.guesses) and self.score >= limits.accept and lead >= limits.margin

    def outcome(self, limits: Limits) -> Outcome:
        idle = self.wanted == OTHER or self.wanted in limits.idle
        if self.accepted(limits) and self.best not in limits.idle:
            return "right" if self.best == self.wanted else "wrong"
        offered = [guess.name for guess in self.guesses if guess.score >= limits.offer][: limits.choices]
        offered = [name for name in offered if name not in limits.idle]
        if not offered:
            return "right" if idle else "missed"
        return "asked" if self.wanted in offered else "asked_wrong"


class Tally(Value, frozen=True, kw_only=True):
    """How many of so many sentences had which outcome."""

    right: int = 0
    wrong: int = 0
    asked: int = 0
    asked_wrong: int = 0
    missed: int = 0

    @property
    def of(self) -> int:
        return sum(self.counts.values())

    @property
    def counts(self) -> Mapping[Outcome, int]:
        return {
            "right": self.right,
            "wrong": self.wrong,
            "asked": self.asked,
            "asked_wrong": self.asked_wrong,
            "missed": self.missed,
        }

    @property
    def of_100(self) -> Mapping[Outcome, int]:
        """Whole numbers that add up to 100 (largest remainders), so that nobody wonders; zeros of nothing."""
        if not self.of:
            return dict.fromkeys(OUTCOMES, 0)
        exact = {name: 100 * count / self.of for name, count in self.counts.items()}
        whole = {name: int(share) for name, share in exact.items()}
        spare = 100 - sum(whole.values())
        for name in sorted(exact, key=lambda each: whole[each] - exact[each])[:spare]:
            whole[name] += 1
        return whole


def tally(rows: Iterable[Judged], limits: Limits) -> Tally:
    found = dict.fromkeys(OUTCOMES, 0)
    for row in rows:
        found[row.outcome(limits)] += 1
    return Tally(**found)


def tasks(rows: Sequence[Judged], limits: Limits) -> list[Judged]:
    """Those that mean something the bot does."""
    return [row for row in rows if row.task and row.wanted not in limits.idle]


def others(rows: Sequence[Judged], limits: Limits) -> list[Judged]:
    """Those that should start nothing."""
    return [row for row in rows if not row.task or row.wanted in limits.idle]
