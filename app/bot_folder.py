"""A bot folder on disk: read whole, compiled, and read again when a file changes."""

from collections.abc import Sequence
from importlib.resources import files as package_files
from pathlib import Path
from typing import Final

import structlog

from bots.limits import all_limits
from conversation.ports import Clock
from dialogs.problems import BotError, Problem
from dialogs.reading.bot import Files
from engine.rules import Checked, Rules, check_files, compile_rules

MAX_FILES: Final = 5_000
MAX_FILE: Final = 20_000_000
WATCH: Final = 1.0
"""Seconds between two looks at the folder."""
_READ: Final = (
    ("dialogs", ".yaml"),
    ("locales", ".yaml"),
    ("locales", ".sources.json"),  # what the translations were made from
    ("actions", ".yaml"),
    ("nlu", ".yaml"),
    ("media", ""),
)

_log = structlog.get_logger(__name__)


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files that make the bot, by their path inside the folder. Raises BotError if there are none or too much."""
    found: dict[str, bytes] = {}
    for path in sorted(_paths(folder)):
        name = path.relative_to(folder).as_posix()
        if _size(path, name) > MAX_FILE or len(found) >= MAX_FILES:
            message = "the file is too large" if len(found) < MAX_FILES else f"there are more than {MAX_FILES} files"
            raise BotError([Problem(file=name, line=0, message=message, todo="take it out of the bot folder")])
        found[name] = _content(path, name)
    if not found:
        todo = "name a bot folder, such as examples/nordnetz, in LOTSE_BOT or on the command line"
        raise BotError([Problem(file=str(folder), line=0, message="there is no bot here", todo=todo)])
    return found


def _size(path: Path, name: str) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not path.is_symlink():
            raise  # it is being saved anew
        raise _unreadable(name, error) from None


def _content(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise  # it is being saved anew
    except OSError as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: OSError) -> BotError:
    message = "this is a folder, not a file" if isinstance(error, IsADirectoryError) else "the file can't be read"
    why = "" if isinstance(error, IsADirectoryError) else f" ({error.strerror})"
    todo = "give it a name without .yaml" if not why else "let the service read it, or take it out of the bot folder"
    return BotError([Problem(file=name, line=0, message=f"{message}{why}", todo=todo)])


def _paths(folder: Path) -> list[Path]:
    paths = [folder / "bot.yaml"] if (folder / "bot.yaml").is_file() else []
    for part, ending in _READ:
        if (folder / part).is_dir():
            paths += [path for path in (folder / part).rglob(f"*{ending}") if _belongs(path, ending)]
    return paths


def _belongs(path: Path, ending: str) -> bool:
    """Files, and what is named like one: a folder, or a link that leads nowhere, would be missed in silence."""
    return path.is_file() or (bool(ending) and (path.is_dir() or path.is_symlink()))


def product_texts() -> Files:
    """Lotse's own texts and words: ``<language>/customer.yaml``, ``moods.yaml`` and ``summary.yaml``."""
    root = package_files("locales")
    return {
        f"{folder.name}/{name}": (folder / name).read_bytes()
        for folder in root.iterdir()
        for name in ("customer.yaml", "moods.yaml", "summary.yaml")
        if folder.is_dir() and (folder / name).is_file()
    }


def load_rules(folder: Path) -> Rules:
    """Raises BotError with everything that is wrong."""
    return compile_files(read_folder(folder))


def compile_files(files: Files) -> Rules:
    """Raises BotError with everything that is wrong."""
    return compile_rules(files, product_texts(), all_limits())


def check_bot_files(files: Files) -> Checked:
    """All rules, with the limits of the channels that Lotse knows."""
    return check_files(files, product_texts(), channels=all_limits())


def proven_rules(files: Files) -> Rules:
    """Raises BotError with every error that ``lotse check`` finds."""
    checked = check_bot_files(files)
    if checked.rules is None:
        raise BotError([problem for problem in checked.problems if problem.severity == "error"])
    return checked.rules


def nlu_examples(folder: Path) -> dict[str, bytes]:
    """Language to its file of examples."""
    return {path.stem: path.read_bytes() for path in sorted((folder / "nlu").glob("*.yaml"))}


def examples_in(files: Files) -> dict[str, bytes]:
    """As ``nlu_examples``, of files that were read."""
    found = ((Path(name), body) for name, body in sorted(files.items()))
    return {path.stem: body for path, body in found if path.parent == Path("nlu") and path.suffix == ".yaml"}


class LiveBot:
    """A bot folder that is looked at again and again. A broken file is reported and changes nothing: the last good version
    stays. ``files`` are those of that version.

    It begins with whatever can run; a change must pass all of ``lotse check`` to be taken over.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Raises BotError: there is nothing to run yet."""
        self.folder = folder
        self._clock = clock
        self._seen = self._stamp()
        self.files = read_folder(folder)
        self._rules = compile_files(self.files)
        self.loaded_at = clock.now().isoformat()
        self.problems: Sequence[Problem] = ()

    def rules(self) -> Rules:
        return self._rules

    def look(self) -> bool:
        """Take over what changed since the last look, if it is whole and right; True if it was."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            files = read_folder(self.folder)
            rules = proven_rules(files)
        except BotError as error:
            self.problems = error.problems
            for problem in error.problems:
                _log.error("bot_not_taken_over", problem=" ".join(str(problem).split()))
            return False
        except OSError as error:
            _log.warning("bot_not_read", error=str(error))
            return False
        if self.problems:
            _log.info("bot_is_right_again", folder=str(self.folder))
        self.files, self._rules, self.problems = files, rules, ()
        self.loaded_at = self._clock.now().isoformat()
        return True

    def _stamp(self) -> tuple[tuple[str, int, int], ...]:
        found = []
        for path in _paths(self.folder):
            try:
                stat = path.stat() if path.exists() else path.lstat()  # a link that leads nowhere is news too
            except OSError:
                continue
            found.append((str(path), stat.st_mtime_ns, stat.st_size))
        return tuple(sorted(found))
