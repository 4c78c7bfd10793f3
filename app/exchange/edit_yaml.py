"""Changes values in a YAML file and leaves every other character as it is: comments, order, quotes, the way lines are broken."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from app.exchange.write_yaml import NEVER_PLAIN, block, flow, items, literal, scalar
from conversation.errors import ContentError
from conversation.value import Data
from dialogs.problems import BotError
from dialogs.reading.source import read_source

Edit: TypeAlias = tuple[int, int, str]
"""From, to (in characters), and what stands there then."""

_STEP: Final = 2
"""Spaces that a new level is indented by."""


def edit(file: str, raw: bytes, wanted: Data) -> bytes:
    """The file with the data ``wanted``. Keys are added and values changed; nothing is taken away but items of a list.

    Raises BotError for a file that can't be read, and ContentError where a change would touch more than itself.
    """
    data = read_source(file, raw).data
    if data == wanted:
        return raw
    text = raw.decode("utf-8-sig")
    node = YAML(typ="safe", pure=True).compose(text) if data is not None else None
    if node is None:
        changed = _joined(text) + block(wanted, 0)
    else:
        changed = _apply(text, list(_Editor(text).change(node, data, wanted)))
    result = changed.encode("utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8")
    if not _says(file, result, wanted):
        todo = "write out what stands there as & and *, and import again"
        raise ContentError(f"{file}: a text of this file is used in two places (& and *); {todo}")
    return result


def _says(file: str, raw: bytes, wanted: Data) -> bool:
    try:
        return bool(read_source(file, raw).data == wanted)
    except BotError:
        return False


def _joined(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _apply(text: str, edits: list[Edit]) -> str:
    parts, done = [], 0
    for start, end, words in sorted(edits, key=lambda each: each[0]):
        parts += [text[done:start], words]
        done = end
    return "".join([*parts, text[done:]])


class _Editor:
    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def change(self, node: Node, old: Data, new: Data, *, inside: bool = False) -> Iterator[Edit]:
        """``inside``: of brackets."""
        if old == new and type(old) is type(new):
            return
        inside = inside or bool(isinstance(node, CollectionNode) and node.flow_style)
        match node:
            case MappingNode() if isinstance(new, dict) and node.value:
                yield from self._mapping(node, old, new, inside=inside)
            case SequenceNode() if isinstance(new, list) and len(new) >= len(old) > 0:
                for item, before, after in zip(node.value, old, new, strict=False):
                    yield from self.change(item, before, after, inside=inside)
                yield from self._more(node, new[len(old) :])
            case SequenceNode() if isinstance(new, list) and new and not node.flow_style:
                yield (*self._span(node), self._lines(items(new, node.start_mark.column)))
            case ScalarNode() if isinstance(new, str):
                yield (*self._span(node), self._scalar(node, new, inside=inside))
            case MappingNode() | SequenceNode() if not node.flow_style:
                yield (*self._span(node), " " * _STEP + flow(new))  # it may stand as far left as its key
            case _:
                yield (*self._span(node), flow(new))

    def _scalar(self, node: ScalarNode, new: str, *, inside: bool) -> str:
        if node.style in ("|", ">"):
            lines = self.text[node.start_mark.index : node.end_mark.index].split("\n")
            indent = next((len(line) - len(line.lstrip(" ")) for line in lines[1:] if line.strip()), 0)
            return self._lines(
                literal(new, indent) if node.style == "|" and indent else scalar(new, '"', inside=inside)
            )
        return scalar(new, node.style or "", inside=inside)

    def _mapping(
        self, node: MappingNode, old: Mapping[str, Data], new: Mapping[str, Data], *, inside: bool
    ) -> Iterator[Edit]:
        pairs = {str(key.value): (key, value) for key, value in node.value}
        before: tuple[Node, Node] | None = None
        for name, value in new.items():
            if name not in pairs:
                yield self._added(node, before, name, value)
                continue
            before = pairs[name]
            if self._is_nothing(before[1]) and value is not None:
                yield self._filled(node, before[0], value)
            else:
                yield from self.change(before[1], old[name], value, inside=inside)

    def _is_nothing(self, node: Node) -> bool:
        return isinstance(node, ScalarNode) and node.start_mark.index == node.end_mark.index

    def _colon(self, key: Node) -> int:
        return self.text.index(":", key.end_mark.index) + 1

    def _filled(self, parent: MappingNode, key: Node, value: Data) -> Edit:
        """A key with nothing behind its colon."""
        if isinstance(value, dict) and value and not parent.flow_style:
            at = self._line_end(self._colon(key))
            return at, at, self._lines("\n" + block(value, key.start_mark.column + _STEP).removesuffix("\n"))
        at = self._colon(key)
        loose = isinstance(value, str) and not parent.flow_style
        return at, at, " " + (scalar(value, "", inside=False) if loose else flow(value))

    def _added(self, node: MappingNode, before: tuple[Node, Node] | None, name: str, value: Data) -> Edit:
        if node.flow_style:
            line = f"{scalar(name, '', inside=True)}: {flow(value)}"
            if before is None:
                at = node.start_mark.index + 1
                return at, at, f"{line}, "
            at = self._end_of(*before)
            return at, at, f", {line}"
        lines = self._lines(block({name: value}, node.start_mark.column))
        if before is None:
            at = node.start_mark.index - node.start_mark.column
            return at, at, lines
        return self._new_line(self._end_of(*before), lines)

    def _more(self, node: SequenceNode, added: list[Data]) -> Iterator[Edit]:
        if added and node.flow_style:
            at = self._tail(node.value[-1])
            yield at, at, "".join(f", {flow(item)}" for item in added)
        elif added:
            lines = " " * node.start_mark.column + items(added, node.start_mark.column) + "\n"
            yield self._new_line(self._tail(node), self._lines(lines))

    def _new_line(self, after: int, lines: str) -> Edit:
        end = self.text.find("\n", after)
        if end < 0:
            return len(self.text), len(self.text), self.newline + lines.removesuffix(self.newline)
        return end + 1, end + 1, lines

    def _line_end(self, after: int) -> int:
        found = [at for at in (self.text.find("\r\n", after), self.text.find("\n", after)) if at >= 0]
        return min(found, default=len(self.text))

    def _lines(self, text: str) -> str:
        return text.replace("\n", self.newline)

    def _end_of(self, key: Node, value: Node) -> int:
        return self._colon(key) if self._is_nothing(value) else self._tail(value)

    def _span(self, node: Node) -> tuple[int, int]:
        return node.start_mark.index, self._tail(node)

    def _tail(self, node: Node) -> int:
        """Where its last character is: the mark of a block's end stands behind the comments that follow."""
        children: Any = node.value
        if not isinstance(node, CollectionNode) or node.flow_style or not children:
            start, end = node.start_mark.index, node.end_mark.index
            plain = not isinstance(node, ScalarNode) or node.style not in ("|", ">")
            return int(end if plain else start + len(self.text[start:end].rstrip(NEVER_PLAIN)))
        last = children[-1]
        return self._end_of(*last) if isinstance(last, tuple) else self._tail(last)
