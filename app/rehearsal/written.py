"""Values → the text of a transcript."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from app.rehearsal.stage import Stage
from app.rehearse import key_of
from app.transcript import (
    BotSays,
    Buttons,
    Ends,
    Happens,
    Line,
    OperatorDoes,
    Saved,
    Sends,
    SilenceFor,
    Stub,
    User,
)
from conversation.state import Closed
from conversation.value import Data, Value

_PLAIN: Final = re.compile(r"[^\W\d][\w/ .-]*", re.UNICODE)
_SPOKEN_FOR: Final = {"true", "false", "null", "~"}
_SPANS: Final = ((86400, "d"), (3600, "h"), (60, "m"))


class Script(Value, frozen=True, kw_only=True):
    """A transcript before it is a file. ``means``: a text to its meaning, as ``read_meaning`` takes it."""

    title: str
    language: str
    channel: str
    time: datetime | None = None
    customer: str = ""
    known: dict[str, Data] = {}
    means: dict[str, str] = {}
    lines: tuple[Line, ...]


def script_text(script: Script) -> str:
    """As a file. Stubs that come before the first words stand above the conversation."""
    first = next((n for n, line in enumerate(script.lines) if not isinstance(line, Stub)), len(script.lines))
    head = [f"Test: {script.title}", f"Language: {script.language}"]
    if script.channel != "webchat":
        head.append(f"Channel: {script.channel}")
    if script.time:
        head.append(f"Time: {script.time:%Y-%m-%d %H:%M}")
    if script.customer:
        head.append(f"Customer: {script.customer}")
    if script.known:
        head.append(f"Known: {data_text(script.known)}")
    head += [f'Means: "{text}" = {meaning}' for text, meaning in script.means.items()]
    head += map(line_text, script.lines[:first])
    return "\n".join([*head, "", *map(line_text, script.lines[first:]), ""])


def line_text(line: Line) -> str:
    """One line, as ``read_transcript`` takes it."""
    match line:
        case User(text=text):
            return f"User: {text}"
        case Sends(what=what):
            return f"Sends: {what}"
        case BotSays(key=key, text=text):
            return f"Bot [{key}]" + (f": {text}" if text is not None else "")
        case Buttons(labels=labels):
            return f"Buttons: {' | '.join(labels)}"
        case SilenceFor(seconds=seconds):
            return f"Silence: {span_text(seconds)}"
        case Happens(name=name, data=data):
            return f"Happens: {name} {data_text(data) if data else ''}".rstrip()
        case OperatorDoes(what=what):
            return f"Operator: {what}"
        case Stub(action=action, result=result):
            return f"Action {action}: {'fails' if result is None else data_text(result)}"
        case Ends(outcome=outcome):
            return f"Ends: {outcome}"
        case Saved(name=name, value=value):
            return f"Saved: {name} = {data_text(value)}"


def span_text(seconds: int) -> str:
    """``600`` → ``10m``."""
    unit, letter = next(((unit, letter) for unit, letter in _SPANS if seconds and seconds % unit == 0), (1, "s"))
    return f"{seconds // unit}{letter}"


def data_text(value: Data) -> str:
    """YAML on one line, with quotes only where they are needed."""
    match value:
        case dict():
            return "{" + ", ".join(f"{_word(str(name))}: {data_text(part)}" for name, part in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(data_text, value)) + "]"
        case str():
            return _word(value)
        case _:
            return json.dumps(value)


def _word(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text.lower() not in _SPOKEN_FOR and text == text.strip()
    return text if plain else json.dumps(text, ensure_ascii=False)


def heard(stage: Stage, since: int) -> Iterable[Line]:
    """What the bot said since that many messages, and whether it ended."""
    for message in stage.messages[since:]:
        if message.author == "bot":
            yield BotSays(line=0, key=key_of(message), text=None)
    if isinstance(stage.state.phase, Closed) and any(note.origin == "ended" for note in stage.messages[since:]):
        yield Ends(line=0, outcome=stage.state.phase.outcome)
