"""Transcripts: conversations written down as examples (``tests/*.chat``), read into values."""

import re
from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, TypeAlias

from conversation.understanding import Entity, Intent, Understanding
from conversation.value import Data, Tagged, Value
from dialogs.problems import BotError, Problem
from dialogs.reading.source import read_source

NOTHING: Final = "nothing"
"""``Means: "gibberish" = nothing``: not understood."""
SENT: Final = ("photo", "file", "location", "contact", "sticker")
"""What a customer can send besides words."""
_BOT: Final = re.compile(r"\[([a-z0-9_.]+)\](?::\s*(.*))?")
_MEANS: Final = re.compile(r'"(.*)"\s*=\s*(.+)')
_MEANING: Final = re.compile(r"([^{]+?)\s*(\{.*\})?")
_INTENT: Final = re.compile(r"([a-z][a-z0-9_]*)(?:\s+(0(?:\.[0-9]+)?|1(?:\.0+)?))?")
_BRACES: Final = "write it as `{name: value, …}`, and put texts with signs in them in quotes"
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIDE_BY_SIDE: Final = re.compile(r"\s{2,}(?=(?:Language|Channel|Time):)")
_HEADS: Final = ("Test", "Language", "Channel", "Time", "Customer", "Known")
_WORDS: Final = (
    *_HEADS,
    "Action",
    "Means",
    "User",
    "Sends",
    "Happens",
    "Bot",
    "Buttons",
    "Silence",
    "Operator",
    "Ends",
    "Saved",
)
_NEARLY: Final = {"close": "closes", "closed": "closes", "hands back": "back", "is busy": "busy"}


class User(Tagged, frozen=True, kw_only=True):
    line: int
    text: str


class Sends(Tagged, frozen=True, kw_only=True):
    """Something that is no text: one of ``SENT``."""

    line: int
    what: str


class BotSays(Tagged, frozen=True, kw_only=True):
    """``key``: text key without its dialog. ``text`` None = any; ``...`` in it stands for anything."""

    line: int
    key: str
    text: str | None


class Buttons(Tagged, frozen=True, kw_only=True):
    """The buttons of the bot's last message."""

    line: int
    labels: tuple[str, ...]


class SilenceFor(Tagged, frozen=True, kw_only=True):
    line: int
    seconds: int


class Happens(Tagged, frozen=True, kw_only=True):
    """Something outside takes place that a ``wait`` may wait for."""

    line: int
    name: str
    data: dict[str, Data]


class OperatorDoes(Tagged, frozen=True, kw_only=True):
    """``closes``, ``busy``, ``back`` (hands back to the bot), or words."""

    line: int
    what: str


class Stub(Tagged, frozen=True, kw_only=True):
    """From here on the action gives this; None = it fails."""

    line: int
    action: str
    result: dict[str, Data] | None


class Ends(Tagged, frozen=True, kw_only=True):
    line: int
    outcome: str


class Saved(Tagged, frozen=True, kw_only=True):
    line: int
    name: str
    value: Data


Line: TypeAlias = User | Sends | BotSays | Buttons | SilenceFor | Happens | OperatorDoes | Stub | Ends | Saved


class Transcript(Value, frozen=True, kw_only=True):
    """``actions``: name to the stubbed result, None = it fails. ``time`` is local to the bot; None = a working day's morning.

    ``means``: a text to its meaning, as ``read_meaning`` takes it.
    ``customer``: a name; another one may be on the other side of a ``random`` step.
    ``heads``: what stands above the conversation, to its line. ``source``: the file's lines.
    """

    file: str
    title: str
    language: str
    channel: str
    time: datetime | None
    known: dict[str, Data]
    actions: dict[str, dict[str, Data] | None]
    means: dict[str, str]
    lines: tuple[Line, ...]
    customer: str = ""
    heads: dict[str, int] = {}
    source: tuple[str, ...] = ()


def read_transcript(file: str, raw: bytes) -> Transcript:
    """Raises BotError with the line that can't be read."""
    reading = _Reading(file)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reading.number = raw[: error.start].count(b"\n") + 1
        raise reading.fail("this is not UTF-8 text", "save the file with the encoding UTF-8") from None
    return reading.read(text)


def read_span(value: str) -> int | None:
    """``10m`` in seconds; None if it is no time span."""
    found = re.fullmatch(r"([0-9]{1,6})\s*([smhd])", value)
    return int(found[1]) * _UNITS[found[2]] if found else None


