"""D05–D08, D12, D19: no circles, ways out of everywhere, and dialogs that find out what they are asked for."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final, TypeAlias

from dialogs.checks.graph import TIMED, Edge, backwards, happens_by_itself, knots, reach
from dialogs.checks.material import Material
from dialogs.checks.structure import BOT_FILE, call_circles, one_of
from dialogs.model import CallDialog, Dialog, Do, End, Handover, Step
from dialogs.problems import Problem, Severity
from dialogs.reading.circles import call_circles as call_circles_of
from dialogs.ways import can_fail, is_question

MAX_CALLS: Final = 3
"""Dialogs that may run inside each other, besides the outermost."""
MAX_TOLD: Final = 5
"""Steps of one circle that are told of."""
LONG_LIMIT: Final = 60.0
"""Seconds that nobody waits for an answer of a back-end in a chat."""

Outcomes: TypeAlias = Mapping[str, frozenset[bool]]
"""Dialog → how it can be over: True = done, False = failed."""


def _ends(step: Step) -> frozenset[bool]:
    return frozenset({step.verb.outcome != "failed"}) if isinstance(step.verb, End) else frozenset()


# ── D05: circles ─────────────────────────────────────────────────────────────────────────────────────────────────────


def circles(m: Material) -> Iterator[Problem]:
    """Steps that lead to each other without anybody being asked: at once, or again and again as time passes."""
    by_itself = _silent_outcomes(m)
    for dialog in m.bot.dialogs.values():
        silent = {name: _silent_edges(m, dialog, step, by_itself) for name, step in dialog.steps.items()}
        told: set[str] = set()
        for group in knots(_graph(silent)):
            told |= set(group)
            yield from _circle(m, dialog, group, silent)
        timed = {
            name: [
                *silent[name],
                *(edge for edge in m.edges[dialog.name][name] if edge.why in TIMED),
                *_after_waiting(m, dialog, step),
            ]
            for name, step in dialog.steps.items()
        }
        for group in knots(_graph(timed)):
            if not told & set(group):
                yield from _circle(m, dialog, group, timed, only_in_time=True)


def circles_inside(m: Material) -> Iterator[Problem]:
    """What no bot can run with: circles within a dialog whatever other dialogs do. The rest is stopped at run time."""
    for dialog in m.bot.dialogs.values():
        silent = {name: [] if step.needs else _silent_edges(m, dialog, step, {}) for name, step in dialog.steps.items()}
        for group in knots(_graph(silent)):
            yield from _circle(m, dialog, group, silent)


def _graph(edges: Mapping[str, list[Edge]]) -> dict[str, list[str]]:
    return {name: [edge.to for edge in ways] for name, ways in edges.items()}


def _circle(
    m: Material, dialog: Dialog, group: list[str], edges: Mapping[str, list[Edge]], *, only_in_time: bool = False
) -> Iterator[Problem]:
    """Told of at each of its steps, of which any may be the wrong one; of a long circle at the first ones."""
    members = set(group)
    severity: Severity = "warning" if only_in_time else "error"
    in_order = sorted(group, key=lambda name: dialog.steps[name].line)
    for name in in_order[:MAX_TOLD]:
        at = group.index(name)
        way = _path([*group[at:], *group[:at]])
        edge = next(edge for edge in edges[name] if edge.to in members)
        if only_in_time:
            message = f"who does not answer comes back to it again and again: {way}"
            todo = "let `silence`, or `busy`, lead to an end"
        else:
            message = f"it comes back to itself without asking anybody: {way}"
            todo = "lead one of these steps to a question"
        yield m.at(dialog, dialog.steps[name], message, todo, path=edge.path, severity=severity)


def _path(group: list[str]) -> str:
    shown = group if len(group) <= 8 else [*group[:7], "…"]
    return " → ".join(f"“{name}”" if name != "…" else name for name in [*shown, group[0]])


def calls(m: Material) -> Iterator[Problem]:
    """Dialogs that run each other, or too many inside each other: at run time the innermost fails."""
    for group in call_circles(m):
        for dialog, step, how in m.call_sites[group[0]]:
            if dialog.name in group and how == "call":
                message = f"dialogs run each other in a circle: {_path(group)}"
                yield m.at(dialog, step, message, "let one of them end, and its caller go on instead", path=("call",))
                break
    if not any(call_circles(m)):
        yield from _deep_calls(m)


def calls_inside(m: Material) -> Iterator[Problem]:
    """What no bot can run with: dialogs that run themselves again, by `call` or by `needs`."""
    for dialog, step, way in call_circles_of(m.bot):
        message = f"its dialog runs itself again: {' → '.join(way)}"
        yield m.at(dialog, step, message, "let one of them `go` to a step instead of `call`, or take a `needs` out")


def _deep_calls(m: Material) -> Iterator[Problem]:
    depth = dict.fromkeys(m.bot.dialogs, 0)
    for _ in range(MAX_CALLS + 1):
        for callee, sites in m.call_sites.items():
            depth[callee] = max((depth[dialog.name] + 1 for dialog, _, _ in sites), default=0)
    for callee, sites in m.call_sites.items():
        for dialog, step, how in sites:
            if depth[dialog.name] == MAX_CALLS:
                message = f"dialog {callee} would run {MAX_CALLS + 1} dialogs deep; at most {MAX_CALLS} go"
                yield m.at(dialog, step, message, "make one dialog of two of them", path=(how,))


def _silent_outcomes(m: Material) -> Outcomes:
    """How each dialog can be over without asking anybody."""
    found: dict[str, frozenset[bool]] = dict.fromkeys(m.bot.dialogs, frozenset())
    changed = True
    while changed:
        changed = False
        for dialog in m.bot.dialogs.values():
            if dialog.start not in dialog.steps:
                continue
            edges = {name: _silent_edges(m, dialog, step, found) for name, step in dialog.steps.items()}
            met = reach([dialog.start], partial(_targets, edges))
            over = frozenset(end for name in met for end in _ends(dialog.steps[name]))
            if over != found[dialog.name]:
                found[dialog.name], changed = over, True
    return found


def _targets(edges: Mapping[str, list[Edge]], name: str) -> list[str]:
    return [edge.to for edge in edges[name]]


def _silent_edges(m: Material, dialog: Dialog, step: Step, over: Outcomes) -> list[Edge]:
    """The ways on that can be taken without anybody doing anything."""
    filler = m.bot.fillers.get(step.needs) if step.needs else None
    return [
        edge
        for edge in m.edges[dialog.name][step.name]
        if happens_by_itself(step, edge)
        or (isinstance(step.verb, CallDialog) and _after_call(edge, over.get(step.verb.dialog, frozenset())))
        or (filler is not None and edge.why == "failed" and False in over[filler])
    ]


def _after_call(edge: Edge, over: frozenset[bool]) -> bool:
    return (edge.why in ("go", "route") and True in over) or (edge.why == "failed" and False in over)


def _after_waiting(m: Material, dialog: Dialog, step: Step) -> list[Edge]:
    """Who waits in vain for a person goes where bot.yaml says, if the step does not."""
    then = m.bot.policy.waiting.then
    if (
        isinstance(step.verb, Handover)
        and not step.verb.busy_go
        and dialog.name == m.bot.start
        and then in dialog.steps
    ):
        return [Edge(to=then, why="busy", path=())]
    return []


# ── D06: an end and a person ─────────────────────────────────────────────────────────────────────────────────────────


def ways_out(m: Material) -> Iterator[Problem]:
    """From every step an end can be reached, and from every question a person; a dialog inside others ends into them."""
    if not m.bot.policy.teams:
        message = "there is no team of people that a customer can be handed to"
        yield m.within(BOT_FILE, (), message, "add `teams:`, and a step with `handover: <team>`")
        return
    over = _outcomes(m)
    inside = {name: _back_graph(m, dialog, over) for name, dialog in m.bot.dialogs.items()}
    people = _reach_people(m, inside)
    for dialog in m.bot.dialogs.values():
        ending = reach([name for name, step in dialog.steps.items() if _ends(step)], inside[dialog.name].__getitem__)
        stuck = [name for name in dialog.steps if name not in ending]
        if stuck:
            todo = "let one of them lead to a step with `end: …`"
            yield m.at(dialog, dialog.steps[stuck[0]], f"no end can be reached from {_listed(stuck)}", todo)
        asking = [name for name, step in dialog.steps.items() if is_question(step)]
        alone = [name for name in asking if name not in people[dialog.name]]
        if alone and dialog.kind != "answer":
            todo = "let its `misses`, or an option, lead to a step with `handover: …`"
            message = f"no person can be reached from {_listed(alone)}"
            yield m.at(dialog, dialog.steps[alone[0]], message, todo)


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:5])
    return f"{shown} and {len(names) - 5} more steps" if len(names) > 5 else shown


def _outcomes(m: Material) -> Outcomes:
    """How each dialog can be over, whatever its customer does."""
    found: dict[str, frozenset[bool]] = dict.fromkeys(m.bot.dialogs, frozenset())
    changed = True
    while changed:
        changed = False
        for name, dialog in m.bot.dialogs.items():
            if dialog.start in dialog.steps:
                met = reach([dialog.start], partial(_onward, m, name, found))
                over = frozenset(end for step in met for end in _ends(dialog.steps[step]))
                if over != found[name]:
                    found[name], changed = over, True
    return found


def _onward(m: Material, dialog: str, over: Outcomes, name: str) -> list[str]:
    """The steps of the same dialog that can come next, as far as the dialogs between allow it."""
    step = m.bot.dialogs[dialog].steps[name]
    filler = m.bot.fillers.get(step.needs) if step.needs else None
    called = over.get(step.verb.dialog, frozenset()) if isinstance(step.verb, CallDialog) else frozenset({True, False})
    return [
        edge.to
        for edge in m.edges[dialog][name]
        if (edge.why not in ("go", "route") or True in called)
        and (edge.why != "failed" or False in called or bool(filler and False in over[filler]))
    ]


def _back_graph(m: Material, dialog: Dialog, over: Outcomes) -> dict[str, list[str]]:
    return backwards({name: _onward(m, dialog.name, over, name) for name in dialog.steps})


def _reach_people(m: Material, inside: Mapping[str, Mapping[str, list[str]]]) -> dict[str, set[str]]:
    """Dialog → its steps from which a person can be reached, whoever runs the dialog. The least such sets, by rounds."""
    people: dict[str, set[str]] = {name: set() for name in m.bot.dialogs}
    changed = True
    while changed:
        changed = False
        for name, dialog in m.bot.dialogs.items():
            sources = [step.name for step in dialog.steps.values() if _meets_people(m, step, people)]
            sources += [step.name for step in dialog.steps.values() if _returns_to_people(m, dialog, step, people)]
            found = reach(sources, inside[name].__getitem__)
            if len(found) > len(people[name]):
                people[name], changed = found, True
    return people


def _meets_people(m: Material, step: Step, people: Mapping[str, set[str]]) -> bool:
    return isinstance(step.verb, Handover) or any(
        m.bot.dialogs[callee].start in people[callee] for callee, _ in m.callees(step)
    )


def _returns_to_people(m: Material, dialog: Dialog, step: Step, people: Mapping[str, set[str]]) -> bool:
    """Whether an end leads to a person in each step that runs the dialog; where nobody runs it, it is over."""
    sites = m.call_sites[dialog.name]
    if not isinstance(step.verb, End) or not sites or m.entries[dialog.name]:
        return False
    done = step.verb.outcome != "failed"
    for caller, site, how in sites:
        if how == "needs" and done:
            goes_on = site.name in people[caller.name]
        else:
            wanted = ("go", "route") if done else ("failed",)
            goes_on = any(
                edge.to in people[caller.name] for edge in m.edges[caller.name][site.name] if edge.why in wanted
            )
        if not goes_on:
            return False
    return True


# ── D07, D08: what happens when nothing comes ────────────────────────────────────────────────────────────────────────


def unanswered(m: Material) -> Iterator[Problem]:
    for dialog in m.bot.dialogs.values():
        asking = [step for step in dialog.steps.values() if is_question(step)]
        yield from _first_of(
            m,
            dialog,
            [step for step in asking if step.misses is None],
            "nothing says what happens when the answers are not understood",
            "`misses: {limit: 3, go: …}`",
        )
        yield from _first_of(
            m,
            dialog,
            [step for step in asking if step.silence is None],
            "nothing says what happens when the customer does not answer",
            "`silence: {after: 10m, go: …}`",
        )


def _first_of(m: Material, dialog: Dialog, steps: list[Step], message: str, add: str) -> Iterator[Problem]:
    """What a line under ``defaults`` mends for all steps is told of once."""
    if steps:
        others = f" (nor in {_listed([step.name for step in steps[1:]])})" if steps[1:] else ""
        yield m.at(dialog, steps[0], message + others, f"add {add} here or under `defaults`")


def failures(m: Material) -> Iterator[Problem]:
    for dialog in m.bot.dialogs.values():
        open_ended = [step for step in dialog.steps.values() if can_fail(step) and not step.failed]
        yield from _first_of(m, dialog, open_ended, "nothing says what happens when this fails", "`failed: <step>`")
    for dialog, step in m.steps():
        if isinstance(step.verb, Do) and step.verb.limit > LONG_LIMIT:
            message = f"the customer may wait {step.verb.limit:.0f} seconds for the back-end without a word"
            todo = f"give it at most {LONG_LIMIT:.0f}s, or tick this if the text says that it takes so long"
            yield m.at(dialog, step, message, todo, path=("limit",), severity="warning")


# ── D12, D19: dialogs that find something out ────────────────────────────────────────────────────────────────────────


def needs(m: Material) -> Iterator[Problem]:
    for dialog, step in m.steps():
        if step.needs and step.needs not in m.bot.fillers:
            message = f"it needs “{step.needs}”, and no dialog finds that out"
            todo = f"write a dialog with `fills: {step.needs}`, or {one_of(step.needs, m.bot.fillers)}"
            yield m.at(dialog, step, message, todo, path=("needs",))


def fillers(m: Material) -> Iterator[Problem]:
    """Each variable is found out by one dialog, which can do it."""
    first: dict[str, str] = {}
    for dialog in m.bot.dialogs.values():
        if dialog.fills:
            other = first.setdefault(dialog.fills, dialog.name)
            if other != dialog.name:
                message = f"dialog {other} finds out “{dialog.fills}” already"
                yield m.within(dialog.file, ("fills",), message, "keep one of the two")
            if not any(isinstance(step.verb, End) and step.verb.outcome == "filled" for step in dialog.steps.values()):
                message = f"it never ends `filled`: who needs “{dialog.fills}” never gets on"
                yield m.within(
                    dialog.file, ("fills",), message, f"add a step that sets “{dialog.fills}” with `end: filled`"
                )
    for group in call_circles(m):
        for name in group:
            for dialog, step, how in m.call_sites[name]:
                if how == "needs" and dialog.name in group:
                    message = f"“{step.needs}” is needed on the way to find it out: {_path(group)}"
                    yield m.at(dialog, step, message, "ask for it without `needs` there", path=("needs",))


def fills(m: Material) -> Iterator[Problem]:
    """Otherwise a failed identification leaves a customer behind, and the next step that needs one lets a stranger through."""
    for dialog, step in m.steps():
        ends = step.verb.outcome if isinstance(step.verb, End) else ""
        for name, key in [(name, ("set", name)) for name in step.set] + [(step.save, ("save",))]:
            filler = m.bot.fillers.get(name)
            if filler and (filler != dialog.name or ends != "filled"):
                message = f"“{name}” is known from here on, though nobody has proved it"
                todo = f"set it only in dialog {filler}, in the step that ends `filled`; use another name here"
                yield m.at(dialog, step, message, todo, path=key)
        if ends == "filled" and not dialog.fills:
            message = "it ends `filled`, and the dialog does not say what it fills"
            yield m.at(dialog, step, message, "add `fills: <variable>` on top, or end otherwise", path=("end",))
        if ends == "filled" and dialog.fills and dialog.fills not in step.set:
            message = f"it ends `filled` without “{dialog.fills}” being set"
            yield m.at(dialog, step, message, f"add `set: {{{dialog.fills}: …}}` to this step", path=("end",))
