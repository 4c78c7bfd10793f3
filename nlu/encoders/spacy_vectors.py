"""Sentences as the mean of their words' vectors, where a spaCy package with vectors (``…_md``, ``…_lg``) is installed."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from conversation.value import Value
from nlu.encoding import EncoderError, Floats, unit_rows
from nlu.features import Tokenizers, calm

MAX_TEXT: Final = 400
"""Characters of a text that are read: what somebody wants stands at the beginning."""

_AT_ONCE: Final = 4
"""Texts that are encoded on the event loop, a tenth of a millisecond each; more go to a thread."""

_SIZES: Final = ("lg", "md")
"""Best first."""


class SpacyPackage(Value, frozen=True, kw_only=True):
    """``name`` as of ``de_core_news_md``; ``folder``: where its vocabulary is."""

    language: str
    name: str
    version: str
    folder: str


class SpacyEncoder:
    """One encoder for all languages that have a package: their words live in different spaces, so each has columns of its own."""

    def __init__(self, packages: Sequence[SpacyPackage]) -> None:
        """Blocks for a second a package. Raises EncoderError."""
        self._packages = packages
        self._vectors = {package.language: _read(package) for package in packages}
        self._columns: dict[str, slice] = {}
        for language, vectors in self._vectors.items():
            self._columns[language] = slice(self._width, self._width + vectors.shape[1])
        self._tokenizers = Tokenizers(self._vectors)

    @property
    def _width(self) -> int:
        return max((columns.stop for columns in self._columns.values()), default=0)

    @property
    def name(self) -> str:
        told = " ".join(f"{package.name} {package.version}" for package in self._packages)
        return f"spacy/{hashlib.sha256(told.encode()).hexdigest()[:8]}"

    def suits(self, language: str) -> bool:
        return language in self._vectors

    async def encode(self, texts: Sequence[str], language: str) -> Floats:
        """See ``nlu.encoding.Encoder``; raises nothing."""
        if len(texts) <= _AT_ONCE:
            return self._encode(texts, language)
        return await asyncio.to_thread(self._encode, texts, language)

    def _encode(self, texts: Sequence[str], language: str) -> Floats:
        found = np.zeros((len(texts), self._width), np.float32)
        columns = self._columns[language]
        for row, text in zip(found, texts, strict=True):
            whole = text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")
            words = self._tokenizers.words(calm(" ".join(whole.split())), language)
            vectors = _known(self._vectors[language], [word for word in words if any(map(str.isalpha, word))])
            if len(vectors):
                row[columns] = unit_rows(vectors).mean(axis=0)
        return unit_rows(found)


def open_spacy(languages: Collection[str] = ()) -> SpacyEncoder | None:
    """The vectors that are installed for these languages, or for any; None if there are none. Blocks. Raises EncoderError."""
    packages = [package for package in spacy_packages() if not languages or package.language in languages]
    return SpacyEncoder(packages) if packages else None


def spacy_packages() -> Sequence[SpacyPackage]:
    """The best one of each language that is installed, by language. Nothing of them is imported."""
    best: dict[str, SpacyPackage] = {}
    for size in reversed(_SIZES):
        for entry in entry_points(group="spacy_models"):
            language, _, rest = entry.name.partition("_")
            found = _package(entry, language) if rest.startswith("core_") and rest.endswith(f"_{size}") else None
            if found is not None:
                best[language] = found
    return [best[language] for language in sorted(best)]


def _package(entry: EntryPoint, language: str) -> SpacyPackage | None:
    spec = find_spec(entry.name)
    if spec is None or spec.origin is None or entry.dist is None:
        return None
    version = entry.dist.version
    folder = Path(spec.origin).parent / f"{entry.name}-{version}" / "vocab"
    return SpacyPackage(language=language, name=entry.name, version=version, folder=str(folder))


def _read(package: SpacyPackage) -> Any:
    """The table alone: a pipeline around it would be a hundred megabytes."""
    from spacy.strings import StringStore
    from spacy.vectors import Vectors  # type: ignore[import-not-found]  # it is compiled, and has no stub

    todo = f"python -m spacy download {package.name}"
    try:
        vectors = Vectors(strings=StringStore()).from_disk(Path(package.folder), exclude=("strings",))
    except (OSError, ValueError, KeyError) as error:
        raise EncoderError("spacy", f"{package.folder} can't be read ({error}): {todo}") from error
    if not vectors.shape[0] or not vectors.shape[1]:
        raise EncoderError("spacy", f"{package.name} {package.version} has no vectors: {todo}")
    return vectors


def _known(vectors: Any, words: Sequence[str]) -> Floats:
    """(known words x dimensions); a word may be known in lower case or with a capital only."""
    if vectors.mode == "floret":  # made of parts of words: all are known
        return np.asarray(vectors.get_batch(words) if words else np.zeros((0, vectors.shape[1])), np.float32)
    rows = (
        next((row for row in vectors.find(keys=[word, word.lower(), word.capitalize()]) if row >= 0), -1)
        for word in words
    )
    return np.asarray(vectors.data[[int(row) for row in rows if row >= 0]], np.float32)


def known_languages() -> Mapping[str, str]:
    """Language to the package whose vectors are used for it: what `lotse doctor` shows."""
    return {package.language: f"{package.name} {package.version}" for package in spacy_packages()}
