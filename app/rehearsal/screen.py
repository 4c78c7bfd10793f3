"""What the simulator shows: the customer's side in plain letters, what the bot keeps behind it dimmed."""

from collections.abc import Mapping
from typing import Final

from rich.console import Console
from rich.text import Text

from app.rehearsal.coverage import told
from app.rehearsal.stage import Stage
from app.rehearsal.written import data_text, span_text
from bots.limits import limits_of
from bots.shape import ContactPart, LocationPart, MediaPart, Part, TextPart, shape
from conversation.content import Button
from conversation.effects import RunAction
from conversation.message import Message
from conversation.state import Closed, Parked, WithOperator
from conversation.understanding import Understanding
from conversation.value import Data
from dialogs.model import Ask, Choose, Form, Pick, Wait

LONG: Final = 160
"""Characters of a variable's value; the rest is cut, ``:vars`` has all of it."""
_MARKS: Final = {"bot": ("bot       ", "cyan"), "operator": ("operator  ", "magenta")}
_UNDER: Final = " " * 10


class Screen:
    def __init__(self, console: Console, *, trace: bool) -> None:
        self.console = console
        self.trace = trace

    def note(self, text: str) -> None:
        self.console.print(Text(text, style="dim"))

    def refuse(self, text: str) -> None:
        self.console.print(Text(text, style="yellow"))

    def turn(self, stage: Stage, since: int, taken: int, before: Mapping[str, Data]) -> None:
        """What came of one input: messages, ways if they are asked for, where it stands, what is known anew."""
        for message in stage.messages[since:]:
            self.message(message, stage.channel)
        for way in stage.taken[taken:] if self.trace else ():
            self.note(f"{_UNDER}{told(way)}")
        self.where(stage)
        for name, value in stage.state.variables.items():
            if name not in before or before[name] != value:
                self.note(f"{_UNDER}{name} = {_short(data_text(value))}")

    def message(self, message: Message, channel: str) -> None:
        if message.author == "system":
            self.note(f"{_UNDER}({message.origin.replace('_', ' ')}{f': {message.name}' if message.name else ''})")
        mark, style = _MARKS.get(message.author, ("", ""))
        for part in shape(message, limits_of(channel)) if mark else ():
            words = _words(part).splitlines() or [""]
            self.console.print(Text.assemble((mark, style), words[0]))
            for line in words[1:]:
                self.console.print(Text(f"{_UNDER}{line}"))
            self.buttons(part)

    def buttons(self, part: Part) -> None:
        """As the channel has them: side by side, or a list behind one button."""
        if not isinstance(part, TextPart | MediaPart) or not part.buttons:
            return
        if isinstance(part, TextPart) and part.menu == "list":
            self.console.print(Text(f"{_UNDER}≡ list", style="dim"))
            for number, button in enumerate(part.buttons, 1):
                self.console.print(Text.assemble(f"{_UNDER}  ", _button(number, button)))
        else:
            row = Text("  ").join(_button(number, button) for number, button in enumerate(part.buttons, 1))
            self.console.print(Text.assemble(_UNDER, row))

    def where(self, stage: Stage) -> None:
        self.note(f"{_UNDER}· {where(stage)}")

    def variables(self, stage: Stage) -> None:
        known = stage.state.variables
        for name, value in known.items():
            self.note(f"{_UNDER}{name} = {data_text(value)}")
        if not known:
            self.note(f"{_UNDER}nothing is known yet")

    def understood(self, found: Understanding) -> None:
        """What the language model made of it."""
        guesses = ", ".join(f"{intent.name} {intent.score:.0%}" for intent in found.intents[:3] if intent.score >= 0.05)
        entities = ", ".join(f"{entity.name} = {entity.value}" for entity in found.entities)
        by = f"  by {found.by.layer}" if found.by.layer else ""
        self.note(f"{_UNDER}understood: {guesses or 'nothing'}{f'; {entities}' if entities else ''}{by}")

    def acted(self, request: RunAction, result: Data, why: str) -> None:
        given = "fails" if result is None else data_text(result)
        words = f"{_UNDER}{request.name}({data_text(request.arguments)[1:-1]}) → {_short(given)}"
        self.console.print(Text(f"{words}{f'  ({why})' if why else ''}", style="red dim" if result is None else "dim"))


def where(stage: Stage) -> str:
    """Where the conversation stands, in words."""
    phase, run = stage.state.phase, stage.state.run
    if isinstance(phase, Closed):
        return f"over: {phase.outcome}. The next words begin a new conversation"
    if not run.frames:
        return "not begun"
    place = " › ".join(f"{frame.dialog}/{frame.step}" for frame in run.frames)
    match phase:
        case Parked(team=team):
            return f"{place}: waits for an operator of {team} (:operator WORDS, :close, :busy)"
        case WithOperator():
            return f"{place}: with an operator (:operator WORDS, :close, :back)"
    due = min(stage.state.timers.values(), default=None)
    left = f", for {span_text(int((due - stage.now).total_seconds()))}" if due else ""
    return f"{place}{_asked(stage)}{left}"


def _asked(stage: Stage) -> str:
    frame, step = stage.state.run.frames[-1], stage.walk().step
    if frame.stage != "waiting":
        return ""
    misses = f", {frame.misses} not understood" if frame.misses else ""
    match step.verb:
        case Choose() | Pick():
            return f": waits for a choice{misses}"
        case Ask(answer=kind):
            return f": waits for an answer ({kind.name}){misses}"
        case Form() if frame.form:
            what = "which answer to change" if frame.form.correcting else frame.form.field or "yes to the summary"
            return f": form, waits for {what}{misses}"
        case Wait():
            return ": waits for time to pass"
        case _:
            return ""


def _button(number: int, button: Button) -> Text:
    return Text.assemble((f"[{number} ", "dim"), button.label, ("]", "dim"))


def _words(part: Part) -> str:
    match part:
        case TextPart(text=text):
            return text
        case MediaPart(media=media):
            return f"{media.caption}\n[{media.ref}]".strip()
        case LocationPart(location=place):
            return f"{place.latitude}, {place.longitude}"
        case ContactPart(contact=contact):
            return f"{contact.name} {contact.phone}"


def _short(text: str) -> str:
    return text if len(text) <= LONG else f"{text[:LONG]}…"
