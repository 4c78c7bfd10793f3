"""What is measured: the way from a bot's files to an understood text that a running service goes, one for each head of its model."""

import asyncio
from collections.abc import Iterable, Mapping

from conversation.ports import Nlu
from nlu.measuring.metrics import Answer
from nlu.measuring.sets import Sentence
from nlu.model import LOCAL
from nlu.service import LocalNlu
from nlu.train import train


async def learn(files: Mapping[str, bytes]) -> dict[str, Nlu]:
    """Head's name to what answers by it. Raises ContentError for files that no bot could have."""
    model = await asyncio.to_thread(train, files)
    return {LOCAL: LocalNlu(model)}


async def answers(nlu: Nlu, sentences: Iterable[Sentence], *, spoken: bool = False) -> list[Answer]:
    """What each sentence is taken for, as a first message (``spoken``: in a conversation in its language)."""
    return [
        await answer(nlu, sentence.text, sentence.label, sentence.language if spoken else "") for sentence in sentences
    ]


async def answer(nlu: Nlu, text: str, wanted: str, language: str = "") -> Answer:
    intents = (await nlu.understand(text, language)).intents
    return Answer(wanted=wanted, given=intents[0].name if intents else "", score=intents[0].score if intents else 0.0)
