"""A bot folder's files → a Bot, or all that is wrong with them."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from conversation.errors import ContentError
from conversation.policy import Policy
from conversation.reasons import MoodWords
from conversation.value import Data, Value
from dialogs.checks import NEEDED, check_bot
from dialogs.checks.material import Material
from dialogs.kinds import BUILT_IN, COUNTRIES, Kind, compile_pattern
from dialogs.model import ActionSpec, Bot, Command, Dialog
from dialogs.own_actions import OWN_ACTIONS
from dialogs.problems import BotError, Problem, in_order
from dialogs.reading.dialog import DialogReader
from dialogs.reading.moods import MOODS, read_moods
from dialogs.reading.reader import Reader
from dialogs.reading.replies import read_replies
from dialogs.reading.source import Source, read_source
from dialogs.reading.texts import read_global, read_locale
from dialogs.reading.thresholds import read_thresholds
from dialogs.saying.reply import REPLIES, Reply
from dialogs.saying.texts import OWN, PRODUCT, SUMMARY, Entry, Texts

Files: TypeAlias = Mapping[str, bytes]
"""Path inside the bot folder (``dialogs/support.yaml``) to content."""

BOT_FILE = "bot.yaml"
READ = (BOT_FILE, "dialogs", "locales", "actions")
"""What a bot needs to run. Its ``nlu`` is learnt from beside that, and read as well where all is checked."""
_BOT = {
    "title",
    "languages",
    "time_zone",
    "currency",
    "country",
    "channels",
    "start",
    "commands",
    "nlu",
    "teams",
    "routing",
    "waiting",
    "live",
    "mood",
}
_CUSTOMER, _SENTENCES = "customer.yaml", "summary.yaml"
_NO_TEXTS = (MOODS, REPLIES)
"""Files of a language that hold no texts of dialogs."""
BUILT_IN_COMMANDS = ("back", "repeat", "stop", "language")


class Parsed(Value, frozen=True, kw_only=True):
    """A bot folder that was read. ``bot`` is there if ``problems`` is empty. ``product_keys``: of Lotse's own texts."""

    bot: Bot | None
    sources: dict[str, Source]
    problems: list[Problem]
    product_keys: frozenset[str] = frozenset()


def read_bot(files: Files, product: Files, policy: Policy) -> Bot:
    """Read a whole bot. ``product``: ``<language>/customer.yaml``, ``moods.yaml`` and ``summary.yaml`` with Lotse's own texts and words.

    Raises BotError with every problem that keeps it from running, in the order of the files.
    """
    parsed = parse_bot(files, product, policy)
    problems, bot = parsed.problems, parsed.bot
    if bot is not None:
        found = check_bot(Material(bot, files, parsed.sources, product_keys=parsed.product_keys), NEEDED)
        problems = [problem for problem in found if problem.severity == "error"]
    if bot is None or problems:
        raise BotError(in_order(problems))
    return bot


def parse_bot(files: Files, product: Files, policy: Policy, folders: tuple[str, ...] = READ) -> Parsed:
    """Take a bot folder's files apart. ``folders``: those whose files must be readable."""
    problems: list[Problem] = []
    sources = _sources(files, problems, folders)
    if BOT_FILE not in sources:
        if BOT_FILE not in files:
            todo = "is this a bot folder? It needs bot.yaml, dialogs/ and locales/"
            problems.append(Problem(file=BOT_FILE, line=0, message="the file is missing", todo=todo, code="D00"))
        return Parsed(bot=None, sources=sources, problems=problems)
    reading = _Reading(files, sources, product, policy, problems)
    bot = reading.bot()
    keys = frozenset(reading.product_keys)
    return Parsed(bot=None if problems else bot, sources=sources, problems=problems, product_keys=keys)


