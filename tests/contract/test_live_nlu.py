"""A version understands by the model that it was published with: nobody trains it again, and equal examples share one."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.live_nlu import KEPT, Models, NoNlu
from app.publishing import prepare, publish
from nlu.cache import cache_path
from nlu.layers.chain import Layers
from store.sql import SqlStore
from tests.support.engines import BOT

EXAMPLES = {"en": b"intents: {}"}
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Trained(NoNlu):
    """What it has is the name of its file."""

    def __init__(self, name: str) -> None:
        self.name = name


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    opened = await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db")
    yield opened
    await opened.close()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[bytes | None]:
    """What lay in the cache whenever a model was opened; None: it had to be trained."""
    found: list[bytes | None] = []

    async def open_nlu(examples: Mapping[str, bytes], cache: Path, layers: Layers, name: str = "") -> Trained:
        path = cache / name if name else cache_path(cache, examples, layers.names)
        found.append(path.read_bytes() if path.is_file() else None)
        return Trained(path.name)

    monkeypatch.setattr("app.live_nlu.open_nlu", open_nlu)
    monkeypatch.setattr("app.publishing.open_nlu", open_nlu)
    return found


async def test_another_process_gets_the_model_that_was_published(
    store: SqlStore, tmp_path: Path, opened: list[bytes | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    trained = cache_path(here / "nlu", EXAMPLES)
    trained.parent.mkdir(parents=True)
    trained.write_bytes(b"the model")
    monkeypatch.setattr("app.publishing.examples_in", lambda _: EXAMPLES)
    draft = await prepare(BOT, here)
    assert draft.model == (trained.name, b"the model")
    await publish(store.bundles, draft, at=AT, author="ann", message="first")
    (kept,) = await store.bundles.all()
    assert kept.release is not None
    assert kept.release.model == trained.name
    opened.clear()
    await Models(there / "nlu", store.bundles).learn(EXAMPLES)
    assert opened == [b"the model"]


async def test_versions_with_the_same_examples_share_a_model(
    store: SqlStore, tmp_path: Path, opened: list[bytes | None]
) -> None:
    models = Models(tmp_path, store.bundles)
    one, two = await models.learn(EXAMPLES), await models.learn(dict(EXAMPLES))
    assert one is two
    assert opened == [None]
    for number in range(KEPT):
        await models.learn({"en": f"intents: {{}} # {number}".encode()})
    await models.learn(EXAMPLES)
    assert len(opened) == KEPT + 2, "the one that was not used for longest went"


async def test_a_bot_without_examples_understands_nothing(store: SqlStore, tmp_path: Path) -> None:
    nlu = await Models(tmp_path, store.bundles).learn({})
    assert (await nlu.understand("my line is dead", "en")).intents == ()
