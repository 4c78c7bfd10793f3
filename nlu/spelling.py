"""Words with a slip of the finger in them: by the words of the bot's own examples, and those that everybody writes.

A noisy channel (Kernighan, Church and Gale 1990): of the words that may have been meant, the one that is likeliest to be
written times likeliest to be garbled so, if it is clearly ahead of all others and of a word that nobody told us about.
All likelihoods here are logarithms of 10.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np

from nlu.word_list import STEPS, in_order, known_words, often

_LONGEST: Final = 24
_LONGEST_OF_ALL: Final = 16
"""Letters of a word up to which it may be a word that everybody writes: longer ones take too long."""

_MOST_WORDS: Final = 8
"""Unknown words of a text that are looked at: each costs 0.06 ms."""

OWN: Final = 1.3
"""How much likelier a word is that the bot's own examples have."""

OWN_UNLISTED: Final = 5.0
"""How often such a word is written that is in no list, times in a thousand million words."""

NEEDED: Final[Mapping[int, float]] = {2: 6.4, 3: 5.0, 4: 4.0, 5: 3.0, 6: 2.4, 7: 2.0}
"""What must be reached by what a word of so many letters may have meant: the likelihood that it is one that nobody told us about."""

NEEDED_LONG: Final = 1.6
NEEDED_MORE: Final = {"de": 0.3, "ru": 0.3, "uk": 0.7}
"""Languages of which more words are in no list."""

AHEAD: Final = 0.5
"""How far the best must be ahead of the second, where that is another word."""

FIRST: Final = 0.4
"""What it costs that the first letter is wrong."""

OTHER_FORM: Final = 2.5
"""What it costs that both are forms of one word: then it was mostly meant so."""

NAME: Final = 1.0
"""How much more is needed for a word with a capital letter inside of a sentence, where that makes it a name."""

TWO_SLIPS: Final = 7
"""Letters from which a word may have two slips; what it was meant as must be of the bot's own."""

STEM: Final = 4
"""Letters that forms of one word have in common."""

DOUBLED: Final = 0.0
SWAPPED: Final = 0.2
NEXT_KEY: Final = 0.2
LEFT_OUT: Final = 0.3
BESIDE: Final = 0.9
"""A letter too many that is next to its neighbour on the keyboard."""
OTHER_ROW: Final = 0.9
"""The letter of a key that is next to the right one in another row."""
TOO_MANY: Final = 1.4
CHANGED: Final = 1.8

_WORD = re.compile(r"[^\W\d_]+")
_KEYED = re.compile(r"[;'\[]?[^\W\d_]+(?:[;'\[][^\W\d_]+)*")
_MARKS_OF_KEYS = re.compile(r"[;'\[]")
_OTHER_KEYS = re.compile("[yzYZ;'\\[]")
_GERMAN_KEYS: Final = str.maketrans("yzYZ;'[", "zyZYöäü")
"""What a German key gives on an English keyboard, and the reverse for the letters."""

_NO_WORDS = re.compile(r"\S*(?:[0-9@_/\\\u0300-\u036f]|www\.|(?<=[Ѐ-ӿ])['’ʼ])\S*")
"""Numbers, addresses, paths, words with marks above letters, Ukrainian ones with an apostrophe."""

_ALPHABETS: Final = {
    "de": "abcdefghijklmnopqrstuvwxyzäöüß",
    "en": "abcdefghijklmnopqrstuvwxyz",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
}
_SPACED: Final[Mapping[str, str]] = {language: " ".join(letters) for language, letters in _ALPHABETS.items()}
_ROWS: Final = {
    "de": "qwertzuiopü asdfghjklöä yxcvbnm",
    "en": "qwertyuiop asdfghjkl zxcvbnm",
    "ru": "йцукенгшщзхъ фывапролджэ ячсмитьбю",
    "uk": "йцукенгшщзхї фівапролджє ячсмитьбю",
}
_OF_WORDS: Final = {
    "de": "e n s t r m en er es em te st et ten ern ens ste tes ter tem d end ende",
    "en": "s d r e y es ed er ly ing n ies",
    "ru": """а я о е и ы у ю й ь ом ем ой ей ёй ою ею ов ев ам ям ах ях ами ями ый ий ая яя ое ее ые ие ого его ому ему ым им ую юю ых их
        л ла ло ли лся лась лось лись ся сь т ть ти м шь те тся ться тесь ет ёт ит ют ут ат ят ешь ёшь ишь ете ите н на но ны ен ный ная ное ные ных ного
        ному ной ным ную ья ье ью йте""",
    "uk": """а я о е є и і ї у ю й ь ом ем єм ою ею єю ів їв ам ям ах ях ами ями ий ій ого ього ому ьому им ім их іх в ла ло ли вся лася
        лося лися ся сь т ть ти м ш те ться тися тесь є ить їть ють уть ать ять еш єш иш їш ете єте ите їте ові еві єві но на ні ний ному ної ною них ним ну йте
        імо емо єте йться ся""",
}  # fmt: skip
_ENDINGS: Final[Mapping[str, frozenset[str]]] = {
    language: frozenset(["", *endings.split()]) for language, endings in _OF_WORDS.items()
}


