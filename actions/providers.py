"""Context providers: small async functions of a bot folder that say what its back-end knows about a customer.

from actions.providers import About, provider

@provider(title={"de": "Bestellungen", "en": "Orders"}, limit=3)
async def orders(about: About) -> list[tuple[str, str]]: ...
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog

from actions.loader import load_each
from actions.own_loop import OwnLoop
from conversation.errors import ContentError, ContextError
from conversation.knowing import About, Offer, Rows, Words

__all__ = ["About", "LocalProviders", "provider"]

FOLDER: Final = "context"
MAX_LIMIT: Final = 30.0
MAX_ROWS: Final = 50
MAX_LANGUAGES: Final = 20
MAX_NAME: Final = 80
MAX_VALUE: Final = 500
"""Characters; what is longer is cut: a panel beside a chat has no room for more."""
_MARK: Final = "_lotse_provider"
_log = structlog.get_logger(__name__)

Provide = Callable[[About], Awaitable[Any]]
F = TypeVar("F", bound=Provide)


def provider(*, title: Words, limit: float = 3.0) -> Callable[[F], F]:
    """Marks an async function as a provider, named like the function. ``title``: what the operator reads above its rows;
    ``limit``: seconds, at most 30.

    It returns names and values, as a dict or as pairs; None or nothing where it knows nothing.
    """

    def mark(function: F) -> F:
        setattr(function, _MARK, (title, limit))
        return function

    return mark


class LocalProviders:
    """The providers of a bot folder, in this process, on a loop of their own: one that blocks holds up the others, and never a chat."""

    def __init__(self, folder: Path) -> None:
        """Imports the files: blocks. A file that can't be used is in ``problems``; the others run."""
        self._found: dict[str, tuple[Offer, Provide]] = {}
        self.problems: list[ContentError] = []
        modules, errors = load_each(folder / FOLDER, ("actions",))
        self.problems += errors
        for module in modules:
            for name, function in inspect.getmembers(module, inspect.isfunction):
                if hasattr(function, _MARK) and function.__module__ == module.__name__:
                    self._take(name, function)
        self._loop = OwnLoop("context")

    @property
    def offers(self) -> Sequence[Offer]:
        return [offer for offer, _ in self._found.values()]

    async def ask(self, provider: str, about: About) -> Rows:
        """See ``conversation.ports.Providers``."""
        found = self._found.get(provider)
        if found is None:
            raise ContextError(provider, "there is none of this name")
        offer, function = found
        try:
            async with asyncio.timeout(offer.limit):
                known: Rows = await self._loop.run(lambda: _asked(function, about))
                return known
        except TimeoutError as error:
            raise ContextError(provider, f"no answer within {offer.limit:g} s", late=True) from error
        except ContextError:
            raise
        except Exception as error:
            _log.exception("context_provider_broke", provider=provider, conversation=about.conversation)
            raise ContextError(provider, f"{type(error).__name__}: {error}") from error

    async def close(self) -> None:
        self._loop.close()

    def _take(self, name: str, function: Any) -> None:
        title, limit = getattr(function, _MARK)
        wrong = _wrong(name, function, title, limit)
        if not wrong and name in self._found:
            wrong = "another provider has this name; rename one"
        if wrong:
            code = function.__code__
            where = f"{FOLDER}/{Path(code.co_filename).name}:{code.co_firstlineno}"
            self.problems.append(ContentError(f"{where}: the provider “{name}” can't be used: {wrong}"))
        else:
            self._found[name] = Offer(name=name, title=title, limit=float(limit)), function


def _wrong(name: str, function: Any, title: Any, limit: Any) -> str:
    """What keeps a function from being a provider; empty if nothing does."""
    if not inspect.iscoroutinefunction(function):
        return f"write `async def {name}`: it runs beside others"
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return f"write `async def {name}(about)`: it gets one thing, the customer"
    if not _are_words(title) or not title:
        return 'write its title: title="Orders", or {"de": "Bestellungen", "en": "Orders"}'
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 < limit <= MAX_LIMIT:
        return f"its limit is {limit!r}: write seconds, more than 0 and at most {MAX_LIMIT:g}"
    return ""


async def _asked(function: Provide, about: About) -> Rows:
    """With all that the rows cost which are made while they are read."""
    return rows_of(await function(about))


def rows_of(answer: Any) -> Rows:
    """What a provider returned, as it is shown. Raises TypeError or ValueError for what is no names and values."""
    if answer is None:
        return ()
    pairs = answer.items() if isinstance(answer, Mapping) else answer
    if isinstance(pairs, str | bytes) or not isinstance(pairs, Iterable):
        raise TypeError(f"it returned {type(answer).__name__}: return names and values, as a dict or as pairs")
    found: list[tuple[Words, Words]] = []
    for row in pairs:
        if len(found) == MAX_ROWS:
            break
        if isinstance(row, str) or not isinstance(row, Sequence) or len(row) != 2:
            raise ValueError(f"it returned a row of {type(row).__name__}: a row is a name and a value")
        found.append((_words(row[0], MAX_NAME), _words(row[1], MAX_VALUE)))
    return tuple(found)


def _words(value: Any, most: int) -> Words:
    if isinstance(value, Mapping) and len(value) > MAX_LANGUAGES:
        raise ValueError(f"a row holds words in {len(value)} languages: at most {MAX_LANGUAGES}")
    if isinstance(value, Mapping) and _are_words(dict(value)):
        return {language: _cut(text, most) for language, text in value.items()}
    match value:
        case None:
            return "–"
        case bool():
            return "✓" if value else "✗"
        case datetime():
            return value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case str() | int() | float() | Decimal():
            return _cut(str(value), most)
    raise ValueError(
        f"a row holds {type(value).__name__}: a name or a value is a text, a number, a day, or texts by language"
    )


def _cut(text: str, most: int) -> str:
    plain = text.replace("\0", "")
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def _are_words(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(part, str) for pair in value.items() for part in pair)
    return isinstance(value, str)
