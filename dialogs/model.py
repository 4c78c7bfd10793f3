"""A compiled bot: what the engine walks. Made once by ``dialogs.reading.bot``, never changed."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from conversation.policy import Policy
from conversation.reasons import MoodWords
from conversation.value import Data, Tagged, Value
from dialogs.kinds import Kind
from dialogs.saying.reply import Reply
from dialogs.saying.templates import Expression, Template
from dialogs.saying.texts import Texts


class Option(Value, frozen=True, kw_only=True):
    """One line of a menu. ``intent``: free text that means this option."""

    name: str
    go: str
    when: Expression | None = None
    intent: str = ""


class Misses(Value, frozen=True, kw_only=True):
    """After ``limit`` answers that were not understood, on to ``go``."""

    limit: int
    go: str


class Silence(Value, frozen=True, kw_only=True):
    """No answer for ``after`` seconds: ``reminders`` times a reminder, then on to ``go``."""

    after: int
    go: str
    reminders: int = 0


class Line(Value, frozen=True, kw_only=True):
    """A way on; taken if ``when`` is true or missing."""

    go: str
    when: Expression | None = None


class Field(Value, frozen=True, kw_only=True):
    """One answer of a form. ``check``: see ``dialogs.kinds.check``."""

    name: str
    kind: Kind
    check: dict[str, Data] = {}
    optional: bool = False


class Say(Tagged, frozen=True, kw_only=True):
    """Sends its text, if any, and goes on."""


class Choose(Tagged, frozen=True, kw_only=True):
    options: tuple[Option, ...]


class Pick(Tagged, frozen=True, kw_only=True):
    items: Expression


class Ask(Tagged, frozen=True, kw_only=True):
    answer: Kind
    offer: Expression | None = None
    check: dict[str, Data] = {}


class Form(Tagged, frozen=True, kw_only=True):
    fields: tuple[Field, ...]
    confirm: bool = False
    cancelled: str = ""


class Do(Tagged, frozen=True, kw_only=True):
    """``limit`` in seconds."""

    action: str
    arguments: dict[str, Expression]
    limit: float = 10.0


class CallDialog(Tagged, frozen=True, kw_only=True, tag="call"):
    dialog: str


class Handover(Tagged, frozen=True, kw_only=True):
    """``busy_after`` seconds without an operator, on to ``busy_go``."""

    team: str
    busy_after: int | None = None
    busy_go: str = ""


class Wait(Tagged, frozen=True, kw_only=True):
    """With an ``event``: until that happens outside, and after ``seconds`` without it on to ``late``."""

    seconds: int
    event: str = ""
    late: str = ""


class Random(Tagged, frozen=True, kw_only=True):
    """Step name to weight."""

    weights: dict[str, int]


class End(Tagged, frozen=True, kw_only=True):
    outcome: str


Digress: TypeAlias = Literal["", "return", "stay", "no"]
"""What an intent that leads elsewhere does at a step: go there and come back without asking, first finish this, or nothing.

