"""One spelling for the many that people type."""

import re
import unicodedata
from functools import lru_cache

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ё": "е"})
_DROPPED = re.compile("['’ʼ`´\u02b9\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean(text: str) -> str:
    """The text without control and direction characters (line breaks stay), trimmed."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = (
        " " if char in "\t\r\v\f\u2028\u2029" else char
        for char in text.replace("\r\n", "\n")
        if char in "\n\t\r\v\f" or not (char in _BIDI or unicodedata.category(char) in {"Cc", "Cs"})
    )
    return "".join(kept).strip()


@lru_cache(maxsize=4)
def fold(text: str) -> str:
    """For comparing: one case, ё=е, ß=ss, ü=ue, no apostrophes, no skin tones, single spaces.

    A turn asks for the same text several times; what customers wrote is not kept for longer than the next few.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().replace("'", "").replace("`", "").split())
    plain = unicodedata.normalize("NFKC", clean(text)).casefold().translate(_UMLAUTS)
    return " ".join(_DROPPED.sub("", plain).split())
