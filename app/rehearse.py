"""Plays transcripts against a bot: the whole step, with stubbed back-ends, on a clock of its own."""

import re
from collections.abc import Callable

from app.rehearsal.calendar import is_own, own_result
from app.rehearsal.stage import USUAL_TIME, Answer, Request, Stage, StageError, pass_time, settle
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
    Transcript,
    User,
    known_names,
    read_meaning,
    stubs,
)
from bots.limits import all_limits, limits_of
from bots.shape import MediaPart, Part, TextPart, shape
from conversation.content import Prompt, Text
from conversation.effects import Understand
from conversation.message import Message
from conversation.state import Closed
from conversation.understanding import Understanding
from conversation.value import Data, Value
from dialogs.taken import Taken
from engine.rules import Rules

__all__ = ["USUAL_TIME", "Difference", "Guess", "Played", "Player", "marked", "play", "rehearse"]

Guess = Callable[[str, str], Understanding]
"""(text, language) → what it means; for texts that no ``Means:`` line explains."""


class Difference(Value, frozen=True, kw_only=True):
    """Where the bot does not do what the transcript says."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class Played(Value, frozen=True, kw_only=True):
    """What came of a transcript, up to its end or the first difference. ``ok``, ``failed``: the actions that were, or did."""

    difference: Difference | None
    taken: tuple[Taken, ...]
    ok: frozenset[str]
    failed: frozenset[str]
    languages: frozenset[str]


def rehearse(transcript: Transcript, rules: Rules, guess: Guess | None = None) -> Difference | None:
    """The first difference between transcript and bot, or None."""
    return play(transcript, rules, guess).difference


def play(transcript: Transcript, rules: Rules, guess: Guess | None = None) -> Played:
    """Play a transcript to its end, or to the first difference."""
    wrong = wrong_head(transcript, rules)
    if wrong:
        nothing: frozenset[str] = frozenset()
        return Played(difference=wrong, taken=(), ok=nothing, failed=nothing, languages=nothing)
    return Player(transcript, rules, guess).run()


def wrong_head(transcript: Transcript, rules: Rules) -> Difference | None:
    """What stands above the conversation, and is not of this bot."""
    bot, heads = rules.bot, transcript.heads
    wrong: list[tuple[int, str, str, tuple[str, ...]]] = []
    if transcript.language and transcript.language not in bot.languages:
        wrong.append((heads.get("Language", 1), "language", transcript.language, bot.languages))
    if transcript.channel not in all_limits():
        wrong.append((heads.get("Channel", 1), "channel", transcript.channel, tuple(all_limits())))
    wrong += [
        (line, "action", name, tuple(bot.actions))
        for name, line in known_names(transcript).items()
        if name not in bot.actions
    ]
    for line, what, name, known in wrong:
        message = f"the bot has no {what} “{name}”; use one of: {', '.join(known)}"
        return Difference(file=transcript.file, line=line, message=message)
    for line, name, result in stubs(transcript):
        message = wrong_result(rules, name, result)
        if message:
            return Difference(file=transcript.file, line=line, message=message)
    return None


def wrong_result(rules: Rules, action: str, result: dict[str, Data] | None) -> str:
    """What a back-end could never give; what it leaves out it may."""
    gives = rules.bot.actions[action].gives
    unknown = [name for name in result or {} if name not in gives] if gives else []
    return f"the action {action} gives no “{unknown[0]}”; it gives {', '.join(gives)}" if unknown else ""


def marked(transcript: Transcript, difference: Difference, around: int = 4) -> list[str]:
    """The transcript's lines up to the first difference, which has a mark."""
    first = max(0, difference.line - 1 - around)
    shown = list(enumerate(transcript.source, start=1))[first : difference.line + 1]
    return [f"{'→' if number == difference.line else ' '} {number:>4}  {text}" for number, text in shown]


