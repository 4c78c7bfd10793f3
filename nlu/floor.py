"""What is found out about a text on the event loop, by nothing that can be slow or down: its language, words and values."""

from conversation.understanding import Entity
from conversation.value import Value
from nlu.entities import MAX_TEXT, EntityFinder
from nlu.features import Tokenizers, clean
from nlu.language import LanguageDetector
from nlu.model import Meta


class Reading(Value, frozen=True, kw_only=True):
    """``text``: at most MAX_TEXT characters, as it was read; ``read_as``: the same, empty if that is as it was typed.

    ``language`` and ``language_score``: empty and below SURE if nobody can tell. ``by``: the language whose words and layers
    count, never empty.
    """

    text: str
    read_as: str = ""
    language: str
    language_score: float
    by: str
    words: tuple[str, ...]
    entities: tuple[Entity, ...]


class Floor:
    """Reads texts for a trained model. ``read`` takes less than a millisecond, and less than 20 for any text at all."""

    def __init__(self, meta: Meta) -> None:
        self.languages = meta.languages
        self._tokenizers = Tokenizers(meta.languages)
        self._detector = LanguageDetector(meta.languages, meta.words)
        self._entities = EntityFinder(self._tokenizers, meta.entities)

    def read(self, text: str, spoken: str) -> Reading:
        """``spoken``: the conversation's language, or empty."""
        spoken = spoken if spoken in self.languages else ""
        text = (
            text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")
        )  # half a surrogate pair becomes "?", offsets stay
        cleaned = clean(text)
        words = self._tokenizers.words(cleaned, spoken)
        found, score = self._detector.detect(cleaned, words, spoken)
        by = found or spoken or self.languages[0]
        if by != spoken:
            words = self._tokenizers.words(cleaned, by)
        return Reading(
            text=text,
            language=found,
            language_score=score,
            by=by,
            words=tuple(words),
            entities=self._entities.find(text, by),
        )