class Speller:
    """``words``: those of the examples in small letters, to the languages that have them."""

    def __init__(self, words: Mapping[str, Collection[str]]) -> None:
        self._own = words
        self._in_order = sorted(words)
        self._long = sorted(word for word in words if TWO_SLIPS - 1 <= len(word) <= _LONGEST and word.isalpha())
        self._letters = np.array([_counts(word) for word in self._long], np.int8).reshape(-1, _BAGS)

    def spelled(self, text: str, language: str) -> str:
        """With each unknown word that surely was meant as another as that word. Words of German keys on an English keyboard, or
        the reverse, as they were meant. ``language``: one of the bot's."""
        if not _MARKS_OF_KEYS.search(text) and all(map(self._is_known, _WORD.findall(text.lower()))):
            return text
        left = _MOST_WORDS

        def turn(found: re.Match[str]) -> str:
            nonlocal left
            word = found.group()
            if not 1 < len(word) <= _LONGEST or left <= 0 or self._is_known(word) or word.isupper():
                return word
            if any(start <= found.start() < end for start, end in no_words()):
                return word
            left -= 1
            is_name = language != "de" and word[0].isupper() and found.start() > 0
            meant = self._meant(word.lower(), language, NAME if is_name else 0.0)
            return meant.capitalize() if meant and word[0].isupper() else meant or word

        @cache
        def no_words() -> list[tuple[int, int]]:
            return [found.span() for found in _NO_WORDS.finditer(turned)]

        turned = text
        if _OTHER_KEYS.search(text):
            turned = _KEYED.sub(lambda found: self._on_german_keys(found.group(), language), text)
        return _WORD.sub(turn, turned)

    def _on_german_keys(self, word: str, language: str) -> str:
        """The same keys on the other one of the German and the English keyboard, if that is a word and this is none."""
        turned = word.translate(_GERMAN_KEYS)
        if turned == word or self._is_known(word.strip(";'[")) or not self._commonness(turned.lower(), language):
            return word
        return turned

    def _is_known(self, word: str) -> bool:
        low = word.lower()
        return low in self._own or low in known_words()

    def _meant(self, typed: str, language: str, more: float) -> str:
        """Empty if nothing is sure. ``more``: how much more is needed for that than usually."""
        near = self._near(typed, language) if len(typed) <= _LONGEST_OF_ALL else {}
        if not near:
            return self._two_slips(typed, language) if len(typed) >= TWO_SLIPS else ""
        needed = NEEDED.get(len(typed), NEEDED_LONG) + NEEDED_MORE.get(language, 0.0) + more
        scores: dict[str, float] = {}
        for word, common in near.items():
            cost = slip(typed, word, language) if common >= needed - AHEAD else common
            if common - cost >= needed - AHEAD:
                is_form = cost > DOUBLED and is_other_form(typed, word, language)
                scores[word] = common - cost - (OTHER_FORM if is_form else 0.0)
        ranked = sorted(scores, key=lambda word: (-scores[word], word))
        if not ranked or scores[ranked[0]] < needed:
            return ""
        best = ranked[0]
        others = [word for word in ranked[1:] if scores[best] - scores[word] < AHEAD]
        return best if all(is_other_form(best, word, language) for word in others) else ""

    def _near(self, typed: str, language: str) -> dict[str, float]:
        """Words of this language one slip away, and how often they are written. The slip is no further on than where no known word
        begins like the typed one."""
        right = max(_begun(in_order(), typed), _begun(self._in_order, typed))
        maybe = one_slip_away(typed, language, right)
        found = (known_words().keys() & maybe) | (self._own.keys() & maybe)
        return {word: common for word in found if (common := self._commonness(word, language))}

    def _two_slips(self, typed: str, language: str) -> str:
        apart = np.abs(self._letters - _counts(typed)).sum(axis=1, dtype=np.int16)
        found = {
            word
            for number in np.flatnonzero(apart <= 4).tolist()
            if language in self._own[word := self._long[number]] and are_two_slips(typed, word)
        }
        return found.pop() if len(found) == 1 else ""

    def _commonness(self, word: str, language: str) -> float:
        common = often(known_words().get(word, 0), language) / STEPS
        return max(common + OWN, OWN_UNLISTED) if language in self._own.get(word, ()) else common


