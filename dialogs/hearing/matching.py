"""Does a typed text mean one of the things that can be chosen? By number, label or word; one typo is forgiven."""

import re
from collections.abc import Sequence
from functools import lru_cache

from conversation.value import Value
from dialogs.answers.fold import fold

_NUMBER = re.compile(r"(?:nr|no|№|#)?\s*([0-9]{1,2})\s*[.)]?")
_SHORTENED = re.compile(r"(.*?)\s*(?:…|\.\.\.)(?: ([0-9]{1,3}))?", re.DOTALL)
_EDGE = ".!?,;:…\"'()„“”«»"
CUT_FROM = 8
"""No channel cuts labels to less."""
TYPO_FROM = 5
"""One wrong, missing, extra or swapped letter is forgiven in words of at least this length."""


class Choice(Value, frozen=True, kw_only=True):
    """Something to choose: its key, the label shown, and other words for it."""

    key: str
    label: str
    words: tuple[str, ...] = ()


def folded(text: str) -> str:
    return fold(text).strip(_EDGE + " ")


@lru_cache(maxsize=8_192)
def folded_words(words: tuple[str, ...]) -> frozenset[str]:
    """``folded`` for what the bot offers, which is compared with every message: labels and words, never what a customer wrote."""
    return frozenset(map(folded, words))


def match(text: str, choices: Sequence[Choice]) -> str | None:
    """The key of the one choice that ``text`` means, or None. Exact hits come before typos; a tie means None."""
    typed = fold(text)
    number = _NUMBER.fullmatch(typed)
    if number and 1 <= int(number[1]) <= len(choices):
        return choices[int(number[1]) - 1].key
    said = typed.strip(_EDGE + " ")
    if not said:
        return None
    spoken = [(choice.key, folded_words((choice.label, *choice.words))) for choice in choices]
    found = {key for key, words in spoken if said in words} | _shortened(text.strip(), choices)
    found = found or {choice.key for choice in choices if said == _begin(choice.label)}
    found = found or {key for key, words in spoken if any(_is_cut(text, said, word) for word in words)}
    found = found or {key for key, words in spoken if any(one_typo(said, word) for word in words)}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=8_192)
def _begin(label: str) -> str:
    """The words before the first comma, "No" of "No, thanks"; empty for dates, amounts and the like, where many begin alike."""
    head, comma, _ = label.partition(",")
    return folded(head) if comma and not any(char.isdigit() for char in label) else ""


def _shortened(text: str, choices: Sequence[Choice]) -> set[str]:
    """Labels as a channel shortens them: "…" at the end, and "… 2" where the second of two would read like the first.

    Without a number it may be any of those that begin so.
    """
    found = _SHORTENED.fullmatch(text)
    if found is None or len(found[1]) < CUT_FROM:
        return set()
    head, number = fold(found[1]).rstrip(), int(found[2] or 0)
    labels = {" ".join(choice.label.split()): choice.key for choice in reversed(choices)}
    begun = [label for label in reversed(labels) if fold(label).startswith(head) and len(label) > len(text)]
    # A blank before the ellipsis was dropped, perhaps: the room was what is shown, or one more.
    meant = {label for room in (len(text), len(text) + 1) for label in _nth(begun, room, number)} if number else begun
    return {labels[label] for label in meant}


def _nth(labels: Sequence[str], room: int, number: int) -> list[str]:
    """The one that comes ``number``-th among labels which, cut to ``room`` with "…", would read alike.

    All of them where there are several such groups: their numbers go on from each other.
    """
    alike: dict[str, list[str]] = {}
    for label in labels:
        if len(label) > room:
            alike.setdefault(label[: room - 1].rstrip(), []).append(label)
    groups = [group for group in alike.values() if len(group) > 1]
    if len(groups) > 1:
        return [label for group in groups for label in group]
    return [group[number - 1] for group in groups if number <= len(group)]


def _is_cut(text: str, said: str, word: str) -> bool:
    """A label as a channel shows it that has no room: WhatsApp's buttons end after 20 characters, others by an ellipsis."""
    begin = len(said) >= CUT_FROM and len(said) < len(word) and word.startswith(said)
    return begin and (text.rstrip().endswith(("…", "...")) or said == word[:19].strip())


def one_typo(said: str, meant: str) -> bool:
    """One letter wrong, missing, extra, or two swapped; only words of ``TYPO_FROM`` letters on, and never in a number."""
    if len(meant) < TYPO_FROM or abs(len(said) - len(meant)) > 1 or said == meant:
        return False
    start = 0
    while start < min(len(said), len(meant)) and said[start] == meant[start]:
        start += 1
    rest_said, rest_meant = said[start:], meant[start:]
    near = (
        rest_said[1:] == rest_meant[1:]
        or rest_said[1:] == rest_meant
        or rest_said == rest_meant[1:]
        or (rest_said[:2] == rest_meant[1::-1] and rest_said[2:] == rest_meant[2:])
    )
    return near and not any(char.isdigit() for char in meant)
