"""What a condition or a text reads: which names, which of them it can't do without, and what it proves of them."""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from jinja2 import nodes

from conversation.value import Value
from dialogs.saying.templates import Template

Name: TypeAlias = tuple[str, ...]
"""``fault.hours`` = ("fault", "hours"); the items of a list are the field ``[]``."""
Names: TypeAlias = frozenset[Name]

ITEM: Final = "[]"
NONE: Final[Names] = frozenset()
FORMATS: Final = frozenset({"date", "datetime", "time", "money", "number", "list"})
_LENIENT_FILTERS: Final = frozenset({"default", "length"})
_ORDER: Final = frozenset({"lt", "lteq", "gt", "gteq"})
_EMPTINESS_TESTS: Final = frozenset({"defined", "undefined", "none"})


_SINGLE: Final = re.compile(r"\{\s*([A-Za-z_][A-Za-z0-9_.]*(?:\s*\|[^{}]*[^{}\s])?)\s*\}")


class Reading(Value, frozen=True, kw_only=True):
    """What one condition or text reads.

    ``names``: all of them, each as far as it goes. ``required``: names and the fields on the way to them that must not be
    empty, since nothing in the text itself guards them. ``shown``: as a translator sees them, such as ``found.due | date``.
    ``formats``: (name, filter) where a value is shown by one of FORMATS.
    """

    names: Names
    required: Names
    shown: frozenset[str]
    formats: frozenset[tuple[Name, str]]


EMPTY: Final = Reading(names=NONE, required=NONE, shown=frozenset(), formats=frozenset())


def read_value(tree: nodes.Node) -> Reading:
    """Of an expression whose value goes on: to a back-end, into a plural form."""
    return _Reader(lenient=False).read(tree)


def read_condition(tree: nodes.Node) -> Reading:
    """Of an expression where empty is as good as no."""
    return _Reader(lenient=True).read(tree)


def name_of(node: nodes.Node) -> Name:
    """The name that a node is, or () for anything else."""
    match node:
        case nodes.Name(name=name):
            return (name,)
        case nodes.Getattr(node=inner, attr=attribute):
            around = name_of(inner)
            return (*around, attribute) if around else ()
        case nodes.Getitem(node=inner, arg=nodes.Const(value=key)):
            around = name_of(inner)
            return (*around, key if isinstance(key, str) else ITEM) if around else ()
    return ()


def with_prefixes(name: Name) -> Names:
    """A field that is not empty belongs to something that is not."""
    return frozenset(name[:length] for length in range(1, len(name) + 1))


def proven(node: nodes.Node, holds: bool) -> Names:
    """Names that can't be empty where a condition holds, or where it does not."""
    match node:
        case nodes.Not(node=inner):
            return proven(inner, not holds)
        case nodes.And(left=left, right=right):
            parts = proven(left, holds), proven(right, holds)
            return parts[0] | parts[1] if holds else parts[0] & parts[1]
        case nodes.Or(left=left, right=right):
            parts = proven(left, holds), proven(right, holds)
            return parts[0] & parts[1] if holds else parts[0] | parts[1]
        case nodes.Compare(expr=left, ops=[nodes.Operand(op=operator, expr=right)]):
            return _proven_by_comparison(left, operator, right, holds)
        case nodes.Test(node=inner, name=test):
            known = test in ("none", "undefined") if not holds else test not in ("none", "undefined")
            return with_prefixes(name_of(inner)) if known else NONE
        case nodes.Filter(node=inner, name="length") if inner is not None:
            return proven(inner, holds) if holds else NONE
    name = name_of(node)
    return with_prefixes(name) if name and holds else NONE


def _proven_by_comparison(left: nodes.Node, operator: str, right: nodes.Node, holds: bool) -> Names:
    names = with_prefixes(name_of(left)) | with_prefixes(name_of(right))
    constants = [side.value for side in (left, right) if isinstance(side, nodes.Const)]
    if None in constants:
        return names if (operator == "ne") == holds and operator in ("eq", "ne") else NONE
    if holds and (operator in _ORDER or operator == "in" or (operator == "eq" and constants)):
        return names
    return NONE


