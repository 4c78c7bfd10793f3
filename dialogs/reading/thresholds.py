"""``nlu:`` of ``bot.yaml`` → how sure the bot must be of what free text means, in general and in each language."""

from collections.abc import Collection
from typing import Final

import msgspec

from conversation.value import Data
from dialogs.model import Thresholds
from dialogs.reading.reader import Reader
from dialogs.reading.source import Path

_AT: Final[Path] = ("nlu",)
_SCORES: Final = ("accept", "offer", "margin")


def read_thresholds(r: Reader, data: Data, languages: Collection[str]) -> Thresholds:
    """``languages``: the bot's. What a language does not say for itself is as in general."""
    body = r.mapping(data, _AT, (*_SCORES, "choices", "languages"))
    plain = Thresholds()
    choices = r.whole(body.get("choices"), (*_AT, "choices"), low=1, high=5, default=plain.choices)
    usual = _scores(r, body, _AT, msgspec.structs.replace(plain, choices=choices))
    at = (*_AT, "languages")
    own = {}
    for language, item in r.mapping(body.get("languages"), at).items():
        if language not in languages:
            todo = f"use one of {', '.join(languages)}, or add it to `languages`"
            r.complain((*at, language), f"the bot does not speak “{language}”", todo)
        own[language] = _scores(r, r.mapping(item, (*at, language), _SCORES), (*at, language), usual)
    return msgspec.structs.replace(usual, languages=own)


def _scores(r: Reader, body: dict[str, Data], at: Path, usual: Thresholds) -> Thresholds:
    found = msgspec.structs.replace(
        usual,
        accept=r.score(body.get("accept"), (*at, "accept"), usual.accept),
        offer=r.score(body.get("offer"), (*at, "offer"), usual.offer),
        margin=r.score(body.get("margin"), (*at, "margin"), usual.margin),
    )
    if found.offer > found.accept:
        where = next((key for key in ("offer", "accept") if key in body), "")
        message = f"the bot would act on a score of {found.accept} before it asks back at {found.offer}"
        r.complain((*at, where) if where else at, message, "`offer` is at most as high as `accept`")
    return found
