"""Real conversations once more, by two versions at a time: where do their paths part? Nothing is written, nobody is called."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import msgspec

from conversation.content import Text
from conversation.effects import Effect, RunAction, Understand
from conversation.events import (
    ActionDone,
    ActionFailed,
    CustomerPressed,
    CustomerSaid,
    Event,
    TimerFired,
    Understood,
)
from conversation.ports import Nlu
from conversation.records import InboxRow
from conversation.state import Closed, Conversation
from conversation.understanding import Understanding
from conversation.value import Data, Value
from dialogs.model import Ask, Bot, Form, Step
from engine.rules import Rules
from engine.step import trace

MASK: Final = "•••"
_DIGITS: Final = re.compile(r"\d[\d\s/-]{3,}\d")
_SHOWN: Final = 40
LOW: Final = 0.05
"""The score below which a guess is not worth a word."""
Path: TypeAlias = tuple[str, ...]
"""The steps that an event led through, and where it ended."""


class Parted(Value, frozen=True, kw_only=True):
    """``turn``: which of the customer's inputs, from 1; 0 before the first. ``at``: the step where both still were.

    ``said``: what the customer said there, masked. ``understood``: as what, by the old and the new version, where that differs.
    """

    conversation: str
    turn: int
    at: str
    said: str
    old: str
    new: str
    understood: str = ""


class Replayed(Value, frozen=True, kw_only=True):
    """``parted`` None: both went the same way to the end. ``turns``: the customer's inputs that were played."""

    conversation: str
    turns: int
    parted: Parted | None = None


@dataclass(slots=True)
class _Side:
    """A conversation as one version has it. ``asked``: calls without an answer yet, by their request."""

    rules: Rules
    nlu: Nlu
    state: Conversation
    asked: dict[str, str] = field(default_factory=dict)
    understood: str = ""
    """What its language layers made of the words at hand; empty where they were not asked."""

    @property
    def place(self) -> str:
        """Where it stands, in a word."""
        phase = self.state.phase
        if isinstance(phase, Closed):
            return f"the end ({phase.outcome})"
        frames = self.state.run.frames
        return f"{frames[-1].dialog}/{frames[-1].step}" if frames else "the start"

    async def take(self, event: Event) -> Path:
        path: list[str] = []
        await self._take(event, path)
        misses = self.state.run.frames[-1].misses if self.state.run.frames else 0
        return (*path, self.place, str(self.state.phase.__struct_config__.tag), f"misses {misses}")

    async def _take(self, event: Event, path: list[str]) -> None:
        self.state, effects, taken = trace(self.state, event, self.rules)
        path += [f"{each.to_dialog}/{each.to_step}" for each in taken]
        for effect in effects:
            await self._follow(effect, event, path)

    async def _follow(self, effect: Effect, event: Event, path: list[str]) -> None:
        match effect:
            case Understand(request=request, text=text, language=language):
                found = await self.nlu.understand(text, language)
                self.understood = in_words(found)
                answer = Understood(id=f"{event.id}.u", at=event.at, request=request, understanding=found)
                await self._take(answer, path)
            case RunAction(request=request, name=name):
                self.asked[request] = name
                path.append(f"calls {name}")
            case _:
                pass


class Replay:
    """``old`` and ``new`` with their language models."""

    def __init__(self, old: tuple[Rules, Nlu], new: tuple[Rules, Nlu]) -> None:
        self._old = old
        self._new = new

    async def play(self, told: Conversation, rows: Sequence[InboxRow]) -> Replayed:
        """One conversation: as far as both go the same way."""
        begin = _begin(told)
        old, new = _Side(*self._old, begin), _Side(*self._new, begin)
        turns, names = 0, dict[str, str]()
        for row in rows:
            if isinstance(old.state.phase, Closed):
                break
            turns += isinstance(row.event, CustomerSaid | CustomerPressed)
            before = old.place
            old.understood = new.understood = ""
            said = self._said(old, row.event)
            paths = [await self._next(side, row.event, names) for side in (old, new)]
            names |= old.asked | new.asked
            if self._renamed(paths[0]) != paths[1]:
                parted = Parted(
                    conversation=told.id, turn=turns, at=before, said=said,
                    old=_way(self._renamed(paths[0]), paths[1], old.place), new=_way(paths[1], self._renamed(paths[0]), new.place),
                    understood=_otherwise(old.understood, new.understood),
                )  # fmt: skip
                return Replayed(conversation=told.id, turns=turns, parted=parted)
        return Replayed(conversation=told.id, turns=turns)

    async def _next(self, side: _Side, event: Event, names: Mapping[str, str]) -> Path:
        """The event as this side would have had it; nothing if it would not."""
        match event:
            case TimerFired(name=name):
                due = side.state.timers.get(name)
                if due is None:
                    return (side.place,)
                event = msgspec.structs.replace(event, due=due)
            case ActionDone(request=request) | ActionFailed(request=request):
                asked = _asked(side.asked, request, names.get(request, ""))
                if not asked:
                    return (side.place,)
                del side.asked[asked]
                event = msgspec.structs.replace(event, request=asked)
            case _:
                pass
        try:
            return await side.take(event)
        except Exception as error:
            return (side.place, f"breaks: {type(error).__name__}")

    def _renamed(self, path: Path) -> Path:
        """The old version's steps by their new names: a step that was only renamed is the same."""
        return tuple(_new_name(self._new[0].bot, part) for part in path)

    def _said(self, side: _Side, event: Event) -> str:
        match event:
            case CustomerPressed(label=label, payload=payload):
                return f"[{label or payload}]"
            case CustomerSaid(content=Text(text=text)):
                return mask(text, side.rules.bot, side.state)
            case CustomerSaid(content=content):
                return f"({content.__struct_config__.tag})"
            case _:
                return f"({event.__struct_config__.tag})"


