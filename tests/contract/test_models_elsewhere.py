"""A model that was trained on one machine, used on others that have other encoders."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from app.live_nlu import Models
from conversation.bundles import Bundle
from conversation.understanding import Passed, Understanding
from nlu.encoding import EncoderError, Floats
from nlu.layers.chain import EncoderLayer, LayeredNlu, Layers
from nlu.layers.watched import Watched
from nlu.service import open_nlu, trained
from store.sql import SqlStore
from tests.support.layers import EXAMPLES

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXT = "wo ist mein Paket"


class Letters:
    """An encoder that counts letters: the same for the same text on every machine. ``well`` False: it fails."""

    def __init__(self, name: str, letters: str = "aeiou", *, well: bool = True) -> None:
        self.name = name
        self.well = well
        self._letters = letters

    def suits(self, language: str) -> bool:
        return language == "de"

    async def encode(self, texts: Sequence[str], language: str) -> Floats:  # noqa: ARG002 - the protocol's
        if not self.well:
            raise EncoderError(self.name, "its server is down")
        counts = np.array([[1 + text.count(letter) for letter in self._letters] for text in texts], np.float32)
        return np.asarray(counts / np.linalg.norm(counts, axis=1, keepdims=True), np.float32)


def layers(*encoders: Letters) -> Layers:
    return Layers(encoders=tuple(EncoderLayer(encoder=each, watched=Watched(each.name, 0.5)) for each in encoders))


ONE, OTHER = Letters("one"), Letters("other", "nrst")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    opened = await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db")
    yield opened
    await opened.close()


async def publish(store: SqlStore, cache: Path, there: Layers, number: int = 1) -> str:
    """The name of the model's file."""
    _, path = await trained(EXAMPLES, cache, there)
    bundle = Bundle(hash=f"v{number}", title="Bot", files={}, made_at=AT)
    await store.bundles.put(bundle, {path.name: await asyncio.to_thread(path.read_bytes)})
    return path.name


async def learnt(store: SqlStore | None, cache: Path, here: Layers) -> tuple[LayeredNlu, list[str]]:
    """What a machine understands by, and what its log said."""

    async def have() -> Layers:
        return here

    with capture_logs() as logs:
        nlu = await Models(cache, store.bundles if store else None, have).learn(EXAMPLES)
    assert isinstance(nlu, LayeredNlu)
    return nlu, [line["event"] for line in logs]


def answer(found: Understanding) -> tuple[str, tuple[Passed, ...], str]:
    return found.by.layer, found.by.passed, found.intents[0].name


async def test_a_machine_without_the_encoder_uses_the_words_of_the_same_model(store: SqlStore, tmp_path: Path) -> None:
    name = await publish(store, tmp_path / "there", layers(ONE))
    nlu, logs = await learnt(store, tmp_path / "here", layers())
    assert (nlu.name, logs) == (name, [])
    assert answer(await nlu.understand(TEXT, "de")) == ("local", (), "order")


async def test_a_machine_with_the_encoder_uses_all_of_it(store: SqlStore, tmp_path: Path) -> None:
    name = await publish(store, tmp_path / "there", layers(ONE))
    nlu, logs = await learnt(store, tmp_path / "here", layers(Letters("one")))
    assert (nlu.name, logs) == (name, [])
    assert answer(await nlu.understand(TEXT, "de")) == ("local+one", (), "order")


async def test_a_machine_with_more_encoders_says_which_ones_the_model_does_not_know(
    store: SqlStore, tmp_path: Path
) -> None:
    name = await publish(store, tmp_path / "there", layers(ONE))
    nlu, logs = await learnt(store, tmp_path / "here", layers(OTHER, ONE))
    assert (nlu.name, logs) == (name, ["nlu_layers_untrained"])
    assert nlu.untrained == ("other",)
    found = await nlu.understand(TEXT, "de")
    assert answer(found) == ("local+one", (Passed(layer="other", why="untrained"),), "order")


async def test_of_several_models_the_one_for_the_encoders_that_are_here_is_used(
    store: SqlStore, tmp_path: Path
) -> None:
    await publish(store, tmp_path / "there", layers(), 1)
    both = await publish(store, tmp_path / "there", layers(ONE, OTHER), 2)
    one = await publish(store, tmp_path / "there", layers(ONE), 3)
    assert (await learnt(store, tmp_path / "a", layers(ONE)))[0].name == one
    assert (await learnt(store, tmp_path / "b", layers(OTHER, ONE)))[0].name == both


async def test_what_was_published_for_other_examples_is_not_used(store: SqlStore, tmp_path: Path) -> None:
    _, path = await trained({**EXAMPLES, "de": EXAMPLES["de"] + b" # once more"}, tmp_path / "there")
    await store.bundles.put(Bundle(hash="v1", title="Bot", files={}, made_at=AT), {path.name: b"the model"})
    nlu, logs = await learnt(store, tmp_path / "here", layers())
    assert (nlu.name != path.name, logs) == (True, ["nlu_trained"])


async def test_where_nothing_was_published_a_machine_trains_with_what_it_has(tmp_path: Path) -> None:
    nlu, logs = await learnt(None, tmp_path, layers(ONE, OTHER))
    assert logs == ["nlu_trained"]
    assert (await nlu.understand(TEXT, "de")).by.layer == "local+one+other"
    again, logs = await learnt(None, tmp_path, layers(ONE, OTHER))
    assert (again.name, logs) == (nlu.name, [])


async def test_an_encoder_that_fails_while_a_model_is_trained_is_left_out_and_tried_the_next_time(
    tmp_path: Path,
) -> None:
    down = Letters("other", "nrst", well=False)
    nlu, logs = await learnt(None, tmp_path, layers(ONE, down))
    assert logs == ["nlu_encoder_left_out", "nlu_trained", "nlu_layers_untrained"]
    assert (await nlu.understand(TEXT, "de")).by.layer == "local+one"
    down.well = True
    nlu, logs = await learnt(None, tmp_path, layers(ONE, down))
    assert logs == ["nlu_trained"]
    assert (await nlu.understand(TEXT, "de")).by.layer == "local+one+other"


async def test_an_endpoint_whose_vectors_have_another_size_by_now_is_left_out(tmp_path: Path) -> None:
    nlu = await open_nlu(EXAMPLES, tmp_path, layers(ONE))
    changed = await open_nlu(EXAMPLES, tmp_path, layers(Letters("one", "aeiouy")))
    assert changed.name == nlu.name
    found = await changed.understand(TEXT, "de")
    assert answer(found) == ("local", (Passed(layer="one", why="down"),), "order")


async def test_a_language_that_the_encoder_does_not_suit_keeps_its_words(tmp_path: Path) -> None:
    nlu = await open_nlu(EXAMPLES, tmp_path, layers(ONE))
    found = await nlu.understand("де моя посилка", "uk")
    assert answer(found) == ("local", (Passed(layer="one", why="unsuited"),), "order")
