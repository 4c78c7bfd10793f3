"""Which names can't be empty, at every step and whichever way a conversation came there: a data flow over all paths.

A *fact* is a name that holds something: ``("fault",)``, ``("fault", "hours")``. Where ways meet, only what is known on all of
them is left. A dialog that others run is looked at once, with what all of them know. What a step uses counts as known behind
it: if it may be empty, that is told of there, and not at every step that follows.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TypeAlias

from jinja2 import nodes

from dialogs.checks.expressions import NONE, Name, Names, name_of, proven
from dialogs.checks.graph import Edge
from dialogs.checks.material import Material
from dialogs.checks.types import Record, type_of
from dialogs.checks.variables import Variables, written_by
from dialogs.checks.wording import Wording, pieces
from dialogs.model import CallDialog, Dialog, Do, End, Step
from dialogs.saying.templates import Expression
from dialogs.scene import BUILT_IN_NAMES

Place: TypeAlias = tuple[str, str]
"""(dialog, step)."""


class Facts:
    """``before``: what is known when a step is entered. A step that nothing leads to is not in it."""

    def __init__(self, m: Material, variables: Variables) -> None:
        self.m = m
        self.variables = variables
        self.before: dict[Place, Names] = {}
        self._done: dict[str, Names] = {}
        self._queue: deque[Place] = deque()
        self._queued: set[Place] = set()
        self._holes: dict[Name, bool] = {}
        self._used: dict[Place, Names] = {}
        self._run()

    # ── what is missing ──────────────────────────────────────────────────────────────────────────────────────────────

    def missing(self, required: Iterable[Name], known: Names) -> list[Name]:
        """The shortest of the names that may be empty, one for each variable."""
        found: dict[str, Name] = {}
        for name in sorted(required, key=lambda name: (len(name), name)):
            if name[0] not in found and name not in known and self.may_be_empty(name):
                found[name[0]] = name
        return list(found.values())

    def may_be_empty(self, name: Name) -> bool:
        """Whether there are ways to leave it empty at all: a variable until it is set, a field if its record allows it."""
        if len(name) == 1:
            return name[0] not in BUILT_IN_NAMES
        if name not in self._holes:
            record = type_of(name[:-1], self.variables.types)
            self._holes[name] = isinstance(record, Record) and name[-1] in record.empty
        return self._holes[name]

    def surely(self, node: nodes.Node, known: Names) -> bool:
        """Whether an expression can't be empty."""
        name = name_of(node)
        if name:
            prefixes = [name[:length] for length in range(1, len(name) + 1)]
            return not self.missing(prefixes, known)
        match node:
            case nodes.Const(value=value):
                return value is not None
            case nodes.Or(left=left, right=right):
                return self.surely(left, known) or self.surely(right, known)
            case nodes.And(left=left, right=right):
                return self.surely(left, known) and self.surely(right, known | proven(left, holds=True))
            case nodes.CondExpr(test=test, expr1=then, expr2=otherwise):
                return (
                    otherwise is not None
                    and self.surely(then, known | proven(test, holds=True))
                    and self.surely(otherwise, known | proven(test, holds=False))
                )
            case nodes.Filter(node=inner, name="default", args=arguments) if inner is not None:
                return self.surely(inner, known) or all(self.surely(argument, known) for argument in arguments)
        return True

    # ── one step ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def ready(self, step: Step, known: Names) -> Names:
        """What is known when a step does its work: behind its ``needs`` and its ``set``."""
        known = self.settled(step, known)
        for name, expression in step.set.items():
            known = self.assigned(name, expression, known)
        return known

    def settled(self, step: Step, known: Names) -> Names:
        """Behind ``needs``: the variable is there, as its dialog leaves it."""
        filler = self.m.bot.fillers.get(step.needs) if step.needs else None
        if filler is None:
            return known
        proof = frozenset(name for name in self._done.get(filler, NONE) if name[0] == step.needs)
        return self._forget(known, self.writes[filler]) | proof | {(step.needs,)}

    def assigned(self, name: str, expression: Expression, known: Names) -> Names:
        node = expression.tree
        source, size = name_of(node), len(name_of(node))
        copied = {(name, *fact[size:]) for fact in known if source and len(fact) > size and fact[:size] == source}
        kept = frozenset(fact for fact in known if fact[0] != name)
        return kept | copied | ({(name,)} if self.surely(node, known) else NONE)

    def behind(self, dialog: Dialog, step: Step, edge: Edge, known: Names) -> Names:
        """What is known on a way on, of a step that was entered with ``known``."""
        if edge.why == "failed":
            return self._after_failure(step, known)
        ready = self.ready(step, known) | self.used(dialog, step)
        if edge.after_the_verb:
            return self.at_line(step, edge.number, self.after_verb(step, ready)) | _condition(edge)
        return ready | (_condition(edge) if edge.why == "option" else NONE)

    def used(self, dialog: Dialog, step: Step) -> Names:
        """What a step can't do without, before its answer is there."""
        place = (dialog.name, step.name)
        if place not in self._used:
            self._used[place] = frozenset(self._requires(dialog, step))
        return self._used[place]

    def _requires(self, dialog: Dialog, step: Step) -> Iterator[Name]:
        values = [step.count, step.attach, *(step.verb.arguments.values() if isinstance(step.verb, Do) else ())]
        for value in values:
            if value is not None:
                yield from self.m.reading(value).required
        words = self.m.once(Wording)
        for language in self.m.bot.languages:
            for _, entry in words.of_step(language, dialog, step):
                for piece in pieces(entry):
                    if piece.group[0] in ("text", "options"):
                        yield from self.m.reading(piece.template).required

    def after_verb(self, step: Step, ready: Names) -> Names:
        if isinstance(step.verb, CallDialog) and step.verb.dialog in self.m.bot.dialogs:
            ready = self._forget(ready, self.writes[step.verb.dialog]) | self._done.get(step.verb.dialog, NONE)
        if step.save:
            ready = frozenset(fact for fact in ready if fact[0] != step.save) | {(step.save,)}
        return ready

    def at_line(self, step: Step, number: int, known: Names) -> Names:
        """At a line of ``route``: those before it did not hold."""
        for line in step.ways[:number]:
            if line.when is not None:
                known |= proven(line.when.tree, holds=False)
        return known

    def _after_failure(self, step: Step, known: Names) -> Names:
        if step.needs:
            known = self._forget(known, self.writes.get(self.m.bot.fillers.get(step.needs, ""), frozenset()))
            return frozenset(fact for fact in known if fact[0] not in step.set)
        known = self.ready(step, known)
        if isinstance(step.verb, CallDialog) and step.verb.dialog in self.m.bot.dialogs:
            return self._forget(known, self.writes[step.verb.dialog])
        return known

    def _forget(self, known: Names, names: frozenset[str]) -> Names:
        """What another dialog may have written: that there is something stays known, unless it may be emptied."""
        return frozenset(
            fact for fact in known if fact[0] not in names or (len(fact) == 1 and fact[0] not in self.emptied)
        )

    # ── the bot ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def writes(self) -> dict[str, frozenset[str]]:
        """Dialog → the variables that it, or a dialog that it runs, may write."""
        own = {
            name: {variable for step in dialog.steps.values() for variable in written_by(step)}
            for name, dialog in self.m.bot.dialogs.items()
        }
        changed = True
        while changed:
            changed = False
            for callee, sites in self.m.call_sites.items():
                for caller, _, _ in sites:
                    if not own[callee] <= own[caller.name]:
                        own[caller.name] |= own[callee]
                        changed = True
        return {name: frozenset(variables) for name, variables in own.items()}

    @cached_property
    def emptied(self) -> frozenset[str]:
        """Variables that some ``set`` may leave empty again."""
        return frozenset(
            name
            for _, step in self.m.steps()
            for name, expression in step.set.items()
            if not self.surely(expression.tree, NONE)
        )

    def _run(self) -> None:
        for name, entries in self.m.entries.items():
            for step in entries:
                self._meet((name, step), NONE)
        while self._queue:
            place = self._queue.popleft()
            self._queued.discard(place)
            dialog = self.m.bot.dialogs[place[0]]
            self._flow(dialog, dialog.steps[place[1]])

    def _flow(self, dialog: Dialog, step: Step) -> None:
        known = self.before[dialog.name, step.name]
        waits_for = set()
        for callee, how in self.m.callees(step):
            entered = self._start_of(callee)
            self._meet(entered, known if how == "needs" else self.ready(step, known))
            if callee not in self._done:
                waits_for.add(how)
        if "needs" not in waits_for:
            for edge in self.m.edges[dialog.name][step.name]:
                if not ("call" in waits_for and edge.after_the_verb):
                    self._meet((dialog.name, edge.to), self.behind(dialog, step, edge, known))
        elif step.failed in dialog.steps:
            self._meet((dialog.name, step.failed), self._after_failure(step, known))
        if isinstance(step.verb, End) and step.verb.outcome != "failed":
            self._over(dialog.name, self.ready(step, known))

    def _start_of(self, dialog: str) -> Place:
        return dialog, self.m.bot.dialogs[dialog].start

    def _over(self, dialog: str, known: Names) -> None:
        old = self._done.get(dialog)
        new = known if old is None else old & known
        if new != old:
            self._done[dialog] = new
            for caller, site, _ in self.m.call_sites[dialog]:
                if (caller.name, site.name) in self.before:
                    self._enqueue((caller.name, site.name))

    def _meet(self, place: Place, known: Names) -> None:
        if place[1] not in self.m.bot.dialogs[place[0]].steps:
            return
        old = self.before.get(place)
        new = known if old is None else old & known
        if new != old:
            self.before[place] = new
            self._enqueue(place)

    def _enqueue(self, place: Place) -> None:
        if place not in self._queued:
            self._queued.add(place)
            self._queue.append(place)

    # ── how it can be empty ──────────────────────────────────────────────────────────────────────────────────────────

    def witness(self, place: Place, name: Name) -> list[str]:
        """A way to a step on which nothing gives ``name`` a value: how it begins, then the steps."""
        way: list[Place] = [place]
        while True:
            dialog, step = way[0]
            entry = self.m.entries[dialog].get(step)
            before = next((found for found in self._comes_from(way[0], name) if found not in way), None)
            if entry or before is None or len(way) > 12:
                return [entry or "", *(f"{place[1]}" for place in way)]
            way.insert(0, before)

    def _comes_from(self, place: Place, name: Name) -> Iterator[Place]:
        dialog = self.m.bot.dialogs[place[0]]
        for other in self._before_step.get(place, ()):
            known = self.before.get((dialog.name, other))
            step = dialog.steps[other]
            if known is not None and any(
                name not in self.behind(dialog, step, edge, known)
                for edge in self.m.edges[dialog.name][other]
                if edge.to == place[1]
            ):
                yield dialog.name, other
        if dialog.start == place[1]:
            for caller, site, how in self.m.call_sites[dialog.name]:
                known = self.before.get((caller.name, site.name))
                if known is not None and name not in (known if how == "needs" else self.ready(site, known)):
                    yield caller.name, site.name

    @cached_property
    def _before_step(self) -> dict[Place, list[str]]:
        found: dict[Place, list[str]] = {}
        for dialog, step in self.m.steps():
            for edge in self.m.edges[dialog.name][step.name]:
                found.setdefault((dialog.name, edge.to), []).append(step.name)
        return found


def _condition(edge: Edge) -> Names:
    return proven(edge.when.tree, holds=True) if edge.when is not None else NONE
