"""Vectors from an endpoint like OpenAI's: its answers in our words, and every answer that is none refused with a sentence."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from aiohttp import web

from nlu.encoders import endpoint as endpoint_module
from nlu.encoders.endpoint import MAX_TEXT, EndpointEncoder
from nlu.encoding import EncoderError
from tests.support.embeddings_server import (
    EmbeddingsServer,
    Play,
    answering,
    backwards,
    embedded,
    embeddings_server,
    raw,
    vector_of,
)
from tests.support.process import free_port


@asynccontextmanager
async def asking(play: Play = embedded, **told: Any) -> AsyncIterator[tuple[EndpointEncoder, EmbeddingsServer]]:
    async with embeddings_server(play) as server:
        encoder = EndpointEncoder(server.url, "small-model", **told)
        try:
            yield encoder, server
        finally:
            await encoder.close()


def unit(text: str) -> Any:
    vector = np.array(vector_of(text))
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("play", [embedded, backwards])
@pytest.mark.parametrize("batch", [2, 64])
async def test_each_text_gets_its_own_vector_of_length_one(play: Play, batch: int) -> None:
    texts = ["where is my order", "no", "cancel it", "go on then", "Привіт"]
    async with asking(play, batch=batch) as (encoder, server):
        found = await encoder.encode(texts, "en")
        assert np.abs(found - [unit(text) for text in texts]).max() < 1e-6
        assert found.dtype == np.float32
        assert [len(body["input"]) for body in server.bodies] == ([2, 2, 1] if batch == 2 else [5])


async def test_request_has_the_model_and_the_key_and_asks_for_plain_numbers() -> None:
    async with asking(key="s3cret") as (encoder, server):
        await encoder.encode(["hello"], "en")
        assert server.bodies == [{"model": "small-model", "input": ["hello"], "encoding_format": "float"}]
        assert server.keys == ["Bearer s3cret"]


async def test_without_a_key_none_is_shown_and_size_is_asked_for_only_if_set() -> None:
    async with asking(dims=3) as (encoder, server):
        await encoder.encode(["hello"], "en")
        assert server.keys == [""]
        assert server.bodies[0]["dimensions"] == 3


async def test_address_may_be_given_with_its_last_part() -> None:
    async with embeddings_server(embedded) as server:
        encoder = EndpointEncoder(f"{server.url}/embeddings/", "m")
        assert (await encoder.encode(["hello"], "en")).shape == (1, 3)
        await encoder.close()


async def test_text_without_a_word_is_not_sent_and_a_long_one_is_cut() -> None:
    async with asking() as (encoder, server):
        found = await encoder.encode(["", "👍 !", "x" * 5_000, "half \ud83d pair"], "en")
        assert [bool(row.any()) for row in found] == [False, False, True, True]
        assert server.bodies[0]["input"] == ["x" * MAX_TEXT, "half ? pair"]


async def test_nothing_to_send_asks_nobody() -> None:
    async with asking(dims=3) as (encoder, server):
        assert (await encoder.encode(["!"], "en")).shape == (1, 3)
        assert (await encoder.encode([], "en")).shape == (0, 3)
        assert server.bodies == []


def row(index: int, *numbers: float) -> dict[str, Any]:
    return {"index": index, "embedding": numbers}


@pytest.mark.parametrize(
    ("play", "says"),
    [
        (raw(b"", 401), "it answers with status 401: check the key"),
        (raw(b"", 404), "status 404: check the address and the model's name"),
        (raw(b'{"error": "slow down"}', 429), "status 429: it gets more than it wants to take"),
        (raw(b"", 503), "it answers with status 503"),
        (raw(b"<html>"), "its answer is not one of /v1/embeddings"),
        (raw(b"\xff\xfe"), "its answer is not one of /v1/embeddings"),
        (raw(b"[" * 100_000), "its answer is not one of /v1/embeddings"),
        (raw(b'{"data": [{"index": 0, "embedding": "QUJD"}]}'), "its answer is not one of /v1/embeddings"),
        (answering([]), "2 texts were sent, and the vectors that came are not one for each"),
        (answering([row(0, 1), row(0, 1)]), "not one for each"),
        (answering([row(0, 1), row(1, 1), row(2, 1)]), "not one for each"),
        (answering([row(0, 1), row(1, 1, 2)]), "vectors of 1, 2 numbers"),
        (answering([row(0), row(1)]), "vectors of 0 numbers"),
    ],
)
async def test_answer_that_is_none_is_refused_with_a_sentence(play: Play, says: str) -> None:
    async with asking(play) as (encoder, server):
        with pytest.raises(EncoderError) as caught:
            await encoder.encode(["my secret", "text"], "en")
        assert f"encoder endpoint/small-model: {server.url}: " in str(caught.value)
        assert says in str(caught.value)
        assert "secret" not in str(caught.value)


async def test_vector_that_holds_no_number_is_refused() -> None:
    async with asking(raw(b'{"data": [{"index": 0, "embedding": [1e999, 1]}]}')) as (encoder, _):
        with pytest.raises(EncoderError):
            await encoder.encode(["a"], "en")


async def test_vectors_of_another_size_than_asked_for_are_refused() -> None:
    async with asking(dims=256) as (encoder, _):
        with pytest.raises(EncoderError, match="vectors of 3 numbers instead of 256"):
            await encoder.encode(["a"], "en")


async def test_size_that_changes_from_request_to_request_is_refused() -> None:
    async def growing(body: dict[str, Any]) -> web.StreamResponse:
        return web.json_response({"data": [row(0, *[1.0] * len(body["input"][0]))]})

    async with asking(growing, batch=1) as (encoder, _):
        with pytest.raises(EncoderError, match="vectors of different sizes: 1, 2"):
            await encoder.encode(["a", "bb"], "en")


async def test_answer_without_an_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_module, "MAX_ANSWER", 1_000)
    async with asking(raw(b" " * 100_000)) as (encoder, _):
        with pytest.raises(EncoderError, match="larger than 1,000 bytes"):
            await encoder.encode(["a"], "en")


async def test_nobody_there_and_a_connection_that_breaks_are_told() -> None:
    nobody = EndpointEncoder(f"http://127.0.0.1:{free_port()}/v1", "m")
    with pytest.raises(EncoderError, match="it does not answer: ConnectError"):
        await nobody.encode(["a"], "en")
    await nobody.close()

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        encoder = EndpointEncoder(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", "m")
        with pytest.raises(EncoderError, match="it does not answer: "):
            await encoder.encode(["a"], "en")
        await encoder.close()


async def test_name_tells_models_and_sizes_apart_and_no_key() -> None:
    async with asking(key="s3cret") as (plain, _), asking(dims=256) as (short, _):
        assert (plain.name, short.name) == ("endpoint/small-model", "endpoint/small-model/256")


async def test_languages_are_those_that_were_named_else_any() -> None:
    async with asking(languages=["en"]) as (some, _), asking() as (all_, _):
        assert [some.suits("en"), some.suits("de"), all_.suits("de")] == [True, False, True]
