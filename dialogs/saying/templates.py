"""Texts and conditions of editors: Jinja2, sandboxed down to plain data.

A template sees JSON data only, reads fields and never attributes, and can neither call nor loop nor define: what it may
contain is a list (``_TEXT_NODES``), and everything else is refused when the file is read. What it reads and makes has a limited
size (``dialogs.saying.bounds``), and with that it has a limited time.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import jinja2
from jinja2 import nodes
from jinja2.environment import TemplateExpression
from jinja2.exceptions import SecurityError
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer

from conversation.value import Data
from dialogs.saying.bounds import MAX_TEXT, cut, is_number, kept, readable
from dialogs.saying.filters import FILTERS, PLAIN_FILTERS, VIEW, View

Parsed = TypeVar("Parsed", bound=nodes.Node)

MAX_NODES = 1_000
MAX_OUTPUT = MAX_TEXT
MAX_SOURCE = 10_000

MAX_LEVELS = 100
"""Parts inside each other; Jinja and Python compile more than these."""
_TOO_DEEP = "too many levels inside each other"
_BETWEEN = "\x1e"
"""No text has this character: it can't stand in YAML."""

_CONDITION_NODES: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const, nodes.TemplateData, nodes.Compare,
    nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod,
    nodes.Neg, nodes.Pos, nodes.Filter, nodes.Test, nodes.CondExpr, nodes.List, nodes.Tuple, nodes.Keyword,
)  # fmt: skip
_TEXT_NODES: tuple[type[nodes.Node], ...] = (*_CONDITION_NODES, nodes.If, nodes.Concat, nodes.Dict, nodes.Pair)
_TESTS = frozenset({"defined", "undefined", "none", "in", "eq", "ne", "lt", "le", "gt", "ge"})


class TemplateError(Exception):
    """A template that is refused when it is read; the message is for its editor."""


RENDER_ERRORS = (TypeError, ValueError, ArithmeticError, RecursionError, MemoryError, jinja2.TemplateError)
"""What a template may raise while it runs."""
_CONCAT = "_concat"


class _PlainContext(Context):
    """Variables of a limited size."""

    def resolve_or_missing(self, key: str) -> Any:
        found = super().resolve_or_missing(key)
        return found if found is missing else readable(found)


class _PlainEnvironment(ImmutableSandboxedEnvironment):
    """Fields of mappings and items of lists only; arithmetic on numbers only, of a limited size."""

    context_class = _PlainContext
    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping) and attribute in obj:
            return readable(obj[attribute])
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Mapping) and isinstance(argument, str) and argument in obj:
            return readable(obj[argument])
        if isinstance(obj, list | tuple | str) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            return readable(obj[argument])
        return self.undefined(obj=obj, name=argument)

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return cut(left + right)
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            raise SecurityError(f"{operator} needs two numbers")
        result = super().call_binop(context, operator, left, right)
        if not is_number(result):
            raise OverflowError(f"{operator} gives too large a number")
        return result

    def call(self, *_: Any, **__: Any) -> Any:
        raise SecurityError("calls are not allowed")


def _environment() -> _PlainEnvironment:
    environment = _PlainEnvironment(
        undefined=jinja2.ChainableUndefined, finalize=_spell, autoescape=False, optimized=False
    )
    environment.globals.clear()
    environment.filters.clear()
    environment.filters.update(FILTERS)
    environment.filters[_CONCAT] = _concat
    environment.tests = {name: test for name, test in environment.tests.items() if name in _TESTS}
    return environment


def _spell(value: Any) -> Any:
    """Known-but-empty shows as nothing, not as ``None``; so does a list that is too long to be read."""
    value = readable(value)
    return "" if value is None else value


def _concat(parts: list[Any]) -> str:
    joined = ""
    for part in parts:
        joined = cut(joined + str(_spell(part)))
    return joined


