"""Packages that fetch all they have when they are imported, to offer it in one place, fetch here what is asked for.

``from spacy.vocab import Vocab`` runs ``spacy/__init__.py`` first, and that imports pipelines, training and a command line: with
rasa-sdk's web server and the public holidays of 250 countries, 60 MB and a quarter of the start for what is never used here.
"""

import ast
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec, resolve_name
from threading import RLock
from types import CodeType, ModuleType
from typing import Any, Final, TypeAlias

GATHERING: Final = frozenset(
    {
        "holidays.countries",
        "holidays.financial",
        "rasa_sdk",
        "spacy",
        "spacy.cli",
        "spacy.pipeline",
        "spacy.training",
        "thinc",
        "thinc.api",
        "thinc.layers",
    }
)
"""Their ``__init__`` (or file) gathers names from other modules; what else it does can wait until a name of its own is used."""

Sources: TypeAlias = dict[str, tuple[str, str]]
"""Name here → the module it comes from, and its name there."""

_running = RLock()


def install() -> None:
    """From now on, for modules that are not imported yet. A second time changes nothing."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in GATHERING:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Gathering(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Only reads where the names come from."""
        package = self.name if self.is_package(self.name) else self.name.rpartition(".")[0]
        sources = dict(_sources(ast.parse(self.get_data(self.path)), package))
        object.__setattr__(module, "_sources", sources)
        object.__setattr__(module, "_code", self.get_code(self.name))


def _sources(tree: ast.Module, package: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module or ""
            if origin != package:  # such is a submodule, and is imported by who asks for it
                yield from ((name.asname or name.name, (origin, name.name)) for name in node.names)


class _Gathering(ModuleType):
    """A module that did not run. It gets a name from where it would have imported it, and runs for all others."""

    _sources: Sources
    _code: CodeType | None

    def __getattr__(self, name: str) -> Any:
        own = vars(self)
        source = own.get("_sources", {}).get(name)
        if source is not None:
            value = _fetched(*source)
        elif self._is_foreign(name):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        else:
            self._run()
            if name not in own:
                raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
            value = own[name]
        own[name] = value
        return value

    def __setattr__(self, name: str, value: object) -> None:
        """The import of ``a.b`` sets ``b`` on ``a``: not over a function of that name that ``a`` takes from there."""
        source = vars(self).get("_sources", {}).get(name)
        if source != (f"{self.__name__}.{name}", name) or not isinstance(value, ModuleType):
            super().__setattr__(name, value)

    def _is_foreign(self, name: str) -> bool:
        """What Python asks a module for, and a submodule: the import that looks for it goes on to import it."""
        if name.startswith("__") and name not in ("__all__", "__version__"):
            return True
        return hasattr(self, "__path__") and find_spec(f"{self.__name__}.{name}") is not None

    def _run(self) -> None:
        """Once; its own names appear while it runs. If it breaks, the next who asks hears it too."""
        with _running:
            own = vars(self)
            code, own["_code"] = own["_code"], None
            if code is None:
                return
            try:
                exec(code, own)  # noqa: S102 - what an import does
            except BaseException:
                own["_code"] = code
                raise
            self.__class__ = ModuleType  # type: ignore[assignment]  # an ordinary module from here on


def _fetched(module: str, name: str) -> Any:
    found = import_module(module)
    try:
        return getattr(found, name)
    except AttributeError:
        return import_module(f"{module}.{name}")
