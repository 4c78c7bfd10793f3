"""The line of each example in its file: what an editor needs to find it."""

from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node

from nlu.read import Row


def lines_of(files: Mapping[str, bytes]) -> dict[Row, int]:
    """Files that ``nlu.read`` has read without a complaint; 1 is the first line."""
    found: dict[Row, int] = {}
    for language, content in files.items():
        yaml: Any = YAML(typ="safe", pure=True)
        for name, intents in _pairs(yaml.compose(content.decode("utf-8"))):
            if name == "intents":
                for intent, texts in _pairs(intents):
                    for text in texts.value:
                        words = " ".join(str(text.value).split())
                        found.setdefault((language, intent, words), text.start_mark.line + 1)
    return found


def _pairs(node: Node | None) -> Iterator[tuple[str, Node]]:
    if isinstance(node, MappingNode):
        yield from ((str(key.value), value) for key, value in node.value)
