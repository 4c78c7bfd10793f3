"""``lotse chat``: the simulator. A conversation in the terminal as a channel would show it, and what the bot keeps behind it."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text as Styled

from app.clock import SystemClock
from app.rehearsal.backends import Backends
from app.rehearsal.calendar import is_own, own_result
from app.rehearsal.log import Log
from app.rehearsal.screen import Screen
from app.rehearsal.stage import Stage, StageError
from app.rehearsal.written import script_text
from app.rehearse import rehearse, wrong_result
from app.transcript import (
    SENT,
    Happens,
    Line,
    OperatorDoes,
    Sends,
    SilenceFor,
    User,
    read_result,
    read_span,
    read_transcript,
)
from conversation.content import Text
from conversation.effects import Understand
from conversation.ports import Nlu
from conversation.value import Data
from dialogs.problems import BotError
from engine.rules import Rules

HELP: Final = """Type what a customer would: words, a number, a label. /menu, /human, /back, /repeat, /stop, /language work as on every channel.

  :where               the step, and what it waits for        :vars            everything that is known
  :wait 10m            let time pass: s, m, h or d            :undo            take the last thing back
  :operator WORDS      answer as an operator                  :close           the operator closes
  :back                the operator gives the chat back       :busy            no operator comes
  :stub NAME {a: 1}    what a back-end action gives           :fails NAME      let it fail
  :real NAME           the real back-end again                :sends photo     or file, location, contact, sticker
  :happens NAME {a: 1} an event from outside                  :known {a: 1}    what is known from the start
  :save x.chat [TITLE] write it down as a transcript          :new  :help  :quit"""


class PlainError(Exception):
    """What was typed can't be done; its text says what can."""


async def talk(
    folder: Path,
    rules: Rules,
    nlu: Nlu,
    backends: Backends,
    *,
    language: str,
    channel: str,
    trace: bool,
    at: datetime | None = None,
) -> None:
    """Until end of input or ``:quit``. ``at``: when it begins, local to the bot; now if left out."""
    console = Console(highlight=False, soft_wrap=True, file=sys.stdout)
    table = _Table(folder, rules, nlu, backends, console, language=language, channel=channel, trace=trace, at=at)
    console.print(
        Styled.assemble(
            (rules.bot.title, "bold"),
            f", {table.stage.state.language} on {channel}.  ",
            (":help says what can be typed.\n", "dim"),
        )
    )
    while True:
        line = _read()  # nothing else is going on meanwhile
        if line is None or line.strip() in (":quit", "/quit"):
            return
        if line.strip():
            await table.take(line.strip())


def _read() -> str | None:
    """What is typed; what comes from a file or a pipe is shown, so that the whole reads like a conversation."""
    try:
        if sys.stdin.isatty():
            return input("› ")
        line = sys.stdin.readline()
    except (EOFError, KeyboardInterrupt):
        print(flush=True)  # noqa: T201 - the shell's own line begins at the left
        return None
    if line.strip():
        print(f"› {line.rstrip()}", flush=True)  # noqa: T201 - the command's output
    return line or None


