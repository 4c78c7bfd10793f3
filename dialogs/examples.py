"""The sentences of ``nlu/<language>.yaml`` with their places, and which of them say the same, or nearly."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from conversation.value import Value
from dialogs.answers.alike import alike, in_any_order
from dialogs.hearing.matching import one_typo
from dialogs.reading.source import Source

OTHER: Final = "other"
"""The intent of everything that the bot is not for: learnt, and never started by a dialog."""
GREETING: Final = "greeting"
NEAR_FROM: Final = 8
"""Characters from which one wrong letter does not make another sentence: "nein" and "fein" are two."""


class Sentence(Value, frozen=True, kw_only=True):
    """One example. ``same``: what all spellings of it have in common (``alike``)."""

    language: str
    intent: str
    text: str
    same: str
    file: str
    line: int

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


def file_of(language: str) -> str:
    return f"nlu/{language}.yaml"


def sentences(language: str, source: Source) -> Iterator[Sentence]:
    """In the order of the file; what is no example is passed over."""
    data = source.data
    intents = data.get("intents") if isinstance(data, dict) else None
    for intent, texts in intents.items() if isinstance(intents, dict) else ():
        for number, text in enumerate(texts if isinstance(texts, list) else ()):
            if isinstance(text, str) and text.strip():
                yield Sentence(
                    language=language,
                    intent=str(intent),
                    text=" ".join(text.split()),
                    same=alike(text),
                    file=source.file,
                    line=source.line(("intents", intent, number)),
                )


class Near:
    """Sentences among which those are found that say the same, or are a typo or the order of their words away.

    Two texts that are one letter apart become the same when one letter, another for each, is left out: each is kept under all texts
    that it becomes so, and only what meets there is compared.
    """

    def __init__(self, known: Sequence[Sentence]) -> None:
        self._same: defaultdict[str, list[Sentence]] = defaultdict(list)
        self._sorted: defaultdict[str, list[Sentence]] = defaultdict(list)
        self._shorter: defaultdict[int, list[Sentence]] = defaultdict(list)
        for sentence in known:
            self.add(sentence)

    def add(self, sentence: Sentence) -> None:
        same = sentence.same
        self._same[same].append(sentence)
        self._sorted[in_any_order(same)].append(sentence)
        for shorter in _shorter(same):
            self._shorter[shorter].append(sentence)

    def same(self, same: str) -> Sequence[Sentence]:
        return self._same.get(same, ())

    def near(self, same: str) -> list[Sentence]:
        """Those that are not quite the same."""
        found = {id(each): each for each in self._sorted.get(in_any_order(same), ()) if each.same != same}
        for shorter in _shorter(same):
            for each in self._shorter.get(shorter, ()):
                if id(each) not in found and one_typo(_without_digits(same), _without_digits(each.same)):
                    found[id(each)] = each
        return list(found.values())


def _shorter(same: str) -> set[int]:
    if len(same) < NEAR_FROM:
        return set()
    return {hash(same), *(hash(same[:at] + same[at + 1 :]) for at in range(len(same)))}


def _without_digits(same: str) -> str:
    """All numbers are alike here, and no reason to take a sentence for another."""
    return same.replace("0", "#")
