"""Imports the Python files of a bot folder's ``actions/`` and ``context/`` under names of their own."""

import ast
import importlib.util
import inspect
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from conversation.errors import ContentError


def load_modules(folder: Path) -> tuple[ModuleType, ...]:
    """The modules of ``folder/*.py``, in order of their names; ``from . import other`` works among them.

    Every call loads afresh under a new private package, so that two versions of a bot don't share modules.
    Raises ContentError with file and line.
    """
    files = sorted(folder.glob("*.py"))
    for file in files:
        _parse(file)
    package = _new_package(folder)
    try:
        return tuple(_load(file, package) for file in files if file.stem != "__init__")
    except ContentError:
        _unload(package)
        raise


def load_each(folder: Path, beside: tuple[str, ...]) -> tuple[tuple[ModuleType, ...], tuple[ContentError, ...]]:
    """As ``load_modules``, but each file by itself: those that can be loaded, and what is wrong with the others.

    ``from ..other import x`` finds the folders named in ``beside`` next to this one.
    """
    package = _new_package(folder.parent)
    for name in (folder.name, *beside):
        inner = ModuleType(f"{package}.{name}")
        inner.__path__ = [str(folder.parent / name)]
        sys.modules[inner.__name__] = inner
    loaded: list[ModuleType] = []
    errors: list[ContentError] = []
    for file in sorted(folder.glob("*.py")):
        try:
            _parse(file)
            if file.stem != "__init__":
                loaded.append(_load(file, f"{package}.{folder.name}"))
        except ContentError as error:
            errors.append(error)
    return tuple(loaded), tuple(errors)


def action_classes(modules: tuple[ModuleType, ...], base: type[Any]) -> tuple[type[Any], ...]:
    """The classes derived from ``base`` that these modules define themselves and that can be made."""
    return tuple(
        member
        for module in modules
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, base) and member.__module__ == module.__name__ and not inspect.isabstract(member)
    )


def _parse(file: Path) -> None:
    try:
        ast.parse(file.read_bytes(), filename=str(file))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise ContentError(f"{_shown(file)}:{line}: this is not Python: {getattr(error, 'msg', error)}") from None


def _new_package(folder: Path) -> str:
    number = sum(name.startswith("_bot_actions_") and "." not in name for name in sys.modules)
    while (name := f"_bot_actions_{number}") in sys.modules:
        number += 1
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package
    return name


def _load(file: Path, package: str) -> ModuleType:
    name = f"{package}.{file.stem}"
    if name in sys.modules:  # another file imported it already
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ContentError(f"{_shown(file)}: Python can't import a file of this name; rename it")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise ContentError(_import_problem(file, error)) from error
    return module


def _import_problem(file: Path, error: BaseException) -> str:
    """Names the innermost line inside the bot's own folder."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent.parent == file.parent.parent]
    where = f"{_shown(Path(own[-1].filename))}:{own[-1].lineno}" if own else _shown(file)
    return f"{where}: the file can't be imported: {type(error).__name__}: {error}"


def _shown(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def _unload(package: str) -> None:
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]