def content_hash(files: Files) -> str:
    """Names a bot folder's content: the same files, the same 16 characters."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return digest.hexdigest()[:16]


def _sources(files: Files, problems: list[Problem], folders: tuple[str, ...]) -> dict[str, Source]:
    found = {}
    for name in sorted(files):
        if name.endswith((".yaml", ".yml")) and name.split("/")[0] in folders:
            try:
                found[name] = read_source(name, files[name])
            except BotError as error:
                problems.extend(error.problems)
    return found


class _Reading:
    def __init__(
        self, files: Files, sources: dict[str, Source], product: Files, policy: Policy, problems: list[Problem]
    ) -> None:
        self.files = files
        self.sources = sources
        self.product = product
        self.policy = policy
        self.problems = problems
        self.product_keys: set[str] = set()
        self.r = Reader(sources[BOT_FILE], problems)

    def bot(self) -> Bot:
        r = self.r
        data = r.mapping(r.source.data, (), _BOT)
        languages, source = self._languages(data.get("languages"))
        kinds = self._kinds()
        return Bot(
            title=r.text(data.get("title"), ("title",), default="Lotse"),
            version=content_hash(self.files),
            languages=languages,
            source=source,
            start=r.name(data.get("start"), ("start",), required=True),
            channels=tuple(
                r.text(item, ("channels", n)) for n, item in enumerate(r.items(data.get("channels"), ("channels",)))
            ),
            commands=self._commands(data.get("commands")),
            thresholds=read_thresholds(r, data.get("nlu"), languages),
            policy=self.policy,
            dialogs=self._dialogs(kinds),
            actions=self._actions(),
            texts=self._texts(languages, source),
            currency=r.text(data.get("currency"), ("currency",), default="EUR"),
            country=self._country(data.get("country")),
            moods=self._moods(languages),
            replies=self._replies(languages),
        )

    def _country(self, data: Data) -> str:
        country = self.r.text(data, ("country",), default="DE").upper()
        if country not in COUNTRIES:
            self.r.complain(("country",), f"“{country}” is no country", "write its two letters, such as DE, GB or UA")
        return country

    def _languages(self, data: Data) -> tuple[tuple[str, ...], str]:
        r, at = self.r, ("languages",)
        body = r.mapping(data, at, {"source", "all"})
        source = r.text(body.get("source"), (*at, "source"))
        languages = tuple(
            r.text(item, (*at, "all", n)) for n, item in enumerate(r.items(body.get("all"), (*at, "all")))
        )
        if source not in languages:
            r.complain(at, "the source language is not among all languages", "write `{source: de, all: [de, en]}`")
        return languages or ("en",), source or "en"

    def _commands(self, data: Data) -> dict[str, Command]:
        r = self.r
        commands = {name: Command(name=name) for name in BUILT_IN_COMMANDS}
        for name, item in r.mapping(data, ("commands",)).items():
            at = ("commands", name)
            body = r.mapping(item, at, {"dialog", "step", "intent"})
            dialog, step = r.name(body.get("dialog"), (*at, "dialog")), r.name(body.get("step"), (*at, "step"))
            if not dialog and name not in BUILT_IN_COMMANDS:
                r.complain(at, f"the command “{name}” leads nowhere", "write `{dialog: …, step: …}`")
            intent = r.name(body.get("intent"), (*at, "intent"))
            commands[name] = Command(name=name, dialog=dialog, step=step, intent=intent)
        return commands

    def _kinds(self) -> dict[str, Kind]:
        kinds = {name: Kind(name=name) for name in BUILT_IN}
        source = self.sources.get("dialogs/_answers.yaml")
        if source:
            r = Reader(source, self.problems)
            for name, item in r.mapping(source.data, ()).items():
                body = r.mapping(item, (name,), {"pattern", "example", "entity"})
                pattern = r.text(body.get("pattern"), (name, "pattern"))
                try:
                    compile_pattern(pattern)
                except ContentError as error:
                    r.complain((name, "pattern"), str(error), "mend the pattern; it must match the whole answer", "D18")
                kinds[name] = Kind(
                    name=r.name(name, (name,)),
                    pattern=pattern or None,
                    example=r.text(body.get("example"), (name, "example")) or None,
                    entity=r.name(body.get("entity"), (name, "entity")) or None,
                )
        return kinds

    def _dialogs(self, kinds: dict[str, Kind]) -> dict[str, Dialog]:
        found = {}
        for name, source in self.sources.items():
            folder, _, topic = name.removesuffix(".yaml").partition("/")
            if folder == "dialogs" and not topic.startswith("_"):
                found[topic] = DialogReader(Reader(source, self.problems), kinds).dialog(topic)
        return found

    def _actions(self) -> dict[str, ActionSpec]:
        source = self.sources.get("actions/catalogue.yaml")
        if source is None:
            return dict(OWN_ACTIONS)
        found = {}
        r = Reader(source, self.problems)
        for name, item in r.mapping(source.data, ()).items():
            body = r.mapping(item, (name,), {"takes", "gives", "repeat", "may_be_empty"})
            r.items(body.get("may_be_empty"), (name, "may_be_empty"))
            takes, gives = r.mapping(body.get("takes"), (name, "takes")), r.mapping(body.get("gives"), (name, "gives"))
            found[name] = ActionSpec(name=name, takes=takes, gives=gives)
        return {**found, **{name: spec for name, spec in OWN_ACTIONS.items() if name not in found}}

    def _texts(self, languages: tuple[str, ...], fallback: str) -> Texts:
        entries: dict[str, dict[str, dict[str, Entry]]] = {language: {} for language in languages}
        words: dict[str, dict[str, tuple[str, ...]]] = {language: {} for language in languages}
        for name, raw in self.product.items():
            language, _, file = name.partition("/")
            if file == _SENTENCES:
                entries.setdefault(language, {})[SUMMARY] = dict(_product(name, raw)[0])
            if file != _CUSTOMER:
                continue
            own, commands = _product(name, raw)
            self.product_keys |= set(own)
            entries.setdefault(language, {})[PRODUCT] = dict(own)
            words.setdefault(language, {}).update(commands)
        for name, source in self.sources.items():
            folder, _, rest = name.partition("/")
            language, _, topic = rest.removesuffix(".yaml").partition("/")
            if folder != "locales" or language not in languages or topic in _NO_TEXTS:
                continue
            if topic == "_global":
                own, commands = read_global(source, language, self.problems)
                entries[language].setdefault(PRODUCT, {}).update(own)
                entries[language][OWN] = own
                words[language].update(commands)
            else:
                entries[language][topic] = read_locale(source, language, self.problems)
        return Texts(entries, words, fallback)

    def _replies(self, languages: tuple[str, ...]) -> dict[str, dict[str, Reply]]:
        found = {}
        for language in languages:
            source = self.sources.get(f"locales/{language}/{REPLIES}.yaml")
            found[language] = read_replies(source, language, self.problems) if source else {}
        return found

    def _moods(self, languages: tuple[str, ...]) -> dict[str, MoodWords]:
        """Lotse's words of each language, and the bot's own."""
        found = {}
        for language in languages:
            raw = self.product.get(f"{language}/moods.yaml")
            found[language] = _product_moods(language, raw) if raw else MoodWords()
            own = self.sources.get(f"locales/{language}/{MOODS}.yaml")
            if own:
                found[language] = read_moods(own, language, self.problems, found[language])
        return found


@lru_cache(maxsize=16)
def _product(name: str, raw: bytes) -> tuple[Mapping[str, Entry], Mapping[str, tuple[str, ...]]]:
    """One language of Lotse's own texts: the same for every bot and every version of it. Raises BotError."""
    problems: list[Problem] = []
    found = read_global(read_source(name, raw), name.split("/", maxsplit=1)[0], problems)
    if problems:
        raise BotError(problems)
    return found


@lru_cache(maxsize=16)
def _product_moods(language: str, raw: bytes) -> MoodWords:
    """Raises BotError."""
    problems: list[Problem] = []
    found = read_moods(read_source(f"{language}/moods.yaml", raw), language, problems)
    if problems:
        raise BotError(problems)
    return found