class _Joining(NodeTransformer):
    """``a ~ b`` by a filter of ours: Jinja2's own joins whatever length comes out."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - Jinja2's name for it
        self.generic_visit(node)
        joined = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(joined, _CONCAT, [], [], None, None, lineno=node.lineno)


_ENVIRONMENT = _environment()


def _read(parse: Callable[[], Parsed], source: str) -> Parsed:
    """Raises TemplateError."""
    if len(source) > MAX_SOURCE:
        raise TemplateError(f"longer than {MAX_SOURCE:,} characters")
    try:
        return parse()
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(error.message or "not readable") from None
    except (RecursionError, MemoryError):
        raise TemplateError(_TOO_DEEP) from None
    except (ValueError, OverflowError):
        raise TemplateError("a number in it has too many digits") from None


def _expression(source: str) -> nodes.Expr:
    """As ``jinja2.Environment.compile_expression`` reads it."""
    parser = Parser(_ENVIRONMENT, source, state="variable")
    found = parser.parse_expression()
    if not parser.stream.eos:
        raise jinja2.TemplateSyntaxError(f"nothing can follow here: “{parser.stream.current.value}”", 1)
    found.set_environment(_ENVIRONMENT)
    return found


def _names_in(tree: nodes.Node, allowed: tuple[type[nodes.Node], ...]) -> frozenset[str]:
    """All names in it. Raises TemplateError for what is not allowed, or is so deep or large that it could not be compiled.

    What is deep must be refused in words, not by the depth of Python's own stack.
    """
    names: set[str] = set()
    level, depth, count = [tree], 0, 0
    while level:
        depth, count = depth + 1, count + len(level)
        if count > MAX_NODES:
            raise TemplateError(f"more than {MAX_NODES} parts")
        if depth > MAX_LEVELS:
            raise TemplateError(_TOO_DEEP)
        for node in level:
            if not isinstance(node, allowed):
                raise TemplateError(f"{type(node).__name__.lower()} is not allowed here")
            _refuse(node, allowed)
            if isinstance(node, nodes.Name):
                names.add(node.name)
        level = [child for node in level for child in node.iter_child_nodes()]
    return frozenset(names)


def _refuse(node: nodes.Node, allowed: tuple[type[nodes.Node], ...]) -> None:
    match node:
        case nodes.Const(value=int(value)) if not isinstance(value, bool) and not is_number(value):
            raise TemplateError("a number in it has too many digits")
        case nodes.Const(value=float(value)) if not math.isfinite(value):
            raise TemplateError("a number in it has too many digits")
        case nodes.Filter(name=name) if allowed is _CONDITION_NODES and name in FILTERS and name not in PLAIN_FILTERS:
            raise TemplateError(f"the filter “{name}” is for texts: a condition has no language")
        case nodes.Filter(name=name) if name not in FILTERS:
            raise TemplateError(f"there is no filter “{name}”; there are: {', '.join(sorted(FILTERS))}")
        case nodes.Test(name=name) if name not in _TESTS:
            raise TemplateError(f"there is no test “{name}”")
        case nodes.Name(name=name) if name.startswith("_"):
            raise TemplateError(f"“{name}”: names start with a letter")
        case nodes.Getattr(attr=name) if name.startswith("_"):
            raise TemplateError(f"“{name}”: fields start with a letter")


class Expression:
    """A condition or value. Calling it never raises: what can't be computed is None.

    ``tree``: for the checks. It is compiled when it is first called: most of a large bot is read more often than it is said.
    """

    __slots__ = ("_run", "names", "source", "tree")

    def __init__(self, source: str) -> None:
        """Raises TemplateError."""
        self.source = source
        self.tree = _read(partial(_expression, source), source)
        self.names = _names_in(self.tree, _CONDITION_NODES)
        self._run: Callable[[Mapping[str, Data]], Data] | None = None

    def __call__(self, variables: Mapping[str, Data]) -> Data:
        run = self._run = self._run or self._compile()
        try:
            return kept(run(variables))
        except RENDER_ERRORS:
            return None

    def _compile(self) -> Callable[[Mapping[str, Data]], Data]:
        body = nodes.Assign(nodes.Name("result", "store"), self.tree, lineno=1)
        return TemplateExpression(_compiled([body]), undefined_to_none=True)


class Template:
    """A text. Rendering never raises and gives at most ``MAX_OUTPUT`` characters.

    ``tree``: for the checks; None for plain words. It is compiled when it is first said.
    """

    __slots__ = ("_run", "names", "source", "tree")

    def __init__(self, source: str) -> None:
        """Raises TemplateError."""
        self.source = source
        self.names: frozenset[str] = frozenset()
        self.tree: nodes.Template | None = None
        self._run: jinja2.Template | None = None
        if "{" in source:
            self.tree = _read(partial(_ENVIRONMENT.parse, source), source)
            self.names = _names_in(self.tree, _TEXT_NODES)

    def __call__(self, variables: Mapping[str, Data], view: View) -> str:
        try:
            return self.attempt(variables, view)
        except RENDER_ERRORS:
            return ""

    def attempt(self, variables: Mapping[str, Data], view: View) -> str:
        """``__call__`` for who wants to know what is wrong. Raises one of RENDER_ERRORS."""
        if self.tree is None:
            return self.source
        run = self._run = self._run or _compiled(self.tree.body)
        found: list[str] = []
        length = 0
        for part in run.generate({**variables, VIEW: view}):
            found.append(part)
            length += len(part)
            if length >= MAX_OUTPUT:
                break
        return cut("".join(found))


def render_together(templates: Sequence[Template], variables: Mapping[str, Data], view: View) -> list[str]:
    """What each of them says, compiled as one: for trying out thousands. Raises one of RENDER_ERRORS if any of them does."""
    body: list[nodes.Node] = []
    for template in templates:
        body.append(nodes.Output([nodes.TemplateData(_BETWEEN)]))
        body += template.tree.body if template.tree else [nodes.Output([nodes.TemplateData(template.source)])]
    return _compiled(body).render({**variables, VIEW: view}).split(_BETWEEN)[1:]


def _compiled(body: list[nodes.Node]) -> jinja2.Template:
    tree = nodes.Template(body, lineno=1)
    _Joining().visit(tree)
    tree.set_environment(_ENVIRONMENT)
    return _ENVIRONMENT.from_string(tree)
