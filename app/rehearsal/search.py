"""The shortest way through a bot to each of its ways on: found by taking the real step, cheapest moves first."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Final, TypeAlias

from app.rehearsal.coverage import key_of
from app.rehearsal.samples import GREETINGS, MISS, SENT, answers, conditions, results
from app.rehearsal.stage import CUSTOMER, USUAL_TIME, Stage
from app.rehearsal.written import Script, heard
from app.transcript import Happens, Line, OperatorDoes, Sends, SilenceFor, Stub, User, read_meaning
from conversation.content import Prompt, Text
from conversation.effects import RunAction, Understand
from conversation.run import Frame
from conversation.state import Closed, Parked
from conversation.understanding import Understanding
from conversation.value import Data, Value
from dialogs.flow import Flow
from dialogs.hearing.commands import find_command, find_language
from dialogs.hearing.matching import Choice, match
from dialogs.model import Ask, Do, Random, Wait
from dialogs.saying.templates import Expression
from dialogs.scene import BUILT_IN_NAMES
from dialogs.walking import forms
from dialogs.walking.walk import share
from engine.rules import Rules

WayKey: TypeAlias = tuple[str, str, str]
MAX_PLACES: Final = 20_000
"""Places looked at; then what was found is all there is."""
MAX_MISSES: Final = 9
MAX_CUSTOMERS: Final = 1000
"""Tried for the sides of ``random`` steps."""
WEEK: Final = 7 * 24
CLOCK: Final = frozenset({"hours", "now", "today"})

Doing: TypeAlias = User | Sends | SilenceFor | Happens | OperatorDoes


class Move(Value, frozen=True, kw_only=True):
    """What is done in one go; ``means``: of the words in it, if somebody must say."""

    lines: tuple[Doing, ...]
    means: str = ""


class Path(Value, frozen=True, kw_only=True):
    """How to get somewhere: the start's time, then who does what, a stub before the line from which it counts."""

    at: datetime
    customer: str = ""
    lines: tuple[Doing | Stub, ...] = ()
    means: dict[str, str] = {}
    reached: frozenset[WayKey] = frozenset()


def search(rules: Rules, wanted: Iterable[WayKey], *, language: str, examples: Mapping[str, str]) -> dict[WayKey, Path]:
    """A shortest path to each way that can be found. ``examples``: intent to words that mean it."""
    return _Search(rules, set(wanted), language, examples).run()


def chosen(paths: Mapping[WayKey, Path]) -> list[tuple[Path, list[WayKey]]]:
    """As few of the paths as take all of the ways, each with those that it is for: what a longer one takes needs no own."""
    left = set(paths)
    found = []
    for way in sorted(paths, key=lambda way: -len(paths[way].lines)):
        if way in left:
            path = paths[way]
            found.append((path, sorted(left & path.reached | {way})))
            left -= path.reached | {way}
    return found


def script_of(rules: Rules, path: Path, *, title: str, language: str) -> Script:
    """The path as a transcript, with all that the bot says on it."""
    stage = Stage(rules, language=language, at=path.at, customer=path.customer)
    known = _Answers(path.means, _defaults(rules))
    lines: list[Line] = []
    above: list[Line] = []
    for line in path.lines:
        if isinstance(line, Stub):
            known.results[line.action] = line.result
            (lines if line.action in stage.ok | stage.broken else above).append(line)
            continue
        lines.append(line)
        since = len(stage.messages)
        _do(stage, line)
        while stage.pending:
            request = stage.pending[0]
            stage.answer(known.result(request.name) if isinstance(request, RunAction) else known.meaning(request.text))
        lines += heard(stage, since)
    time = None if path.at == USUAL_TIME else path.at
    return Script(
        title=title,
        language=language,
        channel="webchat",
        time=time,
        customer=path.customer,
        means=path.means,
        lines=(*above, *lines),
    )


class _Answers:
    """What the bot's surroundings say on a path."""

    def __init__(self, means: Mapping[str, str], results: Mapping[str, dict[str, Data] | None]) -> None:
        self.means = means
        self.results = dict(results)

    def result(self, action: str) -> dict[str, Data] | None:
        return self.results.get(action)

    def meaning(self, text: str) -> Understanding:
        meaning = self.means.get(text)
        return (read_meaning(meaning) if meaning else None) or Understanding()


def _defaults(rules: Rules) -> dict[str, dict[str, Data] | None]:
    """What an action without a stub gives: see ``Player.result``."""
    return {name: None if spec.gives else {} for name, spec in rules.bot.actions.items() if not spec.own}


def _do(stage: Stage, line: Doing) -> None:
    match line:
        case User(text=text):
            stage.say(Text(text=text))
        case Sends(what=what):
            stage.send(what)
        case SilenceFor(seconds=seconds):
            until = stage.now + timedelta(seconds=seconds)
            while not stage.pending and stage.fire(until):
                pass
        case Happens(name=name, data=data):
            stage.happen(name, data)
        case OperatorDoes(what=what):
            stage.operate(what)


