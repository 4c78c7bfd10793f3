"""What `lotse check` says of a bot folder, in words for people who are no programmers and in JSON for machines."""

import asyncio
from collections.abc import Iterator, Sequence
from importlib.resources import files as package_files
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec

from app.bot_folder import check_bot_files, read_folder
from app.settings import Settings
from conversation.errors import ContentError
from dialogs.problems import BotError, Problem, in_order
from engine.rules import Checked

PAGE: Final = "checks.md"
_BESIDE: Final = Path(__file__).parents[1] / "docs" / PAGE
"""Where the page is in the sources; an installed Lotse has it in this package."""


def check_folder(folder: Path) -> Checked:
    """Never raises for what is in the folder; OSError where it can't be read."""
    try:
        files = read_folder(folder)
    except BotError as error:
        return Checked(rules=None, problems=error.problems)
    checked = check_bot_files(files)
    broken = broken_providers(folder)
    if not broken:
        return checked
    return Checked(rules=None, problems=in_order([*checked.problems, *broken]), whole=checked.whole)


def broken_providers(folder: Path) -> list[Problem]:
    """Files in ``context/`` that can't be loaded, and providers that can't be used. Runs the files, as the service does."""
    if not any((folder / "context").glob("*.py")):
        return []
    from actions.providers import LocalProviders

    return [_of_provider(str(error)) for error in LocalProviders(folder).problems]


def _of_provider(told: str) -> Problem:
    """``context/orders.py:12: what is wrong``."""
    place, _, message = told.partition(": ")
    file, _, line = place.partition(":")
    todo = "mend the file, or take it out of context/: the desk would show nothing of it"
    return Problem(file=file, line=int(line) if line.isdigit() else 0, message=message, todo=todo, code="D21")


def with_action_server(checked: Checked, folder: Path, url: str) -> Checked:
    """And what the action server there does not have. Raises LotseError when it does not answer."""
    from app.agreement import missing_actions

    missing = asyncio.run(missing_actions(Settings(), folder, url))
    if not missing:
        return checked
    coded = [msgspec.structs.replace(problem, code="D11") for problem in missing]
    return Checked(rules=None, problems=in_order([*checked.problems, *coded]), whole=checked.whole)


def count(problems: Sequence[Problem]) -> tuple[int, int]:
    """Errors and warnings; hints are neither."""
    kinds = [problem.severity for problem in problems]
    return kinds.count("error"), kinds.count("warning")


def as_json(folder: Path, problems: Sequence[Problem]) -> str:
    """For CI: everything, also what a problem leaves out because it is the usual."""
    errors, warnings = count(problems)
    found = [
        {name: getattr(problem, name) for name in ("file", "line", "step", "code", "severity", "message", "todo")}
        for problem in problems
    ]
    report = {"bot": str(folder), "errors": errors, "warnings": warnings, "problems": found}
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode()


def as_text(problems: Sequence[Problem]) -> Iterator[str]:
    """File by file, line by line."""
    for file, group in groupby(problems, key=lambda problem: problem.file):
        yield file
        for problem in group:
            line = f"{problem.line:>5}" if problem.line else "    –"
            step = f"step {problem.step}: " if problem.step else ""
            yield f"{line}  {problem.severity:<7} {problem.code}  {step}{problem.message}"
            yield f"{'':>5}  → {problem.todo}"
        yield ""


def verdict(checked: Checked) -> str:
    """One line below the list."""
    errors, warnings = count(checked.problems)
    hints = len(checked.problems) - errors - warnings
    found = " and ".join(
        f"{number} {word}{'s' if number > 1 else ''}"
        for number, word in ((errors, "error"), (warnings, "warning"), (hints, "hint"))
        if number
    )
    code = checked.problems[0].code or "D00"
    more = "" if checked.whole else "; what else the rules say comes once these are mended"
    return f"{found}{more}. `lotse check --explain {code}` says more about {code}"


def explain(code: str) -> str:
    """A code's section of docs/checks.md. Raises ContentError for a code that is none."""
    sections = {section.partition(":")[0].strip(): section for section in page().split("\n## ")[1:]}
    wanted = code.strip().upper()
    if wanted not in sections:
        known = ", ".join(name for name in sections if name[:1] in "DT" and name[1:].isdigit())
        raise ContentError(f"there is no code {code}; there are {known}")
    return sections[wanted].strip()


def page() -> str:
    """docs/checks.md."""
    inside = package_files("app").joinpath(PAGE)
    return inside.read_text(encoding="utf-8") if inside.is_file() else _BESIDE.read_text(encoding="utf-8")
