"""What is measured: the way from a bot's files to an understood text that a running service goes, one for each head of its model."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeAlias

from conversation.ports import Nlu
from nlu.measuring.metrics import Answer
from nlu.measuring.sets import Sentence
from nlu.model import LOCAL
from nlu.service import LocalNlu
from nlu.train import train

Learn: TypeAlias = Callable[[Mapping[str, bytes]], Awaitable[Mapping[str, Nlu]]]
"""A bot's files to what answers by each head of the model trained on them. Raises ContentError for files that no bot could have."""


async def learn(files: Mapping[str, bytes]) -> Mapping[str, Nlu]:
    """See ``Learn``."""
    model = await asyncio.to_thread(train, files)
    return {LOCAL: LocalNlu(model)}


async def answers(nlu: Nlu, sentences: Iterable[Sentence]) -> list[Answer]:
    """What each sentence is taken for as a first message."""
    return [await answer(nlu, sentence.text, sentence.label) for sentence in sentences]


async def answer(nlu: Nlu, text: str, wanted: str) -> Answer:
    intents = (await nlu.understand(text, "")).intents
    return Answer(wanted=wanted, given=intents[0].name if intents else "", score=intents[0].score if intents else 0.0)
