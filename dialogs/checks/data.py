"""D14, D15, D17: every variable and field exists, and holds something where it is used."""

from collections.abc import Iterator, Mapping
from typing import Final

from jinja2 import nodes

from conversation.value import Value
from dialogs.checks.expressions import NONE, Name, Names, Reading
from dialogs.checks.facts import Facts, Place
from dialogs.checks.material import Material
from dialogs.checks.structure import BOT_FILE, one_of
from dialogs.checks.types import ANY, ListOf, Record, Scalar, Type, class_of, field, infer
from dialogs.checks.variables import Variables, shadowed, written_by
from dialogs.checks.wording import Piece, Spot, Wording, pieces
from dialogs.model import Ask, Choose, Dialog, Do, Pick, Step
from dialogs.problems import Problem
from dialogs.reading.source import Path
from dialogs.saying.templates import Expression, Template

PRIVATE_KINDS: Final = frozenset({"phone", "email", "location", "photo"})
"""Kinds of answers that are about a person whatever the question is."""
_COMPARING: Final = frozenset({"eq", "ne", "lt", "lteq", "gt", "gteq"})


class Use(Value, frozen=True, kw_only=True):
    """A condition, value or text of a step that reads variables.

    ``known``: what can't be empty there; None where no way leads. ``language`` is empty for what stands in the dialog's file.
    """

    reading: Reading
    tree: nodes.Node | None
    known: Names | None
    file: str
    path: Path
    language: str = ""
    item: Type | None = None


def variables(m: Material) -> Variables:
    return m.once(Variables)


def facts(m: Material) -> Facts:
    return m.once(_facts)


def _facts(m: Material) -> Facts:
    return Facts(m, variables(m))


class Uses:
    """All uses of variables, step by step."""

    def __init__(self, m: Material) -> None:
        self.m = m
        self.facts = facts(m)
        self.wording = m.once(Wording)
        self.found = {(dialog.name, step.name): list(self._of(dialog, step)) for dialog, step in m.steps()}

    def _of(self, dialog: Dialog, step: Step) -> Iterator[Use]:
        before = self.facts.before.get((dialog.name, step.name))
        ready = None if before is None else self.facts.ready(step, before)
        yield from self._sets(dialog, step, before)
        yield from self._values(dialog, step, ready)
        yield from self._conditions(dialog, step, ready)
        for language in self.m.bot.languages:
            for spot, entry in self.wording.of_step(language, dialog, step):
                for piece in pieces(entry):
                    if piece.template.tree is not None:
                        yield self._text(spot, piece, ready)

    def _use(
        self,
        dialog: Dialog,
        step: Step,
        source: Expression | Template,
        known: Names | None,
        *path: str | int,
        lenient: bool = False,
    ) -> Use:
        reading = self.m.condition(source) if lenient and isinstance(source, Expression) else self.m.reading(source)
        return Use(reading=reading, tree=source.tree, known=known, file=dialog.file, path=("steps", step.name, *path))

    def _sets(self, dialog: Dialog, step: Step, before: Names | None) -> Iterator[Use]:
        known = None if before is None else self.facts.settled(step, before)
        for name, expression in step.set.items():
            yield self._use(dialog, step, expression, known, "set", name, lenient=True)
            known = None if known is None else self.facts.assigned(name, expression, known)

    def _values(self, dialog: Dialog, step: Step, ready: Names | None) -> Iterator[Use]:
        if step.count is not None:
            yield self._use(dialog, step, step.count, ready, "count")
        if step.attach is not None:
            yield self._use(dialog, step, step.attach, ready, "attach")
        match step.verb:
            case Do(arguments=arguments):
                takes = self.m.bot.actions[step.verb.action].takes if step.verb.action in self.m.bot.actions else {}
                for name, expression in arguments.items():
                    lenient = takes.get(name) == "any"
                    yield self._use(dialog, step, expression, ready, "with", name, lenient=lenient)
            case Pick(items=expression):
                yield self._use(dialog, step, expression, ready, "pick")
            case Ask(offer=offer) if offer is not None:
                yield self._use(dialog, step, offer, ready, "offer", lenient=True)

    def _conditions(self, dialog: Dialog, step: Step, ready: Names | None) -> Iterator[Use]:
        behind = None if ready is None else self.facts.after_verb(step, ready)
        for number, line in enumerate(step.ways):
            if line.when is not None:
                known = None if behind is None else self.facts.at_line(step, number, behind)
                yield self._use(dialog, step, line.when, known, "route", number, "when", lenient=True)
        for option in step.verb.options if isinstance(step.verb, Choose) else ():
            if option.when is not None:
                yield self._use(dialog, step, option.when, ready, "choose", option.name, "when", lenient=True)

    def _text(self, spot: Spot, piece: Piece, ready: Names | None) -> Use:
        extra: Names = NONE
        item: Type | None = None
        step = spot.step
        if piece.group == ("confirm",) and step.save:
            extra = frozenset({(step.save,)})
        if piece.group == ("item",):
            extra, item = frozenset({("item",)}), variables(self.m).saved(step, variables(self.m).types) or ANY
        return Use(
            reading=self.m.reading(piece.template),
            tree=piece.template.tree,
            known=None if ready is None else ready | extra,
            file=spot.file,
            path=spot.path(piece),
            language=spot.language,
            item=item,
        )


