"""What the documents point to exists."""

import re
from pathlib import Path

import pytest

from tests.support.repository import ROOT, named, tracked

LINK = re.compile(r"\]\(([^)\s]+)\)")
MAKE = re.compile(r"`make (\w+)`|^    make (\w+)", re.MULTILINE)
DOCUMENTS = [path for path in tracked("*.md") if "node_modules" not in path.parts]


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_linked_files_exist(path: Path) -> None:
    targets = [target for target in LINK.findall(path.read_text(encoding="utf-8")) if "://" not in target]
    missing = [target for target in targets if (file := target.partition("#")[0]) and not (path.parent / file).exists()]
    assert missing == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_named_make_targets_exist(path: Path) -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named_there = {one or other for one, other in MAKE.findall(path.read_text(encoding="utf-8"))}
    assert named_there - set(targets) == set()
