"""Brings a transcript up to date: what the customer does stays, what the bot does is written as it is now."""

from difflib import SequenceMatcher, unified_diff
from typing import Final, TypeAlias

from app.rehearsal.written import heard, line_text
from app.rehearse import Guess, Player, key_of, labels_of, shown_on
from app.transcript import BotSays, Buttons, Ends, Line, Saved, Transcript
from conversation.message import Message
from conversation.state import Closed
from engine.rules import Rules

Change: TypeAlias = tuple[int, str | None]
"""(line, what it says now), None = it goes."""
REFUSAL: Final = ".error"
"""How the text key of an answer to words that are not taken ends."""
Bots: TypeAlias = BotSays | Buttons | Ends | Saved
_BOTS: Final = (BotSays, Buttons, Ends, Saved)


def updated(transcript: Transcript, rules: Rules, guess: Guess | None) -> str:
    """The file's text with steps, buttons and texts as they are now; comments, order and wildcards that still fit stay.

    Texts, buttons and saved values are written only where they were written before; an end also where nothing was written yet.
    """
    player = _Rewriter(transcript, rules, guess)
    groups = _groups(transcript.lines)
    for doing, expected in groups:
        if doing is not None:
            message = player.play(doing)
            if message:
                player.cut(doing, message)
                break
        player.bring(expected, after=doing.line if doing else expected[0].line - 1)
    return player.text()


def difference_of(file: str, before: str, after: str) -> list[str]:
    """What an update changes, as a diff."""
    old, new = before.splitlines(), after.splitlines()
    return list(unified_diff(old, new, fromfile=file, tofile=f"{file} (now)", lineterm=""))


def refused(before: Transcript, after: Transcript) -> list[tuple[Line, BotSays]]:
    """What somebody does in ``after`` and the bot does not take, with its answer; not where ``before`` said so already."""
    done, doing = ([group for group in _groups(each.lines) if group[0] is not None] for each in (before, after))
    found: list[tuple[Line, BotSays]] = []
    for (_, old), (line, new) in zip(done, doing, strict=False):  # an update leaves out the end that can't be
        answers = [each for each in new if isinstance(each, BotSays) and each.key.endswith(REFUSAL)]
        known = any(isinstance(each, BotSays) and each.key.endswith(REFUSAL) for each in old)
        if line is not None and answers and not known:
            found.append((line, answers[0]))
    return found


def _groups(lines: tuple[Line, ...]) -> list[tuple[Line | None, list[Bots]]]:
    """What somebody does, each with the lines about what the bot does then."""
    groups: list[tuple[Line | None, list[Bots]]] = [(None, [])]
    for line in lines:
        if isinstance(line, _BOTS):
            groups[-1][1].append(line)
        else:
            groups.append((line, []))
    return [group for group in groups if group[0] is not None or group[1]]


class _Rewriter(Player):
    def __init__(self, transcript: Transcript, rules: Rules, guess: Guess | None) -> None:
        super().__init__(transcript, rules, guess)
        self.changes: dict[int, str | None] = {}
        self.after: dict[int, list[str]] = {}

    def text(self) -> str:
        """The file with the changes."""
        lines = list(self.after.get(0, ()))
        for number, line in enumerate(self.transcript.source, start=1):
            now = self.changes.get(number, line)
            if now is not None:
                lines.append(now)
            lines += self.after.get(number, ())
        return "\n".join([*lines, ""])

    def unheard(self) -> str:
        """Nothing is amiss: what was not named is named now."""
        return ""

    def cut(self, doing: Line, message: str) -> None:
        """What can't be done any more is kept as a comment, with all that follows: only its writer knows what was meant."""
        for line in self.transcript.lines:
            if line.line >= doing.line:
                self.changes[line.line] = f"# {self.transcript.source[line.line - 1]}"
        self.after.setdefault(doing.line - 1, []).append(f"# From here on it can't go on: {message}.")

    def bring(self, expected: list[Bots], *, after: int) -> None:
        """The lines after one thing that somebody did, as the bot does now."""
        said = self.waiting()
        if not expected:
            self.after.setdefault(after, []).extend(line_text(line) for line in heard(self.stage, self.heard))
        self.heard = len(self.stage.messages)
        wanted = [line for line in expected if isinstance(line, BotSays)]
        beside = {line.line: self._beside(line, expected) for line in wanted}
        matcher = SequenceMatcher(
            a=[line.key for line in wanted], b=[key_of(message) for message in said], autojunk=False
        )
        at = after
        for what, old, old_end, new, new_end in matcher.get_opcodes():
            both = min(old_end - old, new_end - new) if what in ("equal", "replace") else 0
            for line, message in zip(wanted[old : old + both], said[new : new + both], strict=True):
                at = self._same(line, message, beside[line.line])
            for line in wanted[old + both : old_end]:
                at = line.line
                self._drop([line, *beside[line.line]])
            for message in said[new + both : new_end] if expected else ():
                self.after.setdefault(at, []).append(line_text(BotSays(line=0, key=key_of(message), text=None)))
        self._state([line for line in expected if isinstance(line, Ends | Saved)])
        if not wanted:
            self._drop([line for line in expected if isinstance(line, Buttons)])

    @staticmethod
    def _beside(line: BotSays, expected: list[Bots]) -> list[Bots]:
        """The lines about the buttons of this message."""
        found: list[Bots] = []
        for other in expected[expected.index(line) + 1 :]:
            if isinstance(other, BotSays):
                break
            if isinstance(other, Buttons):
                found.append(other)
        return found

    def _drop(self, lines: list[Bots]) -> None:
        for line in lines:
            self.changes[line.line] = None

    def _same(self, line: BotSays, message: Message, beside: list[Bots]) -> int:
        """A step that is still said, or another in its place: words and buttons if they are written. Returns the last line about it."""
        key = key_of(message)
        if key != line.key or self.compare_words(line, message):
            fitting = line.text is None or not self.compare_words(line, message)
            words = line.text if fitting else shown_on(message, self.channel)
            self._write(line, BotSays(line=line.line, key=key, text=words))
        labels = labels_of(message)
        for buttons in beside:
            if isinstance(buttons, Buttons) and buttons.labels != labels:
                if labels:
                    self._write(buttons, Buttons(line=buttons.line, labels=labels))
                else:
                    self._drop([buttons])
        return beside[-1].line if beside else line.line

    def _state(self, lines: list[Bots]) -> None:
        state = self.stage.state
        for line in lines:
            match line:
                case Saved(name=name, value=value) if name not in state.variables:
                    self._drop([line])
                case Saved(name=name, value=value) if state.variables[name] != value:
                    self._write(line, Saved(line=line.line, name=name, value=state.variables[name]))
                case Ends() if not isinstance(state.phase, Closed):
                    self._drop([line])
                case Ends(outcome=outcome) if isinstance(state.phase, Closed) and state.phase.outcome != outcome:
                    self._write(line, Ends(line=line.line, outcome=state.phase.outcome))
                case _:
                    pass

    def _write(self, line: Bots, now: Bots) -> None:
        """With the spaces in front of it."""
        old = self.transcript.source[line.line - 1]
        self.changes[line.line] = old[: len(old) - len(old.lstrip())] + line_text(now)
