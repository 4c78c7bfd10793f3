"""Reads ``actions/catalogue.yaml``: what each back-end action takes and gives, and whether it may run twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from conversation.errors import ContentError
from conversation.value import Value

KINDS = frozenset(
    {
        "text",
        "number",
        "money",
        "yes_no",
        "date",
        "time",
        "phone",
        "email",
        "file",
        "photo",
        "location",
        "rating",
        "time_slot",
        "any",
    }
)
"""Kinds of a single value; a list is written ``{list: {field: kind}}`` or ``{list: kind}``."""

_MAX_BYTES = 200_000


class ListOf(Value, frozen=True, kw_only=True):
    """A list whose items have these fields, each with its kind."""

    fields: dict[str, str]


Kind: TypeAlias = str | ListOf


class ActionSpec(Value, frozen=True, kw_only=True):
    """``repeat_safe``: a pure look-up, which may run again when nobody knows whether it ran."""

    name: str
    takes: dict[str, Kind]
    gives: dict[str, Kind]
    repeat_safe: bool = False


class Catalogue(Value, frozen=True, kw_only=True):
    """All actions of a bot, by name."""

    actions: dict[str, ActionSpec]


class _Reader:
    """Gathers every problem of the file, so that a developer mends them in one go."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[str] = []

    def problem(self, node: Node, text: str) -> None:
        self.problems.append(f"{self.file}:{node.start_mark.line + 1}: {text}")

    def mapping(self, node: Node, what: str) -> Iterator[tuple[str, Node, Node]]:
        if not isinstance(node, MappingNode):
            self.problem(node, f"{what} must be a mapping (`name: …`)")
            return
        names: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in names:
                self.problem(key, f"`{name}` stands here twice; delete one")
            else:
                names.add(name)
                yield name, key, value

    def kinds(self, node: Node, what: str) -> dict[str, Kind]:
        return {name: self._kind(value, name) for name, _, value in self.mapping(node, what)}

    def _kind(self, node: Node, field: str) -> Kind:
        if isinstance(node, ScalarNode):
            return self._single(node, field)
        entries = {name: value for name, _, value in self.mapping(node, f"`{field}`")}
        if set(entries) != {"list"}:
            self.problem(node, f"`{field}` is a kind of value or `{{list: {{field: kind}}}}`")
            return "any"
        inner = entries["list"]
        if isinstance(inner, ScalarNode):
            return ListOf(fields={"": self._single(inner, field)})
        return ListOf(
            fields={name: self._single(value, name) for name, _, value in self.mapping(inner, f"the list `{field}`")}
        )

    def _single(self, node: Node, field: str) -> str:
        kind = str(node.value) if isinstance(node, ScalarNode) else ""
        if kind not in KINDS:
            self.problem(node, f"`{field}` has the unknown kind `{kind}`; known are {', '.join(sorted(KINDS))}")
            return "any"
        return kind


def read_catalogue(content: bytes, file: str = "actions/catalogue.yaml") -> Catalogue:
    """Raises ContentError with every problem, each with ``file`` and line."""
    reader = _Reader(file)
    root = _compose(content, file)
    actions = (
        {name: _read_action(reader, name, node) for name, _, node in reader.mapping(root, "the file")} if root else {}
    )
    if reader.problems:
        raise ContentError("\n".join(reader.problems))
    return Catalogue(actions=actions)


def catalogue_of(folder: Path) -> Catalogue:
    """A bot folder's; an empty one where there is no file. Raises ContentError."""
    file = folder / "actions" / "catalogue.yaml"
    return read_catalogue(file.read_bytes()) if file.is_file() else Catalogue(actions={})


def _compose(content: bytes, file: str) -> Node | None:
    if len(content) > _MAX_BYTES:
        raise ContentError(f"{file}: larger than {_MAX_BYTES // 1000} kB; this is no catalogue of actions")
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.max_depth = 20  # the parser would brood over what is deeper
    try:
        root: Node | None = yaml.compose(content.decode("utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContentError(f"{file}:{line}: this is not YAML: {error.problem}") from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise ContentError(f"{file}: this is not YAML in UTF-8: {error}") from None
    return root


def _read_action(reader: _Reader, name: str, node: Node) -> ActionSpec:
    takes: dict[str, Kind] = {}
    gives: dict[str, Kind] = {}
    repeat_safe = False
    for key, key_node, value in reader.mapping(node, f"action `{name}`"):
        match key:
            case "takes":
                takes = reader.kinds(value, f"`takes` of `{name}`")
            case "gives":
                gives = reader.kinds(value, f"`gives` of `{name}`")
            case "repeat":
                repeat_safe = isinstance(value, ScalarNode) and value.value == "safe"
                if not repeat_safe:
                    reader.problem(value, f"`repeat` of `{name}` can only be `safe`; leave it out otherwise")
            case "may_be_empty":
                pass  # for the checks of dialogs: nothing is done otherwise because of it
            case _:
                known = "`takes`, `gives`, `may_be_empty` and `repeat`"
                reader.problem(key_node, f"unknown key `{key}`; known are {known}")
    return ActionSpec(name=name, takes=takes, gives=gives, repeat_safe=repeat_safe)
