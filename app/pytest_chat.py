"""A pytest plug-in: the transcripts of a bot folder as tests. It is asked for by name and so disturbs nobody else's runs:

pytest -p app.pytest_chat mybot --bot-languages all --bot-channels all
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from app.rehearsal.suite import Result
    from app.rehearse import Guess
    from engine.rules import Rules

_RULES = pytest.StashKey["dict[Path, tuple[Rules, Guess]]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of this plug-in."""
    group = parser.getgroup("lotse", "Lotse transcripts")
    group.addoption("--bot-languages", default="", help="play each transcript in these languages too: de,uk or all")
    group.addoption(
        "--bot-channels", default="", help="play each transcript on these channels too: sms,whatsapp or all"
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "ChatFile | None":
    """``mybot/tests/*.chat``; a file of that name outside of a bot folder is somebody else's."""
    if file_path.suffix == ".chat" and (file_path.parent.parent / "bot.yaml").is_file():
        return ChatFile.from_parent(parent, path=file_path)
    return None


class ChatError(Exception):
    """A transcript and the bot differ; ``lines`` say where and how."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))


class ChatFile(pytest.File):
    """One transcript: a test for each language and channel it is played in."""

    _results: "dict[tuple[str, str], Result] | None" = None

    def collect(self) -> Iterator["ChatItem"]:
        from app.rehearsal.suite import places_of

        rules, _ = _bot(self)
        for place in places_of(self.path, rules, *self.asked(rules)):
            yield ChatItem.from_parent(self, name="-".join(part for part in place if part), place=place, file=self)

    def asked(self, rules: "Rules") -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Languages and channels, as the options say."""
        from app.rehearsal.suite import channels_of

        languages = _named(self, "--bot-languages", rules.bot.languages)
        return languages, _named(self, "--bot-channels", channels_of(rules))

    def result(self, place: tuple[str, str]) -> "Result":
        """Played once for all places; where it does not hold as written, that is the result everywhere."""
        from app.rehearsal.suite import play_file

        if self._results is None:
            rules, guess = _bot(self)
            languages, channels = self.asked(rules)
            played = play_file(self.path, rules, guess, languages=languages, channels=channels)
            self._results = {result.place: result for result in played}
        return self._results.get(place) or next(iter(self._results.values()))


class ChatItem(pytest.Item):
    """A transcript in one language on one channel."""

    def __init__(self, *, place: tuple[str, str], file: ChatFile, **more: Any) -> None:
        super().__init__(**more)
        self.place = place
        self.file = file

    def runtest(self) -> None:
        """Raises ChatError with the lines around the first difference."""
        from app.rehearse import marked

        result = self.file.result(self.place)
        difference = result.difference
        if difference is not None:
            shown = marked(result.transcript, difference) if result.transcript else []
            raise ChatError([f"{self.path}:{difference.line}: {difference.message}", *shown])

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ARG002 - pytest's own
        """The transcript, not a traceback."""
        return str(excinfo.value) if isinstance(excinfo.value, ChatError) else super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.name} [{self.name}]"


def _named(node: pytest.Collector, option: str, known: tuple[str, ...]) -> tuple[str, ...]:
    given = str(node.config.getoption(option))
    names = known if given == "all" else tuple(name.strip() for name in given.split(",") if name.strip())
    for name in names:
        if name not in known:
            raise node.CollectError(f"{option}: the bot has no “{name}”; it has {', '.join(known)}")
    return names


def _bot(node: ChatFile) -> "tuple[Rules, Guess]":
    """The bot of the folder, read once a run. A broken one is an error of collecting, in words."""
    from app.bot_folder import load_rules
    from app.rehearsal.model import Model
    from conversation.errors import LotseError

    bots = node.config.stash.setdefault(_RULES, {})
    folder = node.path.parent.parent
    if folder not in bots:
        try:
            rules = load_rules(folder)
        except LotseError as error:
            raise node.CollectError(str(error)) from None
        model = Model(folder)
        node.config.add_cleanup(model.close)
        bots[folder] = (rules, model)
    return bots[folder]
