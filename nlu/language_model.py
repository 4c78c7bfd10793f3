"""Which language a short text is in: hashed character n-grams and one linear layer, trained by bench/language/train."""

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from nlu.encoding import Floats

MAX_TEXT: Final = 200
"""Characters that are looked at: by then the language is sure."""

BUCKETS_LOG2: Final = 16
LONGEST: Final = 5
"""Characters of the longest n-gram; whole words count too."""

KEYS: Final = "[];',.`"
"""Marks that are letters on another keyboard layout."""

_FACTOR = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
_STIR = np.uint64(0xD6E8FEB86659FD93)
_SHIFTED = str.maketrans("{}:\"<>~’ʼ`", "[];',.`''`")  # fmt: skip

_DIGIT = re.compile("[0-9]")
_NO_LETTERS = re.compile("[^a-z[\\];',.`]+")
_NUMBERED = re.compile(r"\S*[0-9]\S*")

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

SCRIPT_LANGUAGES: Final = frozenset(_SCRIPTS.values())


def letters_of(text: str) -> str:
    """Lower case, letters and ``KEYS`` only, no words with digits in them, single spaces, framed by spaces; at most ``MAX_TEXT``
    characters of ``text``."""
    low = text[:MAX_TEXT].lower().translate(_SHIFTED)
    if _DIGIT.search(low):
        low = _NUMBERED.sub(" ", low)
    if low.isascii():
        kept = _NO_LETTERS.sub(" ", low)
    else:
        kept = "".join([char if char.isalpha() or char in KEYS else " " for char in low])
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
    starts, ends, salts = _windows(len(codes))
    kept = np.flatnonzero(breaks[ends - 1] == breaks[starts + 1])
    places = np.flatnonzero(blank)
    begins = np.concatenate([starts[kept], places[:-1] + 1])
    closes = np.concatenate([ends[kept], places[1:]])
    words = np.full(len(begins) - len(kept), _salt(LONGEST + 1), np.uint64)
    mixed = (sums[closes] - sums[begins]) * inverses[begins] + np.concatenate([salts[kept], words])
    mixed *= _STIR
    mixed ^= mixed >> np.uint64(32)
    mixed *= _STIR
    mixed >>= np.uint64(64 - BUCKETS_LOG2)
    numbers: NDArray[np.int64] = mixed.astype(np.int64)
    return numbers


@lru_cache(maxsize=256)
def _windows(length: int) -> tuple[Any, Any, Any]:
    """Where each n-gram of so many characters starts and ends, and the salt of its size."""
    sizes = [size for size in range(1, LONGEST + 1) if size <= length]
    starts = [np.arange(length - size + 1) for size in sizes]
    ends = [each + size for each, size in zip(starts, sizes, strict=True)]
    salts = [np.full(len(each), _salt(size), np.uint64) for each, size in zip(starts, sizes, strict=True)]
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(salts)


def _salt(size: int) -> int:
    return size * 0x632BE59BD9B4E019 & _MASK


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
        self._last: tuple[str, Floats] = ("", self._bias)

    def logits(self, framed: str) -> Floats:
        """How well each label fits, in log-odds; ``framed`` as ``letters_of`` leaves it."""
        if framed == self._last[0]:  # a text is asked about before and after it was mended, and mostly was in order
            return self._last[1]
        rows = buckets(framed)
        total = self._weights[rows].sum(axis=0, dtype=np.int32).astype(np.float32)
        fit: Floats = total * self._scale / np.float32(np.sqrt(len(rows))) + self._bias
        self._last = (framed, fit)
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
