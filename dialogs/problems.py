"""What is wrong in an editor's file: where, what, and what to do."""

from collections.abc import Sequence

from conversation.errors import ContentError
from conversation.value import Value


class Problem(Value, frozen=True, kw_only=True):
    """``line`` counts from 1; 0 = the file as a whole. ``step`` is empty outside of a step."""

    file: str
    line: int
    message: str
    todo: str
    step: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        step = f" (step {self.step})" if self.step else ""
        return f"{where}:{step} {self.message}\n    → {self.todo}"


class BotError(ContentError):
    """A bot folder that can't be used; ``problems`` holds all that was found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
