"""Takes plain data apart with a problem, not an exception, for each thing that is not as documented."""

import difflib
import re
from collections.abc import Collection
from typing import Final

from conversation.value import Data
from dialogs.problems import Problem
from dialogs.reading.source import Path, Source
from dialogs.saying.templates import Expression, Template, TemplateError

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Reader:
    """One file being read; ``problems`` collects what is wrong in it."""

    def __init__(self, source: Source, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems

    def complain(self, path: Path, message: str, todo: str, code: str = "D00") -> None:
        """``code``: the rule that is broken; by default that a file has the shape that is documented."""
        self.problems.append(self.source.problem(path, message, todo, code))

    def mapping(
        self, data: Data, path: Path, known: Collection[str] | None = None, code: str = "D00"
    ) -> dict[str, Data]:
        """The mapping at ``path``; unknown keys are named, with the nearest known one."""
        if data is None:
            return {}
        if not isinstance(data, dict):
            self.complain(path, f"“{_last(path)}” must hold keys and values", "write `key: value` lines below it")
            return {}
        for key in data:
            if known is not None and key not in known:
                near = difflib.get_close_matches(str(key), known, n=1)
                todo = f"did you mean “{near[0]}”?" if near else f"use one of: {', '.join(sorted(known))}"
                self.complain((*path, key), f"there is no key “{key}” here", todo, code)
        return data

    def items(self, data: Data, path: Path) -> list[Data]:
        if data is None:
            return []
        if not isinstance(data, list):
            self.complain(path, f"“{_last(path)}” must be a list", "write `[a, b]` or lines that start with `- `")
            return []
        return data

    def text(self, data: Data, path: Path, *, default: str = "") -> str:
        if data is None:
            return default
        if isinstance(data, bool) or not isinstance(data, str | int | float):
            self.complain(path, f"“{_last(path)}” must be a text", "put it in quotes on one line")
            return default
        return str(data)

    def name(self, data: Data, path: Path, *, required: bool = False) -> str:
        """A name of a step, dialog or variable."""
        if data is None:
            if required:
                self.complain(path, f"“{_last(path)}” is missing", f"add `{_last(path)}: …`")
            return ""
        if not isinstance(data, str) or not NAME.fullmatch(data):
            todo = "use a–z, 0–9 and _, at most 40 characters, starting with a letter"
            self.complain(path, f"“{data}” can't be a name", todo)
            return ""
        return data

    def whole(self, data: Data, path: Path, *, low: int, high: int, default: int) -> int:
        if data is None:
            return default
        if isinstance(data, bool) or not isinstance(data, int) or not low <= data <= high:
            self.complain(path, f"“{data}” is not a whole number from {low} to {high}", "correct the number")
            return default
        return data

    def score(self, data: Data, path: Path, default: float) -> float:
        if data is None:
            return default
        if isinstance(data, bool) or not isinstance(data, int | float) or not 0 <= data <= 1:
            self.complain(path, f"“{data}” is not a number from 0 to 1", "scores are probabilities, such as 0.75")
            return default
        return float(data)

    def seconds(self, data: Data, path: Path, *, default: int) -> int:
        if data is None:
            return default
        found = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", str(data))
        if not found:
            self.complain(path, f"“{data}” is not a time span", "write a number and s, m, h or d, such as `10m`")
            return default
        return int(found[1]) * _UNITS[found[2]]

    def flag(self, data: Data, path: Path) -> bool:
        if data not in (None, True, False):
            self.complain(path, f"“{data}” must be true or false", "write `true` or leave the line out")
        return data is True

    def expression(self, data: Data, path: Path) -> Expression | None:
        if data is None:
            return None
        try:
            return Expression("true" if data is True else "false" if data is False else str(data))
        except TemplateError as error:
            message = f"“{data}” can't be used as a condition or value: {error}"
            self.complain(
                path, message, "mend it; docs/dialog-reference.md, “Conditions”, shows all that is possible", "D13"
            )
            return None

    def template(self, data: Data, path: Path, code: str = "D13") -> Template | None:
        if data is None:
            return None
        try:
            return Template(self.text(data, path))
        except TemplateError as error:
            todo = "mend it; docs/dialog-reference.md, “Texts”, shows all that is possible"
            self.complain(path, f"this text can't be used: {error}", todo, code)
            return None


def _last(path: Path) -> str:
    return str(path[-1]) if path else "file"
