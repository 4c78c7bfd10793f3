"""What transcripts have been through: steps, ways on, actions, languages; and what never."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from app.rehearse import Played
from conversation.value import Value
from dialogs.model import Bot, CallDialog, Choose, Dialog, Do, Form, Handover, Random, Step, Wait
from dialogs.reading.source import Path, read_source
from dialogs.taken import Taken
from dialogs.ways import can_fail, is_question

Lines: TypeAlias = Callable[[str, Path], int]
"""(file, path) → the line where that part of the file stands."""


class Way(Value, frozen=True, kw_only=True):
    """A way on that the dialogs have. ``why`` as in ``Taken``; ``dialog`` and ``step`` are empty for what works everywhere."""

    dialog: str
    step: str
    why: str
    to: str
    """The step, with its dialog where that is another one."""
    file: str
    line: int

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.dialog, self.step, self.why)

    def __str__(self) -> str:
        """As an editor says it: ``menu: option human → human``."""
        return _told(self.step or "anywhere", self.why, self.to)


class Place(Value, frozen=True, kw_only=True):
    """A step and where it stands."""

    dialog: str
    step: str
    file: str
    line: int


class Share(Value, frozen=True, kw_only=True):
    """``seen`` of ``all``."""

    seen: int
    all: int

    @property
    def percent(self) -> float:
        """100 where there is nothing to see."""
        return 100.0 * self.seen / self.all if self.all else 100.0


class Coverage(Value, frozen=True, kw_only=True):
    """What was and what never was. ``languages``: to the number of transcripts that were played in them."""

    steps: Share
    ways: Share
    actions_ok: Share
    actions_failed: Share
    languages: dict[str, int]
    missing_steps: tuple[Place, ...]
    missing_ways: tuple[Way, ...]
    missing_ok: tuple[str, ...]
    missing_failed: tuple[str, ...]


def cover(bot: Bot, played: Iterable[Played], line: Lines) -> Coverage:
    """Compare what was played with all that the bot has."""
    runs = list(played)
    taken = [way for run in runs for way in run.taken]
    entered = {(way.to_dialog, way.to_step) for way in taken}
    seen = {key_of(way) for way in taken}
    places = list(steps_of(bot))
    ways = list(ways_of(bot, line))
    missing_steps = tuple(place for place in places if (place.dialog, place.step) not in entered)
    missing_ways = tuple(way for way in ways if way.key not in seen)
    used = used_actions(bot)
    ok = frozenset[str]().union(*(run.ok for run in runs))
    failed = frozenset[str]().union(*(run.failed for run in runs))
    spoken = Counter(language for run in runs for language in run.languages)
    return Coverage(
        steps=Share(seen=len(places) - len(missing_steps), all=len(places)),
        ways=Share(seen=len(ways) - len(missing_ways), all=len(ways)),
        actions_ok=Share(seen=len(ok.intersection(used)), all=len(used)),
        actions_failed=Share(seen=len(failed.intersection(used)), all=len(used)),
        languages={language: spoken[language] for language in bot.languages},
        missing_steps=missing_steps,
        missing_ways=missing_ways,
        missing_ok=tuple(name for name in used if name not in ok),
        missing_failed=tuple(name for name in used if name not in failed),
    )


def key_of(way: Taken) -> tuple[str, str, str]:
    """What a way that was taken counts as: see ``Way.key``."""
    if way.why.startswith(("intent.", "command.")):
        return ("", "", way.why)
    if way.why == "filled":
        return (way.to_dialog, way.to_step, way.why)
    return (way.dialog, way.step, way.why)


def told(way: Taken) -> str:
    """A way that was taken, in an editor's words."""
    target = way.to_step if way.to_dialog == way.dialog else f"{way.to_dialog}/{way.to_step}"
    return _told(way.step or "from the beginning", way.why, target)


def _told(step: str, why: str, to: str) -> str:
    what, _, name = why.partition(".")
    return f"{step}: {what} {name}".rstrip() + f" → {to}"


def used_actions(bot: Bot) -> list[str]:
    """The actions that some step does, in order."""
    return list(dict.fromkeys(step.verb.action for _, step in _each(bot) if isinstance(step.verb, Do)))


def steps_of(bot: Bot) -> Iterator[Place]:
    for dialog, step in _each(bot):
        yield Place(dialog=dialog.name, step=step.name, file=dialog.file, line=step.line)


def _each(bot: Bot) -> Iterator[tuple[Dialog, Step]]:
    for dialog in bot.dialogs.values():
        for step in dialog.steps.values():
            yield dialog, step


# ── the ways that there are ──────────────────────────────────────────────────────────────────────────────────────────


def ways_of(bot: Bot, line: Lines) -> Iterator[Way]:
    """Every way on of every step, then what leads to a step from anywhere."""
    for dialog, step in _each(bot):
        for why, to, path in _ways(bot, step):
            at = line(dialog.file, ("steps", step.name, *path))
            yield Way(dialog=dialog.name, step=step.name, why=why, to=to, file=dialog.file, line=at)
    for dialog in bot.dialogs.values():
        for intent, name in dialog.intents.items():
            at = line(dialog.file, ("intents", intent))
            yield Way(dialog="", step="", why=f"intent.{intent}", to=f"{dialog.name}/{name}", file=dialog.file, line=at)
    for command in bot.commands.values():
        if command.dialog:
            to, at = f"{command.dialog}/{command.step}", line("bot.yaml", ("commands", command.name))
            yield Way(dialog="", step="", why=f"command.{command.name}", to=to, file="bot.yaml", line=at)
            if command.intent:
                yield Way(dialog="", step="", why=f"intent.{command.intent}", to=to, file="bot.yaml", line=at)


def _ways(bot: Bot, step: Step) -> Iterator[tuple[str, str, Path]]:
    """(why, target, where it is written) of a step."""
    if step.needs:
        filler = bot.fillers.get(step.needs, step.needs)
        yield "needs", filler, ("needs",)
        yield "filled", step.name, ("needs",)
    yield from _own(bot, step)
    for number, way in enumerate(step.ways, 1):
        many = len(step.ways) > 1
        yield (f"route.{number}" if many else "go"), way.go, (("route", number - 1) if many else ("go",))
    if can_fail(step):
        yield "failed", step.failed, ("failed",)
    if is_question(step) and step.misses:
        yield "misses", step.misses.go, ("misses",)
    if is_question(step) and step.silence:
        yield "silence", step.silence.go, ("silence",)


def _own(bot: Bot, step: Step) -> Iterator[tuple[str, str, Path]]:
    """The ways of the step's verb."""
    match step.verb:
        case Choose(options=options):
            for option in options:
                yield f"option.{option.name}", option.go, ("choose", option.name)
        case Random(weights=weights):
            for name in weights:
                yield f"random.{name}", name, ("random", name)
        case Form(cancelled=cancelled) if cancelled:
            yield "cancelled", cancelled, ("cancelled",)
        case Wait(late=late) if late:
            yield "late", late, ("wait",)
        case CallDialog(dialog=name):
            yield "call", name, ("call",)
        case Handover(busy_go=busy) if busy or bot.policy.waiting.then:
            yield "busy", busy or bot.policy.waiting.then, ("busy",)


def lines_in(files: Mapping[str, bytes]) -> Lines:
    """Where the parts of a bot folder's files stand; each file is read once, when it is asked for."""
    sources = {}

    def line(file: str, path: Path) -> int:
        if file not in sources:
            sources[file] = read_source(file, files[file])
        return sources[file].line(path)

    return line