@lru_cache(maxsize=4096)
def read_meaning(meaning: str, language: str = "") -> Understanding | None:
    """``intent``, ``intent 0.6, other 0.5``, ``nothing``, each with ``{entity: value}`` where it matters; None if it is none of them."""
    found = _MEANING.fullmatch(meaning)
    entities = _mapping(found[2] or "{}") if found else None
    if found is None or entities is None:
        return None
    intents = []
    for part in found[1].split(",") if found[1] != NOTHING else ():
        intent = _INTENT.fullmatch(part.strip())
        if intent is None:
            return None
        intents.append(Intent(name=intent[1], score=float(intent[2] or 1)))
    named = tuple(Entity(name=name, value=str(value), start=0, end=0) for name, value in entities.items())
    return Understanding(language=language, intents=tuple(intents), entities=named)


def read_result(value: str) -> dict[str, Data] | None:
    """``fails`` or ``{name: value}``. Raises BotError, its line unknown."""
    return None if value == "fails" else _data("", value)


def _mapping(value: str) -> dict[str, Data] | None:
    try:
        return _data("", value)
    except BotError:
        return None


def _data(file: str, value: str) -> dict[str, Data]:
    try:
        data = read_source(file, value.encode()).data
    except BotError as error:
        said = error.problems[0].message
        message = f"“{value}” can't be read: {said}"
        raise BotError([Problem(file=file, line=0, message=message, todo=_BRACES)]) from None
    if not isinstance(data, dict):
        message = f"“{value}” holds no names and values"
        raise BotError([Problem(file=file, line=0, message=message, todo=_BRACES)])
    return data