class _Reader:
    def __init__(self, *, lenient: bool) -> None:
        self.lenient = lenient
        self.names: set[Name] = set()
        self.required: set[Name] = set()
        self.shown: set[str] = set()
        self.formats: set[tuple[Name, str]] = set()

    def read(self, tree: nodes.Node) -> Reading:
        for node in tree.body if isinstance(tree, nodes.Template) else (tree,):
            self.visit(node, NONE, lenient=self.lenient)
        return Reading(
            names=frozenset(self.names),
            required=frozenset(self.required),
            shown=frozenset(self.shown),
            formats=frozenset(self.formats),
        )

    def visit(self, node: nodes.Node, known: Names, *, lenient: bool) -> None:
        """``known``: what guards around it prove. ``lenient``: empty is well here."""
        name = name_of(node)
        if name:
            self.note(name, known, lenient=lenient)
            return
        match node:
            case nodes.Output(nodes=parts):
                for part in parts:
                    self.output(part, known, lenient=lenient)
            case nodes.If():
                self.branches(node, known)
            case nodes.And() | nodes.Or() | nodes.Not() | nodes.CondExpr():
                self.logic(node, known, lenient=lenient)
            case nodes.Compare(expr=left, ops=operands):
                strict = any(operand.op in _ORDER for operand in operands)
                for side in (left, *(operand.expr for operand in operands)):
                    self.visit(side, known, lenient=not strict)
            case nodes.Test(node=inner, name=test):
                self.children(node, known, lenient=test in _EMPTINESS_TESTS, but=inner)
                self.visit(inner, known, lenient=test in _EMPTINESS_TESTS or lenient)
            case nodes.Filter(node=inner, name=filter_):
                self.filter(node, inner, filter_, known, lenient=lenient)
            case _:
                self.children(node, known, lenient=False)

    def logic(self, node: nodes.Node, known: Names, *, lenient: bool) -> None:
        """Where one part of a condition guards the next."""
        match node:
            case nodes.And(left=left, right=right):
                self.visit(left, known, lenient=lenient)
                self.visit(right, known | proven(left, holds=True), lenient=lenient)
            case nodes.Or(left=left, right=right):
                self.visit(left, known, lenient=True)
                self.visit(right, known | proven(left, holds=False), lenient=lenient)
            case nodes.Not(node=inner):
                self.visit(inner, known, lenient=True)
            case nodes.CondExpr(test=test, expr1=then, expr2=otherwise):
                self.visit(test, known, lenient=True)
                self.visit(then, known | proven(test, holds=True), lenient=lenient)
                if otherwise is not None:
                    self.visit(otherwise, known | proven(test, holds=False), lenient=lenient)

    def children(self, node: nodes.Node, known: Names, *, lenient: bool, but: nodes.Node | None = None) -> None:
        for child in node.iter_child_nodes():
            if child is not but:
                self.visit(child, known, lenient=lenient)

    def output(self, part: nodes.Node, known: Names, *, lenient: bool) -> None:
        for shown in _shown(part):
            self.shown.add(shown)
        self.visit(part, known, lenient=lenient)

    def branches(self, node: nodes.If, known: Names) -> None:
        for test, body in ((node.test, node.body), *((branch.test, branch.body) for branch in node.elif_)):
            self.visit(test, known, lenient=True)
            for inner in body:
                self.visit(inner, known | proven(test, holds=True), lenient=False)
            known |= proven(test, holds=False)
        for inner in node.else_:
            self.visit(inner, known, lenient=False)

    def filter(self, node: nodes.Filter, inner: nodes.Node | None, name: str, known: Names, *, lenient: bool) -> None:
        if inner is not None:
            if name in FORMATS and name_of(inner):
                self.formats.add((name_of(inner), name))
            self.visit(inner, known, lenient=lenient or name in _LENIENT_FILTERS)
        self.children(node, known, lenient=lenient, but=inner)

    def note(self, name: Name, known: Names, *, lenient: bool) -> None:
        self.names.add(name)
        if not lenient:
            self.required |= with_prefixes(name) - known


def _shown(part: nodes.Node) -> Iterator[str]:
    """``found.due | date`` for what an output shows; the names alone where it is worked out."""
    match part:
        case nodes.Filter(node=inner, name=name) if inner is not None and name in FORMATS:
            for shown in _shown(inner):
                yield f"{shown} | {name}"
            return
    found = name_of(part)
    if found:
        yield ".".join(found)
        return
    for child in part.iter_child_nodes():
        yield from _shown(child)


def single_braces(template: Template) -> list[str]:
    """Names in single braces, ``{number}``: customers would read them as they stand there."""
    words = template.tree.find_all(nodes.TemplateData) if template.tree else ()
    return [name for data in words for name in _SINGLE.findall(data.data)]
