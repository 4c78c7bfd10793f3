"""Where a conversation stands in its dialogs: plain data, so that it survives restarts and new versions."""

from typing import Literal, TypeAlias

from conversation.value import Data, Value

Stage: TypeAlias = Literal["enter", "needs", "called", "waiting", "doing", "parked"]


class FormRun(Value, frozen=True, kw_only=True):
    """A form in progress. ``field`` is asked now; empty while the summary waits for its yes."""

    field: str
    answers: dict[str, Data] = {}
    correcting: bool = False
    """The customer is asked which answer to change."""


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
    form: FormRun | None = None


class Guess(Value, frozen=True, kw_only=True):
    """A "Did you mean …?" that waits for its answer: intents in the order shown."""

    intents: tuple[str, ...]
    text: str


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
    silent_steps: int = 0
    given_up: bool = False
    """Its place went with an old version of the bot: the customer has yet to be told."""
