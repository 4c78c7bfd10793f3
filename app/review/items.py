"""Candidates that say the same are one thing to decide on: with who said what of it, and what the examples have already. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2s
from typing import Final, TypeAlias

from conversation.candidates import Candidate, CandidateOrigin, Reviewed, Ruling
from conversation.understanding import Intent
from conversation.value import Value
from dialogs.answers.alike import alike
from dialogs.answers.masking import FEW, masked
from dialogs.examples import OTHER, Near, Sentence, sentences
from dialogs.reading.source import Source

Opinion: TypeAlias = tuple[Intent, ...]
KNOWN_WELL: Final = 0.9
"""A score from which one more example of the same kind teaches little."""
ORIGINS: Final[Mapping[CandidateOrigin, str]] = {
    "labelled": "an operator said so",
    "meant": "the customer chose it",
    "meant_nothing": "the customer: none of those offered",
    "not_understood": "not understood, then a person came",
    "taken_back": "acted on at once, then taken back",
}
_ID: Final = 8


class Vote(Value, frozen=True, kw_only=True):
    """How often that was said. ``names``: of the operators."""

    origin: CandidateOrigin
    intent: str
    times: int
    names: tuple[str, ...] = ()


class Item(Value, frozen=True, kw_only=True):
    """``text``: as it would be written. ``proposed``: the intent that it seems to have; empty: an editor must know.

    ``then`` and ``now``: what the model made of it when it was said, and makes of it today. ``known``: the example that says the
    same; ``near``: one that nearly does. ``ruling``: an editor has decided on it already.
    """

    id: str
    text: str
    alike: str
    language: str
    proposed: str
    votes: tuple[Vote, ...]
    times: int
    first: datetime
    last: datetime
    chat: str
    bundle: str
    then: dict[str, float] = {}
    by: str = ""
    now: Opinion = ()
    known: Sentence | None = None
    near: Sentence | None = None
    ruling: Ruling | None = None

    @property
    def opened(self) -> bool:
        return self.ruling is None

    @property
    def remark(self) -> str:
        """What speaks for or against it, in a sentence; empty if nothing does."""
        best = self.now[0] if self.now else None
        if self.known and self.known.intent == self.proposed:
            return f"stands in {self.known.place} already"
        if self.known:
            return f"contradicts {self.known.place}, which has it under {self.known.intent}"
        if self.near and self.proposed and self.near.intent != self.proposed:
            return f"nearly the same as {self.near.place}, “{self.near.text}”, which is {self.near.intent}"
        if best and best.name == self.proposed and best.score >= KNOWN_WELL:
            return "known well: one more teaches little"
        if self.near:
            return f"nearly the same as {self.near.place}, “{self.near.text}”"
        return ""


class Examples:
    """What the bot folder has now. ``sources``: language to its file."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        known = {language: list(sentences(language, source)) for language, source in sources.items()}
        self._near = {language: Near(found) for language, found in known.items()}
        self.intents = tuple(dict.fromkeys(each.intent for found in known.values() for each in found))
        self.values = frozenset(word for source in sources.values() for word in _values(source))

    def known(self, language: str, same: str) -> Sentence | None:
        near = self._near.get(language)
        return next(iter(near.same(same)), None) if near else None

    def near(self, language: str, same: str) -> Sentence | None:
        near = self._near.get(language)
        return next(iter(near.near(same)), None) if near else None


def _values(source: Source) -> Iterator[str]:
    """What the entities list: public words, that may have numbers."""
    data = source.data if isinstance(source.data, dict) else {}
    entities = data.get("entities")
    for rule in entities.values() if isinstance(entities, dict) else ():
        values = rule.get("values") if isinstance(rule, dict) else None
        for value, words in values.items() if isinstance(values, dict) else ():
            yield str(value)
            yield from (str(word) for word in words) if isinstance(words, list) else ()


def gather(reviewed: Sequence[Reviewed], examples: Examples) -> list[Item]:
    """Newest first within an intent; the intent with the newest first, and what nobody knows last."""
    groups: dict[tuple[str, str], list[Reviewed]] = {}
    for each in sorted(reviewed, key=lambda each: each.candidate.at, reverse=True):
        groups.setdefault((each.candidate.language, each.candidate.alike), []).append(each)
    items = [_item(found, examples) for found in groups.values()]
    order: dict[str, int] = {}
    for item in items:
        order.setdefault(item.proposed, len(order))
    return sorted(items, key=lambda item: (not item.proposed, order[item.proposed]))


def _item(found: Sequence[Reviewed], examples: Examples) -> Item:
    newest, oldest = found[0].candidate, found[-1].candidate
    text = masked(newest.text, keep=examples.values, least=FEW)
    votes = tuple(_votes([each.candidate for each in found]))
    known = examples.known(newest.language, alike(text))
    return Item(
        id=item_id(newest.language, newest.alike),
        text=text,
        alike=newest.alike,
        language=newest.language,
        proposed=_proposed(found),
        votes=votes,
        times=len({each.candidate.message or each.candidate.id for each in found}),
        first=oldest.at,
        last=newest.at,
        chat=newest.chat,
        bundle=newest.bundle,
        then=next((each.candidate.scores for each in found if each.candidate.scores), {}),
        by=next((each.candidate.by for each in found if each.candidate.by), ""),
        known=known,
        near=None if known else examples.near(newest.language, alike(text)),
        ruling=_ruling(found),
    )


def item_id(language: str, same: str) -> str:
    """Short enough to be typed."""
    return blake2s(f"{language}\0{same}".encode()).hexdigest()[:_ID]


def _votes(found: Sequence[Candidate]) -> Iterator[Vote]:
    times = Counter((each.origin, each.intent) for each in found)
    for (origin, intent), count in times.most_common():
        names = {each.name for each in found if (each.origin, each.intent) == (origin, intent) and each.name}
        yield Vote(origin=origin, intent=intent, times=count, names=tuple(sorted(names)))


def _proposed(found: Sequence[Reviewed]) -> str:
    """An operator's word first, the newest one; then what most customers chose."""
    candidates = [each.candidate for each in found]
    said = next((each for each in candidates if each.origin == "labelled"), None)
    if said:
        return said.intent or OTHER
    chosen = Counter(each.intent for each in candidates if each.origin == "meant")
    return chosen.most_common(1)[0][0] if chosen else ""


def _ruling(found: Sequence[Reviewed]) -> Ruling | None:
    """The newest decision, as long as no operator has said something else since."""
    rulings = [each.ruling for each in found if each.ruling]
    if not rulings:
        return None
    newest = max(rulings, key=lambda ruling: ruling.at)
    later = [
        each.candidate
        for each in found
        if each.ruling is None and each.candidate.origin == "labelled" and each.candidate.at > newest.at
    ]
    objects = any((each.intent or OTHER) != newest.intent for each in later)
    return None if objects else newest
