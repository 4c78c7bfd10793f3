"""Models as ``.onnx`` files, with a session that is played: what they are fed, and what is made of what they give."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from nlu.encoders.bert import Pooling
from nlu.encoders.local_model import open_local
from nlu.encoders.onnx_file import OnnxEncoder
from nlu.encoders.pieces import Pieces
from nlu.encoding import EncoderError
from tests.support.tiny_bert import write_model, write_tokenizer


@dataclass(frozen=True)
class Named:
    name: str
    shape: Sequence[Any] = ("batch", "length", 2)


@dataclass
class PlayedSession:
    """Gives each piece its number and its place as a vector."""

    inputs: Sequence[str] = ("input_ids", "attention_mask", "token_type_ids")
    outputs: Sequence[str] = ("last_hidden_state",)
    feeds: list[Mapping[str, Any]] = field(default_factory=list)
    fails: bool = False

    def get_inputs(self) -> Sequence[Any]:
        return [Named(name) for name in self.inputs]

    def get_outputs(self) -> Sequence[Any]:
        return [Named(name) for name in self.outputs]

    def run(self, output_names: Sequence[str], input_feed: Mapping[str, Any]) -> Sequence[Any]:
        self.feeds.append(input_feed)
        if self.fails:
            raise RuntimeError("no such shape")
        ids = input_feed["input_ids"]
        places = np.broadcast_to(np.arange(ids.shape[1]), ids.shape)
        pieces = np.stack([ids, places], axis=2).astype(np.float32)
        return [pieces[:, -1] if output_names == ["sentence_embedding"] else pieces]


def encoder(tmp_path: Path, session: PlayedSession, pooling: Pooling = "mean") -> OnnxEncoder:
    write_tokenizer(tmp_path / "tokenizer.json")
    return OnnxEncoder("path/x", session, Pieces(tmp_path / "tokenizer.json", "path/x"), pooling)


def unit(*numbers: float) -> Any:
    return np.array(numbers) / np.linalg.norm(numbers)


async def test_mean_leaves_out_what_only_fills_up(tmp_path: Path) -> None:
    session = PlayedSession()
    found = await encoder(tmp_path, session).encode(["order", "where is my order"], "en")
    assert np.abs(found - [unit(2 + 7 + 3, 0 + 1 + 2), unit(2 + 4 + 5 + 6 + 7 + 3, 15)]).max() < 1e-6
    assert session.feeds[0]["attention_mask"].tolist() == [[1, 1, 1, 0, 0, 0], [1] * 6]
    assert session.feeds[0]["input_ids"].dtype == np.int64


async def test_first_piece_stands_for_the_text_where_the_model_says_so(tmp_path: Path) -> None:
    found = await encoder(tmp_path, PlayedSession(), "first").encode(["order"], "en")
    assert found.tolist() == [[1, 0]]


async def test_vector_of_a_sentence_is_taken_as_it_is(tmp_path: Path) -> None:
    session = PlayedSession(outputs=("last_hidden_state", "sentence_embedding"))
    assert np.abs((await encoder(tmp_path, session).encode(["order"], "en"))[0] - unit(3, 2)).max() < 1e-6


async def test_model_is_fed_only_what_it_asks_for_and_texts_with_nothing_known_are_not_fed(tmp_path: Path) -> None:
    session = PlayedSession(inputs=("input_ids",))
    found = await encoder(tmp_path, session).encode(["", "order", "👍"] * 20, "en")
    assert [len(feed["input_ids"]) for feed in session.feeds] == [16, 4]
    assert set(session.feeds[0]) == {"input_ids"}
    assert [bool(row.any()) for row in found] == [False, True, False] * 20
    assert (await encoder(tmp_path, PlayedSession()).encode([""], "en")).shape == (1, 2)


async def test_model_that_fails_is_told_without_the_text(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"path/x: the model could not be run: RuntimeError$"):
        await encoder(tmp_path, PlayedSession(fails=True)).encode(["order"], "en")


def test_model_that_is_none_of_sentences_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="the model asks for pixel_values"):
        encoder(tmp_path, PlayedSession(inputs=("input_ids", "pixel_values")))
    with pytest.raises(EncoderError, match=r"of its outputs \(logits\) none is known"):
        encoder(tmp_path, PlayedSession(outputs=("logits",)))


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """onnxruntime as far as it is used."""

    class Options:
        intra_op_num_threads = 0

    def session(file: str, options: Options, providers: list[str]) -> PlayedSession:
        if Path(file).read_bytes() != b"model":
            raise ValueError("INVALID_PROTOBUF")
        assert (options.intra_op_num_threads, providers) == (1, ["CPUExecutionProvider"])
        return PlayedSession()

    module = ModuleType("onnxruntime")
    vars(module).update(InferenceSession=session, SessionOptions=Options)
    monkeypatch.setitem(sys.modules, "onnxruntime", module)
    return module


async def test_file_in_a_folder_of_sentence_transformers_is_run_with_its_pooling(
    tmp_path: Path, runtime: ModuleType
) -> None:
    folder = write_model(tmp_path / "m", pooling="cls")
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(b"model")
    opened = open_local(folder / "onnx" / "model.onnx", ["en"])
    assert (await opened.encode(["order"], "en")).tolist() == [[1, 0]]
    assert [opened.suits("en"), opened.suits("de"), opened.name.partition("/")[0]] == [True, False, "path"]


def test_file_without_a_tokenizer_or_that_cannot_be_read_is_told(tmp_path: Path, runtime: ModuleType) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(b"other")
    with pytest.raises(EncoderError, match=r"there must be a tokenizer.json beside it, or in the folder above"):
        open_local(file)
    write_tokenizer(tmp_path / "tokenizer.json")
    with pytest.raises(EncoderError, match=r"model.onnx: the file can't be read: INVALID_PROTOBUF"):
        open_local(file)


def test_without_onnxruntime_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    (tmp_path / "model.onnx").write_bytes(b"model")
    with pytest.raises(EncoderError, match=r"pip install 'lotse\[onnx\]'"):
        open_local(tmp_path / "model.onnx")


async def test_folder_with_a_model_of_berts_kind_needs_no_runtime(tmp_path: Path) -> None:
    assert (await open_local(write_model(tmp_path / "m")).encode(["order"], "en")).shape == (1, 8)


def test_path_with_nothing_or_something_else_is_told(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="there is nothing at this path"):
        open_local(tmp_path / "gone")
    with pytest.raises(EncoderError, match=r"give a folder with config.json, tokenizer.json and model.safetensors"):
        open_local(tmp_path)
