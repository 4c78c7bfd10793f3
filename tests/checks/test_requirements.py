"""The pinned packages: complete, hashed, without addresses, and in step with pyproject.toml and with the imports."""

import ast
import json
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.repository import ROOT, named, product_folders, project, tracked, tree

FILES = sorted((ROOT / "requirements").glob("*.txt"))
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries(path: Path) -> dict[str, list[tuple[Requirement, int]]]:
    """Each pinned package with its requirements (one for each environment marker) and how many hashes each has."""
    found: dict[str, list[tuple[Requirement, int]]] = {}
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in filter(None, (line.partition("#")[0].strip() for line in text.splitlines())):
        requirement = Requirement(line.partition(" --hash")[0])
        found.setdefault(canonicalize_name(requirement.name), []).append((requirement, len(HASH.findall(line))))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_package_is_pinned_with_hashes(path: Path) -> None:
    loose = [
        str(requirement)
        for packages in entries(path).values()
        for requirement, hashes in packages
        if hashes == 0 or [one.operator for one in requirement.specifier] != ["=="]
    ]
    assert entries(path)
    assert loose == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_pins_carry_no_addresses(path: Path) -> None:
    assert re.findall(r"\S*(?:://|\bfile:|--index-url|--find-links)\S*", path.read_text(encoding="utf-8")) == []


def test_development_pins_hold_all_runtime_pins() -> None:
    runtime, development = (entries(ROOT / "requirements" / f"{kind}.txt") for kind in ("runtime", "dev"))
    assert {name: pins for name, pins in runtime.items() if development.get(name) != pins} == {}


@pytest.mark.parametrize("kind", ["runtime", "dev"])
def test_pins_satisfy_what_the_project_asks_for(kind: str) -> None:
    asked = list(project()["project"]["dependencies"])
    if kind == "dev":
        extras = project()["project"]["optional-dependencies"]
        asked += [*extras["dev"], *extras["semantic"]]
    pins = entries(ROOT / "requirements" / f"{kind}.txt")
    unmet = [
        text
        for text in asked
        if not (pinned := pins.get(canonicalize_name((wanted := Requirement(text)).name)))
        or not all(wanted.specifier.contains(next(iter(pin.specifier)).version) for pin, _ in pinned)
    ]
    assert unmet == [], "run `make lock`"


def test_product_imports_only_what_it_asks_for() -> None:
    """A package that comes along with another one today may be gone tomorrow."""
    extras = project()["project"]["optional-dependencies"]
    listed = [*project()["project"]["dependencies"], *extras["semantic"], *extras["onnx"]]
    asked = {canonicalize_name(Requirement(text).name) for text in listed}
    owners = packages_distributions()
    own = {*product_folders(), *sys.stdlib_module_names}
    tools = ROOT / "web" / "ui"
    borrowed = {
        f"{named(path)}: {top}"
        for path in tracked(*(f"{folder}/*.py" for folder in product_folders()))
        if not path.is_relative_to(tools)
        for top in imported(tree(path)) - own
        if not asked & {canonicalize_name(owner) for owner in owners.get(top, [top])}
    }
    assert borrowed == {"app/pytest_chat.py: pytest"}, "only pytest's own plug-in, which nothing but pytest imports"


def test_plug_in_of_pytest_is_imported_by_nothing_of_the_product() -> None:
    named_in = [
        named(path)
        for folder in product_folders()
        for path in tracked(f"{folder}/*.py")
        if "pytest_chat" in path.read_text("utf-8")
    ]
    assert named_in in ([], ["app/pytest_chat.py"])


def imported(module: ast.Module) -> set[str]:
    """The top-level names that a module imports absolutely, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_package_lock_carries_no_download_addresses() -> None:
    found = [f"{named(path)}: {name}" for path in tracked("*package-lock.json") for name in addresses(path)]
    assert found == []


def addresses(path: Path) -> list[str]:
    packages: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["packages"]
    return [name for name, entry in packages.items() if "://" in str(entry.get("resolved", ""))]


def test_package_lock_pins_every_package_with_a_hash() -> None:
    found = [
        f"{named(path)}: {name}"
        for path in tracked("*package-lock.json")
        for name, entry in json.loads(path.read_text(encoding="utf-8"))["packages"].items()
        if name and not entry.get("link") and not entry.get("integrity")
    ]
    assert found == []
