"""Where a conversation stands in its dialogs: plain data, so that it survives restarts and new versions."""

from datetime import datetime
from typing import Literal, TypeAlias

from conversation.value import Data, Value

Stage: TypeAlias = Literal["enter", "needs", "called", "aside", "waiting", "doing", "parked"]
"""``aside``: a question that waits until what was asked in its middle is answered."""


class FormRun(Value, frozen=True, kw_only=True):
    """A form in progress. ``field`` is asked now; empty while the summary waits for its yes."""

    field: str
    answers: dict[str, Data] = {}
    correcting: bool = False
    """The customer is asked which answer to change."""
    mending: bool = False
    """The field is asked again out of turn; after it, and at `back`, the form goes on where it was."""
    prefilled: tuple[str, ...] = ()
    """Answers that were known before they were asked for: the customer sees them in a summary before they count."""
    resumed: bool = False
    """The form was left and has been entered again, and nothing was answered since: it can be started afresh."""


class LeftForm(Value, frozen=True, kw_only=True):
    """A form that was left before its end, at that moment; entered again soon, it goes on with these answers."""

    form: FormRun
    at: datetime


class Frame(Value, frozen=True, kw_only=True):
    """One dialog of the call stack and the step it is at."""

    dialog: str
    step: str
    stage: Stage = "enter"
    misses: int = 0
    reminders: int = 0
    request: str = ""
    """``doing``: the action whose answer is awaited."""
    offered: tuple[Data, ...] = ()
    """``pick`` and ``offer``: the values behind the numbers shown."""
    page: int = 0
    """Which page of a long ``offered`` is shown."""
    proposed: Data = None
    """What was understood from free words, while the customer is asked whether it is right."""
    form: FormRun | None = None


class Guess(Value, frozen=True, kw_only=True):
    """A "Did you mean …?" that waits for its answer: intents in the order shown, with their scores.

    ``entities``: what was named beside, for the one that is chosen.
    """

    intents: tuple[str, ...]
    text: str
    scores: tuple[float, ...] = ()
    entities: dict[str, str] = {}


class Leaving(Value, frozen=True, kw_only=True):
    """ "Leave this for …?" that waits for its answer."""

    intent: str
    entities: dict[str, str] = {}


class Left(Value, frozen=True, kw_only=True):
    """What the customer left for something else at ``at``, with all that was answered, to come back to.

    ``known``: what dialogs had found out about the customer by then. It is not kept here; it is found out anew if need be.
    """

    frames: tuple[Frame, ...]
    trail: tuple[tuple[str, str], ...] = ()
    variables: dict[str, Data] = {}
    known: tuple[str, ...] = ()
    at: datetime


class Run(Value, frozen=True, kw_only=True):
    """``frames`` from outermost to innermost; empty before the first message and after the end."""

    frames: tuple[Frame, ...] = ()
    trail: tuple[tuple[str, str], ...] = ()
    """(dialog, step) of the waiting steps met, oldest first: what `back` walks."""
    guess: Guess | None = None
    listening: str = ""
    """The ``Understand`` request whose answer is awaited."""
    heard: str = ""
    """The text that request is about."""
    answered: str = ""
    """The customer's last press, if nothing was said since: the same one again does nothing."""
    lost: int = 0
    """Misses in a row over different steps."""
    forms: dict[str, LeftForm] = {}
    """Forms left before their end, by ``dialog/step``."""
    happened: dict[str, dict[str, Data]] = {}
    """Events from outside that no step waits for yet: name to data."""
    lost_at: tuple[tuple[str, str], ...] = ()
    """The first few steps (dialog, step) with a miss, whatever was answered in between."""
    entities: dict[str, str] = {}
    """What the customer named in the words that led here, and no question has used yet."""
    leaving: Leaving | None = None
    left: tuple[Left, ...] = ()
    """The last left last."""
    returning: str = ""
    """It is offered to go on with what was left last, at which ``frames`` stand already: else it ends with this outcome."""
    out: tuple[str, ...] = ()
    """Ids of the buttons that were shown after the step's own: a person, another language."""
    languages: bool = False
    """It was asked which language."""
    tongue: str = ""
    """The language that a switch was offered to."""
    silent_steps: int = 0
    given_up: bool = False
    """Its place went with an old version of the bot: the customer has yet to be told."""
