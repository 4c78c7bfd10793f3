"""One file of ``dialogs/`` → a Dialog."""

from collections.abc import Mapping
from datetime import UTC, datetime

from conversation.errors import ContentError
from conversation.value import Data
from dialogs.kinds import Kind, read_bound
from dialogs.model import (
    Ask,
    CallDialog,
    Choose,
    Dialog,
    DialogKind,
    Digress,
    Do,
    End,
    Field,
    Form,
    Handover,
    Line,
    Misses,
    Option,
    Pick,
    Random,
    Say,
    Silence,
    Step,
    Verb,
    Wait,
)
from dialogs.reading.reader import Reader
from dialogs.reading.source import Path
from dialogs.saying.templates import Expression

_DIALOG = {"title", "owner", "start", "intents", "fills", "defaults", "personal", "renamed", "kind", "steps"}
_COMMON = {"say", "needs", "set", "save", "attach", "count", "misses", "silence", "failed", "go", "route", "digress"}
_VERBS: dict[str, set[str]] = {
    "choose": set(),
    "pick": set(),
    "ask": {"offer", "check"},
    "form": {"confirm", "cancelled"},
    "do": {"with", "limit"},
    "call": set(),
    "handover": {"busy"},
    "wait": set(),
    "random": set(),
    "end": set(),
}
_SPEAKS = {"choose", "ask", "pick", "form", "handover"}
_DIGRESS: dict[str, Digress] = {"return": "return", "stay": "stay", "no": "no"}
_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)
OUTCOMES = ("solved", "ticket", "callback", "silent", "filled", "failed")


