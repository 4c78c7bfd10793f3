"""A folder as sentence-transformers writes it, with a model of BERT's kind, run by numpy."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from conversation.value import Value
from nlu.blas import one_thread
from nlu.encoders.batches import encode_pieces
from nlu.encoders.bert import PARTS, Bert, Pooling
from nlu.encoders.bert_config import BUCKETS, KINDS, TYPES, BertConfig, shapes
from nlu.encoders.pieces import Pieces
from nlu.encoders.tensors import read_tensors
from nlu.encoding import EncoderError, Floats

_WORDS: Final = "embeddings.word_embeddings.weight"
_FEWEST_PLACES: Final = 3
"""The marks of beginning and end, and something between."""

_Form = TypeVar("_Form")


class _Module(Value, frozen=True, kw_only=True):
    """A line of ``modules.json``: what follows on what."""

    path: str = ""
    type: str = ""


class _Pooling(Value, frozen=True, kw_only=True):
    pooling_mode_mean_tokens: bool = False
    pooling_mode_cls_token: bool = False


class _Prompts(Value, frozen=True, kw_only=True):
    prompts: dict[str, str] = {}
    default_prompt_name: str | None = None


class FolderEncoder:
    """Some milliseconds a text, in a thread. ``languages``: those that the model knows; none named: any."""

    def __init__(self, name: str, bert: Bert, width: int, pieces: Pieces, languages: Collection[str] = ()) -> None:
        one_thread()
        self._name = name
        self._bert = bert
        self._width = width
        self._pieces = pieces
        self._languages = frozenset(languages)

    @property
    def name(self) -> str:
        return self._name

    def suits(self, language: str) -> bool:
        return not self._languages or language in self._languages

    async def encode(self, texts: Sequence[str], language: str) -> Floats:  # noqa: ARG002 - the protocol's
        """See ``nlu.encoding.Encoder``; raises nothing."""
        return await asyncio.to_thread(self._encode, texts)

    def _encode(self, texts: Sequence[str]) -> Floats:
        return encode_pieces([self._pieces.split(text) for text in texts], self._width, self._bert.vectors)


def open_folder(
    folder: Path, languages: Collection[str] = (), name: str = "", pooling: Pooling | None = None
) -> FolderEncoder:
    """Blocks for half a second. ``name``, ``pooling``: by what is in the folder, if they are not given. Raises EncoderError."""
    shown = name or f"path {folder}"
    config = read_json(folder / "config.json", BertConfig, shown)
    _check_kind(config, folder, shown)
    prompts = folder / "config_sentence_transformers.json"
    told = read_json(prompts, _Prompts, shown) if prompts.is_file() else _Prompts()
    prefix = told.prompts.get(told.default_prompt_name or "", "")
    pieces = Pieces(folder / "tokenizer.json", shown, config.places, prefix)
    if pieces.size > config.vocab_size:
        raise EncoderError(shown, f"tokenizer.json has {pieces.size} pieces, config.json {config.vocab_size}")
    pooling = pooling or pooling_of(folder, shown)
    bert = Bert(config, _tensors(folder / "model.safetensors", config, shown), pooling)
    width = config.hidden_size * len(PARTS[pooling])
    return FolderEncoder(name or f"path/{hash_of(folder)}", bert, width, pieces, languages)


def read_json(file: Path, form: type[_Form], encoder: str) -> _Form:
    """Raises EncoderError."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=form)
    except OSError as error:
        raise EncoderError(encoder, f"{file} can't be read: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise EncoderError(encoder, f"{file} is not of the form it should be: {error}") from error


def pooling_of(folder: Path, encoder: str) -> Pooling:
    """What is done with the pieces' vectors, by ``modules.json``; the mean where nothing is said. Raises EncoderError."""
    if not (folder / "modules.json").is_file():
        return "mean"
    modules = read_json(folder / "modules.json", list[_Module], encoder)
    kinds = [module.type.rpartition(".")[2] for module in modules]
    if strange := set(kinds) - {"Transformer", "Pooling", "Normalize"}:
        raise EncoderError(encoder, f"{folder}: modules of the kind {', '.join(sorted(strange))} can't be run here")
    for module, kind in zip(modules, kinds, strict=True):
        if kind == "Pooling":
            pooling = read_json(folder / module.path / "config.json", _Pooling, encoder)
            if pooling.pooling_mode_mean_tokens != pooling.pooling_mode_cls_token:
                return "mean" if pooling.pooling_mode_mean_tokens else "first"
            raise EncoderError(encoder, f"{folder / module.path}: of poolings only mean and cls can be run here")
    return "mean"


def hash_of(folder: Path) -> str:
    """Of all that makes a vector what it is."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.suffix in (".json", ".safetensors", ".onnx") and file.is_file():
            digest.update(f"{file.relative_to(folder)} {file.stat().st_size} ".encode())
            with file.open("rb") as opened:
                digest.update(hashlib.file_digest(opened, "sha256").digest())
    return digest.hexdigest()[:12]


def _check_kind(config: BertConfig, folder: Path, encoder: str) -> None:
    if config.model_type not in KINDS:
        todo = f"models of the kinds {', '.join(KINDS)} are, and any as an .onnx file"
        raise EncoderError(encoder, f"{folder}: a model of the kind {config.model_type} can't be run here; {todo}")
    if config.hidden_act != "gelu" or config.position_embedding_type not in ("absolute", None):
        odd = f"{config.hidden_act}, {config.position_embedding_type} positions"
        raise EncoderError(encoder, f"{folder}: a model with {odd} can't be run here; gelu, absolute positions can")
    if config.hidden_size % config.num_attention_heads:
        raise EncoderError(encoder, f"{folder}/config.json: hidden_size must be a multiple of num_attention_heads")
    if config.places < _FEWEST_PLACES:
        least = config.first_position + _FEWEST_PLACES
        raise EncoderError(encoder, f"{folder}/config.json: max_position_embeddings must be at least {least}")
    if config.kind.relative and config.relative_attention_num_buckets != BUCKETS:
        raise EncoderError(encoder, f"{folder}/config.json: relative_attention_num_buckets must be {BUCKETS}")


def _tensors(file: Path, config: BertConfig, encoder: str) -> Mapping[str, Floats]:
    try:
        found = read_tensors(file)
    except OSError as error:
        raise EncoderError(encoder, f"{file} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise EncoderError(encoder, f"{file}: {error}") from error
    prefix = next((name.removesuffix(_WORDS) for name in found if name.endswith(_WORDS)), "")
    wanted: dict[str, Any] = {**dict(shapes(config)), **({TYPES: None} if config.kind.types else {})}
    for name, shape in wanted.items():
        there = found.get(prefix + name)
        if there is None or (shape is not None and there.shape != shape):
            odd = "is missing" if there is None else f"has the shape {there.shape}"
            raise EncoderError(encoder, f"{file}: {name} {odd}; config.json asks for {shape or 'it'}")
    return {name: found[prefix + name] for name in wanted}
