"""Which language a short text is in: hashed character n-grams and one linear layer, trained by scripts/language/train."""

import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]

MAX_TEXT: Final = 200
"""Characters that are looked at: by then the language is sure."""

BUCKETS_LOG2: Final = 16
LONGEST: Final = 5
"""Characters of the longest n-gram; whole words count too."""

KEYS: Final = "[];',.`"
"""Marks that are letters on another keyboard layout."""

_FACTOR = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
_SHIFTED = str.maketrans("{}:\"<>~’ʼ`", "[];',.`''`")  # fmt: skip

_SCRIPTS: Final = {
    "GREEK": "el",
    "HEBREW": "he",
    "ARABIC": "ar",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "THAI": "th",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "TAMIL": "ta",
}
"""Alphabets that give the language away; a text with one of them is not asked about."""


def letters_of(text: str) -> str:
    """Lower case, letters and ``KEYS`` only, single spaces, framed by spaces; at most ``MAX_TEXT`` characters of ``text``."""
    low = text[:MAX_TEXT].lower().translate(_SHIFTED)
    kept = "".join(char if char.isalpha() or char in KEYS else " " for char in low)
    return f" {' '.join(kept.split())} "


def buckets(framed: str) -> NDArray[np.int64]:
    """The bucket of each n-gram (1 to ``LONGEST``, none across words) and of each word of ``framed``, repeats included."""
    codes = np.frombuffer(framed.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    powers, inverses = _powers(1 << max(8, len(codes).bit_length()))
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum((codes + np.uint64(7)) * powers[: len(codes)], out=sums[1:])
    blank = codes == 32
    breaks = np.zeros(len(codes) + 1, np.int32)
    np.cumsum(blank, out=breaks[1:])
    found = []
    for size in range(1, min(LONGEST, len(codes)) + 1):
        starts = np.arange(len(codes) - size + 1)
        inside = (
            breaks[starts + size - 1] - breaks[starts + 1] if size > 2 else blank[starts] if size == 1 else 0 * starts
        )
        starts = starts[inside == 0]
        found.append(_mixed((sums[starts + size] - sums[starts]) * inverses[starts], size))
    places = np.flatnonzero(blank)
    begins, ends = places[:-1] + 1, places[1:]
    found.append(_mixed((sums[ends] - sums[begins]) * inverses[begins], LONGEST + 1))
    return np.concatenate(found).astype(np.int64)


def _mixed(hashes: Any, salt: int) -> Any:
    mixed = (hashes + np.uint64(salt * 0x632BE59BD9B4E019 & _MASK)) * np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(32)
    return (mixed * np.uint64(0xD6E8FEB86659FD93)) >> np.uint64(64 - BUCKETS_LOG2)


@cache
def _powers(length: int) -> tuple[Any, Any]:
    """Powers of an odd number and of its inverse, modulo 2**64."""
    inverse = pow(_FACTOR, -1, 1 << 64)
    up, down = [1], [1]
    for _ in range(length):
        up.append(up[-1] * _FACTOR & _MASK)
        down.append(down[-1] * inverse & _MASK)
    return np.array(up, np.uint64), np.array(down, np.uint64)


class LanguageModel:
    """``weights`` (buckets x labels, int8), ``scale`` and ``bias`` (labels). A label is a language, or a language and how it
    was typed: ``ru<latin``, ``ru<keys``."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self.labels: tuple[str, ...] = tuple(msgspec.json.decode(arrays["labels"].tobytes(), type=list[str]))
        self._weights = arrays["weights"]
        self._scale: Floats = arrays["scale"].astype(np.float32)
        self._bias: Floats = arrays["bias"].astype(np.float32)

    def logits(self, framed: str) -> Floats:
        """How well each label fits, in log-odds; ``framed`` as ``letters_of`` leaves it."""
        rows = buckets(framed)
        if not len(rows):
            return self._bias
        total = self._weights[rows].sum(axis=0, dtype=np.int32).astype(np.float32)
        fit: Floats = total * self._scale / np.float32(np.sqrt(len(rows))) + self._bias
        return fit


def script_language(framed: str) -> str:
    """The language that an alphabet alone tells, if most letters are of it; else empty."""
    counts: dict[str, int] = {}
    for char in framed:
        if char > "ʯ" and not "Ѐ" <= char <= "ԯ":
            script = unicodedata.name(char, "").split(" ", 1)[0].split("-", 1)[0]
            if script in _SCRIPTS:
                counts[_SCRIPTS[script]] = counts.get(_SCRIPTS[script], 0) + 1
    if not counts or 2 * sum(counts.values()) < sum(char.isalpha() for char in framed):
        return ""
    return "ja" if "ja" in counts else max(counts, key=lambda language: counts[language])


@cache
def shipped_model() -> LanguageModel:
    """The model that comes with the product, read once."""
    with (files("nlu") / "data" / "languages.npz").open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return LanguageModel({name: archive[name] for name in archive.files})
