"""Reads YAML 1.2 strictly, and remembers the line of everything.

Scalars mean what they look like: only ``true``, ``false``, ``null`` and plain decimal numbers are not text. ``no``, ``22:30`` and
``01067`` stay text, as an editor expects.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from conversation.value import Data
from dialogs.problems import BotError, Problem
from dialogs.reading.slips import slip

MAX_BYTES = 1_000_000
MAX_ALIASES = 20
MAX_DEPTH = 30
MAX_GLANCED = 20_000
"""Characters of a file that the parser reads in no time whatever is in it."""
_TOO_DEEP = (f"more than {MAX_DEPTH} levels inside each other", "make the structure flatter")

Path: TypeAlias = tuple[str | int, ...]

_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_LONG_TAG = re.compile(r"(?:^|[\s\[{,])!(?:\S{200}|[^\s!]*!!)")
"""Over which the parser would brood for seconds."""
_DEEP = re.compile(r"(?:[\[{]\s*){200}")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""What no database and no messenger takes; an escape in quotes can make them."""
_TAG = re.compile(r"(?:&\S+\s+)?(!\S*)")
_CONSTANTS: dict[str, Data] = {"true": True, "false": False, "null": None, "~": None, "": None}


class Source:
    """A file's data, and the line each part of it stands on."""

    def __init__(self, file: str, data: Data, lines: dict[Path, int]) -> None:
        self.file = file
        self.data = data
        self._lines = lines

    def line(self, path: Path) -> int:
        """The line of ``path``, or of the nearest part around it that exists."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def problem(self, path: Path, message: str, todo: str, code: str = "D00") -> Problem:
        step = str(path[1]) if len(path) > 1 and path[0] == "steps" else ""
        return Problem(file=self.file, line=self.line(path), message=message, todo=todo, step=step, code=code)


def read_source(file: str, raw: bytes) -> Source:
    """Parse one file. Raises BotError with the line of the first thing that is not strict YAML 1.2 in UTF-8."""
    if len(raw) > MAX_BYTES:
        raise _fail(file, 0, f"the file has {len(raw):,} bytes", f"split it: at most {MAX_BYTES:,} bytes a file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _fail(file, line, "this is not UTF-8 text", "save the file with the encoding UTF-8") from None
    tab = re.search(r"^[ ]*\t", text, re.MULTILINE)
    if tab:
        line = text.count("\n", 0, tab.end()) + 1
        raise _fail(file, line, "the line is indented with a tab", "use two spaces for each level instead")
    _glance(file, text)
    try:
        node = _yaml().compose(text)
    except _RefusedError as error:
        raise _fail(file, error.problem_mark.line + 1, error.problem, error.note) from None
    except MaxDepthExceededError as error:
        raise _fail(file, error.problem_mark.line + 1, *_TOO_DEEP) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _fail(file, *slip(text, mark.line + 1 if mark else 0, _reason(error))) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _fail(file, line, "a control character stands here", "delete it and type the line again") from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise _fail(file, 0, f"this is not YAML: {error}", "compare the file with the example bot") from None
    return _Builder(file, text).build(node)


def _glance(file: str, text: str) -> None:
    """What the parser would take seconds to find out. Raises BotError."""
    deep = _DEEP.search(text)
    if deep:
        raise _fail(file, text.count("\n", 0, deep.start()) + 1, *_TOO_DEEP)
    tag = _LONG_TAG.search(text)
    if tag and len(text) > MAX_GLANCED:
        raise _fail(
            file, text.count("\n", 0, tag.end()) + 1, "too many ! in a row stand here", "put the text in quotes"
        )


class _RefusedError(MarkedYAMLError):
    """``note``: what to do."""


class _Composer(Composer):
    """Refuses a key that stands there twice when it meets it: not after the whole file."""

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader=loader)
        self.warn_double_anchors = False
        self._keys: dict[int, set[str]] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        node = super().compose_node(parent, index)
        if index is None and isinstance(parent, MappingNode) and isinstance(node, ScalarNode):
            known = self._keys.setdefault(id(parent), set())
            if node.value in known:
                problem = f"“{node.value[:60]}” stands here twice"
                raise _RefusedError(problem=problem, problem_mark=node.start_mark, note="keep one of the two")
            known.add(node.value)
        return node


def _yaml() -> Any:
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.Composer = _Composer
    yaml.max_depth = MAX_DEPTH + 2
    return yaml


def _reason(error: MarkedYAMLError) -> str:
    return " ".join(part for part in (error.context, error.problem) if part) or "this is not YAML"


def _fail(file: str, line: int, message: str, todo: str) -> BotError:
    return BotError([Problem(file=file, line=line, message=message, todo=todo, code="D00")])


class _Builder:
    """Turns nodes into plain data, with the budgets that keep hostile files small."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.lines: dict[Path, int] = {}
        self.seen: set[int] = set()
        self.aliases = 0

    def build(self, node: Node | None) -> Source:
        data = None if node is None else self.value(node, ())
        return Source(self.file, data, self.lines)

    def fail(self, node: Node, message: str, todo: str) -> BotError:
        return _fail(self.file, node.start_mark.line + 1, message, todo)

    def value(self, node: Node, path: Path) -> Data:
        self.lines.setdefault(path, node.start_mark.line + 1)
        tag = _TAG.match(self.text, node.start_mark.index) if id(node) not in self.seen else None
        if tag:
            raise self.fail(node, f"the tag {tag[1]} is not allowed", "remove it; quotes make a text")
        if len(path) > MAX_DEPTH:
            raise self.fail(node, *_TOO_DEEP)
        if id(node) in self.seen and not isinstance(node, ScalarNode):
            self.aliases += 1
            if self.aliases > MAX_ALIASES:
                raise self.fail(node, f"more than {MAX_ALIASES} aliases (*name)", "write the parts out")
        self.seen.add(id(node))
        match node:
            case MappingNode():
                return dict(self.pairs(node, path))
            case SequenceNode():
                return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
            case _:
                return self.scalar(node)

    def pairs(self, node: MappingNode, path: Path) -> Iterator[tuple[str, Data]]:
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                raise self.fail(key_node, "a key must be a word", "put the key in quotes")
            key = str(self.scalar(key_node, text=True))
            if key == "<<" and not key_node.style:
                raise self.fail(key_node, "parts are merged with << here", "write the parts out")
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            yield key, self.value(value_node, (*path, key))

    def scalar(self, node: Node, *, text: bool = False) -> Data:
        """``text``: whatever it looks like."""
        found = str(node.value)
        if CONTROL.search(found):
            raise self.fail(node, "a control character stands here", "delete it and type the line again")
        return found if text else self.meant(node, found)

    def meant(self, node: Node, text: str) -> Data:
        if getattr(node, "style", None):
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        return text
