"""Model folders of BERT's kind are run as their authors meant it, and what can't be run is refused with a sentence."""

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, get_args

import numpy as np
import pytest

from nlu.encoders.bert import Bert, Pooling
from nlu.encoders.bert_config import BertConfig
from nlu.encoders.model_folder import FolderEncoder, open_folder
from nlu.encoding import EncoderError
from tests.support.tiny_bert import CONFIG, MPNET, WORDS, slow_vector, tensors, write_json, write_model, write_tensors

Fault: TypeAlias = Callable[[Path], object]
TEXTS = ("where is my order", "cancel it please !", "ORDER", "my where unheard-of order", "is " * 40)
PIECES = ([2, 4, 5, 6, 7, 3], [2, 8, 9, 10, 11, 3], [2, 7, 3], [2, 6, 4, 1, 7, 3], [2, *[5] * 14, 3])


async def vectors(encoder: FolderEncoder, *texts: str) -> Any:
    return await encoder.encode(texts, "en")


@pytest.mark.parametrize("pooling", ["mean", "cls"])
@pytest.mark.parametrize("prefix", ["", "bert."])
async def test_vectors_are_those_of_the_paper(tmp_path: Path, pooling: str, prefix: str) -> None:
    encoder = open_folder(write_model(tmp_path / "m", pooling=pooling, prefix=prefix))
    expected = [slow_vector(pieces, CONFIG, pooling) for pieces in PIECES]
    assert np.abs(await vectors(encoder, *TEXTS) - expected).max() < 1e-5


async def test_wide_vectors_are_the_mean_the_largest_numbers_and_the_mean_of_a_lower_layer(tmp_path: Path) -> None:
    encoder = open_folder(write_model(tmp_path / "m"), pooling="wide")
    expected = [slow_vector(pieces, CONFIG, "wide") for pieces in PIECES]
    assert np.abs(await vectors(encoder, *TEXTS) - expected).max() < 1e-5


async def test_roberta_counts_its_places_from_behind_the_padding(tmp_path: Path) -> None:
    encoder = open_folder(write_model(tmp_path / "m", model_type="xlm-roberta", pad_token_id=1))
    expected = slow_vector(PIECES[0], CONFIG, first=2)
    assert np.abs((await vectors(encoder, TEXTS[0]))[0] - expected).max() < 1e-5
    assert (await vectors(encoder, TEXTS[-1])).shape == (1, 8)  # as long as there are places


@pytest.mark.parametrize("pooling", ["mean", "cls"])
@pytest.mark.parametrize("prefix", ["", "mpnet."])
async def test_mpnet_s_vectors_are_those_of_its_paper(tmp_path: Path, pooling: str, prefix: str) -> None:
    encoder = open_folder(write_model(tmp_path / "m", pooling=pooling, prefix=prefix, **MPNET))
    pieces = [*PIECES[:-1], [2, *[5] * 12, 3]]  # two places are never used
    expected = [slow_vector(each, MPNET, pooling, first=2) for each in pieces]
    assert np.abs(await vectors(encoder, *TEXTS) - expected).max() < 1e-5


async def test_mpnet_counts_its_places_from_two_whatever_the_padding_is(tmp_path: Path) -> None:
    encoder = open_folder(write_model(tmp_path / "m", **{**MPNET, "pad_token_id": 0}))
    expected = slow_vector(PIECES[0], MPNET, first=2)
    assert np.abs((await vectors(encoder, TEXTS[0]))[0] - expected).max() < 1e-5


@pytest.mark.parametrize("pooling", get_args(Pooling))
def test_mpnet_s_pieces_look_at_each_other_by_how_far_apart_they_are(pooling: Pooling) -> None:
    """As far as the last of its buckets, and further. A single place in a wrong one shows in the first piece's vector."""
    config = {**MPNET, "max_position_embeddings": 142}
    pieces = np.random.default_rng(3).integers(len(WORDS), size=140).tolist()
    found = Bert(BertConfig(**config), tensors(config), pooling).vectors([pieces, pieces[:3]])
    expected = [slow_vector(each, config, pooling, first=2) for each in (pieces, pieces[:3])]
    assert np.abs(found - expected).max() < 1e-5


