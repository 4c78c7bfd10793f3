"""The language of a short message: alphabet, words of the bot's own examples, lingua, and what was spoken before."""

from collections.abc import Mapping, Sequence
from typing import Any

MAX_TEXT = 300
"""Characters that are looked at."""

SURE = 0.6
"""Below this nobody can tell: the language stays empty."""

_ALPHABETS: Mapping[str, tuple[str, float]] = {
    "uk": ("іїєґ", 200.0),
    "ru": ("ыэъё", 200.0),
    "de": ("äöüß", 20.0),  # a German name may stand in an English sentence
}
_SPOKEN = 6.0
"""How much likelier the conversation's language is than another, before a word is read."""

_KNOWN_WORD = 3.0
_FULL_LENGTH = 16
"""Letters from which lingua is believed fully; shorter texts count in proportion."""


class LanguageDetector:
    """Tells the bot's own languages apart. ``words``: word to the languages whose examples have it."""

    def __init__(self, languages: Sequence[str], words: Mapping[str, Sequence[str]]) -> None:
        self._languages = tuple(languages)
        self._words = words
        self._lingua, self._codes = _open_lingua(self._languages)

    def detect(self, text: str, words: Sequence[str], spoken: str) -> tuple[str, float]:
        """Language and probability; empty and 0 for a text without letters or one that could be several languages."""
        letters = "".join(char for char in text[:MAX_TEXT].lower() if char.isalpha() or char in " '’")
        count = sum(char.isalpha() for char in letters)
        if not count or not self._languages:
            return "", 0.0
        weights = dict.fromkeys(self._languages, 1.0)
        if spoken in weights:
            weights[spoken] *= _SPOKEN
        self._weigh_alphabet(letters, weights)
        self._weigh_words(words, weights)
        self._weigh_lingua(letters, min(1.0, count / _FULL_LENGTH), weights)
        best = max(weights, key=lambda language: weights[language])
        score = weights[best] / sum(weights.values())
        return (best, round(score, 4)) if score >= SURE else ("", round(score, 4))

    def _weigh_alphabet(self, letters: str, weights: dict[str, float]) -> None:
        for language, (alphabet, factor) in _ALPHABETS.items():
            if language in weights and any(char in alphabet for char in letters):
                weights[language] *= factor

    def _weigh_words(self, words: Sequence[str], weights: dict[str, float]) -> None:
        known = [self._words[word] for word in words[:20] if word in self._words]
        for languages in known[:5]:
            for language in languages:
                weights[language] *= _KNOWN_WORD

    def _weigh_lingua(self, letters: str, trust: float, weights: dict[str, float]) -> None:
        if self._lingua is None:
            return
        for guess in self._lingua.compute_language_confidence_values(letters):
            weights[self._codes[guess.language]] *= max(guess.value, 0.005) ** trust


def _open_lingua(languages: Sequence[str]) -> tuple[Any, dict[Any, str]]:
    """Lingua's detector among those of ``languages`` that it knows; None if it has nothing to choose from."""
    from lingua import Language, LanguageDetectorBuilder

    codes = {known: code for known in Language.all() if (code := known.iso_code_639_1.name.lower()) in languages}
    if len(codes) < 2:
        return None, {}
    builder = LanguageDetectorBuilder.from_languages(*codes).with_low_accuracy_mode()
    return builder.with_preloaded_language_models().build(), codes
