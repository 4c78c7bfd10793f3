"""Does a typed text mean one of the things that can be chosen? By number, label or word; one typo is forgiven."""

import re
from collections.abc import Sequence
from functools import lru_cache

from conversation.value import Value
from dialogs.answers.fold import fold

_NUMBER = re.compile(r"(?:nr|no|№|#)?\s*([0-9]{1,2})\s*[.)]?")
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
    exact = {key for key, words in spoken if said in words}
    cut = {key for key, words in spoken if any(_is_cut(text, said, word) for word in words)}
    near = {key for key, words in spoken if any(one_typo(said, word) for word in words)}
    for found in (exact, cut, near):
        if len(found) == 1:
            return found.pop()
        if found:
            return None
    return None


def _is_cut(text: str, said: str, word: str) -> bool:
    """A label as a channel shows it that has no room: WhatsApp's buttons end after 20 characters, others by an ellipsis."""
    begin = len(said) >= CUT_FROM and len(said) < len(word) and word.startswith(said)
    return begin and (text.rstrip().endswith(("…", "...")) or said == word[:19].strip())


def match_word(said: str, words: tuple[str, ...]) -> bool:
    """True if ``said``, which is folded already, is one of the words, as typed or with one typo."""
    meant = folded_words(words)
    return bool(said) and (said in meant or any(one_typo(said, word) for word in meant))


def one_typo(said: str, meant: str) -> bool:
    """One letter wrong, missing, extra, or two swapped; only words of ``TYPO_FROM`` letters on, and never in a number."""
    if len(meant) < TYPO_FROM or abs(len(said) - len(meant)) > 1 or said == meant or any(c.isdigit() for c in meant):
        return False
    start = 0
    while start < min(len(said), len(meant)) and said[start] == meant[start]:
        start += 1
    rest_said, rest_meant = said[start:], meant[start:]
    return (
        rest_said[1:] == rest_meant[1:]
        or rest_said[1:] == rest_meant
        or rest_said == rest_meant[1:]
        or (rest_said[:2] == rest_meant[1::-1] and rest_said[2:] == rest_meant[2:])
    )
