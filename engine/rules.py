"""What the step goes by: the compiled dialogs and the company's policy. Made from a bot folder's files."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cached_property, partial

from conversation.value import Data
from dialogs.flow import Flow
from dialogs.model import Bot
from dialogs.problems import BotError, Problem
from dialogs.read import BOT_FILE, Files, content_hash, read_bot
from dialogs.source import read_source
from handoff.hours import is_open, slots
from handoff.read import read_policy

POLICY_KEYS = ("time_zone", "teams", "waiting", "live")


_TEXTS = ("locales/", "nlu/", "media/")
"""Folders in which a change never moves a conversation: words, examples, pictures."""


class Rules:
    """One version of a bot, ready to run. ``structure`` names all of it but its words: two versions of the same structure hold
    the same conversations."""

    def __init__(self, bot: Bot, structure: str = "") -> None:
        self.bot = bot
        self.policy = bot.policy
        self.structure = structure or bot.version

    @cached_property
    def flow(self) -> Flow:
        """Worked out when it is first asked for; a large bot takes a moment."""
        return Flow(self.bot)

    def hours(self, at: datetime) -> Mapping[str, Data]:
        """``hours.<team>.open`` and ``.next_slots``, worked out when a dialog asks."""
        return _Lazy({name: partial(self._team, name, at) for name in self.policy.teams})

    def _team(self, name: str, at: datetime) -> Data:
        team, zone = self.policy.teams[name], self.policy.time_zone
        return _Lazy(
            {
                "open": lambda: is_open(team, zone, at),
                "next_slots": lambda: [slot.isoformat() for slot in slots(team, zone, at)],
            }
        )


def compile_rules(files: Files, product: Files) -> Rules:
    """Read a bot folder. Raises BotError with everything that is wrong in it."""
    if BOT_FILE not in files:
        todo = "is this a bot folder? It needs bot.yaml, dialogs/ and locales/"
        raise BotError([Problem(file=BOT_FILE, line=0, message="the file is missing", todo=todo)])
    source = read_source(BOT_FILE, files[BOT_FILE])
    data = source.data if isinstance(source.data, dict) else {}
    policy, complaints = read_policy({key: data[key] for key in POLICY_KEYS if key in data})
    problems = [source.problem(complaint.path, complaint.message, complaint.todo) for complaint in complaints]
    try:
        bot = read_bot(files, product, policy)
    except BotError as error:
        raise BotError([*problems, *error.problems]) from None
    if problems:
        raise BotError(problems)
    structure = content_hash({name: body for name, body in files.items() if not name.startswith(_TEXTS)})
    return Rules(bot, structure)


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