def shown(stage: Stage) -> list[Choice]:
    """The buttons of the bot's last message, by their payloads."""
    last = next((message for message in reversed(stage.messages) if message.author == "bot"), None)
    buttons = last.content.buttons if last and isinstance(last.content, Prompt) else ()
    return [Choice(key=button.payload, label=button.label) for button in buttons]


class _Node(Value, frozen=True, kw_only=True):
    """A place that was reached. ``stubs``: what each action gives by now."""

    path: Path
    stubs: dict[str, dict[str, Data] | None]


class _Search:
    def __init__(self, rules: Rules, wanted: set[WayKey], language: str, examples: Mapping[str, str]) -> None:
        self.rules = rules
        self.wanted = wanted
        self.language = language
        self.examples = examples
        self.conditions = conditions(rules.bot)
        self.flow = Flow(rules.bot)
        self.defaults = _defaults(rules)
        self.seen: set[object] = set()
        self.queue: list[tuple[int, int, _Node, Stage]] = []
        self.order = count()
        self.found: dict[WayKey, Path] = {}

    def run(self) -> dict[WayKey, Path]:
        for at in _times(self.rules, self.conditions):
            for customer in _customers(self.rules):
                stage = Stage(self.rules, language=self.language, at=at, customer=customer)
                self.put(_Node(path=Path(at=at, customer=customer), stubs=self.defaults), stage)
        while self.queue and self.wanted - self.found.keys() and len(self.seen) < MAX_PLACES:
            _, _, node, stage = heapq.heappop(self.queue)
            for move in self.moves(stage):
                for reached, after in self.take(node, stage, move):
                    self.put(reached, after)
        return self.found

    def put(self, node: _Node, stage: Stage) -> None:
        """Note the ways that are new, and the place if it is."""
        for way in node.path.reached & self.wanted:
            self.found.setdefault(way, node.path)
        place = self.place(stage)
        if place not in self.seen and not stage.over:
            self.seen.add(place)
            heapq.heappush(self.queue, (len(node.path.lines), next(self.order), node, stage))

    def place(self, stage: Stage) -> object:
        """What a place is told by: where the dialogs stand, and how all conditions would turn out."""
        state = stage.state
        names = stage.walk().names
        frames = tuple(map(_stand, state.run.frames))
        live = frozenset[str]().union(*(self.flow.granted(frame) for frame in state.run.frames))
        truth = tuple(
            bool(condition(names))
            for condition in self.conditions
            if condition.names & live or condition.names <= BUILT_IN_NAMES
        )
        known = tuple(state.variables.get(name) is None for name in self.rules.bot.fillers)
        asked = (state.run.guess is None, state.run.leaving is None, state.run.returning)
        return (stage.customer, type(state.phase).__name__, frames, truth, known, asked)

    # ── moving ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def take(self, node: _Node, stage: Stage, move: Move) -> Iterator[tuple[_Node, Stage]]:
        """All that can come of a move: a back-end may give this or that, or fail."""
        first, *rest = move.lines
        means = {first.text: move.means} if move.means and isinstance(first, User) else {}
        for reached, after in self.step(node, stage, first, means):
            if rest and not after.over:
                yield from self.take(reached, after, Move(lines=tuple(rest)))
            else:
                yield reached, after

    def step(self, node: _Node, stage: Stage, line: Doing, means: dict[str, str]) -> Iterator[tuple[_Node, Stage]]:
        path = node.path
        after = stage.copy()
        _do(after, line)
        known = _Answers({**path.means, **means}, node.stubs)
        for given, done in self.branch(after, known, {}):
            stubs = tuple(
                Stub(line=0, action=name, result=result)
                for name, result in given.items()
                if name not in node.stubs or node.stubs[name] != result
            )
            new = frozenset(map(key_of, done.taken[len(stage.taken) :]))
            reached = Path(
                at=path.at,
                customer=path.customer,
                lines=(*path.lines, *stubs, line),
                means={**path.means, **means},
                reached=path.reached | new,
            )
            yield _Node(path=reached, stubs={**node.stubs, **given}), done

    def branch(
        self, stage: Stage, known: _Answers, given: dict[str, dict[str, Data] | None]
    ) -> Iterator[tuple[dict[str, dict[str, Data] | None], Stage]]:
        """Every way in which what is pending can be answered; the same action gives the same twice in one go."""
        if not stage.pending:
            yield given, stage
            return
        request = stage.pending[0]
        if isinstance(request, Understand):
            stage.answer(known.meaning(request.text))
            yield from self.branch(stage, known, given)
            return
        options = [given[request.name]] if request.name in given else self.results(stage, request)
        for result in options:
            after = stage.copy()
            after.answer(result)
            yield from self.branch(after, known, {**given, request.name: result})

    def results(self, stage: Stage, request: RunAction) -> Sequence[dict[str, Data] | None]:
        step = stage.walk().step
        save = step.save if isinstance(step.verb, Do) else ""
        spec = self.rules.bot.actions.get(request.name)
        return [*results(spec, save, self.conditions, stage.walk().names), None]

    # ── what can be done ─────────────────────────────────────────────────────────────────────────────────────────────

    def moves(self, stage: Stage) -> Iterator[Move]:
        """What is worth trying where a conversation stands."""
        phase, run = stage.state.phase, stage.state.run
        if isinstance(phase, Closed):
            return
        if isinstance(phase, Parked):
            for what in ("closes", "busy", "back"):
                yield Move(lines=(OperatorDoes(line=0, what=what),))
            return
        if not run.frames:
            yield _says(GREETINGS.get(self.language, "Hello"))
            yield from self.meant()
            return
        walk = stage.walk()
        if isinstance(walk.step.verb, Wait):
            yield from self.waits(walk.step.verb)
            return
        yield from self.answered(stage)
        yield from self.missed(stage)
        yield from self.silent(stage)
        if len(run.frames) == 1:
            yield from self.meant()
            yield from (_says(f"/{name}") for name in self.rules.bot.commands if self.asked_for(f"command.{name}"))

    def asked_for(self, why: str) -> bool:
        return ("", "", why) in self.wanted - self.found.keys()

    def meant(self) -> Iterator[Move]:
        for intent in self.rules.bot.intents:
            words = self.examples.get(intent, intent.replace("_", " "))
            if not find_command(self.rules.bot, self.language, words):
                yield Move(lines=(User(line=0, text=words),), means=intent)

    @staticmethod
    def waits(verb: Wait) -> Iterator[Move]:
        if verb.event:
            yield Move(lines=(Happens(line=0, name=verb.event, data={}),))
        yield Move(lines=(SilenceFor(line=0, seconds=verb.seconds),))

    def answered(self, stage: Stage) -> Iterator[Move]:
        """Every option, by its label where that is no command too; and answers of the kind asked for."""
        walk = stage.walk()
        bot = self.rules.bot
        choices = shown(stage) or walk.choices()
        for number, choice in enumerate(choices, 1):
            taken = find_command(bot, stage.state.language, choice.label) or find_language(bot, choice.label)
            unsaid = taken or match(choice.label, choices) != choice.key
            yield _says(str(number) if unsaid else choice.label)
        verb, field = walk.step.verb, forms.asked(walk)
        about = [condition for condition in self.conditions if walk.step.save in condition.names]
        kind, check = (verb.answer, verb.check) if isinstance(verb, Ask) else (None, {})
        if field:
            kind, check, about = field.kind, field.check, []
        if kind and kind.name in SENT and kind.pattern is None:
            yield Move(lines=(Sends(line=0, what=SENT[kind.name]),))
        elif kind:
            for text in answers(kind, check, about, stage.state.language, stage.local_time):
                yield _says(text)

    @staticmethod
    def missed(stage: Stage) -> Iterator[Move]:
        """As often as the step lets pass; where any words are an answer, with something that has none."""
        misses = stage.walk().step.misses
        times = min(misses.limit if misses else 1, MAX_MISSES)
        for line in (User(line=0, text=MISS), Sends(line=0, what="sticker")):
            yield Move(lines=(line,) * times)

    @staticmethod
    def silent(stage: Stage) -> Iterator[Move]:
        silence = stage.walk().step.silence
        if silence:
            yield Move(lines=(SilenceFor(line=0, seconds=silence.after),) * (silence.reminders + 1))


