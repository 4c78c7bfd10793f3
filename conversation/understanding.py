"""What the NLU layer found in a free text, and how it came to that."""

from typing import Literal, TypeAlias

from conversation.value import Value

Why: TypeAlias = Literal["slow", "down", "resting", "unsuited", "untrained"]
"""Why a layer had no say: it did not answer in time; it failed; it failed lately and is left alone for a while; it does not know
this language; the model has learnt nothing with it."""


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


class Passed(Value, frozen=True, kw_only=True):
    """A layer that is there and had no say in an answer."""

    layer: str
    why: Why


class Decision(Value, frozen=True, kw_only=True):
    """Who answered, and why it was not somebody better."""

    layer: str = ""
    """What the intents come from: ``local``, ``local+multilingual``, ``rasa``. Empty: nothing was asked, or nothing could answer."""
    model: str = ""
    """The content hash of the trained model."""
    passed: tuple[Passed, ...] = ()
    """Better layers first."""
    read_as: str = ""
    """The text as it was read, where that is not as it was typed: another keyboard layout, a transliteration."""
    milliseconds: float = 0.0


Did: TypeAlias = Literal["answered", "command", "began", "accepted", "offered", "missed"]
"""What the bot took a customer's words for: an answer to its question (``answered``; nobody else is asked then), a command, a
beginning that says nothing yet; a wish that it acted on, one that it asked back for, or nothing that it could make out."""


class Meaning(Value, frozen=True, kw_only=True):
    """Why the bot did what it did with a customer's words. What follows ``did`` is there if the language layers were asked."""

    did: Did
    intent: str = ""
    """What was acted on; of those that were offered, the best one."""
    language: str = ""
    language_score: float = 0.0
    intents: tuple[Intent, ...] = ()
    by: Decision | None = None
    lifted: tuple[str, ...] = ()
    """Intents that the question at hand offers: they count for a little more there."""
    spoken: str = ""
    """The conversation's language: whose limits hold."""
    accept: float = 0.0
    offer: float = 0.0
    margin: float = 0.0


class Understanding(Value, frozen=True, kw_only=True):
    """``intents`` best first. ``language`` is a two-letter code, or empty when nobody can tell."""

    language: str = ""
    language_score: float = 0.0
    intents: tuple[Intent, ...] = ()
    entities: tuple[Entity, ...] = ()
    by: Decision = Decision()
