"""How often the language of a short message is told: German, English, Russian, Ukrainian."""

import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

from conversation.errors import ContentError
from conversation.ports import Nlu
from nlu.measuring.chains import Learn
from nlu.measuring.metrics import Share
from nlu.measuring.rows import Goal, Row, noted, share_row
from nlu.measuring.sets import Sentence, as_files, read_rows, read_set

LANGUAGES: Final = ("de", "en", "ru", "uk")
SHORT: Final = 20
"""Characters of what counts as very short."""
WANTED: Final = Goal(figure=98.0)
SETS: Final = (
    *(f"support4_{language}.csv" for language in LANGUAGES),
    *(f"homeassistant_{language}.csv" for language in LANGUAGES),
    "xsid_de.csv",
    "xsid_en.csv",
)
"""Their test texts; with them all of ``langid_short.csv``, and the sentences of ``datetime_phrases.jsonl``."""
PHRASES: Final = "datetime_phrases.jsonl"
NAME: Final = "language"
LINGUA: Final = "lingua, four languages"


def messages(folder: Path) -> tuple[tuple[Sentence, ...], tuple[str, ...]]:
    """The texts with their languages, each once, and what is to be told about them. Raises ContentError, OSError."""
    found = [row for file in SETS for row in read_set(folder, [file]).test]
    found += [
        Sentence(text=" ".join(row["text"].split()), label="", language=row["lang"].strip())
        for _, row in read_rows(folder / "langid_short.csv", ("text", "lang"))
    ]
    found += [Sentence(text=row["sentence"], label="", language=row["lang"]) for row in read_phrases(folder)]
    languages: dict[str, set[str]] = {}
    for row in found:
        languages.setdefault(row.text.casefold(), set()).add(row.language)
    once = {row.text.casefold(): row for row in reversed(found) if len(languages[row.text.casefold()]) == 1}
    torn = sum(len(each) > 1 for each in languages.values())
    return tuple(once.values()), (f"{torn} texts stand under two languages and are left out",) if torn else ()


def read_phrases(folder: Path) -> list[dict[str, str]]:
    """The lines of ``PHRASES``. Raises ContentError with the line, OSError."""
    rows: list[dict[str, str]] = []
    for number, line in enumerate((folder / PHRASES).read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ContentError(f"{PHRASES}:{number}: this is not JSON: {error}") from error
        missing = {"lang", "text", "sentence", "now", "accept"} - set(row if isinstance(row, dict) else ())
        if missing:
            raise ContentError(f"{PHRASES}:{number}: there is no `{'`, `'.join(sorted(missing))}`")
        rows.append(row)
    return rows


async def measure(folder: Path, bot: Mapping[str, bytes], learn: Learn, *, peers: bool = False) -> list[Row]:
    """``bot``: the examples of a bot about something else in these four languages. Raises ContentError, OSError."""
    missing = [language for language in LANGUAGES if language not in bot]
    if missing:
        raise ContentError(f"the bot has no examples in {', '.join(missing)}: name one with all four by --bot")
    texts, notes = messages(folder)
    support = read_set(folder, SETS[:4]).train
    rows = await _of(learn, bot, "a bot of another trade", texts)
    rows += await _of(learn, as_files(support), "the bot of support4", texts)
    rows += _lingua(texts) if peers else []
    return [noted(rows[0], notes), *rows[1:]]


def _lingua(texts: Sequence[Sentence]) -> list[Row]:
    """The detector that is known as the best for short texts, limited to the four, in its exact mode (145 MB). Blocks."""
    try:
        lingua = import_module("lingua")
    except ImportError:
        return [Row(name=NAME, by=LINGUA, failed="lingua is not installed: `pip install 'lotse[bench]'`")]
    known = {language.iso_code_639_1.name.lower(): language for language in lingua.Language.all()}
    detector = lingua.LanguageDetectorBuilder.from_languages(*(known[code] for code in LANGUAGES)).build()
    found = [(row, detector.detect_language_of(row.text) == known[row.language]) for row in texts]
    parts = {
        "first message": found,
        f"first message, ≤ {SHORT} characters": [each for each in found if len(each[0].text) <= SHORT],
    } | {f"first message, {code}": [each for each in found if each[0].language == code] for code in LANGUAGES}
    return [
        share_row(Share(hits=sum(right for _, right in part), of=len(part)), name=NAME, by=LINGUA, measured=measured, learnt=0)
        for measured, part in parts.items()
    ]  # fmt: skip


async def _of(learn: Learn, files: Mapping[str, bytes], by: str, texts: Sequence[Sentence]) -> list[Row]:
    nlu = next(iter((await learn(files)).values()))  # all heads have one detector
    found = [(row, await _told(nlu, row.text, "")) for row in texts]
    rows = [
        _row("first message", by, [(row.language, told) for row, told in found], WANTED),
        _row(f"first message, ≤ {SHORT} characters", by, [(r.language, told) for r, told in found if len(r.text) <= SHORT]),
        *(
            _row(f"first message, {language}", by, [(r.language, told) for r, told in found if r.language == language])
            for language in LANGUAGES
        ),
    ]  # fmt: skip
    each = [row.figure for row in rows[2:] if row.figure is not None]
    mean = Row(name=NAME, by=by, measured="first message, mean of languages", figure=sum(each) / len(each), texts=len(texts), goal=WANTED)  # fmt: skip
    known = [(row.language, await _told(nlu, row.text, row.language)) for row in texts]
    other = [(row.language, await _told(nlu, row.text, _next(row.language))) for row in texts]
    return [
        *rows,
        mean,
        _row("in a conversation in it", by, known, WANTED),
        _row("after messages in another one", by, other),
    ]


def _next(language: str) -> str:
    return LANGUAGES[(LANGUAGES.index(language) + 1) % len(LANGUAGES)]


async def _told(nlu: Nlu, text: str, spoken: str) -> str:
    return (await nlu.understand(text, spoken)).language or spoken


def _row(measured: str, by: str, pairs: Sequence[tuple[str, str]], goal: Goal | None = None) -> Row:
    share = Share(hits=sum(wanted == told for wanted, told in pairs), of=len(pairs))
    silent = sum(not told for _, told in pairs)
    note = f"{silent} without an answer" if silent else ""
    return share_row(share, name=NAME, by=by, measured=measured, learnt=0, goal=goal, note=note)
