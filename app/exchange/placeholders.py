"""The values that a text shows, as an editor wrote them: ``fault.hours``."""

from collections.abc import Iterator

from jinja2 import Environment, nodes
from jinja2.exceptions import TemplateSyntaxError

_PARSER = Environment(autoescape=True)


def placeholders(text: str) -> frozenset[str]:
    """None for a text that is no template; whoever takes it over asks ``dialogs.saying.templates`` first."""
    if "{" not in text:
        return frozenset()
    try:
        tree = _PARSER.parse(text)
    except (TemplateSyntaxError, RecursionError):
        return frozenset()
    return frozenset(_paths(tree))


def _paths(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Name | nodes.Getattr) and (path := _path(node)):
        yield path
        return
    for child in node.iter_child_nodes():
        yield from _paths(child)


def _path(node: nodes.Node) -> str:
    match node:
        case nodes.Name(name=name):
            return str(name)
        case nodes.Getattr(node=inner, attr=attribute):
            start = _path(inner)
            return f"{start}.{attribute}" if start else ""
        case _:
            return ""