async def test_of_a_text_that_is_too_long_the_beginning_is_encoded(tmp_path: Path) -> None:
    config = {**MPNET, "max_position_embeddings": 100}
    encoder = open_folder(write_model(tmp_path / "m", **config))
    expected = slow_vector([2, *[5] * 62, 3], config, first=2)
    assert np.abs((await vectors(encoder, "is " * 90))[0] - expected).max() < 1e-5


@pytest.mark.parametrize(("kind", "error"), [("F16", 2e-3), ("BF16", 3e-2)])
async def test_weights_may_be_half_as_wide(tmp_path: Path, kind: str, error: float) -> None:
    encoder = open_folder(write_model(tmp_path / "m", kind=kind))
    found = await vectors(encoder, TEXTS[0])
    assert np.abs(found[0] - slow_vector(PIECES[0], CONFIG)).max() < error
    assert found.dtype == np.float32


@pytest.mark.parametrize("config", [CONFIG, MPNET], ids=["bert", "mpnet"])
async def test_neighbours_in_a_batch_change_nothing(tmp_path: Path, config: dict[str, Any]) -> None:
    encoder = open_folder(write_model(tmp_path / "m", **config))
    many = [*TEXTS, "", *reversed(TEXTS)] * 30
    alone = np.concatenate([await vectors(encoder, text) for text in many])
    assert np.abs(await vectors(encoder, *many) - alone).max() < 1e-6


@pytest.mark.parametrize("text", ["", " \n\t", "unheard-of", "\x00", "👍"], ids=ascii)
async def test_text_with_no_known_piece_is_a_row_of_zeros(tmp_path: Path, text: str) -> None:
    assert not (await vectors(open_folder(write_model(tmp_path / "m")), text)).any()


async def test_half_a_surrogate_pair_is_survived(tmp_path: Path) -> None:
    assert (await vectors(open_folder(write_model(tmp_path / "m")), "my \ud83d order")).any()


