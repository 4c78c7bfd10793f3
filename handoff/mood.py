"""How a customer is, by their words and signs: angry, or in a hurry. Plain words, no statistics: an editor can see why.

A message of n words is looked at in O(n): at each word, no more phrases are tried than begin with it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Final

from conversation.reasons import Mood, MoodKind, MoodWords
from conversation.value import Value

ENOUGH: Final = 2
"""A strong word, or two of: weak words, a run of exclamation marks, words in capitals, a word said over and over."""
MAX_READ: Final = 4_000
"""Characters of a message that are looked at."""
MAX_WORDS: Final = 6
"""Of a phrase."""
MAX_TOLD: Final = 5
"""Words that are shown to the operator."""
_REMEMBERED: Final = 4_000
"""Words of customers of whom it is known what they may mean."""
_TYPO_FROM: Final = 6
_LONGEST: Final = 30
_PAUSE: Final = frozenset(".,;:!?\n…")
_DROPPED: Final = str.maketrans("", "", "'’ʼ`´")
_TOKEN: Final = re.compile(r"[^\W_]+(?:['’ʼ`´-][^\W_]+)*|[.,;:!?…\n]|[\u2600-\u27bf\U0001f300-\U0001faff]")
_ALL_CAPITALS: Final = 0.8


class _Word(Value, frozen=True, kw_only=True):
    """``text[start:end]``, folded, and in which part between two pauses it stands."""

    start: int
    end: int
    folded: str
    clause: int


class _Phrase(Value, frozen=True, kw_only=True):
    """``sort``: a mood with its weight, ``calm``, ``plain``, ``negation`` or ``degree``."""

    sort: str
    weight: int = 0


class _Found(Value, frozen=True, kw_only=True):
    phrase: _Phrase
    first: int
    last: int


class _Node:
    """A place in the tree of phrases: the words that may follow, and the phrase that ends here."""

    __slots__ = ("after", "phrase")

    def __init__(self) -> None:
        self.after: dict[str, _Node] = {}
        self.phrase: _Phrase | None = None


class MoodIndex:
    """The phrases as a tree of words; ``near``: a word with a letter left out, to those it may have been.

    Made once for a version of the bot: that takes longer than to look at a hundred messages.
    """

    def __init__(self, words: MoodWords) -> None:
        self.tree = _Node()
        self.whole: set[str] = set()
        self.stems: set[str] = set()
        self.near: dict[str, str] = {}
        self.meant = lru_cache(maxsize=_REMEMBERED)(self._meant)
        for phrases, phrase in _sorts(words):
            for text in phrases:
                self._take(text, phrase)
        self.long = {word: word for word in sorted(self.whole) if len(word) >= _TYPO_FROM}
        self.long |= {word: f"{word}*" for word in sorted(self.stems) if len(word) >= _TYPO_FROM}
        for word, key in self.long.items():
            for short in _shorter(word):
                self.near.setdefault(short, key)

    def _take(self, text: str, phrase: _Phrase) -> None:
        node = self.tree
        for part in text.split()[:MAX_WORDS]:
            stem = part.endswith("*")
            for word in words_of(part):
                key = f"{word.folded}*" if stem else word.folded
                (self.stems if stem else self.whole).add(word.folded)
                node = node.after.setdefault(key, _Node())
        if node is not self.tree and node.phrase is None:
            node.phrase = phrase

    def _meant(self, token: str) -> tuple[str, ...]:
        """The words of the lists that this one may be: itself, by its beginning, else with one typo."""
        said = _folded(token)
        found = [word for word in _unstretched(said) if word in self.whole]
        for word in _unstretched(said):
            found += [f"{word[:n]}*" for n in range(min(len(word), _LONGEST), 1, -1) if word[:n] in self.stems]
        if found or not _TYPO_FROM - 1 <= len(said) <= _LONGEST:
            return tuple(found)
        shorter = list(_shorter(said))
        near = [self.near[word] for word in (said, *shorter) if word in self.near]
        near += [self.long[word] for word in shorter if word in self.long]
        return tuple(word for word in dict.fromkeys(near) if word[0] == said[0])[:2]


def mood_of(text: str, index: MoodIndex, at: datetime) -> Mood | None:
    """What the message says of the customer's mood; None for most. The stronger one where there are two."""
    text = text[:MAX_READ]
    if text.isalnum() and not index.meant(text):
        return None  # one word, and of no list
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    words = [token for token in _TOKEN.findall(text) if token not in _PAUSE]
    meant = [index.meant(word) for word in words]
    phrases = list(_matches(meant, index))
    if all(item.phrase.weight == 0 for item in phrases) and not _may_show_heat(text, words):
        return None
    said = words_of(text)
    found = list(_undone(said, phrases))
    calm = any(item.phrase.sort == "calm" for item in found)
    signs = [] if calm else _signs(text, said)
    urgency, anger = _score(found, "urgency"), _score(found, "anger")
    if urgency:
        urgency += min(len(signs), 1)
    if anger or (not urgency and len(signs) > 1):
        anger += len(signs)
    kind: MoodKind = "anger" if anger >= urgency else "urgency"
    if max(anger, urgency) < ENOUGH:
        return None
    told = [text[said[item.first].start : said[item.last].end] for item in found if item.phrase.sort == kind]
    return Mood(kind=kind, words=tuple(dict.fromkeys(told or signs))[:MAX_TOLD], at=at)


