"""The shape that DESIGN and CONTRIBUTING promise: what can be measured about it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.repository import ROOT, named, product_folders, project, tracked, tree

# Folders at the root that may hold Python without being part of the product's layers.
OUTSIDE_THE_LAYERS = {"bench", "docs", "examples", "scripts", "tests"}
LONGEST_MODULE = 450  # lines
LONGEST_FUNCTION = 60  # lines, from `def` to the last one

# Put together here so that this file doesn't contain what it looks for.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
    )
)
MACHINE_PATH = re.compile(r"(?<![\w.$}>*-])/(?:" + "|".join(["work", "root", "home", "Users"]) + r")/[\w.-]")
SKIPPING = re.compile(
    r"pytest\.(skip|xfail|importorskip|mark\.(skip|skipif|xfail))|self\.skipTest|unittest\.(skip\w*|expectedFailure|SkipTest)"
)


def product_modules() -> tuple[Path, ...]:
    return tracked(*(f"{folder}/*.py" for folder in product_folders()))


def test_every_folder_with_python_is_in_the_layers() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in tracked("*/*.py")}
    escaped = folders - set(product_folders()) - OUTSIDE_THE_LAYERS
    assert not escaped, f"add {sorted(escaped)} to import-linter's root_packages and layers in pyproject.toml"


def test_every_layered_folder_is_in_the_wheel() -> None:
    packages = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert sorted(packages) == list(product_folders())


def test_every_layered_folder_has_a_layer() -> None:
    layers = next(c["layers"] for c in project()["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    layered = {name.strip().partition(".")[0] for layer in layers for name in layer.split("|")}
    assert layered == set(product_folders())


def test_modules_are_short_enough_to_read() -> None:
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in product_modules()}
    assert lengths
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_functions_are_short_enough_to_read() -> None:
    lengths = {
        f"{named(path)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in product_modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    found = [
        f"{named(path)}:{node.lineno} {ast.unparse(node)}"
        for path in tracked("tests/*.py")
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and SKIPPING.fullmatch(ast.unparse(node)))
        # `from pytest import skip` would hide the name that is looked for.
        or (isinstance(node, ast.ImportFrom) and node.module in {"pytest", "unittest"})
    ]
    assert found == []


def test_test_folders_are_not_packages() -> None:
    """With import-mode importlib a package marker would change how helpers are found."""
    assert [named(path) for path in tracked("tests/*__init__.py")] == []


def test_test_modules_lie_where_pytest_looks() -> None:
    """A module that pytest does not collect is a test that nobody runs."""
    holds_tests = {
        named(path)
        for path in tracked("tests/*.py")
        if any(
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
            for node in tree(path).body
        )
    }
    assert {name for name in holds_tests if not name.rpartition("/")[2].startswith("test_")} == set()


def lines_with(pattern: re.Pattern[str]) -> Iterator[str]:
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if pattern.search(line):
                yield f"{named(path)}:{number}: {line.strip()[:120]}"


def test_no_file_names_a_registry_host() -> None:
    assert list(lines_with(re.compile("|".join(map(re.escape, REGISTRY_HOSTS))))) == []


def test_no_file_names_a_path_of_someones_machine() -> None:
    assert list(lines_with(MACHINE_PATH)) == []