class _Table:
    """The conversation at this terminal; its state lives in memory."""

    def __init__(
        self,
        folder: Path,
        rules: Rules,
        nlu: Nlu,
        backends: Backends,
        console: Console,
        *,
        language: str,
        channel: str,
        trace: bool,
        at: datetime | None = None,
    ) -> None:
        self.folder = folder
        self.rules = rules
        self.nlu = nlu
        self.backends = backends
        self.screen = Screen(console, trace=trace)
        self.language = language
        self.channel = channel
        self.at = at
        self.past: list[tuple[Stage, Log]] = []
        self.stage, self.log = self.fresh({})
        self.commands: dict[str, Callable[[str], None]] = {
            "help": lambda _: self.screen.note(HELP),
            "where": lambda _: self.screen.where(self.stage),
            "vars": lambda _: self.screen.variables(self.stage),
            "undo": lambda _: self.undo(),
            "stub": self.stub,
            "fails": self.fails,
            "real": self.real,
            "known": self.known,
            "new": lambda _: self.begin({}),
            "save": self.save,
        }

    def fresh(self, known: dict[str, Data]) -> tuple[Stage, Log]:
        """At the time that is asked for, else now; to the minute: a transcript can say no finer."""
        now = Stage(self.rules)
        now.now = SystemClock().now()
        at = (self.at or now.local_time).replace(second=0, microsecond=0, tzinfo=None)
        stage = Stage(
            self.rules,
            language=self.language,
            channel=self.channel,
            at=at,
            known=known,
            language_open=not self.language,
        )
        return stage, Log(at, known)

    async def take(self, typed: str) -> None:
        """A line that was typed. What can't be done is said and changes nothing."""
        word, _, rest = typed[1:].partition(" ")
        try:
            if typed[0] in ":/" and word in self.commands and not (typed[0] == "/" and word in self.rules.bot.commands):
                self.commands[word](rest.strip())
            else:
                await self.do(self.meant(typed, word, rest.strip()))
        except (PlainError, StageError) as error:
            self.screen.refuse(str(error))

    def meant(self, typed: str, word: str, rest: str) -> Line:
        """As a transcript has it."""
        if typed[0] != ":":
            return User(line=0, text=typed)
        match word:
            case "wait":
                seconds = read_span(rest)
                if seconds is None:
                    raise PlainError("write a number and s, m, h or d, such as :wait 10m")
                return SilenceFor(line=0, seconds=seconds)
            case "operator" if rest:
                return OperatorDoes(line=0, what=rest)
            case "close" | "back" | "busy":
                return OperatorDoes(line=0, what="closes" if word == "close" else word)
            case "sends" if rest in SENT:
                return Sends(line=0, what=rest)
            case "happens" if rest:
                name, _, data = rest.partition(" ")
                return Happens(line=0, name=name, data=_data(data or "{}"))
            case "operator" | "sends" | "happens":
                needed = {
                    "operator": "the operator's words",
                    "sends": f"one of {', '.join(SENT)}",
                    "happens": "an event's name",
                }
                raise PlainError(f":{word} is followed by {needed[word]}")
        raise PlainError(f"there is no :{word}; :help says what there is")

    # ── the conversation ─────────────────────────────────────────────────────────────────────────────────────────────

    async def do(self, line: Line) -> None:
        """What somebody does, and all that follows from it. An operator's part that can't be now leaves no trace."""
        before, since = (self.stage.copy(), self.log.copy()), len(self.stage.messages)
        variables = dict(self.stage.state.variables)
        taken = len(self.stage.taken)
        given: dict[str, dict[str, Data] | None] = {}
        match line:
            case User(text=text):
                self.stage.say(Text(text=text))
            case Sends(what=what):
                self.stage.send(what)
            case Happens(name=name, data=data):
                self.stage.happen(name, data)
            case OperatorDoes(what=what):
                self.stage.operate(what)
            case SilenceFor(seconds=seconds):
                until = self.stage.now + timedelta(seconds=seconds)
                while self.stage.fire(until):
                    await self.settle(given)
        await self.settle(given)
        self.past.append(before)
        self.log.done(line, given, self.stage, since)
        self.screen.turn(self.stage, since, taken, variables)

    async def settle(self, given: dict[str, dict[str, Data] | None]) -> None:
        """Ask the language model and the back-ends whatever is pending."""
        while self.stage.pending:
            request = self.stage.pending[0]
            if isinstance(request, Understand):
                found = await self.nlu.understand(request.text, request.language)
                self.log.meant(request.text, found, self.rules.bot.thresholds.of(request.language))
                self.screen.understood(found)
                self.stage.answer(found)
            elif is_own(self.rules, request.name) and not self.backends.stubbed(request.name):
                agreed = own_result(self.rules, self.stage.state, self.stage.now, request)
                self.screen.acted(request, agreed.result if agreed else None, "from an empty calendar")
                self.stage.answer(agreed)
            else:
                result, why = await self.backends.run(request, self.stage.state.language)
                given[request.name] = result
                self.screen.acted(request, result, why)
                self.stage.answer(result)

    # ── the simulator's own words ────────────────────────────────────────────────────────────────────────────────────

    def begin(self, known: dict[str, Data]) -> None:
        self.past.append((self.stage, self.log))
        self.stage, self.log = self.fresh(known)
        self.screen.note("a new conversation")

    def undo(self) -> None:
        if not self.past:
            raise PlainError("there is nothing to take back")
        self.stage, self.log = self.past.pop()
        self.screen.where(self.stage)

    def known(self, rest: str) -> None:
        self.begin(_data(rest))

    def stub(self, rest: str) -> None:
        name, _, data = rest.partition(" ")
        result = _data(data)
        wrong = wrong_result(self.rules, self.action(name), result)
        if wrong:
            raise PlainError(wrong)
        self.backends.stub(name, result)
        self.screen.note(f"{name} gives that from now on; :real {name} takes it back")

    def fails(self, rest: str) -> None:
        self.backends.stub(self.action(rest), None)
        self.screen.note(f"{rest} fails from now on; :real {rest} takes it back")

    def real(self, rest: str) -> None:
        self.backends.real(self.action(rest))
        self.screen.note(f"{rest} asks the back-end again")

    def action(self, name: str) -> str:
        known = self.rules.bot.actions
        if name not in known:
            raise PlainError(f"there is no action “{name}”; there are {', '.join(known) or 'none'}")
        return name

    def save(self, rest: str) -> None:
        """Write it down and play it once. Relative names are in the bot folder, bare ones in its tests."""
        name, _, title = rest.partition(" ")
        title, force = ("", True) if title == "over" else (title.strip(), False)
        if not self.log.lines:
            raise PlainError("nothing was said yet")
        if not name:
            raise PlainError("say where: :save tests/name.chat")
        path = Path(name if name.endswith(".chat") else f"{name}.chat")
        path = self.folder / ("tests" / path if path.name == str(path) else path)
        if path.exists() and not force:
            raise PlainError(f"{path} exists: take another name, or write :save {name} over")
        text = script_text(self.log.script(title or path.stem, self.channel))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise PlainError(f"{path} can't be written: {error.strerror}") from None
        try:
            difference = rehearse(read_transcript(path.name, text.encode()), self.rules)
        except BotError as error:
            raise PlainError(f"{path} is written, and can't be read back: {error}") from None
        self.screen.note(
            f"written to {path}" + (f"; played at once it differs: {difference}" if difference else "; it passes")
        )


def _data(text: str) -> dict[str, Data]:
    """What is written in braces. Raises PlainError."""
    if not text:
        raise PlainError("write what it gives: {name: value, …}")
    try:
        found = read_result(text)
    except BotError as error:
        raise PlainError(f"{error.problems[0].message}: {error.problems[0].todo}") from None
    if found is None:
        raise PlainError("write it as {name: value, …}")
    return found
