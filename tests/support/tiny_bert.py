"""A sentence encoder of BERT's kind that is small enough to be made in a test."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from nlu.encoders.bert_config import BertConfig, shapes
from nlu.encoding import Floats

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "where", "is", "my", "order", "cancel", "it", "please", "!", "query:")
CONFIG: dict[str, Any] = {
    "model_type": "bert",
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 12,
    "vocab_size": len(WORDS),
    "max_position_embeddings": 16,
    "hidden_act": "gelu",
    "layer_norm_eps": 1e-12,
    "pad_token_id": 0,
}
MPNET: dict[str, Any] = {**CONFIG, "model_type": "mpnet", "pad_token_id": 1, "relative_attention_num_buckets": 32}
MODULES = [
    {"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]


def write_model(folder: Path, *, kind: str = "F32", prefix: str = "", pooling: str = "mean", **config: Any) -> Path:
    """As sentence-transformers writes one. ``config``: what shall be other than CONFIG."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1_Pooling").mkdir(exist_ok=True)
    made = {**CONFIG, **config}
    write_json(folder / "config.json", made)
    write_json(folder / "modules.json", MODULES)
    write_json(
        folder / "1_Pooling" / "config.json",
        {f"pooling_mode_{pooling}_tokens".replace("cls_tokens", "cls_token"): True},
    )
    write_tokenizer(folder / "tokenizer.json")
    write_tensors(folder / "model.safetensors", {prefix + name: each for name, each in tensors(made).items()}, kind)
    return folder


def write_json(file: Path, body: Any) -> None:
    file.write_text(json.dumps(body), encoding="utf-8")


def write_tokenizer(file: Path) -> None:
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(file))


def tensors(config: dict[str, Any]) -> dict[str, Floats]:
    """The same numbers each time."""
    chance = np.random.default_rng(7)
    known = {name: config[name] for name in BertConfig.__struct_fields__ if name in config}
    wanted = [*shapes(BertConfig(**known))]
    if config["model_type"] != "mpnet":
        wanted.append(("embeddings.token_type_embeddings.weight", (2, config["hidden_size"])))
    return {name: chance.normal(0, 0.5, shape).astype(np.float32) for name, shape in wanted}


def write_tensors(file: Path, made: dict[str, Floats], kind: str = "F32") -> None:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    body = b""
    for name, each in made.items():
        raw = _raw(each, kind)
        header[name] = {"dtype": kind, "shape": each.shape, "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(len(text).to_bytes(8, "little") + text + body)


def _raw(numbers: Floats, kind: str) -> bytes:
    match kind:
        case "F16":
            return numbers.astype("<f2").tobytes()
        case "BF16":
            return (numbers.view(np.uint32) >> 16).astype("<u2").tobytes()
        case _:
            return numbers.astype("<f4").tobytes()


BERT_NAMES = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "attention.output.LayerNorm",
)
MPNET_NAMES = (
    "attention.attn.q",
    "attention.attn.k",
    "attention.attn.v",
    "attention.attn.o",
    "attention.LayerNorm",
)


def slow_vector(pieces: list[int], config: dict[str, Any], pooling: str = "mean", first: int = 0) -> Any:
    """What the model makes of one text, written down from the paper number by number, in float64."""
    t = {name: each.astype(np.float64) for name, each in tensors(config).items()}
    names = BERT_NAMES if config["model_type"] != "mpnet" else MPNET_NAMES
    rows = [
        t["embeddings.word_embeddings.weight"][piece] + t["embeddings.position_embeddings.weight"][first + place]
        for place, piece in enumerate(pieces)
    ]
    if config["model_type"] != "mpnet":
        rows = [row + t["embeddings.token_type_embeddings.weight"][0] for row in rows]
    rows = [_normal(row, t, "embeddings.LayerNorm") for row in rows]
    middle = rows
    for layer in range(config["num_hidden_layers"]):
        middle = rows if layer == 2 * config["num_hidden_layers"] // 3 else middle
        name = f"encoder.layer.{layer}."
        seen = _attention(rows, t, [name + each for each in names[:3]], config["num_attention_heads"])
        rows = [
            _normal(_linear(s, t, name + names[3]) + row, t, name + names[4]) for s, row in zip(seen, rows, strict=True)
        ]
        wide = [_linear(row, t, f"{name}intermediate.dense") for row in rows]
        bent = [np.array([x * 0.5 * (1 + math.erf(x / math.sqrt(2))) for x in row]) for row in wide]
        rows = [
            _normal(_linear(w, t, f"{name}output.dense") + row, t, f"{name}output.LayerNorm")
            for w, row in zip(bent, rows, strict=True)
        ]
    if pooling == "wide":
        parts = [_unit(sum(rows)), 0.9 * _unit(np.max(rows, axis=0)), 0.7 * _unit(sum(middle))]
        return _unit(np.concatenate(parts))
    return _unit(sum(rows) if pooling == "mean" else rows[0])


def _unit(row: Any) -> Any:
    return row / np.linalg.norm(row)


def _attention(rows: list[Any], t: dict[str, Any], names: list[str], heads: int) -> list[Any]:
    asked, keys, values = ([_linear(row, t, name) for row in rows] for name in names)
    learnt = t.get("encoder.relative_attention_bias.weight", np.zeros((32, heads)))
    width = len(rows[0]) // heads
    found = []
    for place, each in enumerate(asked):
        parts = []
        for head in range(heads):
            cut = slice(head * width, (head + 1) * width)
            likeness = np.array(
                [
                    math.exp(each[cut] @ key[cut] / math.sqrt(width) + learnt[bucket(other - place)][head])
                    for other, key in enumerate(keys)
                ]
            )
            parts.append(sum(w * value[cut] for w, value in zip(likeness / likeness.sum(), values, strict=True)))
        found.append(np.concatenate(parts))
    return found


def bucket(ahead: int) -> int:
    """Which of 32 numbers a head has for a piece that stands so far ahead of another, by T5's formula (128 is the furthest)."""
    away = abs(ahead)
    if away >= 8:
        away = min(15, 8 + int(math.log(away / 8) / math.log(128 / 8) * 8))
    return away + (16 if ahead > 0 else 0)


def _linear(row: Any, t: dict[str, Any], name: str) -> Any:
    return t[f"{name}.weight"] @ row + t[f"{name}.bias"]


def _normal(row: Any, t: dict[str, Any], name: str) -> Any:
    moved = row - row.mean()
    return moved / math.sqrt((moved**2).mean() + 1e-12) * t[f"{name}.weight"] + t[f"{name}.bias"]
