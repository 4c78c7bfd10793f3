"""Reads YAML 1.2 strictly, and remembers the line of everything.

Scalars mean what they look like: only ``true``, ``false``, ``null`` and plain decimal numbers are not text. ``no``, ``22:30`` and
``01067`` stay text, as an editor expects.
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from conversation.value import Data
from dialogs.problems import BotError, Problem

MAX_BYTES = 1_000_000
MAX_ALIASES = 20
MAX_DEPTH = 30

Path: TypeAlias = tuple[str | int, ...]

_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
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

    def problem(self, path: Path, message: str, todo: str) -> Problem:
        step = str(path[1]) if len(path) > 1 and path[0] == "steps" else ""
        return Problem(file=self.file, line=self.line(path), message=message, todo=todo, step=step)


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
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _fail(
            file, mark.line + 1 if mark else 0, _reason(error), "compare the line with its neighbours"
        ) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _fail(file, line, "a control character stands here", "delete it and type the line again") from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise _fail(file, 0, f"this is not YAML: {error}", "compare the file with the example bot") from None
    return _Builder(file, text).build(node)


def _reason(error: MarkedYAMLError) -> str:
    return " ".join(part for part in (error.context, error.problem) if part) or "this is not YAML"


def _fail(file: str, line: int, message: str, todo: str) -> BotError:
    return BotError([Problem(file=file, line=line, message=message, todo=todo)])


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
            raise self.fail(node, f"more than {MAX_DEPTH} levels inside each other", "make the structure flatter")
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
        known: set[str] = set()
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                raise self.fail(key_node, "a key must be a word", "put the key in quotes")
            key = str(key_node.value)
            if key in known:
                raise self.fail(key_node, f"“{key}” stands here twice", "keep one of the two")
            known.add(key)
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            yield key, self.value(value_node, (*path, key))

    def scalar(self, node: Node) -> Data:
        text = str(node.value)
        if getattr(node, "style", None):
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        return text
