"""``lotse doctor`` on the language layers: which are there, and whether those elsewhere answer. Changes nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from time import perf_counter
from typing import Final, Literal, TypeAlias

from app.nlu_layers import endpoint_of, rasa_of, wanted
from app.settings import NluSettings, Settings
from conversation.errors import LotseError
from nlu.encoding import EncoderError

PATIENCE: Final = 3.0
"""Seconds for whoever is asked to answer."""
_Told: TypeAlias = tuple[Literal["ok", "warn"], str, str, str]
_QUESTION: Final = "Hallo"
"""Says nothing about any customer."""


async def language_lines(settings: Settings) -> AsyncIterator[_Told]:
    """Level, part, what is so, and what to do."""
    asked = settings.nlu
    there, wrong = [], []
    for name, check in (("path", _path), ("minilm", _minilm), ("spacy", _spacy), ("multilingual", _multilingual)):
        if not wanted(asked, name):
            continue
        try:
            there += await asyncio.to_thread(_said, name, check(asked))
        except EncoderError as error:
            wrong.append(str(error))
    for says in wrong:
        yield "warn", "language", says, "until then texts are understood without it"
    yield "ok", "language", ", ".join([*there, "words and letters"]), ""
    if asked.endpoint.url and wanted(asked, "endpoint"):
        yield await _endpoint(asked)
    if asked.rasa.url:
        yield await _rasa(asked)


def _said(name: str, more: Iterator[str]) -> list[str]:
    return [f"{name}{each}" for each in more]


# ── of this machine: what is said of each that is there ──────────────────────────────────────────────────────────────


def _path(asked: NluSettings) -> Iterator[str]:
    from nlu.encoders.local_model import open_local

    if asked.model is not None:
        open_local(asked.model, asked.model_languages)
        yield f" ({asked.model})"


def _minilm(_: NluSettings) -> Iterator[str]:
    from nlu.encoders.minilm import check_weights, minilm_folder

    folder = minilm_folder()
    if folder is not None:
        check_weights(folder)
        yield " (en)"


def _spacy(_: NluSettings) -> Iterator[str]:
    from nlu.encoders.spacy_vectors import known_languages

    packages = known_languages()
    if packages:
        yield f" ({', '.join(packages.values())})"


def _multilingual(_: NluSettings) -> Iterator[str]:
    from nlu.encoders.multilingual_weights import check_package

    check_package()
    yield ""


# ── elsewhere ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _endpoint(asked: NluSettings) -> _Told:
    if not asked.endpoint.model:
        todo = "set LOTSE_NLU__ENDPOINT__MODEL to what it calls its model: until then texts are understood without it"
        return "warn", "endpoint", "it needs a model's name", todo
    encoder = endpoint_of(asked)
    began = perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            vectors = await encoder.encode((_QUESTION,), "de")
    except (LotseError, TimeoutError) as error:
        says = str(error) or f"{encoder.url} does not answer within {PATIENCE:g} s"
        return (
            "warn",
            "endpoint",
            says,
            "start it, or correct LOTSE_NLU__ENDPOINT__…: until then texts are understood without it",
        )
    finally:
        await encoder.close()
    says = f"{encoder.url}: {asked.endpoint.model}, vectors of {vectors.shape[1]} numbers"
    return _timed("endpoint", says, perf_counter() - began, asked.endpoint.limit)


async def _rasa(asked: NluSettings) -> _Told:
    nlu = rasa_of(asked)
    began = perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            await nlu.parse(_QUESTION, (), ())
    except (LotseError, TimeoutError) as error:
        says = str(error) or f"{nlu.url} does not answer within {PATIENCE:g} s"
        return (
            "warn",
            "rasa",
            says,
            "start it with a model, or correct LOTSE_NLU__RASA__…: until then the other layers answer",
        )
    finally:
        await nlu.close()
    return _timed("rasa", f"{nlu.url} understands", perf_counter() - began, asked.rasa.limit)


def _timed(part: str, says: str, seconds: float, limit: float) -> _Told:
    told = f"{says}, in {seconds:.2f} s"
    if seconds <= limit:
        return "ok", part, told, ""
    todo = f"it may take {limit:g} s: give it more, up to 0.9, or a quicker machine"
    return "warn", part, told, todo
