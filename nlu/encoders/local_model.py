"""A sentence encoder of the operator's own choice, by a path."""

from collections.abc import Collection
from pathlib import Path

from nlu.encoding import Encoder, EncoderError


def open_local(path: Path, languages: Collection[str] = ()) -> Encoder:
    """A folder of sentence-transformers with a model of BERT's kind (MPNet among them), or an ``.onnx`` file. Blocks. Raises EncoderError.

    ``languages``: those that the model knows; none named: any.
    """
    if path.is_file() and path.suffix == ".onnx":
        from nlu.encoders.onnx_file import open_onnx

        return open_onnx(path, languages)
    if not path.exists():
        raise EncoderError(f"path {path}", "there is nothing at this path")
    if not (path / "config.json").is_file() or not (path / "tokenizer.json").is_file():
        todo = "give a folder with config.json, tokenizer.json and model.safetensors, or an .onnx file"
        raise EncoderError(f"path {path}", f"this is no model that can be run: {todo}")
    from nlu.encoders.model_folder import open_folder

    return open_folder(path, languages)
