"""What is wrong in an editor's file: where, what, and what to do."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from conversation.errors import ContentError
from conversation.value import Value

Severity: TypeAlias = Literal["error", "warning", "hint"]


class Problem(Value, frozen=True, kw_only=True):
    """``line`` counts from 1; 0 = the file as a whole. ``step`` is empty outside of a step.

    ``code`` is the rule's, explained in docs/checks.md. An error keeps a bot from being published; a warning asks for a tick, a hint for nothing.
    """

    file: str
    line: int
    message: str
    todo: str
    step: str = ""
    code: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        step = f" (step {self.step})" if self.step else ""
        code = f" [{self.code}]" if self.code else ""
        return f"{where}:{step} {self.message}{code}\n    → {self.todo}"


def in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """By file and line, as an editor mends them."""
    return tuple(sorted(problems, key=lambda found: (found.file, found.line, found.severity, found.code)))


class BotError(ContentError):
    """A bot folder that can't be used; ``problems`` holds all that was found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