Empty, the usual: a dialog of kind ``answer`` is answered at once, any other one asks first where answers could be lost.
"""
DialogKind: TypeAlias = Literal["task", "answer"]
"""``answer``: an FAQ, answered in the middle of something else, after which the question is asked again."""
Verb: TypeAlias = Say | Choose | Pick | Ask | Form | Do | CallDialog | Handover | Wait | Random | End


def verb_name(verb: Verb) -> str:
    """As an editor writes it."""
    return str(verb.__struct_config__.tag)


class Step(Value, frozen=True, kw_only=True):
    """``say`` is the key of its text, empty for a step that says nothing. ``line`` is where it stands in its file."""

    name: str
    verb: Verb
    line: int
    say: str = ""
    needs: str = ""
    set: dict[str, Expression] = {}
    save: str = ""
    attach: Template | None = None
    count: Expression | None = None
    ways: tuple[Line, ...] = ()
    failed: str = ""
    misses: Misses | None = None
    silence: Silence | None = None
    digress: Digress = ""


class Dialog(Value, frozen=True, kw_only=True):
    name: str
    file: str
    title: str
    start: str
    steps: dict[str, Step]
    owner: str = ""
    fills: str = ""
    intents: dict[str, str] = {}
    personal: frozenset[str] = frozenset()
    renamed: dict[str, str] = {}
    kind: DialogKind = "task"


class Command(Value, frozen=True, kw_only=True):
    """A word that works everywhere. ``dialog`` and ``step`` are empty for the built-in ones (back, repeat, stop, language)."""

    name: str
    dialog: str = ""
    step: str = ""
    intent: str = ""


class Thresholds(Value, frozen=True, kw_only=True):
    """Of NLU scores, 0 to 1: see DIALOGS, "How a message is understood"."""

    accept: float = 0.75
    offer: float = 0.40
    margin: float = 0.15
    choices: int = 3
    languages: dict[str, "Thresholds"] = {}
    """For a language of its own: what holds in a conversation in it, whole."""

    def of(self, language: str) -> "Thresholds":
        """Those of a conversation in that language."""
        return self.languages.get(language, self)


class ActionSpec(Value, frozen=True, kw_only=True):
    """From ``actions/catalogue.yaml``; the types are names of answer kinds, ``any``, or ``list``.

    ``optional``: what it need not be given; ``may_be_empty``: what it need not give. ``own``: one of the product's.
    """

    name: str
    takes: dict[str, Data] = {}
    gives: dict[str, Data] = {}
    optional: frozenset[str] = frozenset()
    may_be_empty: tuple[str, ...] = ()
    own: bool = False


class Bot:
    """All of a bot folder that the engine needs. ``version`` names its content.

    ``country`` (ISO 3166): whose phone numbers are written without a country code.
    """

    def __init__(
        self,
        *,
        title: str,
        version: str,
        languages: tuple[str, ...],
        source: str,
        start: str,
        channels: tuple[str, ...],
        commands: Mapping[str, Command],
        thresholds: Thresholds,
        policy: Policy,
        dialogs: Mapping[str, Dialog],
        actions: Mapping[str, ActionSpec],
        texts: Texts,
        currency: str,
        country: str = "DE",
        moods: Mapping[str, MoodWords] | None = None,
        replies: Mapping[str, Mapping[str, Reply]] | None = None,
    ) -> None:
        self.title = title
        self.version = version
        self.languages = languages
        self.source = source
        self.start = start
        self.channels = channels
        self.commands = commands
        self.thresholds = thresholds
        self.policy = policy
        self.dialogs = dialogs
        self.actions = actions
        self.texts = texts
        self.currency = currency
        self.country = country
        self.moods = moods or {}
        self.replies = replies or {}
        self.fillers = {dialog.fills: dialog.name for dialog in dialogs.values() if dialog.fills}
        self.intents = self._intents()
        steps = [step for dialog in dialogs.values() for step in dialog.steps.values()]
        self.ratings = frozenset(
            step.save
            for step in steps
            if isinstance(step.verb, Ask) and step.verb.answer.name == "rating" and step.save
        )
        """The variables that keep how content the customer is."""

    def _intents(self) -> dict[str, tuple[str, str]]:
        """Intent to the (dialog, step) it starts."""
        found = {
            intent: (dialog.name, step) for dialog in self.dialogs.values() for intent, step in dialog.intents.items()
        }
        for command in self.commands.values():
            if command.intent and command.dialog:
                found[command.intent] = (command.dialog, command.step)
        return found

    def renamed(self, dialog: str, step: str) -> str:
        """The name that the step has now."""
        found = self.dialogs.get(dialog)
        return found.renamed.get(step, step) if found and step not in found.steps else step

    def step(self, dialog: str, step: str) -> Step | None:
        found = self.dialogs.get(dialog)
        return found.steps.get(step) if found else None