# ── D14: variables and fields exist ──────────────────────────────────────────────────────────────────────────────────


def mistaken(m: Material) -> dict[tuple[str, Path], list[Problem]]:
    """Where (file and path) names stand that do not exist, with what to say of each."""
    types = variables(m).types
    found: dict[tuple[str, Path], list[Problem]] = {}
    for (_, step), uses in m.once(Uses).found.items():
        for use in uses:
            if (use.file, use.path) not in found:
                known: Mapping[str, Type] = types if use.item is None else {**types, "item": use.item}
                wrong = [told for name in sorted(use.reading.names) if (told := wrong_name(name, known))]
                found[use.file, use.path] = [m.within(use.file, use.path, *told, step=step) for told in wrong]
    return {place: problems for place, problems in found.items() if problems}


def unknown(m: Material) -> Iterator[Problem]:
    for problems in m.once(mistaken).values():
        yield from problems
    told: set[tuple[str, Path]] = set()
    for (_, step), uses in m.once(Uses).found.items():
        for use in uses:
            if (use.file, use.path) not in told:
                told.add((use.file, use.path))
                yield from _strange_words(m, use, step)
                yield from _uneven_sides(m, use, step)
    for dialog, written in m.steps():
        for own in written_by(written):
            if shadowed(own):
                message = f"“{own}” is a name of Lotse's own, and would be hidden by this"
                yield m.at(dialog, written, message, "use another name")


def wrong_name(name: Name, types: Mapping[str, Type]) -> tuple[str, str] | None:
    """Message and what to do about a name; None if all of it exists."""
    found = types.get(name[0])
    if found is None:
        return f"nothing gives “{name[0]}” a value", f"{one_of(name[0], types)}; or save something under that name"
    for length, part in enumerate(name[1:], 1):
        inner = field(found, part)
        if inner is None:
            return _no_field(".".join(name[:length]), part, found)
        found = inner
    return None


def _no_field(around: str, part: str, type_: Type) -> tuple[str, str]:
    match type_:
        case Record(fields=fields):
            return f"“{around}” has no field “{part}”", one_of(part, fields)
        case ListOf():
            return f"“{around}” is a list, which has no field “{part}”", f"take one of it: `{around}[0]`, or use `pick`"
        case Scalar(name=kind):
            return f"“{around}” is one value ({kind}), which has no field “{part}”", f"write “{around}” alone"


def _strange_words(m: Material, use: Use, step: str) -> Iterator[Problem]:
    """A comparison that can never hold: with a channel or a language that the bot does not have."""
    if use.tree is None or not use.reading.names & {("channel",), ("language",)}:
        return
    for compare in _comparisons(use.tree):
        for known, allowed in (("channel", m.bot.channels), ("language", m.bot.languages)):
            sides = [compare.expr, *(operand.expr for operand in compare.ops)]
            words = [side.value for side in sides if isinstance(side, nodes.Const)]
            named = any(isinstance(side, nodes.Name) and side.name == known for side in sides)
            for word in words if named else ():
                if isinstance(word, str) and word not in allowed:
                    message = f"“{word}” is no {known} of this bot: this never holds"
                    yield m.within(
                        use.file,
                        use.path,
                        message,
                        f"{one_of(word, allowed)} ({BOT_FILE})",
                        step=step,
                        severity="warning",
                    )


