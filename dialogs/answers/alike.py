"""Whether two sentences say the same to whoever learns from them."""

import re
from typing import Final

from dialogs.answers.fold import fold

_MARKS: Final = re.compile(r"[\W_]+")
_DIGITS: Final = re.compile(r"[0-9]+")
_WRITTEN_OUT: Final = re.compile(r"(?<=[aou])e")
"""What is left of ä, ö and ü: with it and without it, it is the same word."""


def alike(text: str) -> str:
    """One form for all spellings of a sentence: one case, no marks, umlauts and ё as people type them, any number for any other.

    Of a text without letters and digits (``?!``, 😡) the text itself.
    """
    folded = fold(text)
    plain = " ".join(_DIGITS.sub("0", _WRITTEN_OUT.sub("", _MARKS.sub(" ", folded))).split())
    return plain or folded


def in_any_order(same: str) -> str:
    """``same``, as ``alike`` gives it, with its words sorted: equal where only their order differs."""
    return " ".join(sorted(same.split()))