class _Reading:
    def __init__(self, file: str) -> None:
        self.file = file
        self.number = 0
        self.heads: dict[str, str] = {}
        self.where: dict[str, int] = {}
        self.known: dict[str, Data] = {}
        self.actions: dict[str, dict[str, Data] | None] = {}
        self.means: dict[str, str] = {}
        self.lines: list[Line] = []

    def read(self, text: str) -> Transcript:
        source = text.splitlines()
        for self.number, line in enumerate(source, start=1):
            for part in _SIDE_BY_SIDE.split(line):
                if part.strip() and not part.lstrip().startswith("#"):
                    self.take(part.strip())
        if not self.lines:
            raise self.fail("nothing happens in it", "write at least `User: …` and `Bot [step]`")
        return Transcript(
            file=self.file,
            title=self.heads.get("Test", self.file),
            language=self.heads.get("Language", ""),
            channel=self.heads.get("Channel", "webchat"),
            time=self.time(self.heads.get("Time")),
            known=self.known,
            actions=self.actions,
            means=self.means,
            lines=tuple(self.lines),
            customer=self.heads.get("Customer", ""),
            heads=self.where,
            source=tuple(source),
        )

    def fail(self, message: str, todo: str) -> BotError:
        return BotError([Problem(file=self.file, line=self.number, message=message, todo=todo)])

    def time(self, value: str | None) -> datetime | None:
        try:
            return datetime.fromisoformat(value).replace(tzinfo=None) if value else None
        except ValueError:
            self.number = self.where["Time"]
            raise self.fail(f"“{value}” is no time", "write `Time: 2026-03-02 10:00`") from None

    def take(self, line: str) -> None:
        if line.startswith(("Bot ", "Bot[")):
            self.bot(line[3:])
            return
        word, colon, value = line.partition(":")
        value = value.strip()
        if not colon:
            raise self.fail(f"“{line}” is not a line of a transcript", "start it with User:, Bot [step], Silence:, …")
        name = word.split(" ")[0]
        if name in _HEADS:
            self.head(name, value)
        elif name == "Action":
            self.action(word.partition(" ")[2].strip(), value)
        elif name == "Means":
            self.meaning(value)
        else:
            self.lines.append(self.body(word.strip(), value))

    def head(self, name: str, value: str) -> None:
        if name in self.where:
            raise self.fail(f"“{name}:” stands here and in line {self.where[name]}", "keep one of the two")
        if self.lines:
            raise self.fail(f"“{name}:” stands in the middle of the conversation", "move it above the first `User:`")
        self.where[name] = self.number
        if name == "Known":
            self.known = self.data(value)
        else:
            self.heads[name] = value

    def action(self, name: str, value: str) -> None:
        if not re.fullmatch(r"[a-z0-9_]+", name):
            raise self.fail(
                "the action's name is missing", "write `Action name: {field: value}` or `Action name: fails`"
            )
        result = None if value == "fails" else self.data(value)
        if self.lines:
            self.lines.append(Stub(line=self.number, action=name, result=result))
            return
        if name in self.actions:
            todo = "keep one; to change it later, write the second below the line after which it counts"
            raise self.fail(f"the action {name} stands here twice", todo)
        self.actions[name] = result
        self.where[f"Action {name}"] = self.number

    def body(self, word: str, value: str) -> Line:
        match word:
            case "User":
                return User(line=self.number, text=value)
            case "Sends":
                if value not in SENT:
                    raise self.fail(f"“{value}” is nothing that can be sent", f"use one of: {', '.join(SENT)}")
                return Sends(line=self.number, what=value)
            case "Buttons":
                return Buttons(line=self.number, labels=tuple(label.strip() for label in value.split("|")))
            case "Silence":
                return SilenceFor(line=self.number, seconds=self.seconds(value))
            case "Happens":
                return self.happens(value)
            case "Operator":
                return OperatorDoes(line=self.number, what=self.operator(value))
            case "Ends":
                return Ends(line=self.number, outcome=value)
            case "Saved":
                return self.saved(value)
            case _:
                near = get_close_matches(word, _WORDS, n=1)
                todo = "use User, Sends, Bot [step], Buttons, Silence, Happens, Operator, Action, Ends or Saved"
                raise self.fail(f"there is no line “{word}:”", f"did you mean `{near[0]}:`?" if near else todo)

    def operator(self, value: str) -> str:
        right = _NEARLY.get(value.lower(), "") if value else "closes"
        if right:
            todo = f"write `Operator: {right}`; also busy, back, or the operator's words"
            raise self.fail(f"what the operator does can't be read: “{value}”", todo)
        return value

    def happens(self, value: str) -> Happens:
        name, _, data = value.partition(" ")
        if not re.fullmatch(r"[a-z0-9_]+", name):
            raise self.fail(f"“{value}” is no event", "write `Happens: payment` or `Happens: payment {amount: 5}`")
        return Happens(line=self.number, name=name, data=self.data(data.strip() or "{}"))

    def saved(self, value: str) -> Saved:
        name, equals, data = value.partition("=")
        if not equals or not name.strip():
            raise self.fail(f"“Saved: {value}” can't be read", "write `Saved: variable = value`")
        return Saved(line=self.number, name=name.strip(), value=self.data(f"v: {data.strip()}")["v"])

    def bot(self, rest: str) -> None:
        found = _BOT.fullmatch(rest.strip())
        if found is None:
            raise self.fail(f"“Bot{rest}” can't be read", "write `Bot [step]` or `Bot [step]: text with ...`")
        self.lines.append(BotSays(line=self.number, key=found[1], text=found[2]))

    def data(self, value: str) -> dict[str, Data]:
        try:
            return _data(self.file, value)
        except BotError as error:
            raise self.fail(error.problems[0].message, error.problems[0].todo) from None

    def meaning(self, value: str) -> None:
        found = _MEANS.fullmatch(value)
        if found is None or read_meaning(found[2]) is None:
            raise self.fail("a meaning can't be read", 'write `Means: "what they type" = intent`')
        self.means[found[1]] = found[2]
        self.where[f"Means {found[1]}"] = self.number

    def seconds(self, value: str) -> int:
        found = read_span(value)
        if found is None:
            raise self.fail(f"“{value}” is not a time span", "write a number and s, m, h or d")
        return found


def known_names(transcript: Transcript) -> Mapping[str, int]:
    """The actions that it stubs, also in the middle, to the line."""
    heads = {
        name.removeprefix("Action "): line for name, line in transcript.heads.items() if name.startswith("Action ")
    }
    return heads | {line.action: line.line for line in transcript.lines if isinstance(line, Stub)}


def stubs(transcript: Transcript) -> list[tuple[int, str, dict[str, Data] | None]]:
    """(line, action, result) of each stub."""
    above = [(transcript.heads[f"Action {name}"], name, result) for name, result in transcript.actions.items()]
    return above + [(line.line, line.action, line.result) for line in transcript.lines if isinstance(line, Stub)]
