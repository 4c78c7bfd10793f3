"""From a bot's files to what is found out about its examples."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.bot_folder import compile_files, examples_in
from conversation.errors import ContentError
from conversation.understanding import Intent
from dialogs.model import Bot, Choose
from dialogs.reading.bot import Files
from nlu.doubles import Doubles, doubles_of
from nlu.encoding import Floats
from nlu.evaluation.compare import Comparison, compare
from nlu.evaluation.judged import Judged, Limits
from nlu.evaluation.limits import COST
from nlu.evaluation.lines import lines_of
from nlu.evaluation.report import Report, judge, make_report
from nlu.folds import deal
from nlu.layers.chain import Layers
from nlu.layers.examples import encode_rows
from nlu.model import LOCAL
from nlu.names import names_of
from nlu.read import OTHER, Examples, Row, read_examples


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A bot's examples, each judged by models that know neither it nor what says the same. ``floor``: by words and letters alone."""

    title: str
    read: Sequence[Examples]
    rows: Sequence[Row]
    encoded: Mapping[str, Floats]
    called: Mapping[str, Floats]
    doubles: Doubles
    limits: Mapping[str, Limits]
    head: str
    judged: Sequence[Judged]
    floor: Sequence[Judged]
    folds: int
    seed: int

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that have examples, as the bot's files are named."""
        return tuple(sorted({language for language, _, _ in self.rows}))


async def look_into(files: Files, layers: Layers, *, seed: int = 0) -> Subject:
    """``files``: of a bot folder. Raises BotError, and ContentError for examples that can't be used."""
    from nlu.train import rows_of

    examples = examples_in(files)
    if not examples:
        raise ContentError("nlu/: there is no <language>.yaml to evaluate; add one with `intents:` and examples")
    rules = await asyncio.to_thread(compile_files, files)
    rows = await asyncio.to_thread(rows_of, examples)
    encoded, called = await encode_rows(rows, layers)
    doubles = await asyncio.to_thread(doubles_of, rows, encoded)
    said = await asyncio.to_thread(_held_out, examples, encoded, called, seed)
    head, lines = max(said, key=lambda name: name.count("+")), lines_of(examples)
    return Subject(
        title=rules.bot.title,
        read=read_examples(examples),
        rows=rows,
        encoded=encoded,
        called=called,
        doubles=doubles,
        limits=_limits(rules.bot, rows),
        head=head,
        judged=judge(rows, lines, said[head]),
        floor=judge(rows, lines, said[LOCAL]),
        folds=len(deal(rows, doubles.together, seed).folds),
        seed=seed,
    )


def report_on(subject: Subject, languages: Sequence[str] = (), cost: float = COST) -> Report:
    """``languages``: only those. Raises ContentError for one without examples."""
    for language in languages:
        if language not in subject.languages:
            raise ContentError(f"there is no nlu/{language}.yaml; there are examples in {', '.join(subject.languages)}")
    return make_report(
        subject.judged,
        subject.floor,
        title=subject.title,
        head=subject.head,
        folds=subject.folds,
        seed=subject.seed,
        doubles=subject.doubles,
        limits=subject.limits,
        languages=languages or subject.languages,
        encoded=subject.encoded,
        cost=cost,
    )


async def compare_with(new: Subject, name: str, files: Files, layers: Layers) -> Comparison:
    """``files``: of the version ``name`` that runs. Raises BotError and ContentError as ``look_into`` does."""
    old = await look_into(files, layers, seed=new.seed)
    was, now = dict(zip(old.rows, old.judged, strict=True)), dict(zip(new.rows, new.judged, strict=True))
    texts_before, texts_now = ({_said(row) for row in rows} for rows in (old.rows, new.rows))
    shared = [row for row in new.rows if row in was]
    added = [row for row in new.rows if _said(row) not in texts_before]
    unseen = await asyncio.to_thread(_ask, old, new, added)
    before = [was[row] for row in shared] + [
        Judged(language=row[0], wanted=row[1], text=row[2], guesses=unseen[row]) for row in added if row in unseen
    ]
    after = [now[row] for row in shared] + [now[row] for row in added if row in unseen]
    return compare(
        name,
        before,
        after,
        ({**new.limits, **old.limits}, new.limits),
        added=len(unseen),
        moved=sum(row not in was and _said(row) in texts_before for row in new.rows),
        removed=sum(_said(row) not in texts_now for row in old.rows),
    )