def words_of(text: str) -> list[_Word]:
    """Runs of letters and digits, with apostrophes and hyphens inside; a sign that is a word by itself (😡) is one."""
    found: list[_Word] = []
    clause = 0
    for token in _TOKEN.finditer(text):
        if token[0] in _PAUSE:
            clause += 1
        else:
            found.append(_Word(start=token.start(), end=token.end(), folded=_folded(token[0]), clause=clause))
    return found


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower().replace("'", "").replace("`", "")
    plain = unicodedata.normalize("NFKC", word).casefold().replace("ё", "е")
    return plain.translate(_DROPPED)


def _sorts(words: MoodWords) -> Iterator[tuple[Sequence[str], _Phrase]]:
    """Where a phrase stands in two lists, the first counts."""
    yield words.calm, _Phrase(sort="calm")
    yield words.plain, _Phrase(sort="plain")
    yield words.anger.strong, _Phrase(sort="anger", weight=2)
    yield words.urgency.strong, _Phrase(sort="urgency", weight=2)
    yield words.anger.weak, _Phrase(sort="anger", weight=1)
    yield words.urgency.weak, _Phrase(sort="urgency", weight=1)
    yield words.negations, _Phrase(sort="negation")
    yield words.degrees, _Phrase(sort="degree")


def _matches(meant: Sequence[Sequence[str]], index: MoodIndex) -> Iterator[_Found]:
    """The longest phrase at each place, from left to right, none inside of another. ``meant``: what each word may be."""
    at = 0
    while at < len(meant):
        end, phrase = _longest(meant, at, index.tree) if meant[at] else (at, None)
        if phrase is not None:
            yield _Found(phrase=phrase, first=at, last=end)
        at = end + 1


def _longest(meant: Sequence[Sequence[str]], at: int, tree: _Node) -> tuple[int, _Phrase | None]:
    nodes, end, best = [tree], at, None
    for place in range(at, min(at + MAX_WORDS, len(meant))):
        nodes = [node.after[word] for node in nodes for word in meant[place] if word in node.after]
        if not nodes:
            break
        ends = [node.phrase for node in nodes if node.phrase]
        if ends:
            end, best = place, ends[0]
    return end, best


def _undone(said: Sequence[_Word], found: Sequence[_Found]) -> Iterator[_Found]:
    """Without what a negation right before it undoes, also with words of degree between them."""
    negated = -1
    for item in found:
        follows = 0 <= negated == item.first - 1 and said[negated].clause == said[item.first].clause
        if item.phrase.sort == "negation" or (item.phrase.sort == "degree" and follows):
            negated = item.last
        elif item.phrase.weight and follows:
            negated = -1
        else:
            yield item


def _score(found: Sequence[_Found], sort: MoodKind) -> int:
    """A strong word is enough, a second one adds nothing."""
    weights = [item.phrase.weight for item in found if item.phrase.sort == sort]
    return min(sum(weight for weight in weights if weight > 1), ENOUGH) + sum(weight == 1 for weight in weights)


def _may_show_heat(text: str, words: Sequence[str]) -> bool:
    """Whether there can be two of ``_signs``: a run is one of them, else capitals are."""
    return any(run in text for run in ("!!", "!?", "?!", "???")) or any(len(w) > 3 and w.isupper() for w in words)


def _signs(text: str, said: Sequence[_Word]) -> list[str]:
    """What shows heat without a word of it, each sort once: a run of exclamation marks, capitals, one word over and over."""
    signs = []
    run = next((run for run in _runs(text) if "!" in run and len(run) > 1 or len(run) > 2), "")  # noqa: RUF021
    if run:
        signs.append(run[:MAX_TOLD])
    loud = [text[word.start : word.end] for word in said]
    loud = [word for word in loud if len(word) > 1 and word.isupper() and word.isalpha()]
    letters = sum(map(str.isalpha, text))
    if len(loud) > 1 and sum(map(len, loud)) >= _ALL_CAPITALS * letters and any(len(word) > 3 for word in loud):
        signs.append(" ".join(loud[:MAX_TOLD]))
    triple = zip(said, said[1:], said[2:], strict=False)
    again = next((a for a, b, c in triple if a.folded == b.folded == c.folded and a.folded.isalpha()), None)
    if again:
        signs.append(text[again.start : again.end])
    return signs


def _runs(text: str) -> Iterator[str]:
    """The runs of exclamation and question marks."""
    run = ""
    for char in f"{text} ":
        if char in "!?":
            run += char
        elif run:
            yield run
            run = ""


def _shorter(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _unstretched(word: str) -> tuple[str, ...]:
    """ "sooofort": with such letters once and twice, as they may be meant."""
    runs = [(char, len(list(run))) for char, run in groupby(word)]
    if all(length < 3 for _, length in runs):
        return (word,)
    return tuple("".join(char * (times if length > 2 else length) for char, length in runs) for times in (1, 2))
