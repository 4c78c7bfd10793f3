"""Which sentence encoders a process opens, by its settings and by what is installed; one that can't be opened costs a log line."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.nlu_layers import layers_of, open_layers
from app.settings import Settings
from nlu.encoders.endpoint import EndpointEncoder
from nlu.layers.chain import LayeredNlu, Layers
from tests.support.layers import HeadsModel
from tests.support.rasa_server import parsed, rasa_server
from tests.support.tiny_bert import write_model

URL = "http://127.0.0.1:9/v1"


def settings(var: Path, **nlu: Any) -> Settings:
    return Settings.model_validate({"var": var, "nlu": nlu})


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Weights are laid out once, and do not stay: pytest keeps folders of three runs."""
    folder = tmp_path_factory.mktemp("var")
    yield folder
    shutil.rmtree(folder)


@asynccontextmanager
async def opened(var: Path, **nlu: Any) -> AsyncIterator[Layers]:
    async with layers_of(settings(var, **nlu)) as layers:
        yield layers


async def test_what_comes_along_is_used_unless_others_are_named(var: Path) -> None:
    async with opened(var) as all_, opened(var, layers=["multilingual"]) as one, opened(var, layers=[]) as none:
        assert all_.names == ("minilm", "multilingual")  # scripts/install --dev brings MiniLM
        assert one.names == ("multilingual",)
        assert none.names == ()
    assert [file.suffix for file in (var / "nlu").iterdir()] == [".bin"]


async def test_ones_own_go_before_what_came_along(var: Path, tmp_path: Path) -> None:
    model = write_model(tmp_path / "m")
    endpoint = {"url": URL, "model": "small", "languages": ["en"], "limit": 0.7}
    async with opened(var, model=model, model_languages=["de"], endpoint=endpoint) as layers:
        assert [name.partition("/")[0] for name in layers.names] == [
            "endpoint",
            "path",
            "minilm",
            "multilingual",
        ]
        theirs, own, *_ = (layer.encoder for layer in layers.encoders)
        assert [theirs.suits("en"), theirs.suits("de"), own.suits("en"), own.suits("de")] == [True, False, False, True]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"model": "/nowhere"}, "encoder path /nowhere: there is nothing at this path"),
        ({"endpoint": {"url": URL}}, "the endpoint needs a model's name"),
    ],
)
async def test_encoder_that_cannot_be_opened_is_told_and_the_others_work(
    var: Path, asked: dict[str, Any], says: str
) -> None:
    with capture_logs() as logs:
        async with opened(var, **asked) as layers:
            assert layers.names == ("minilm", "multilingual")
    assert [(line["event"], line["error"]) for line in logs] == [("nlu_encoder_not_opened", says)]


async def test_connections_are_closed_at_the_end(var: Path) -> None:
    async with AsyncExitStack() as stack:
        asked = settings(var, layers=["endpoint"], endpoint={"url": URL, "model": "small"})
        (layer,) = (await open_layers(asked, stack)).encoders
        assert isinstance(layer.encoder, EndpointEncoder)
        assert not layer.encoder._client.is_closed
    assert layer.encoder._client.is_closed


async def test_a_package_that_is_broken_costs_its_encoder_and_no_more(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks() -> None:
        raise ImportError("undefined symbol")

    monkeypatch.setattr("nlu.encoders.minilm.open_minilm", breaks)
    with capture_logs() as logs:
        async with opened(var) as layers:
            assert layers.names == ("multilingual",)
    assert [(line["event"], line["encoder"]) for line in logs] == [("nlu_encoder_not_opened", "minilm")]


async def test_a_rasa_server_of_the_settings_is_asked_before_all_others_and_shown_its_token(var: Path) -> None:
    async with (
        rasa_server(parsed(("order", 0.9))) as server,
        opened(
            var, layers=[], rasa={"url": server.url, "token": "secret", "languages": ["de"], "limit": 0.9}
        ) as layers,
    ):
        nlu = LayeredNlu(HeadsModel(), layers)
        assert (await nlu.understand("wo ist mein Paket", "de")).by.layer == "rasa"
        assert (await nlu.understand("де моя посилка", "uk")).by.layer == "local"
        assert server.tokens == ["secret"]
    assert layers.rasa is not None
    assert layers.rasa.nlu._client.is_closed
