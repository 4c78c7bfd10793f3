"""Where a text may be cut: what a reader sees as one character stays whole.

A small form of Unicode's extended grapheme clusters (UAX 29). Where in doubt it keeps characters together: too long a
cluster costs a few characters of room, too short a one shows the customer broken signs.
"""

import unicodedata
from collections.abc import Iterator

_ZWJ = "\u200d"
_ZWNJ = "\u200c"
_REGIONAL = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_KANA_MARKS = (0xFF9E, 0xFF9F)
_JAMO = (range(0x1100, 0x1200), range(0xA960, 0xA980), range(0xD7B0, 0xD800))
_HANGUL_MEDIAL_OR_FINAL = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))
_HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)
_PREPENDED = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
_VIRAMA = 9  # canonical combining class


def clusters(text: str) -> Iterator[str]:
    """The characters as a reader counts them, in order; joined they are ``text``."""
    start = 0
    for index in range(1, len(text)):
        if _may_cut(text, start, index):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def _may_cut(text: str, start: int, index: int) -> bool:
    """Whether a cluster that began at ``start`` may end before ``index``."""
    before, after = text[index - 1], text[index]
    if after < "\u0300" or "\u0370" <= after < "\u0483":  # Latin, Greek, Cyrillic: no marks among them
        return not (before == "\r" and after == "\n") and before not in _PREPENDED and before != _ZWJ
    if _extends(after) or before == _ZWJ or before in _PREPENDED:
        return before in "\r\n"
    if _is_in(after, _REGIONAL) and _is_in(before, _REGIONAL):
        return (index - start) % 2 == 0
    if _hangul_joins(before, after):
        return False
    return not (unicodedata.combining(before) == _VIRAMA and unicodedata.category(after) == "Lo")


def _extends(character: str) -> bool:
    """Marks, joiners, variation selectors, skin tones, tags of flags: they belong to what stands before them."""
    code = ord(character)
    return (
        character in (_ZWJ, _ZWNJ)
        or unicodedata.category(character) in ("Mn", "Mc", "Me")
        or code in _SKIN_TONES
        or code in _TAGS
        or code in _KANA_MARKS
    )


def _hangul_joins(before: str, after: str) -> bool:
    follows = any(_is_in(after, block) for block in _HANGUL_MEDIAL_OR_FINAL)
    leads = any(_is_in(before, block) for block in _JAMO)
    return (follows and (leads or _is_in(before, _HANGUL_SYLLABLES))) or (
        "\u1100" <= before < "\u1160" and ("\u1100" <= after < "\u1160" or _is_in(after, _HANGUL_SYLLABLES))
    )


def _is_in(character: str, block: range) -> bool:
    return ord(character) in block
