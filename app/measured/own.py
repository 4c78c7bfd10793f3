"""A bot's own figures: on its examples, each by a model that never saw it, and on sentences that were held back."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from conversation.errors import ContentError
from conversation.understanding import Intent
from nlu.encoding import Floats
from nlu.measuring.chains import Encode, Learn, answers
from nlu.measuring.metrics import OUT, Answer, in_scope, out_of_scope
from nlu.measuring.peers import PEERS, NotInstalledError
from nlu.measuring.rows import Row, share_row
from nlu.measuring.sets import Sentence
from nlu.read import OTHER
from nlu.train import held_out, rows_of

HELD_OUT = "the bot, held out"
FIRST = "right intent first"
ACCEPT = 0.75
"""The usual score from which a bot acts without asking back."""


async def measure(
    bot: Mapping[str, bytes], sentences: Path | None, learn: Learn, encode: Encode, *, seed: int, peers: bool
) -> list[Row]:
    """Raises ContentError, OSError. Peers block."""
    rows = await asyncio.to_thread(_cross_validated, bot, *await encode(bot))
    if sentences is None:
        return rows
    texts = _read(sentences, set(bot))
    languages = [sentence.language for sentence in texts]
    learnt = rows_of(bot)
    for head, nlu in (await learn(bot)).items():
        rows += _rows(HELD_OUT, head, languages, await answers(nlu, texts), len(learnt))
    for name in PEERS if peers else ():
        rows += _peer(
            name, [Sentence(text=text, label=intent, language=its) for its, intent, text in learnt], texts, seed
        )
    return rows


def _peer(name: str, learnt: Sequence[Sentence], texts: Sequence[Sentence], seed: int) -> list[Row]:
    """`other` is a label like any other to them; whether they are sure says nothing here: their scores are no probabilities."""
    try:
        given = PEERS[name](learnt, seed)(texts)
    except NotInstalledError as error:
        return [Row(name=HELD_OUT, by=name, failed=str(error))]
    rows = _rows(HELD_OUT, name, [sentence.language for sentence in texts], given, len(learnt))
    return [replace(row, seed=seed) for row in rows if row.measured == FIRST]


def _cross_validated(
    bot: Mapping[str, bytes], encoded: Mapping[str, Floats], called: Mapping[str, Floats]
) -> list[Row]:
    asked = rows_of(bot)
    rows = []
    for head, found in held_out(bot, encoded, called).items():
        answered = [_answer(intent, given) for (_, intent, _), given in zip(asked, found, strict=True)]
        rows += _rows("the bot, cross-validation", head, [row[0] for row in asked], answered, len(asked) * 4 // 5)
    return rows


def _answer(wanted: str, given: Sequence[Intent]) -> Answer:
    best = given[0] if given else Intent(name="", score=0.0)
    return Answer(wanted=OUT if wanted == OTHER else wanted, given=best.name, score=best.score)


def _rows(name: str, by: str, languages: Sequence[str], answered: Sequence[Answer], learnt: int) -> list[Row]:
    rows = []
    for language in sorted(set(languages)):
        mine = [answer for answer, its in zip(answered, languages, strict=True) if its == language]
        for share, measured in (
            (in_scope(mine), FIRST),
            (in_scope(mine, ACCEPT), f"accepted at {ACCEPT}, right"),
            (out_of_scope(mine, ACCEPT), "`other` gets no intent (nor a greeting)"),
        ):
            rows.append(share_row(share, name=f"{name}, {language}", by=by, measured=measured, learnt=learnt))
    return rows


def _read(path: Path, languages: set[str]) -> list[Sentence]:
    """Language to intent to texts. Raises ContentError, OSError."""
    try:
        found: Any = YAML(typ="safe", pure=True).load(path)
        return [
            Sentence(text=str(text), label=OUT if intent == OTHER else intent, language=language)
            for language, intents in found.items()
            if language in languages
            for intent, texts in intents.items()
            for text in texts
        ]
    except (YAMLError, AttributeError, TypeError) as error:
        raise ContentError(f"{path.name}: there must be languages, in them intents, in them texts: {error}") from error
