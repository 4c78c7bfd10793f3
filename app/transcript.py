"""Transcripts: conversations written down as examples (``tests/*.chat``), read into values."""

import re
from datetime import datetime
from typing import Final, TypeAlias

from conversation.value import Data, Tagged, Value
from dialogs.problems import BotError, Problem
from dialogs.source import read_source

_BOT: Final = re.compile(r"\[([a-z0-9_.]+)\](?::\s*(.*))?")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIDE_BY_SIDE: Final = re.compile(r"\s{2,}(?=(?:Language|Channel|Time):)")


class User(Tagged, frozen=True, kw_only=True):
    line: int
    text: str


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


class OperatorDoes(Tagged, frozen=True, kw_only=True):
    """``closes``, ``busy``, ``back`` (hands back to the bot), or words."""

    line: int
    what: str


class Ends(Tagged, frozen=True, kw_only=True):
    line: int
    outcome: str


class Saved(Tagged, frozen=True, kw_only=True):
    line: int
    name: str
    value: Data


Line: TypeAlias = User | BotSays | Buttons | SilenceFor | OperatorDoes | Ends | Saved


class Transcript(Value, frozen=True, kw_only=True):
    """``actions``: name to the stubbed result, None = it fails. ``time`` is local to the bot; None = a working day's morning."""

    file: str
    title: str
    language: str
    channel: str
    time: datetime | None
    known: dict[str, Data]
    actions: dict[str, dict[str, Data] | None]
    means: dict[str, str]
    lines: tuple[Line, ...]


def read_transcript(file: str, raw: bytes) -> Transcript:
    """Raises BotError with the line that can't be read."""
    reading = _Reading(file)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reading.number = raw[: error.start].count(b"\n") + 1
        raise reading.fail("this is not UTF-8 text", "save the file with the encoding UTF-8") from None
    return reading.read(text)


class _Reading:
    def __init__(self, file: str) -> None:
        self.file = file
        self.number = 0
        self.heads: dict[str, str] = {}
        self.known: dict[str, Data] = {}
        self.actions: dict[str, dict[str, Data] | None] = {}
        self.means: dict[str, str] = {}
        self.lines: list[Line] = []

    def read(self, text: str) -> Transcript:
        for self.number, line in enumerate(text.splitlines(), start=1):
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
        )

    def fail(self, message: str, todo: str) -> BotError:
        return BotError([Problem(file=self.file, line=self.number, message=message, todo=todo)])

    def time(self, value: str | None) -> datetime | None:
        try:
            return datetime.fromisoformat(value) if value else None
        except ValueError:
            raise self.fail(f"“{value}” is no time", "write `Time: 2026-03-02 10:00`") from None

    def take(self, line: str) -> None:
        if line.startswith("Bot "):
            self.bot(line[4:])
            return
        word, colon, value = line.partition(":")
        value = value.strip()
        if not colon:
            raise self.fail(f"“{line}” is not a line of a transcript", "start it with User:, Bot [step], Silence:, …")
        match word.split(" ")[0]:
            case "Test" | "Language" | "Channel" | "Time":
                self.heads[word] = value
            case "Known":
                self.known = self.data(value)
            case "Action":
                name = word.partition(" ")[2].strip()
                self.actions[name] = None if value == "fails" else self.data(value)
            case "Means":
                self.meaning(value)
            case _:
                self.lines.append(self.body(word, value))

    def body(self, word: str, value: str) -> Line:
        match word:
            case "User":
                return User(line=self.number, text=value)
            case "Buttons":
                return Buttons(line=self.number, labels=tuple(label.strip() for label in value.split("|")))
            case "Silence":
                return SilenceFor(line=self.number, seconds=self.seconds(value))
            case "Operator":
                return OperatorDoes(line=self.number, what=value)
            case "Ends":
                return Ends(line=self.number, outcome=value)
            case "Saved":
                name, _, data = value.partition("=")
                return Saved(line=self.number, name=name.strip(), value=self.data(f"v: {data.strip()}")["v"])
            case _:
                raise self.fail(
                    f"there is no line “{word}:”", "use User, Bot, Buttons, Silence, Operator, Ends or Saved"
                )

    def bot(self, rest: str) -> None:
        found = _BOT.fullmatch(rest.strip())
        if found is None:
            raise self.fail(f"“Bot {rest}” can't be read", "write `Bot [step]` or `Bot [step]: text with ...`")
        self.lines.append(BotSays(line=self.number, key=found[1], text=found[2]))

    def data(self, value: str) -> dict[str, Data]:
        try:
            data = read_source(self.file, value.encode()).data
        except BotError as error:
            raise self.fail(error.problems[0].message, "write it as `{name: value, …}`") from None
        if not isinstance(data, dict):
            raise self.fail(f"“{value}” holds no names and values", "write it as `{name: value, …}`")
        return data

    def meaning(self, value: str) -> None:
        found = re.fullmatch(r'"(.*)"\s*=\s*([a-z0-9_]+)', value)
        if found is None:
            raise self.fail("a meaning can't be read", 'write `Means: "what they type" = intent`')
        self.means[found[1]] = found[2]

    def seconds(self, value: str) -> int:
        found = re.fullmatch(r"([0-9]+)\s*([smhd])", value)
        if found is None:
            raise self.fail(f"“{value}” is not a time span", "write a number and s, m, h or d")
        return int(found[1]) * _UNITS[found[2]]