class DialogReader:
    """Reads one dialog; ``kinds`` are the answer kinds of the bot."""

    def __init__(self, reader: Reader, kinds: Mapping[str, Kind]) -> None:
        self.r = reader
        self.kinds = kinds
        self.misses: Misses | None = None
        self.silence: Silence | None = None
        self.failed = ""

    def dialog(self, name: str) -> Dialog:
        r = self.r
        data = r.mapping(r.source.data, (), _DIALOG)
        defaults = r.mapping(data.get("defaults"), ("defaults",), {"misses", "silence", "failed"})
        self.misses = self._misses(defaults.get("misses"), ("defaults", "misses"))
        self.silence = self._silence(defaults.get("silence"), ("defaults", "silence"))
        self.failed = r.name(defaults.get("failed"), ("defaults", "failed"))
        steps = r.mapping(data.get("steps"), ("steps",))
        if not steps:
            r.complain((), "the dialog has no steps", "add `steps:` with at least one step")
        return Dialog(
            name=name,
            file=r.source.file,
            title=r.text(data.get("title"), ("title",), default=name),
            owner=r.text(data.get("owner"), ("owner",)),
            start=r.name(data.get("start"), ("start",), required=True),
            fills=r.name(data.get("fills"), ("fills",)),
            intents=self._names("intents", data.get("intents")),
            personal=frozenset(str(item) for item in r.items(data.get("personal"), ("personal",))),
            renamed=self._names("renamed", data.get("renamed")),
            kind=self._dialog_kind(data.get("kind")),
            steps={step: self._step(step, body) for step, body in steps.items() if self._step_name(step)},
        )

    def _dialog_kind(self, data: Data) -> DialogKind:
        match data:
            case None | "task":
                return "task"
            case "answer":
                return "answer"
        self.r.complain(("kind",), f"“{data}” is no kind of dialog", "write `kind: answer` for an FAQ, or leave it out")
        return "task"

    def _digress(self, data: Data, path: Path) -> Digress:
        found = _DIGRESS.get(data) if isinstance(data, str) else None
        if data is not None and found is None:
            self.r.complain(path, f"“{data}” is no way to digress", f"use one of: {', '.join(_DIGRESS)}")
        return found or ""

    def _step_name(self, step: str) -> bool:
        return bool(self.r.name(step, ("steps", step)))

    def _names(self, key: str, data: Data) -> dict[str, str]:
        found = self.r.mapping(data, (key,))
        return {name: self.r.name(target, (key, name)) for name, target in found.items()}

    def _step(self, name: str, data: Data) -> Step:
        r, path = self.r, ("steps", name)
        body = r.mapping(data, path)
        verbs = [key for key in body if key in _VERBS]
        if len(verbs) > 1:
            r.complain(
                path, f"the step has {len(verbs)} verbs: {', '.join(verbs)}", "split it into a step for each", "D04"
            )
        verb = verbs[0] if verbs else ""
        r.mapping(data, path, _COMMON | set(_VERBS) | _VERBS.get(verb, set()))
        say = r.name(body.get("say"), (*path, "say")) or (name if verb in _SPEAKS else "")
        set_ = r.mapping(body.get("set"), (*path, "set"))
        return Step(
            name=name,
            verb=self._verb(verb, body, path),
            line=r.source.line(path),
            say=say,
            needs=r.name(body.get("needs"), (*path, "needs")),
            set=self._expressions(set_, (*path, "set")),
            save=r.name(body.get("save"), (*path, "save")),
            attach=r.template(body.get("attach"), (*path, "attach")),
            count=r.expression(body.get("count"), (*path, "count")),
            ways=self._ways(verb, body, path),
            failed=r.name(body.get("failed"), (*path, "failed")) or self.failed,
            misses=self._misses(body.get("misses"), (*path, "misses")) or self.misses,
            silence=self._silence(body.get("silence"), (*path, "silence")) or self.silence,
            digress=self._digress(body.get("digress"), (*path, "digress")),
        )

    def _expressions(self, data: dict[str, Data], path: Path) -> dict[str, Expression]:
        found = {name: self.r.expression(source, (*path, name)) for name, source in data.items()}
        return {name: expression for name, expression in found.items() if expression}

    def _ways(self, verb: str, body: dict[str, Data], path: Path) -> tuple[Line, ...]:
        r = self.r
        if "go" in body and "route" in body:
            r.complain(path, "the step has both `go` and `route`", "keep one: `go` for one way, `route` for several")
        if "go" in body:
            return (Line(go=r.name(body["go"], (*path, "go"))),)
        lines, always = [], []
        for index, item in enumerate(r.items(body.get("route"), (*path, "route"))):
            where = (*path, "route", index)
            line = r.mapping(item, where, {"when", "go"})
            go = r.name(line.get("go"), (*where, "go"), required=True)
            lines.append(Line(go=go, when=r.expression(line.get("when"), (*where, "when"))))
            always.append("when" not in line)
        if lines and not always[-1]:
            r.complain(
                (*path, "route"), "the last way has a condition", "end with `- {go: …}` for all other cases", "D09"
            )
        if any(always[:-1]):
            r.complain((*path, "route"), "no way after one without `when` is ever taken", "move it to the end", "D09")
        if not lines and verb not in ("choose", "end", "random"):
            r.complain(path, "the step does not say where to go on", "add `go: <step>` or `route:`", "D03")
        return tuple(lines)

    def _verb(self, verb: str, body: dict[str, Data], path: Path) -> Verb:
        r, at = self.r, (*path, verb)
        match verb:
            case "choose":
                return self._choose(body["choose"], at)
            case "pick":
                self._must_save(body, path)
                return Pick(items=r.expression(body["pick"], at) or Expression("none"))
            case "ask":
                self._must_save(body, path)
                offer = r.expression(body.get("offer"), (*path, "offer"))
                check = self._limits(body.get("check"), (*path, "check"))
                return Ask(answer=self._kind(body["ask"], at), offer=offer, check=check)
            case "form":
                self._must_save(body, path)
                return self._form(body, path)
            case "do":
                arguments = r.mapping(body.get("with"), (*path, "with"))
                limit = r.seconds(body.get("limit"), (*path, "limit"), default=10)
                given = self._expressions(arguments, (*path, "with"))
                return Do(action=r.name(body["do"], at), arguments=given, limit=float(limit))
            case "call":
                return CallDialog(dialog=r.name(body["call"], at))
            case "handover":
                busy = r.mapping(body.get("busy"), (*path, "busy"), {"after", "go"})
                after = r.seconds(busy.get("after"), (*path, "busy", "after"), default=300) if busy else None
                go = r.name(busy.get("go"), (*path, "busy", "go"), required=True) if busy else ""
                return Handover(team=r.name(body["handover"], at), busy_after=after, busy_go=go)
            case "wait":
                return self._wait(body["wait"], at)
            case "random":
                weights = r.mapping(body["random"], at)
                low_high = {
                    name: r.whole(weight, (*at, name), low=1, high=1000, default=1) for name, weight in weights.items()
                }
                return Random(weights=low_high)
            case "end":
                if body["end"] not in OUTCOMES:
                    r.complain(at, f"“{body['end']}” is no outcome", f"use one of: {', '.join(OUTCOMES)}")
                return End(outcome=r.text(body["end"], at))
            case _:
                return Say()

    def _wait(self, data: Data, path: Path) -> Wait:
        r = self.r
        if not isinstance(data, dict):
            return Wait(seconds=r.seconds(data, path, default=60))
        body = r.mapping(data, path, {"event", "after", "go"})
        event = r.name(body.get("event"), (*path, "event"), required=True)
        if "after" not in body:
            r.complain(path, "nothing says how long to wait for the event", "add `after: 2d` and `go: <step>` to it")
        after = r.seconds(body.get("after"), (*path, "after"), default=86_400)
        return Wait(seconds=after, event=event, late=r.name(body.get("go"), (*path, "go"), required=True))

    def _must_save(self, body: dict[str, Data], path: Path) -> None:
        if "save" not in body:
            self.r.complain(path, "the answer is not kept", "add `save: <variable>`")

    def _choose(self, data: Data, path: Path) -> Choose:
        r = self.r
        options = []
        for name, target in r.mapping(data, path).items():
            at = (*path, name)
            r.name(name, at)
            if isinstance(target, dict):
                body = r.mapping(target, at, {"go", "when", "intent"})
                go = r.name(body.get("go"), (*at, "go"), required=True)
                when = r.expression(body.get("when"), (*at, "when"))
                options.append(Option(name=name, go=go, when=when, intent=r.name(body.get("intent"), (*at, "intent"))))
            else:
                options.append(Option(name=name, go=r.name(target, at, required=True)))
        if not 2 <= len(options) <= 10:
            r.complain(path, f"a menu of {len(options)}", "give it 2 to 10 options")
        return Choose(options=tuple(options))

    def _form(self, body: dict[str, Data], path: Path) -> Form:
        r, at = self.r, (*path, "form")
        fields = []
        for name, data in r.mapping(body["form"], at).items():
            where = (*at, name)
            r.name(name, where)
            field = r.mapping(data, where, {"ask", "check", "optional"})
            kind = self._kind(field.get("ask"), (*where, "ask"))
            check = self._limits(field.get("check"), (*where, "check"))
            optional = r.flag(field.get("optional"), (*where, "optional"))
            fields.append(Field(name=name, kind=kind, check=check, optional=optional))
        if not fields:
            r.complain(at, "the form has no fields", "add at least one, such as `city: {ask: text}`")
        confirm = r.flag(body.get("confirm"), (*path, "confirm"))
        cancelled = r.name(body.get("cancelled"), (*path, "cancelled"))
        if confirm and not cancelled:
            r.complain(path, "the summary offers to cancel, but not where to", "add `cancelled: <step>`")
        return Form(fields=tuple(fields), confirm=confirm, cancelled=cancelled)

    def _kind(self, data: Data, path: Path) -> Kind:
        name = self.r.name(data, path, required=True)
        if name and name not in self.kinds:
            known = ", ".join(sorted(self.kinds))
            self.r.complain(path, f"there is no kind of answer “{name}”", f"use one of: {known}", "D10")
        return self.kinds.get(name) or Kind(name="text")

    def _limits(self, data: Data, path: Path) -> dict[str, Data]:
        body = self.r.mapping(data, path, {"min", "max", "from", "to"})
        for key in ("min", "max"):
            if key in body and (isinstance(body[key], bool) or not isinstance(body[key], int | float)):
                self.r.complain((*path, key), f"“{body[key]}” is not a number", "correct the number")
        for key in ("from", "to"):
            if key in body:
                try:
                    read_bound(str(body[key]), _ANY_DAY)
                except ContentError as error:
                    self.r.complain((*path, key), str(error), "write a day such as `today + 90d`")
        return body

    def _misses(self, data: Data, path: Path) -> Misses | None:
        if data is None:
            return None
        body = self.r.mapping(data, path, {"limit", "go"})
        limit = self.r.whole(body.get("limit"), (*path, "limit"), low=1, high=9, default=3)
        return Misses(limit=limit, go=self.r.name(body.get("go"), (*path, "go"), required=True))

    def _silence(self, data: Data, path: Path) -> Silence | None:
        if data is None:
            return None
        r = self.r
        body = r.mapping(data, path, {"after", "reminders", "go"})
        return Silence(
            after=r.seconds(body.get("after"), (*path, "after"), default=600),
            reminders=r.whole(body.get("reminders"), (*path, "reminders"), low=0, high=3, default=0),
            go=r.name(body.get("go"), (*path, "go"), required=True),
        )
