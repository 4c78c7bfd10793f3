"""A text as the mean of its words: the multilingual encoder's vector of each word, kept, so that most texts cost next to nothing."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import numpy as np

from nlu.encoders.multilingual import plain
from nlu.encoding import Encoder, Floats, unit_rows

MAX_TEXT: Final = 400
"""Characters that are split."""

MAX_WORDS: Final = 60
"""Words of a text that count."""

KEPT: Final = 16_000
"""Words whose vectors are kept, 1 kB each; then the oldest go."""

_WORD: Final = re.compile(r"\w+|[^\w\s]")
_COMMON: Final = 1e-3
"""A word with this share of all words counts half; rarer ones nearly in full (the weighting of Arora et al. 2017)."""


class WordModel(Encoder, Protocol):
    """The encoder that knows words."""

    def share(self, word: str, language: str) -> float:
        """Of all words that are written, roughly: 0 to 1."""
        ...


class WordsEncoder:
    """30 microseconds for a text of words that were seen before; a new one takes as long as the encoder behind it for each of its new words."""

    def __init__(self, model: WordModel) -> None:
        self._model = model
        self._known: dict[tuple[str, str], Floats] = {}

    @property
    def name(self) -> str:
        return "words"

    def suits(self, language: str) -> bool:
        return self._model.suits(language)

    async def encode(self, texts: Sequence[str], language: str) -> Floats:
        """See ``nlu.encoding.Encoder``; raises what the encoder behind it raises."""
        split = [_WORD.findall(plain(text[:MAX_TEXT]).lower())[:MAX_WORDS] for text in texts]
        vectors = {
            word: self._known[language, word] for words in split for word in words if (language, word) in self._known
        }
        new = list(dict.fromkeys(word for words in split for word in words if word not in vectors))
        if new:
            vectors |= await self._learn(new, language)
        width = next((len(vector) for vector in vectors.values()), 1)
        means = np.zeros((len(texts), width), np.float32)
        for mean, words in zip(means, split, strict=True):
            if words:
                mean[:] = np.sum([vectors[word] for word in words], axis=0, dtype=np.float32)
        return unit_rows(means)

    async def _learn(self, words: Sequence[str], language: str) -> Mapping[str, Floats]:
        shares = np.array([self._model.share(word, language) for word in words], np.float32)
        weighed = await self._model.encode(words, language) * (_COMMON / (_COMMON + shares))[:, None]
        found = dict(zip(words, weighed.astype(np.float16), strict=True))
        self._known |= {(language, word): vector for word, vector in found.items()}
        while len(self._known) > KEPT:
            self._known.pop(next(iter(self._known)), None)
        return found
