"""What the step goes by: the compiled dialogs and the company's policy. Made from a bot folder's files."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

from conversation.policy import Policy
from conversation.value import Data, Value
from dialogs.checks import check_bot
from dialogs.checks.material import ChannelLimits, Material
from dialogs.flow import Flow
from dialogs.model import Bot
from dialogs.problems import BotError, Problem, in_order
from dialogs.reading.bot import BOT_FILE, READ, Files, content_hash, parse_bot, read_bot
from dialogs.reading.source import read_source
from dialogs.saying.prompts import MAX_OFFERED
from handoff.hours import is_open, next_open, slots
from handoff.mood import MoodIndex
from handoff.read import read_policy

POLICY_KEYS = ("time_zone", "teams", "routing", "waiting", "live", "mood")


_TEXTS = ("locales/", "nlu/", "media/")
"""Folders in which a change never moves a conversation: words, examples, pictures."""


_NO_WINDOWS: Mapping[str, int] = MappingProxyType({})


class Rules:
    """One version of a bot, ready to run. ``structure`` names all of it but its words: two versions of the same structure hold
    the same conversations. ``reply_windows``: channel to the seconds after a customer's words within which it takes an answer."""

    def __init__(self, bot: Bot, structure: str = "", reply_windows: Mapping[str, int] = _NO_WINDOWS) -> None:
        self.bot = bot
        self.policy = bot.policy
        self.structure = structure or bot.version
        self.reply_windows = reply_windows
        self._moods: dict[str, MoodIndex] = {}

    def mood_index(self, language: str) -> MoodIndex | None:
        """None for a language that the bot does not speak."""
        if language not in self._moods and language in self.bot.moods:
            self._moods[language] = MoodIndex(self.bot.moods[language])
        return self._moods.get(language)

    @cached_property
    def meant_by(self) -> Mapping[tuple[str, str], str]:
        """A step (dialog, step) to the intent that leads there; where several do, the first."""
        return {goal: intent for intent, goal in reversed(self.bot.intents.items())}

    @cached_property
    def flow(self) -> Flow:
        """Worked out when it is first asked for; a large bot takes a moment."""
        return Flow(self.bot)

    def hours(self, at: datetime) -> Mapping[str, Data]:
        """``hours.<team>.open``, ``.next_open`` and ``.next_slots``, worked out when a dialog asks."""
        return _Hours(self._team, at, self.policy.teams)

    def _team(self, name: str, at: datetime) -> Data:
        team, zone = self.policy.teams[name], self.policy.time_zone
        return _Lazy(
            {
                "open": lambda: is_open(team, zone, at),
                "next_open": lambda: _iso(next_open(team, zone, at)),
                "next_slots": lambda: [slot.isoformat() for slot in slots(team, zone, at, limit=MAX_OFFERED)],
            }
        )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


class Checked(Value, frozen=True, kw_only=True):
    """What the rules say of a bot folder's files.

    ``rules``: the bot, if no error was found. ``whole``: all rules were asked; else the files could not be read so far.
    """

    rules: Rules | None
    problems: tuple[Problem, ...]
    whole: bool = False


def check_files(
    files: Files,
    product: Files,
    *,
    channels: Mapping[str, ChannelLimits] | None = None,
    live_actions: Collection[str] | None = None,
) -> Checked:
    """All that is wrong with a bot folder's files, in the order of the files: errors and warnings. Never raises.

    ``channels``: name to limits; without them, what fits a channel is not looked at. ``live_actions``: the names that the
    action server answers to; None if it was not asked.
    """
    try:
        policy, problems = _policy(files)
    except BotError as error:
        return Checked(rules=None, problems=error.problems)
    parsed = parse_bot(files, product, policy, (*READ, "nlu"))
    problems += parsed.problems
    bot = parsed.bot
    whole = bot is not None and not problems
    if bot is not None and whole:
        keys = parsed.product_keys
        material = Material(bot, files, parsed.sources, product_keys=keys, channels=channels, live_actions=live_actions)
        problems += check_bot(material)
    wrong = any(problem.severity == "error" for problem in problems)
    rules = None if wrong or bot is None else _made(bot, files, channels or {})
    return Checked(rules=rules, problems=in_order(problems), whole=whole)


def compile_rules(files: Files, product: Files, channels: Mapping[str, ChannelLimits] | None = None) -> Rules:
    """Read a bot folder. Raises BotError with everything that keeps it from running."""
    policy, problems = _policy(files)
    try:
        bot = read_bot(files, product, policy)
    except BotError as error:
        raise BotError([*problems, *error.problems]) from None
    if problems:
        raise BotError(problems)
    return _made(bot, files, channels or {})


def _made(bot: Bot, files: Files, channels: Mapping[str, ChannelLimits]) -> Rules:
    structure = content_hash({name: body for name, body in files.items() if not name.startswith(_TEXTS)})
    windows = {name: limits.reply_window for name, limits in channels.items() if limits.reply_window is not None}
    return Rules(bot, structure, windows)


def _policy(files: Files) -> tuple[Policy, list[Problem]]:
    """Raises BotError: there is no bot.yaml, or it can't be read."""
    if BOT_FILE not in files:
        todo = "is this a bot folder? It needs bot.yaml, dialogs/ and locales/"
        raise BotError([Problem(file=BOT_FILE, line=0, message="the file is missing", todo=todo, code="D00")])
    source = read_source(BOT_FILE, files[BOT_FILE])
    data = source.data if isinstance(source.data, dict) else {}
    policy, complaints = read_policy({key: data[key] for key in POLICY_KEYS if key in data})
    return policy, [source.problem(complaint.path, complaint.message, complaint.todo) for complaint in complaints]


class _Hours(Mapping[str, Data]):
    """A team's name to its hours at ``at``, worked out when they are read."""

    __slots__ = ("_at", "_of", "_teams")

    def __init__(self, of: Callable[[str, datetime], Data], at: datetime, teams: Collection[str]) -> None:
        self._of = of
        self._at = at
        self._teams = teams

    def __getitem__(self, name: str) -> Data:
        if name not in self._teams:
            raise KeyError(name)
        return self._of(name, self._at)

    def __iter__(self) -> Iterator[str]:
        return iter(self._teams)

    def __len__(self) -> int:
        return len(self._teams)


class _Lazy(Mapping[str, Data]):
    """A mapping whose values are worked out when they are read."""

    def __init__(self, values: Mapping[str, Callable[[], Data]]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> Data:
        return self._values[name]()

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
