"""The repository as data, for tests about its own shape."""

import ast
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@cache
def project() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def product_folders() -> tuple[str, ...]:
    """The top-level packages that import-linter watches, sorted."""
    return tuple(sorted(project()["tool"]["importlinter"]["root_packages"]))


@cache
def tracked(*patterns: str) -> tuple[Path, ...]:
    """Files under version control that exist, absolute, those that match git's `patterns` or all."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return tuple(path for name in listing.split("\0") if name and (path := ROOT / name).is_file())


@cache
def tree(path: Path) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def named(path: Path) -> str:
    """How a message names a file: from the root of the repository."""
    return path.relative_to(ROOT).as_posix()
