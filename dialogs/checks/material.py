"""What the rules look at: a bot that could be read, its files, and what was worked out of them once for all rules."""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import Any, Protocol, TypeAlias, TypeVar

from conversation.content import MediaType
from conversation.value import Data
from dialogs.checks.expressions import EMPTY, Reading, read_condition, read_value
from dialogs.checks.graph import Edge, edges_of
from dialogs.model import Bot, CallDialog, Dialog, Step
from dialogs.problems import Problem, Severity
from dialogs.reading.source import Path, Source
from dialogs.saying.templates import Expression, Template

Files: TypeAlias = Mapping[str, bytes]
T = TypeVar("T")


class ChannelLimits(Protocol):
    """What a channel can carry; see bots/limits.toml for the words."""

    @property
    def text(self) -> int: ...
    @property
    def prompt_text(self) -> int: ...
    @property
    def buttons(self) -> int: ...
    @property
    def label(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def row_label(self) -> int: ...
    @property
    def media(self) -> tuple[MediaType, ...]: ...
    @property
    def upload(self) -> int: ...
    @property
    def reply_window(self) -> int | None: ...
    def size(self, text: str) -> int:
        """How long the channel says that a text is."""
        ...


class Material:
    """One bot under check.

    ``product_keys``: of the product's own texts. ``channels``: the limits of the channels that the caller knows. ``live_actions``: the names that the action
    server answers to; None where nobody asked it.
    """

    def __init__(
        self,
        bot: Bot,
        files: Files,
        sources: Mapping[str, Source],
        *,
        product_keys: frozenset[str] = frozenset(),
        channels: Mapping[str, ChannelLimits] | None = None,
        live_actions: Collection[str] | None = None,
    ) -> None:
        self.bot = bot
        self.files = files
        self.sources = sources
        self.product_keys = product_keys
        self.channels = channels or {}
        self.live_actions = live_actions
        self._readings: dict[tuple[int, bool], Reading] = {}
        self._made: dict[Callable[..., Any], Any] = {}

    def once(self, make: Callable[["Material"], T]) -> T:
        """What several rules need and is worked out for the first of them."""
        if make not in self._made:
            self._made[make] = make(self)
        made: T = self._made[make]
        return made

    # ── places ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def data(self, file: str) -> Data:
        found = self.sources.get(file)
        return found.data if found else None

    def line(self, file: str, path: Path) -> int:
        found = self.sources.get(file)
        return found.line(path) if found else 0

    def says(self, dialog: Dialog, *path: str) -> bool:
        """Whether the file itself has that key: what ``defaults`` say for a step stands there."""
        data = self.data(dialog.file)
        for part in path:
            data = data.get(part) if isinstance(data, dict) else None
        return data is not None

    def at(
        self,
        dialog: Dialog,
        step: Step,
        message: str,
        todo: str,
        *,
        path: Path = (),
        severity: Severity = "error",
    ) -> Problem:
        """Something in a step; ``path``: where in it, else the step as a whole."""
        line = self.line(dialog.file, ("steps", step.name, *path)) if path else step.line
        return Problem(file=dialog.file, line=line, step=step.name, message=message, todo=todo, severity=severity)

    def within(
        self, file: str, path: Path, message: str, todo: str, *, step: str = "", severity: Severity = "error"
    ) -> Problem:
        """Something in any file, outside of the steps."""
        line = self.line(file, path)
        return Problem(file=file, line=line, step=step, message=message, todo=todo, severity=severity)

    # ── the dialogs ──────────────────────────────────────────────────────────────────────────────────────────────────

    def steps(self) -> Iterator[tuple[Dialog, Step]]:
        for dialog in self.bot.dialogs.values():
            for step in dialog.steps.values():
                yield dialog, step

    @cached_property
    def edges(self) -> Mapping[str, Mapping[str, tuple[Edge, ...]]]:
        """Dialog → step → its ways on to steps that exist."""
        return {
            dialog.name: {
                step.name: tuple(edge for edge in edges_of(step) if edge.to in dialog.steps)
                for step in dialog.steps.values()
            }
            for dialog in self.bot.dialogs.values()
        }

    def callees(self, step: Step) -> Iterator[tuple[str, str]]:
        """(dialog, ``needs`` or ``call``) of the dialogs that a step may run before it goes on."""
        filler = self.bot.fillers.get(step.needs) if step.needs else None
        if filler:
            yield filler, "needs"
        if isinstance(step.verb, CallDialog) and step.verb.dialog in self.bot.dialogs:
            yield step.verb.dialog, "call"

    @cached_property
    def call_sites(self) -> Mapping[str, list[tuple[Dialog, Step, str]]]:
        """Dialog → the steps that run it."""
        sites: dict[str, list[tuple[Dialog, Step, str]]] = {name: [] for name in self.bot.dialogs}
        for dialog, step in self.steps():
            for callee, how in self.callees(step):
                sites[callee].append((dialog, step, how))
        return sites

    @cached_property
    def entries(self) -> Mapping[str, Mapping[str, str]]:
        """Dialog → step → why a conversation may begin there, as its outermost dialog."""
        found: dict[str, dict[str, str]] = {name: {} for name in self.bot.dialogs}
        start = self.bot.dialogs.get(self.bot.start)
        if start:
            found[start.name].setdefault(start.start, "the start of the bot")
            if self.bot.policy.waiting.then:
                found[start.name].setdefault(self.bot.policy.waiting.then, "the end of waiting")
        for command in self.bot.commands.values():
            if command.dialog in found:
                found[command.dialog].setdefault(command.step, f"the command “{command.name}”")
        for dialog in self.bot.dialogs.values():
            for intent, step in dialog.intents.items():
                found[dialog.name].setdefault(step, f"the intent “{intent}”")
        return found

    # ── expressions ──────────────────────────────────────────────────────────────────────────────────────────────────

    def reading(self, source: Expression | Template) -> Reading:
        """What a text or a value reads."""
        return self._read(source, lenient=False)

    def condition(self, source: Expression) -> Reading:
        """What a condition reads, or a value that may be empty."""
        return self._read(source, lenient=True)

    def _read(self, source: Expression | Template, *, lenient: bool) -> Reading:
        if source.tree is None:
            return EMPTY
        key = (id(source), lenient)
        found = self._readings.get(key)
        if found is None:
            found = self._readings[key] = (read_condition if lenient else read_value)(source.tree)
        return found