async def test_prompt_that_the_model_wants_by_default_stands_before_each_text(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m")
    write_json(
        folder / "config_sentence_transformers.json",
        {"prompts": {"ask": "query: ", "keep": "x"}, "default_prompt_name": "ask"},
    )
    encoder = open_folder(folder)
    expected = slow_vector([2, 12, 7, 3], CONFIG)
    assert np.abs((await vectors(encoder, "order"))[0] - expected).max() < 1e-5
    assert not (await vectors(encoder, "")).any()


async def test_it_works_in_a_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = open_folder(write_model(tmp_path / "m"))
    split = encoder._pieces.split
    threads = []

    def watched(text: str) -> list[int]:
        threads.append(threading.current_thread())
        return split(text)

    monkeypatch.setattr(encoder._pieces, "split", watched)
    await vectors(encoder, "order")
    assert threads
    assert threading.main_thread() not in threads


def test_name_tells_other_weights_apart_and_not_other_folders(tmp_path: Path) -> None:
    one, same = open_folder(write_model(tmp_path / "one")), open_folder(write_model(tmp_path / "two"))
    other = open_folder(write_model(tmp_path / "three", pooling="cls"))
    assert one.name == same.name != other.name
    assert one.name.startswith("path/")


def test_languages_are_those_that_were_named_else_any(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m")
    assert [open_folder(folder, ["en"]).suits(language) for language in ("en", "de")] == [True, False]
    assert open_folder(folder).suits("de")


def gone(name: str) -> Fault:
    return lambda folder: (folder / name).unlink()


def holds(name: str, body: bytes) -> Fault:
    return lambda folder: (folder / name).write_bytes(body)


def says(name: str, body: Any) -> Fault:
    return lambda folder: write_json(folder / name, body)


def cut_short(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def without_a_tensor(part: str, config: dict[str, Any] = CONFIG) -> Fault:
    def fault(folder: Path) -> None:
        write_json(folder / "config.json", config)
        write_tensors(
            folder / "model.safetensors", {name: each for name, each in tensors(config).items() if part not in name}
        )

    return fault


DENSE = [{"path": "2_Dense", "type": "sentence_transformers.models.Dense"}]
WEIGHTS = "model.safetensors"
FAULTS: tuple[tuple[Fault, str], ...] = (
    (gone("config.json"), r"config.json can't be read: No such file"),
    (holds("config.json", b"{"), r"config.json is not of the form"),
    (
        says("config.json", {**CONFIG, "hidden_size": "eight"}),
        r"config.json is not of the form it should be: .*hidden_size",
    ),
    (
        says("config.json", {**CONFIG, "model_type": "deberta-v2"}),
        r"a model of the kind deberta-v2 can't be run here; models of the kinds bert, .*, mpnet are, .* as an .onnx file",
    ),
    (says("config.json", {**CONFIG, "hidden_act": "relu"}), r"a model with relu, absolute positions can't be run here"),
    (
        says("config.json", {**CONFIG, "num_attention_heads": 3}),
        r"hidden_size must be a multiple of num_attention_heads",
    ),
    (
        says("config.json", {**CONFIG, "num_attention_heads": 0}),
        r"config.json is not of the form it should be: .* >= 1 .*num_attention_heads",
    ),
    (
        says("config.json", {**MPNET, "max_position_embeddings": 4}),
        r"config.json: max_position_embeddings must be at least 5",
    ),
    (
        says("config.json", {**MPNET, "relative_attention_num_buckets": 64}),
        r"config.json: relative_attention_num_buckets must be 32",
    ),
    (says("config.json", MPNET), r"encoder.relative_attention_bias.weight is missing; .*\(32, 2\)"),
    (without_a_tensor("attention.attn.o.bias", MPNET), r"encoder.layer.0.attention.attn.o.bias is missing"),
    (without_a_tensor("attention.LayerNorm", MPNET), r"encoder.layer.0.attention.LayerNorm.weight is missing"),
    (says("config.json", {**CONFIG, "vocab_size": 5}), r"tokenizer.json has 13 pieces, config.json 5"),
    (gone("tokenizer.json"), r"tokenizer.json can't be read"),
    (holds("tokenizer.json", b'{"version": 1}'), r"tokenizer.json can't be read"),
    (says("modules.json", DENSE), r"modules of the kind Dense can't be run here"),
    (says("1_Pooling/config.json", {"pooling_mode_max_tokens": True}), r"of poolings only mean and cls can be run"),
    (gone(WEIGHTS), r"model.safetensors can't be read: No such file"),
    (holds(WEIGHTS, b""), r"model.safetensors: "),
    (holds(WEIGHTS, b"PK\3\4 something else entirely"), r"model.safetensors: this is no safetensors file"),
    (
        holds(WEIGHTS, (8).to_bytes(8, "little") + b'{"a": 1}'),
        r"model.safetensors: the header of this safetensors file can't be read",
    ),
    (cut_short, r"is not wholly in this safetensors file"),
    (without_a_tensor("token_type"), r"embeddings.token_type_embeddings.weight is missing"),
    (without_a_tensor("layer.1.output.dense.w"), r"encoder.layer.1.output.dense.weight is missing"),
    (
        says("config.json", {**CONFIG, "intermediate_size": 16}),
        r"encoder.layer.0.intermediate.dense.weight has the shape \(12, 8\); .*\(16, 8\)",
    ),
)


@pytest.mark.parametrize(("fault", "told"), FAULTS, ids=[told[:30] for _, told in FAULTS])
def test_folder_that_cannot_be_run_is_refused_by_name(tmp_path: Path, fault: Fault, told: str) -> None:
    folder = write_model(tmp_path / "m")
    fault(folder)
    with pytest.raises(EncoderError, match=told) as caught:
        open_folder(folder)
    assert str(folder) in str(caught.value)


def test_without_the_tokenizers_package_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_model(tmp_path / "m")
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(EncoderError, match=r"pip install 'lotse\[semantic\]'"):
        open_folder(folder)


def test_header_lists_what_the_writer_wrote(tmp_path: Path) -> None:
    """The helper that the tests above rest on writes the published format."""
    write_tensors(tmp_path / "t", {"a": np.ones((2, 3), np.float32)})
    raw = (tmp_path / "t").read_bytes()
    size = int.from_bytes(raw[:8], "little")
    assert json.loads(raw[8 : 8 + size])["a"] == {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}
    assert len(raw) == 8 + size + 24