def one_slip_away(typed: str, language: str, right: int = _LONGEST) -> set[str]:
    """All words that ``typed`` may be with one letter left out, put in, changed, or swapped with the next, after at most ``right``
    letters that are as they should be."""
    letters = _SPACED.get(language, _SPACED["en"])
    found: set[str] = set()
    for place in range(min(len(typed), right + 1)):
        head, tail = typed[:place], typed[place:]
        rest = tail[1:]
        found.add(head + rest)
        if rest:
            found.add(head + rest[0] + tail[0] + rest[1:])
        found.update(
            (head + letters.replace(" ", f"{rest} {head}") + rest).split(" ")
        )  # four times as quick as letter by letter
        found.update((head + letters.replace(" ", f"{tail} {head}") + tail).split(" "))
    if right >= len(typed):
        found.update((typed + letters.replace(" ", f" {typed}")).split(" "))
    found.discard(typed)
    return found


def slip(typed: str, word: str, language: str) -> float:
    """How unlikely it is that ``word`` is typed so; they are one slip apart."""
    place = _same(typed, word)
    first = FIRST if place == 0 else 0.0
    near = _near(language)
    if len(typed) > len(word):
        letter = typed[place]
        if place and typed[place - 1] == letter:
            return DOUBLED
        around = near.get(letter, "")
        beside = (place and typed[place - 1] in around) or typed[place + 1 : place + 2] in around
        return first + (BESIDE if beside else TOO_MANY)
    if len(typed) < len(word):
        return DOUBLED if word[place - 1 : place] == word[place] else first + LEFT_OUT
    if typed[place + 1 :] != word[place + 1 :]:
        return first + SWAPPED
    if word[place] in near.get(typed[place], ""):
        return first + NEXT_KEY
    return first + (OTHER_ROW if word[place] in _above_and_below(language).get(typed[place], "") else CHANGED)


def is_other_form(one: str, other: str, language: str) -> bool:
    """Whether both are one stem with endings that the language has."""
    place, endings = _same(one, other), _ENDINGS.get(language, _ENDINGS["en"])
    return any(one[end:] in endings and other[end:] in endings for end in range(max(STEM, place - 2), place + 1))


def are_two_slips(typed: str, word: str) -> bool:
    """Optimal string alignment, of which more than two are of no interest."""
    if abs(len(typed) - len(word)) > 2:
        return False
    before: list[int] = []
    row = list(range(len(word) + 1))
    for number, letter in enumerate(typed, 1):
        older, before, row = before, row, [number]
        for place, wanted in enumerate(word, 1):
            cost = min(before[place] + 1, row[place - 1] + 1, before[place - 1] + (letter != wanted))
            if older and place > 1 and letter == word[place - 2] and wanted == typed[number - 2]:
                cost = min(cost, older[place - 2] + 1)
            row.append(cost)
        if min(row) > 2:
            return False
    return row[-1] <= 2


def _begun(words: Sequence[str], typed: str) -> int:
    """How many letters one of the words (in alphabetical order) begins with that ``typed`` begins with."""
    place = bisect_left(words, typed)
    return max((_same(word, typed) for word in words[max(0, place - 1) : place + 1]), default=0)


_BAGS: Final = 32


def _counts(word: str) -> list[int]:
    """How often it has each letter; a few letters count as one."""
    counts = [0] * _BAGS
    for letter in word:
        counts[ord(letter) % _BAGS] += 1
    return counts


def _same(one: str, other: str) -> int:
    """Letters that both begin with."""
    place, most = 0, min(len(one), len(other))
    while place < most and one[place] == other[place]:
        place += 1
    return place


@cache
def _near(language: str) -> Mapping[str, str]:
    """Letters on the keys beside that of each letter."""
    row = _ROWS.get(language, _ROWS["en"])
    return {
        letter: row[max(0, place - 1) : place + 2].replace(letter, "").strip()
        for place, letter in enumerate(row)
        if letter != " "
    }


@cache
def _above_and_below(language: str) -> Mapping[str, str]:
    """Letters on the keys above and below that of each letter; each row stands half a key further to the right."""
    rows = _ROWS.get(language, _ROWS["en"]).split(" ")
    found: dict[str, str] = {}
    for upper, lower in pairwise(rows):
        for place, letter in enumerate(upper):
            found[letter] = found.get(letter, "") + lower[max(0, place - 1) : place + 1]
        for place, letter in enumerate(lower):
            found[letter] = found.get(letter, "") + upper[place : place + 2]
    return found
