"""All transcripts of a bot folder together: played, counted, and proposals for what none of them does."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from app.bot_folder import nlu_examples, read_folder
from app.rehearsal.coverage import Coverage, Way, cover, lines_in, ways_of
from app.rehearsal.matrix import Place, places, play_everywhere
from app.rehearsal.search import WayKey, chosen, script_of, search
from app.rehearsal.written import script_text
from app.rehearse import Difference, Guess, Played
from app.transcript import Transcript, read_transcript
from bots.limits import all_limits
from conversation.value import Value
from dialogs.problems import BotError
from dialogs.reading.source import read_source
from engine.rules import Rules

FOLDER: Final = "tests"
SUGGESTED: Final = "suggested"
MOST: Final = 100
"""Proposals at a time: more than that nobody reads."""
MARK: Final = "# Proposed by `lotse test --suggest`. Read it; if the bot is right, move it to tests/ under a name that says what it is about."


class Result(Value, frozen=True, kw_only=True):
    """A transcript that was played: ``transcript`` None if it can't be read. ``played`` is where ``place`` says: language, channel."""

    file: str
    place: Place
    transcript: Transcript | None
    played: Played

    @property
    def difference(self) -> Difference | None:
        return self.played.difference


def channels_of(rules: Rules) -> tuple[str, ...]:
    """Those that the bot names, else all that there are."""
    return rules.bot.channels or tuple(all_limits())


def chat_files(folder: Path) -> list[Path]:
    """The transcripts of a bot folder, in order; proposals are none yet."""
    return sorted((folder / FOLDER).glob("*.chat"))


def play_file(
    file: Path, rules: Rules, guess: Guess | None, *, languages: Sequence[str] = (), channels: Sequence[str] = ()
) -> Iterator[Result]:
    """As written, and then in the other languages and on the other channels that are asked for."""
    name = f"{FOLDER}/{file.name}"
    try:
        transcript = read_transcript(name, file.read_bytes())
    except BotError as error:
        yield Result(file=name, place=("unreadable", ""), transcript=None, played=_unread(name, error))
        return
    for place, played in play_everywhere(transcript, rules, guess, places(transcript, rules, languages, channels)):
        yield Result(file=name, place=place, transcript=transcript, played=played)


def places_of(file: Path, rules: Rules, languages: Sequence[str], channels: Sequence[str]) -> list[Place]:
    """Where ``play_file`` plays a file: one place, without a name, where it can't be read."""
    try:
        return places(read_transcript(file.name, file.read_bytes()), rules, languages, channels)
    except BotError:
        return [("unreadable", "")]


def _unread(name: str, error: BotError) -> Played:
    problem = error.problems[0]
    difference = Difference(file=name, line=problem.line, message=f"{problem.message}: {problem.todo}")
    nothing: frozenset[str] = frozenset()
    return Played(difference=difference, taken=(), ok=nothing, failed=nothing, languages=nothing)


def coverage_of(folder: Path, rules: Rules, results: Sequence[Result]) -> Coverage:
    """What the transcripts went through. Those that failed count up to where they did."""
    return cover(rules.bot, [result.played for result in results], lines_in(read_folder(folder)))


class Proposals(Value, frozen=True, kw_only=True):
    """``texts``: file name to what stands in it. ``ways``: how many they take; ``more``: files that are left for next time."""

    texts: dict[str, str]
    ways: int
    more: int
    out_of_reach: tuple[Way, ...]


def suggest(folder: Path, rules: Rules, coverage: Coverage, language: str) -> Proposals:
    """A transcript for each way that none takes, as far as one can be found: at most ``MOST``, those with the most to them first."""
    everything = {way.key: way for way in ways_of(rules.bot, lines_in(read_folder(folder)))}
    wanted = [way.key for way in coverage.missing_ways]
    found = search(rules, wanted, language=language, examples=_examples(folder, language))
    all_of_them = chosen(found)
    texts: dict[str, str] = {}
    for path, keys in all_of_them[:MOST]:
        title = "; ".join(str(everything[key]) for key in keys)
        script = script_of(rules, path, title=title, language=language)
        texts[_name(keys[-1], language, set(texts))] = f"{MARK}\n{script_text(script)}"
    return Proposals(
        texts=texts,
        ways=sum(len(keys) for _, keys in all_of_them[:MOST]),
        more=len(all_of_them) - len(texts),
        out_of_reach=tuple(way for way in coverage.missing_ways if way.key not in found),
    )


def _name(key: WayKey, language: str, used: set[str]) -> str:
    stem = "-".join(part.replace(".", "-") for part in key if part)
    while f"{stem}.{language}.chat" in used:
        stem += "-2"
    return f"{stem}.{language}.chat"


def _examples(folder: Path, language: str) -> dict[str, str]:
    """Intent to the first of the words that the bot's language model learns from."""
    raw = nlu_examples(folder).get(language)
    data = read_source(f"nlu/{language}.yaml", raw).data if raw else None
    intents = data.get("intents") if isinstance(data, dict) else None
    if not isinstance(intents, dict):
        return {}
    return {intent: str(words[0]) for intent, words in intents.items() if isinstance(words, list) and words}


def write_suggestions(folder: Path, proposals: Proposals) -> Path:
    """Into tests/suggested; what an earlier call proposed and nobody moved is replaced. Raises OSError."""
    target = folder / FOLDER / SUGGESTED
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.chat"):
        if old.read_text(encoding="utf-8", errors="replace").startswith(MARK):
            old.unlink()
    for name, text in proposals.texts.items():
        (target / name).write_text(text, encoding="utf-8")
    return target