def _said(row: Row) -> tuple[str, str]:
    return row[0], row[2].casefold()


def _ask(old: Subject, new: Subject, added: Sequence[Row]) -> Mapping[Row, tuple[Intent, ...]]:
    """What models of the old examples say to the new ones. As with the others, each knows four fifths, and nothing that says the same."""
    from nlu.features import Tokenizers, clean
    from nlu.train import train_rows

    if not added:
        return {}
    rows = [*old.rows, *added]
    numbers = {row: number for number, row in enumerate(new.rows)}
    names = [name for name in old.encoded if name in new.encoded]
    places = [numbers[row] for row in added]
    encoded = {name: _stacked(old.encoded[name], new.encoded[name][places]) for name in names}
    folds = deal(rows, doubles_of(rows, encoded).together, new.seed)
    found: dict[Row, tuple[Intent, ...]] = {}
    for fold in folds.folds:
        asked = [number for number in range(len(old.rows), len(rows)) if folds.fold[number] == fold]
        known = _enough(rows, [number for number in range(len(old.rows)) if folds.fold[number] != fold])
        if not asked or len({rows[number][1] for number in known}) < 2:
            continue
        vectors_known = {name: each[known] for name, each in encoded.items()}
        learnt = [rows[number] for number in known]
        model = train_rows(learnt, vectors_known, _names_in(learnt, old, names), old.read)
        tokenizers = Tokenizers(sorted({language for language, _, _ in rows}), model.meta.synonyms)
        for number in asked:
            language, _, text = rows[number]
            vectors = {name: each[number] for name, each in encoded.items() if each[number].any()}
            found[rows[number]] = model.classify(tokenizers.words(clean(text), language), vectors, language)
    return found


def _names_in(learnt: Sequence[Row], old: Subject, encoders: Sequence[str]) -> Mapping[str, Floats]:
    """The vectors of the names of those intents that are learnt, in the same order."""
    there = set(names_of(learnt))
    places = [number for number, name in enumerate(names_of(old.rows)) if name in there]
    return {encoder: old.called[encoder][places] for encoder in encoders}


def _enough(rows: Sequence[Row], numbers: Sequence[int]) -> list[int]:
    """Without the intents that are left with a single example: there is no training on those."""
    intents = [rows[number][1] for number in numbers]
    return [number for number in numbers if intents.count(rows[number][1]) > 1]


def _stacked(one: Floats, other: Floats) -> Floats:
    import numpy as np

    return np.concatenate([one, other])


def _held_out(
    examples: Mapping[str, bytes], encoded: Mapping[str, Floats], called: Mapping[str, Floats], seed: int
) -> Mapping[str, tuple[tuple[Intent, ...], ...]]:
    from nlu.train import held_out

    return held_out(examples, encoded, called, seed)


def _limits(bot: Bot, rows: Sequence[Row]) -> Mapping[str, Limits]:
    """By language."""
    used = set(bot.intents) | {
        option.intent
        for dialog in bot.dialogs.values()
        for step in dialog.steps.values()
        if isinstance(step.verb, Choose)
        for option in step.verb.options
    }
    idle = frozenset({intent for _, intent, _ in rows if intent != OTHER} - used) if bot.intents else frozenset()
    found = {language: bot.thresholds.of(language) for language in {row[0] for row in rows}}
    return {
        language: Limits(accept=each.accept, offer=each.offer, margin=each.margin, choices=each.choices, idle=idle)
        for language, each in found.items()
    }
