"""Packages that only gather names fetch what is asked for. Each test makes packages of its own, under names nobody else has."""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from app import lean

Make = Callable[..., str]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Writes a package with these files and says its name; its ``__init__`` counts as one that gathers names."""
    before = set(sys.modules)
    names: list[str] = []
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    lean.install()

    def write(**files: str) -> str:
        name = f"lean_{tmp_path.name}_{len(names)}".replace("-", "_")
        names.append(name)
        folder = tmp_path / name
        folder.mkdir()
        for module, text in files.items():
            (folder / f"{module}.py").write_text(text, encoding="utf-8")
        monkeypatch.setattr(lean, "GATHERING", frozenset(names))
        return name

    yield write
    for module in set(sys.modules) - before:
        del sys.modules[module]


def test_name_that_a_package_gathers_is_fetched_alone(make: Make) -> None:
    name = make(__init__="from .light import A\nfrom .heavy import B\n", light="A = 1", heavy="B = 2")
    assert import_module(name).A == 1
    assert f"{name}.heavy" not in sys.modules
    assert import_module(name).B == 2


def test_module_of_a_package_is_imported_without_what_the_package_gathers(make: Make) -> None:
    name = make(__init__="from .heavy import B\n", light="from . import other", other="", heavy="B = 2")
    import_module(f"{name}.light")
    assert f"{name}.other" in sys.modules
    assert f"{name}.heavy" not in sys.modules


def test_name_of_the_packages_own_runs_it_once_and_whole(make: Make) -> None:
    own = "from .heavy import B\nC = B + 1\nruns = globals().get('runs', 0) + 1\n__all__ = ['C', 'B']\n"
    name = make(__init__=own, heavy="B = 2")
    package = import_module(name)
    assert package.C == 3
    assert (package.runs, package.B, package.__all__) == (1, 2, ["C", "B"])


def test_star_import_of_a_package_gives_all_that_it_offers(make: Make) -> None:
    name = make(__init__="from .heavy import B\n__all__ = ['B']\n", heavy="B = 2")
    found: dict[str, object] = {}
    exec(f"from {name} import *", found)  # noqa: S102 - a function can't import a star
    assert found["B"] == 2


def test_function_named_like_its_module_stays_the_function(make: Make) -> None:
    """``from .add import add``: importing ``add`` for itself sets the module on its package."""
    name = make(__init__="from .add import add\n", add="def add(): ...\n")
    import_module(f"{name}.add")
    assert callable(import_module(name).add)


def test_name_that_is_nowhere_is_an_attribute_error(make: Make) -> None:
    with pytest.raises(AttributeError, match="nowhere"):
        _ = import_module(make(__init__="from .heavy import B\n", heavy="B = 2")).nowhere
    with pytest.raises(ImportError, match="B"):
        _ = import_module(make(__init__="from .heavy import B\n", heavy="")).B


def test_package_that_breaks_when_it_runs_says_so_each_time(make: Make) -> None:
    package = import_module(make(__init__="raise ValueError('broken')\n"))
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            _ = package.anything
