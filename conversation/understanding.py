"""What the NLU layer found in a free text."""

from conversation.value import Value


class Intent(Value, frozen=True, kw_only=True):
    """A guess at what the customer wants. ``score`` is a calibrated probability, 0 to 1."""

    name: str
    score: float


class Entity(Value, frozen=True, kw_only=True):
    """A value named in the text; ``start`` and ``end`` are character offsets into it."""

    name: str
    value: str
    start: int
    end: int


class Understanding(Value, frozen=True, kw_only=True):
    """``intents`` best first. ``language`` is a two-letter code, or empty when nobody can tell."""

    language: str = ""
    language_score: float = 0.0
    intents: tuple[Intent, ...] = ()
    entities: tuple[Entity, ...] = ()
