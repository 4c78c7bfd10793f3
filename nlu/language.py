"""The language of a short message: what its letters look like, words of the bot's own examples, and what was spoken before."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from nlu.language_model import KEYS, SCRIPT_LANGUAGES, LanguageModel, letters_of, script_language, shipped_model

SURE: Final = 0.6
"""Below this nobody can tell: the conversation stays in its language."""

GUESSED: Final = 0.4
"""The same where no language was spoken yet: the likelier of two is better than none, and its score says how sure it is."""

ANOTHER: Final = "another"
"""A language that the bot does not speak."""

_SPOKEN: Final = 6.0
"""How much likelier the conversation's language is than another, before a word is read."""

_FOREIGN: Final = 0.1
"""How likely a language is that the bot does not speak, before a word is read, against one that it does."""

_RETYPED: Final = 0.05
"""How likely a text still is in letters or keys of another alphabet: those were turned back before, where they were sure."""

_KNOWN_WORD: Final = 2.0
_KNOWN_WORDS: Final = 5
_FULL_LENGTH: Final = 12
"""Letters from which the model is believed fully; of shorter texts less, so that "ok" changes no conversation's language."""

_ALL_BUT_LETTERS: Final = str.maketrans(dict.fromkeys(" " + KEYS))

_FLOOR: Final = 0.01
"""No language is less likely than this by its letters alone: brand names and slips are in every language."""


class LanguageDetector:
    """Tells the bot's own languages apart, and from others. ``words``: word to the languages whose examples have it."""

    def __init__(
        self, languages: Sequence[str], words: Mapping[str, Sequence[str]], model: LanguageModel | None = None
    ) -> None:
        self._languages = tuple(languages)
        self._words = words
        self._model = model or shipped_model()
        labels = self._model.labels
        bases = [label.partition("<")[0] for label in labels]
        self._usual = np.array([_RETYPED if "<" in label else 1.0 for label in labels], np.float32)
        self._columns = {
            language: np.array([number for number, base in enumerate(bases) if base == language])
            for language in languages
            if language in bases
        }
        self._foreign = np.array([base not in self._languages for base in bases])

    def detect(self, text: str, words: Sequence[str], spoken: str) -> tuple[str, float]:
        """Language and probability; empty for a text without letters, one that could be several languages, or one in
        another language than the bot's."""
        chances = self.chances(text, words, spoken)
        if not chances:
            return "", 0.0
        best = max(chances, key=lambda language: chances[language])
        score = round(chances[best], 4)
        enough = SURE if spoken in self._languages else GUESSED
        return (best, score) if score >= enough and best != ANOTHER else ("", score)

    def chances(self, text: str, words: Sequence[str], spoken: str) -> dict[str, float]:
        """Probability of each of the bot's languages and of ``ANOTHER``; empty for a text without letters."""
        framed = letters_of(text)
        count = len(framed.translate(_ALL_BUT_LETTERS))
        if not count or not self._languages:
            return {}
        weights = self._by_letters(framed, min(1.0, count / _FULL_LENGTH))
        if spoken in weights:
            weights[spoken] *= _SPOKEN
        for word in [word for word in words[:20] if word in self._words][:_KNOWN_WORDS]:
            for language in self._words[word]:
                weights[language] *= _KNOWN_WORD
        total = sum(weights.values())
        return {language: weight / total for language, weight in weights.items()}

    def _by_letters(self, framed: str, trust: float) -> dict[str, float]:
        told = script_language(framed)
        if told:
            return {
                **dict.fromkeys((*self._languages, ANOTHER), _FLOOR),
                told if told in self._languages else ANOTHER: 1.0,
            }
        logits = self._model.logits(framed)
        odds = np.exp(logits - logits.max()) * self._usual
        odds /= odds.sum()
        foreign = float(odds[self._foreign].sum())
        found = {
            language: float(odds[self._columns[language]].sum())
            if language in self._columns
            else foreign * (language not in SCRIPT_LANGUAGES)
            for language in self._languages
        }  # one that the model does not know looks like any other that the bot does not speak
        weights = {language: max(chance, _FLOOR) ** trust for language, chance in found.items()}
        weights[ANOTHER] = _FOREIGN * max(foreign, _FLOOR) ** trust
        return weights