def _comparisons(tree: nodes.Node) -> Iterator[nodes.Compare]:
    """``find_all`` looks below a node; a condition may be a comparison itself."""
    yield from (tree,) if isinstance(tree, nodes.Compare) else ()
    yield from tree.find_all(nodes.Compare)


def _uneven_sides(m: Material, use: Use, step: str) -> Iterator[Problem]:
    """A number beside something that never is one: smaller and larger can't be told, and equal they are never."""
    types = variables(m).types if use.item is None else {**variables(m).types, "item": use.item}
    for compare in _comparisons(use.tree) if use.tree is not None else ():
        left = compare.expr
        for operand in compare.ops:
            right = operand.expr
            kinds = [class_of(found) for side in (left, right) if (found := infer(side, types)) is not None]
            other = next((kind for kind in kinds if kind not in ("number", "yes_no", "any")), "")
            if operand.op in _COMPARING and "number" in kinds and other:
                message = f"a number is compared with what is none ({other}): this never holds"
                todo = "compare it with a number, without quotes, such as `rating <= 2`"
                yield m.within(use.file, use.path, message, todo, step=step)
            left = right


# ── D15: nothing is empty where it is needed ─────────────────────────────────────────────────────────────────────────


def empties(m: Material) -> Iterator[Problem]:
    flow = facts(m)
    for (dialog, step), uses in m.once(Uses).found.items():
        told: set[Name] = set()
        in_texts: dict[Name, list[Use]] = {}
        for use in uses:
            for name in flow.missing(use.reading.required, use.known) if use.known is not None else ():
                if name[0] not in variables(m).types and name[0] != "item":
                    continue  # D14 tells of it
                if use.language:
                    in_texts.setdefault(name, []).append(use)
                elif name not in told:
                    told.add(name)
                    yield _empty(m, (dialog, step), name, use.file, use.path)
        for name, found in in_texts.items():
            if name not in told:
                yield from _empty_in_texts(m, (dialog, step), name, found)


def _empty_in_texts(m: Material, place: Place, name: Name, uses: list[Use]) -> Iterator[Problem]:
    """A text that is so in all languages is a fault of the step; one that is so in some, of these."""
    if {use.language for use in uses} == set(m.bot.languages):
        found = _empty(m, place, name, m.bot.dialogs[place[0]].file, ("steps", place[1]))
        message = found.message.replace(" here", " here (its text shows it)", 1)
        yield m.within(found.file, ("steps", place[1]), message, found.todo, step=place[1])
        return
    told: set[str] = set()
    for use in uses:
        if use.language not in told:
            told.add(use.language)
            yield _empty(m, place, name, use.file, use.path)


def _empty(m: Material, place: Place, name: Name, file: str, path: Path) -> Problem:
    shown = ".".join(name)
    entry, *way = facts(m).witness(place, name)
    came = " → ".join([entry, *way] if entry else way)
    message = f"“{shown}” may be empty here: nothing gives it a value on the way {came}"
    guard = f"`when: {shown}`" if not file.startswith("locales/") else f"`{{% if {shown} %}}…{{% endif %}}`"
    todo = f"set or ask for it on that way, or guard this with {guard}"
    return m.within(file, path, message, todo, step=place[1])


# ── D17: personal data ───────────────────────────────────────────────────────────────────────────────────────────────


def personal(m: Material) -> Iterator[Problem]:
    for dialog in m.bot.dialogs.values():
        written = {name for step in dialog.steps.values() for name in written_by(step)} | {dialog.fills}
        data = m.data(dialog.file)
        named = data.get("personal") if isinstance(data, dict) else None
        for number, name in enumerate(named if isinstance(named, list) else ()):
            if name not in written:
                message = f"“{name}” is called personal, and no step of this dialog saves it"
                yield m.within(dialog.file, ("personal", number), message, one_of(str(name), written - {""}))
        for step in dialog.steps.values():
            if (
                isinstance(step.verb, Ask)
                and step.verb.answer.name in PRIVATE_KINDS
                and step.save not in dialog.personal
            ):
                message = f"“{step.save}” is a customer's {step.verb.answer.name}, and is kept in logs as it is"
                todo = f"add {step.save} to `personal:`, or tick this if it is about no person"
                yield m.at(dialog, step, message, todo, path=("save",), severity="warning")
