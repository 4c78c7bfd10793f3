"""The Nlu port, answered in this process."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from conversation.understanding import Understanding
from conversation.value import Value
from nlu.cache import cache_path, load_model, save_model
from nlu.entities import MAX_TEXT, EntityFinder
from nlu.features import Tokenizers, clean
from nlu.language import LanguageDetector
from nlu.model import LOCAL, LanguageReport, Model

_log = structlog.get_logger(__name__)


class TrainReport(Value, frozen=True, kw_only=True):
    """``seconds``: the training of all languages together."""

    seconds: float
    languages: tuple[LanguageReport, ...]


class LocalNlu:
    """Understands free text on the event loop: an answer takes about a millisecond, and less than 20 for any text at all."""

    def __init__(self, model: Model) -> None:
        meta = model.meta
        self._model = model
        self._tokenizers = Tokenizers(meta.languages)
        self._languages = LanguageDetector(meta.languages, meta.words)
        self._entities = EntityFinder(self._tokenizers, meta.entities)

    @property
    def languages(self) -> tuple[str, ...]:
        return self._model.meta.languages

    @property
    def report(self) -> TrainReport:
        return TrainReport(seconds=self._model.meta.seconds, languages=self._model.heads[LOCAL].reports)

    async def understand(self, text: str, language: str) -> Understanding:
        """See ``conversation.ports.Nlu``: never raises."""
        try:
            return self._understand(text, language)
        except Exception:
            _log.exception(
                "nlu_failed", length=len(text), language=language, follows="the text counts as not understood"
            )
            return Understanding()

    def _understand(self, text: str, spoken: str) -> Understanding:
        spoken = spoken if spoken in self.languages else ""
        text = (
            text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")
        )  # half a surrogate pair becomes "?", offsets stay
        cleaned = clean(text)
        words = self._tokenizers.words(cleaned, spoken)
        found, score = self._languages.detect(cleaned, words, spoken)
        by = found or spoken or self.languages[0]
        if by != spoken:
            words = self._tokenizers.words(cleaned, by)
        return Understanding(
            language=found,
            language_score=score,
            intents=self._model.classify(words),
            entities=self._entities.find(text, by),
        )


async def open_nlu(examples: Mapping[str, bytes], cache: Path) -> LocalNlu:
    """``examples``: language to the bytes of its ``nlu/<language>.yaml``. Raises ContentError with file and line.

    Trains if ``cache`` (a folder) has no model of exactly these bytes. The event loop stays free meanwhile.
    """
    return await asyncio.to_thread(_open, examples, cache)


def _open(examples: Mapping[str, bytes], cache: Path) -> LocalNlu:
    path = cache_path(cache, examples)
    model = load_model(path)
    if model is None:
        model = _train_into(examples, path)
    return LocalNlu(model)


def train_report(examples: Mapping[str, bytes], cache: Path) -> TrainReport:
    """Train anew, whatever is cached, keep the model, and say how good it is. Blocks. Raises ContentError."""
    model = _train_into(examples, cache_path(cache, examples))
    return TrainReport(seconds=model.meta.seconds, languages=model.heads[LOCAL].reports)


def _train_into(examples: Mapping[str, bytes], path: Path) -> Model:
    from nlu.train import train  # most starts find their model in the cache

    model = train(examples)
    save_model(path, model)
    _log.info(
        "nlu_trained", seconds=model.meta.seconds, examples=model.meta.examples, languages=_names(model.meta.languages)
    )
    return model


def _names(languages: Sequence[str]) -> str:
    return ",".join(languages)