def in_words(found: Understanding) -> str:
    """The best guesses and who made them: no word of the customer."""
    guesses = ", ".join(f"{intent.name} {intent.score:.0%}" for intent in found.intents[:2] if intent.score >= LOW)
    return f"{guesses or 'nothing'}{f' by {found.by.layer}' if found.by.layer else ''}"


def _otherwise(old: str, new: str) -> str:
    if old == new:
        return ""
    return f"{old or 'not asked'} → {new or 'not asked'}"


def _begin(told: Conversation) -> Conversation:
    return Conversation(
        id=told.id,
        chat=told.chat,
        channel=told.channel,
        opened_at=told.opened_at,
        seq=told.begins,
        begins=told.begins,
        language=told.language if told.begins else "",
    )


def _asked(asked: Mapping[str, str], request: str, name: str) -> str:
    """The call that this answer belongs to: the same one, or another one of the same action."""
    if request in asked:
        return request
    return next((other for other, action in asked.items() if action == name and name), "")


def _new_name(bot: Bot, place: str) -> str:
    dialog, slash, step = place.partition("/")
    found = bot.dialogs.get(dialog)
    if not slash or found is None or step in found.steps:
        return place
    return f"{dialog}/{found.renamed.get(step, step)}"


def _way(path: Path, other: Path, place: str) -> str:
    """The first step at which it is another way than the other's; the end of it if it is only shorter."""
    return next(
        (mine for mine, theirs in zip(path, (*other, *[""] * len(path)), strict=False) if mine != theirs), place
    )


# ── what a person who reads the report may see ───────────────────────────────────────────────────────────────────────


def mask(text: str, bot: Bot, state: Conversation) -> str:
    """What a customer said, without what is personal: nothing of an answer to a personal question, no known personal value,
    no long number."""
    if _personal_question(bot, state):
        return MASK
    for value in sorted(_personal_values(bot, state), key=len, reverse=True):
        text = re.sub(re.escape(value), MASK, text, flags=re.IGNORECASE)
    text = " ".join(_DIGITS.sub(MASK, text).split())
    return f"“{text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}”"


def _personal_question(bot: Bot, state: Conversation) -> bool:
    """A dialog that finds out who somebody is asks nothing else."""
    for frame in state.run.frames[-1:]:
        step, dialog = bot.step(frame.dialog, frame.step), bot.dialogs.get(frame.dialog)
        if dialog and step and (dialog.fills or step.save in dialog.personal or _personal_form(step, dialog.personal)):
            return isinstance(step.verb, Ask | Form)
    return False


def _personal_form(step: Step, personal: frozenset[str]) -> bool:
    return isinstance(step.verb, Form) and any(field.name in personal for field in step.verb.fields)


def _personal_values(bot: Bot, state: Conversation) -> set[str]:
    names = frozenset[str]().union(*(dialog.personal for dialog in bot.dialogs.values())) | set(bot.fillers)
    found = {word for name in names for word in _words(state.variables.get(name))}
    return {*found, *([state.name] if len(state.name) > 2 else [])}


def _words(value: Data) -> set[str]:
    match value:
        case str():
            return {value} if len(value) > 2 else set()
        case dict():
            return set[str]().union(*map(_words, value.values()))
        case list() | tuple():
            return set[str]().union(*map(_words, value))
        case bool() | None:
            return set()
        case _:
            return {str(value)} if len(str(value)) > 2 else set()