def _stand(frame: Frame) -> object:
    form = frame.form
    asked = (form.field, form.correcting, form.mending) if form else None
    return (frame.dialog, frame.step, frame.stage, asked, frame.misses, frame.page, frame.proposed is None)


def _says(text: str) -> Move:
    return Move(lines=(User(line=0, text=text),))


def _times(rules: Rules, about: Sequence[Expression]) -> list[datetime]:
    """Moments of a week, one for each way in which the conditions about the clock turn out, the usual one first."""
    own = [condition for condition in about if condition.names & CLOCK]
    found: dict[tuple[bool, ...], datetime] = {}
    for hours in range(WEEK if own else 1):
        at = USUAL_TIME + timedelta(hours=hours)
        names = Stage(rules, at=at).walk().names
        found.setdefault(tuple(bool(condition(names)) for condition in own), at)
    return list(found.values())


def _customers(rules: Rules) -> list[str]:
    """As many as it takes to come by every side of each ``random`` step, the usual one first."""
    splits = [
        (f"{dialog.name}/{step.name}", step.verb.weights)
        for dialog in rules.bot.dialogs.values()
        for step in dialog.steps.values()
        if isinstance(step.verb, Random)
    ]
    found, seen = [""], {(place, share(weights, f"{CUSTOMER}/{place}")) for place, weights in splits}
    for customer in (f"customer {number}" for number in range(1, MAX_CUSTOMERS) if splits):
        sides = {(place, share(weights, f"{customer}/{place}")) for place, weights in splits}
        if sides - seen:
            found.append(customer)
            seen |= sides
    return found