class Player:
    """Plays line by line. ``said``: what the bot said and no line has named yet; ``last``: what the last line named."""

    def __init__(
        self, transcript: Transcript, rules: Rules, guess: Guess | None, *, language: str = "", channel: str = ""
    ) -> None:
        """``language``, ``channel``: the transcript's own if left out."""
        self.transcript = transcript
        self.guess = guess
        self.stubs: dict[str, dict[str, Data] | None] = dict(transcript.actions)
        self.channel = channel or transcript.channel
        self.stage = Stage(
            rules,
            language=language or transcript.language,
            channel=self.channel,
            at=transcript.time,
            known=transcript.known,
            customer=transcript.customer,
        )
        self.languages: set[str] = set()
        self.heard = 0
        self.last: Message | None = None

    def run(self) -> Played:
        """All lines, until one is different."""
        message, at = "", self.transcript.lines[-1].line
        for line in self.transcript.lines:
            message = self.play(line)
            if message:
                at = line.line
                break
        message = message or self.unheard()
        difference = Difference(file=self.transcript.file, line=at, message=message) if message else None
        stage = self.stage
        return Played(
            difference=difference,
            taken=stage.taken,
            ok=stage.ok,
            failed=stage.broken,
            languages=frozenset(self.languages),
        )

    # ── the bot's surroundings ───────────────────────────────────────────────────────────────────────────────────────

    def answer(self, request: Request) -> Answer:
        if isinstance(request, Understand):
            return self.meaning(request.text, request.language)
        if request.name not in self.stubs and is_own(self.stage.rules, request.name):
            return own_result(self.stage.rules, self.stage.state, self.stage.now, request, self.stage.known)
        return self.result(request.name)

    def result(self, action: str) -> dict[str, Data] | None:
        """The stub; without one, an action that gives nothing succeeds, and one that gives something fails."""
        if action in self.stubs:
            return self.stubs[action]
        spec = self.stage.rules.bot.actions.get(action)
        return {} if spec and not spec.gives else None

    def meaning(self, text: str, language: str) -> Understanding:
        meaning = self.transcript.means.get(text)
        found = read_meaning(meaning, language) if meaning else None
        if found is None:
            found = self.guess(text, language) if self.guess else Understanding()
        return found

    # ── the lines ────────────────────────────────────────────────────────────────────────────────────────────────────

    def play(self, line: Line) -> str:
        """What is different here, or nothing."""
        match line:
            case BotSays():
                return self.hear(line)
            case Buttons():
                return self.compare_buttons(line)
            case Saved(name=name, value=value):
                found = self.stage.state.variables.get(name)
                return "" if found == value else f"{name} is {found!r}, not {value!r}"
            case Ends(outcome=outcome):
                return self.unheard() or self.compare_end(outcome)
            case Stub(action=action, result=result):
                self.stubs[action] = result
                return ""
        return self.unheard() or self.do(line)

    def do(self, line: User | Sends | SilenceFor | Happens | OperatorDoes) -> str:
        """What somebody does, and all that follows from it."""
        self.last = None
        match line:
            case User():
                self.stage.say(Text(text=self.words(line)))
            case Sends(what=what):
                self.stage.send(what)
            case SilenceFor(seconds=seconds):
                pass_time(self.stage, seconds, self.answer)
            case Happens(name=name, data=data):
                self.stage.happen(name, data)
            case OperatorDoes(what=what):
                try:
                    self.stage.operate(what)
                except StageError as error:
                    return str(error)
        settle(self.stage, self.answer)
        self.languages.add(self.stage.state.language)
        return ""

    def words(self, line: User) -> str:
        return line.text

    def waiting(self) -> list[Message]:
        """What the bot said and no line has named yet."""
        return [message for message in self.stage.messages[self.heard :] if message.author == "bot"]

    def unheard(self) -> str:
        said = self.waiting()
        return f"the bot also says [{key_of(said[0])}]: {words_of(said[0])!r}" if said else ""

    def hear(self, line: BotSays) -> str:
        said = self.waiting()
        if not said:
            return f"the bot says nothing, [{line.key}] was expected"
        self.last = said[0]
        self.heard = self.stage.messages.index(said[0], self.heard) + 1
        if key_of(self.last) != line.key:
            return f"the bot says [{key_of(self.last)}], not [{line.key}]: {words_of(self.last)!r}"
        return self.compare_words(line, self.last)

    def compare_words(self, line: BotSays, message: Message) -> str:
        shown = shown_on(message, self.channel)
        if line.text is not None and not fits(line.text, shown):
            return f"[{line.key}] is {shown!r}, not {line.text!r}"
        return ""

    def compare_buttons(self, line: Buttons) -> str:
        found = labels_of(self.last) if self.last else ()
        return "" if found == line.labels else f"the buttons are {' | '.join(found) or 'none'}"

    def compare_end(self, outcome: str) -> str:
        phase = self.stage.state.phase
        if not isinstance(phase, Closed):
            return "the conversation goes on"
        return "" if phase.outcome == outcome else f"it ends {phase.outcome}"


def key_of(message: Message) -> str:
    """The text key without its dialog."""
    return message.origin.partition("/")[2]


def words_of(message: Message) -> str:
    return message.content.text if isinstance(message.content, Prompt | Text) else ""


def labels_of(message: Message) -> tuple[str, ...]:
    """The labels of its buttons, uncut."""
    content = message.content
    return tuple(squeeze(button.label) for button in content.buttons) if isinstance(content, Prompt) else ()


def shown_on(message: Message, channel: str) -> str:
    """The words as the channel shows them, on one line."""
    return squeeze("\n".join(_shown(part) for part in shape(message, limits_of(channel))))


def _shown(part: Part) -> str:
    match part:
        case TextPart(text=text):
            return text
        case MediaPart(media=media):
            return media.caption
        case _:
            return ""


def squeeze(text: str) -> str:
    return " ".join(text.split())


def fits(pattern: str, text: str) -> bool:
    """Whether a text is as written, ``...`` standing for anything."""
    parts = [re.escape(squeeze(part)) for part in pattern.split("...")]
    return re.fullmatch(r"\s*.*?\s*".join(parts), text, re.DOTALL) is not None
