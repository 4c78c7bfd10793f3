"""The ways on from a step, and walks over graphs. Nothing here calls itself: a bot may have thousands of steps in a row."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeAlias, TypeVar

from conversation.value import Value
from dialogs.model import Choose, Do, Pick, Random, Say, Step
from dialogs.reading.source import Path
from dialogs.saying.templates import Expression
from dialogs.ways import ways_on

Node = TypeVar("Node", bound=Hashable)
Following: TypeAlias = Callable[[Node], Iterable[Node]]

TIMED = frozenset({"silence", "busy", "wait"})
"""Ways that are taken when nobody does anything."""


class Edge(Value, frozen=True, kw_only=True):
    """One way on. ``why`` as in docs/protocols.md; ``path``: where it stands inside its step; ``number``: of its line."""

    to: str
    why: str
    path: Path
    when: Expression | None = None
    number: int = 0

    @property
    def after_the_verb(self) -> bool:
        """What the step saves is known then."""
        return self.why in ("go", "route")


def edges_of(step: Step) -> list[Edge]:
    """Each way on of a step, in the order in which they are tried; also those to steps that do not exist."""
    several = len(step.ways) > 1
    found = [
        Edge(to=line.go, why="route", path=("route", n, "go"), when=line.when, number=n)
        if several
        else Edge(to=line.go, why="go", path=("go",))
        for n, line in enumerate(step.ways)
    ]
    match step.verb:
        case Choose(options=options):
            found += [
                Edge(to=option.go, why="option", path=("choose", option.name), when=option.when) for option in options
            ]
        case Random(weights=weights):
            found += [Edge(to=name, why="route", path=("random", name)) for name in weights]
    rest = [(to, why) for to, why in ways_on(step) if why not in ("go", "route", "option")]
    return found + [
        Edge(to=to, why=why, path=(why, "go") if why in ("misses", "silence", "busy", "wait") else (why,))
        for to, why in rest
    ]


def happens_by_itself(step: Step, edge: Edge) -> bool:
    """Taken in the same breath, or with no more than a back-end's answer in between. Calls are for the caller to look at."""
    match step.verb:
        case Say() | Random():
            return edge.why in ("go", "route")
        case Do():
            return edge.why in ("go", "route", "failed")
        case Pick():
            return edge.why == "failed"
    return False


def reach(starts: Iterable[Node], following: Following[Node]) -> set[Node]:
    """All that can be come to, the starts included."""
    met = set(starts)
    ahead = list(met)
    while ahead:
        for node in following(ahead.pop()):
            if node not in met:
                met.add(node)
                ahead.append(node)
    return met


def backwards(graph: Mapping[Node, Iterable[Node]]) -> dict[Node, list[Node]]:
    turned: dict[Node, list[Node]] = {node: [] for node in graph}
    for node, following in graph.items():
        for other in following:
            turned.setdefault(other, []).append(node)
    return turned


def knots(graph: Mapping[Node, Iterable[Node]]) -> Iterator[list[Node]]:
    """Groups of nodes from each of which every other is come to, and single ones that lead to themselves (Tarjan)."""
    number: dict[Node, int] = {}
    low: dict[Node, int] = {}
    path: list[Node] = []
    on_path: set[Node] = set()
    for root in graph:
        if root in number:
            continue
        work: list[tuple[Node, Iterator[Node]]] = [(root, iter(graph[root]))]
        number[root] = low[root] = len(number)
        path.append(root)
        on_path.add(root)
        while work:
            node, rest = work[-1]
            for other in rest:
                if other not in number:
                    number[other] = low[other] = len(number)
                    path.append(other)
                    on_path.add(other)
                    work.append((other, iter(graph.get(other, ()))))
                    break
                if other in on_path:
                    low[node] = min(low[node], number[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    group = _cut(path, on_path, node)
                    if len(group) > 1 or node in graph[node]:
                        yield group


def _cut(path: list[Node], on_path: set[Node], node: Node) -> list[Node]:
    group: list[Node] = []
    while not group or group[-1] != node:
        group.append(path.pop())
        on_path.discard(group[-1])
    return group[::-1]
