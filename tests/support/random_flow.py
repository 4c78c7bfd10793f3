"""The shape of a random dialog: where its steps lead, which of them are reached, and what is known at each for certain."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

QUESTIONS: Final = ("choose", "ask", "pick", "form")
_TAILS: Final = {
    "main": ("human", "closed", "bye", "asleep"),
    "task": ("human", "closed", "bye", "asleep"),
    "filler": ("found", "lost"),
    "answer": ("bye",),
}
_ENDS: Final = ("closed", "bye", "asleep", "found", "lost")


@dataclass(kw_only=True, eq=False)
class Plan:
    """One dialog being made. ``steps`` are the bodies as they stand in its file.

    ``known``: what has a value at a step for certain; ``types``: variable to its kind of answer, or ``of <action>``.
    """

    name: str
    role: str
    start: str = ""
    fills: str = ""
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    intents: dict[str, str] = field(default_factory=dict)
    extra_intents: list[str] = field(default_factory=list)
    roots: set[str] = field(default_factory=set)
    known: dict[str, frozenset[str]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    texts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def tail(self) -> tuple[str, ...]:
        return _TAILS[self.role]

    def ends(self) -> tuple[str, ...]:
        """Steps that only what a customer says leads to: from them no person can be reached, or only by going round."""
        return ("lost",) if self.role == "filler" else _ENDS if self.role in ("main", "task") else ()

    def options(self) -> Iterator[dict[str, Any]]:
        for body in self.steps.values():
            yield from (option for option in body.get("choose", {}).values() if isinstance(option, dict))

    def all_intents(self) -> list[str]:
        own = [option["intent"] for option in self.options() if "intent" in option]
        return [*self.intents, *own, *self.extra_intents]

    def default(self, key: str) -> str:
        if self.role == "answer":
            return ""
        if self.role == "filler":
            return "lost"
        return "asleep" if key == "silence" else "human"

    def entered(self) -> set[str]:
        return {self.start, *self.intents.values(), *self.roots}


def ways(plan: Plan, body: dict[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    """Each step that can come next in the same dialog, and the variables that have a value by then."""
    needed = frozenset({body["needs"]} if "needs" in body else ())
    entered = needed | frozenset(body.get("set", ()))
    done = entered | frozenset({body["save"]} if "save" in body else ())
    if "go" in body:
        yield body["go"], done
    for line in body.get("route", ()):
        yield line["go"], done
    for option in body.get("choose", {}).values():
        yield (option if isinstance(option, str) else option["go"]), entered
    if "cancelled" in body:
        yield body["cancelled"], entered
    if "busy" in body:
        yield body["busy"]["go"], entered
    for target in body.get("random", ()):
        yield target, entered
    if any(verb in body for verb in QUESTIONS):
        for key in ("misses", "silence"):
            yield body[key]["go"] if key in body else plan.default(key), entered
    if needed or any(verb in body for verb in ("do", "call", "pick")):
        yield body.get("failed") or plan.default("failed"), frozenset() if needed else entered


def targets_of(plan: Plan, body: dict[str, Any]) -> list[str]:
    return [target for target, _ in ways(plan, body)]


def prune(plan: Plan) -> None:
    """Leave out what cannot be reached, and what an intent began there."""
    met, ahead = set[str](), list(plan.entered())
    while ahead:
        name = ahead.pop()
        if name and name not in met:
            met.add(name)
            ahead += targets_of(plan, plan.steps[name])
    plan.steps = {name: body for name, body in plan.steps.items() if name in met}


def named_dialogs(plans: list[Plan]) -> set[str]:
    """Dialogs that another one calls, or needs."""
    by_variable = {plan.fills: plan.name for plan in plans if plan.fills}
    bodies = [body for plan in plans for body in plan.steps.values()]
    called = {body["call"] for body in bodies if "call" in body}
    return called | {by_variable[body["needs"]] for body in bodies if "needs" in body}


def known_at(plan: Plan) -> dict[str, frozenset[str]]:
    """Step to the variables that have a value there, whichever way was taken."""
    known: dict[str, frozenset[str]] = dict.fromkeys(plan.entered(), frozenset())
    ahead = list(known)
    while ahead:
        name = ahead.pop()
        for target, gained in ways(plan, plan.steps[name]):
            before = known.get(target)
            after = known[name] | gained if before is None else before & (known[name] | gained)
            if after != before:
                known[target] = after
                ahead.append(target)
    return known
