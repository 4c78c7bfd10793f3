"""What can be measured, by name, and how: each part in a process of its own."""

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final, TypeVar

from app.bot_folder import nlu_examples
from app.measured import callbacks, costs, own
from app.measured.setup import Setup
from app.nlu_layers import layers_of
from app.settings import Settings
from conversation.errors import ContentError, LotseError
from nlu.layers.chain import FLOOR_ONLY
from nlu.measuring import languages, questions, robustness
from nlu.measuring.chains import Chains
from nlu.measuring.questions import QUESTIONS, Question
from nlu.measuring.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """``sets``: it needs the folder of sets. ``minutes``: about, on one core. ``alone``: what else runs would be measured too."""

    run: Callable[[Setup], list[Row]]
    sets: bool = True
    minutes: int = 0
    alone: bool = False


T = TypeVar("T")


def _with_chains(work: Callable[[Chains], Awaitable[T]]) -> T:
    """With the layers that the settings of a service name, as far as they are installed."""

    async def run() -> T:
        async with layers_of(Settings()) as layers:
            return await work(Chains(layers))

    return asyncio.run(run())


def _question(question: Question, setup: Setup) -> list[Row]:
    def work(chains: Chains) -> Awaitable[list[Row]]:
        return questions.measure(question, setup.sets, chains.learn, seed=setup.seed, peers=setup.peers)

    return _with_chains(work)


def _languages(setup: Setup) -> list[Row]:
    """By the floor alone, which the language comes from whatever is above it."""
    learn = Chains(FLOOR_ONLY).learn
    return asyncio.run(languages.measure(setup.sets, nlu_examples(setup.bot), learn, peers=setup.peers))


def _callbacks(setup: Setup) -> list[Row]:
    return callbacks.measure(setup.sets)


def _perturbations(setup: Setup) -> list[Row]:
    return _with_chains(lambda chains: robustness.measure(setup.sets, chains.learn, seed=setup.seed))


def _own(setup: Setup) -> list[Row]:
    files = nlu_examples(setup.bot)
    if not files:
        raise ContentError(f"{setup.bot}: there are no nlu/<language>.yaml; name a bot folder by --bot")

    def work(chains: Chains) -> Awaitable[list[Row]]:
        return own.measure(files, setup.held_out, chains.learn, chains.encode, seed=setup.seed, peers=setup.peers)

    return _with_chains(work)


UNITS: Final[Mapping[str, Unit]] = MappingProxyType(
    {
        **{question.name: Unit(run=partial(_question, question), minutes=question.minutes) for question in QUESTIONS},
        "language": Unit(run=_languages),
        "call-back times": Unit(run=_callbacks),
        "perturbations": Unit(run=_perturbations),
        "the bot": Unit(run=_own, sets=False),
        "one message": Unit(run=costs.one_message, sets=False, alone=True),
        "training": Unit(run=costs.training, sets=False, alone=True),
        "detector": Unit(run=costs.detector, sets=False, alone=True),
        "service": Unit(run=costs.service, sets=False, alone=True),
    }
)
"""In the order of the table."""


def run_unit(name: str, setup: Setup) -> list[Row]:
    """What can't be measured is a row that says why."""
    try:
        return UNITS[name].run(setup)
    except (LotseError, ValueError) as error:
        return [Row(name=name, failed=" ".join(str(error).split()))]
    except OSError as error:
        return [Row(name=name, failed=f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))]
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        return [Row(name=name, failed=f"{type(error).__name__}: {' '.join(str(error).split())}")]


def chosen(only: tuple[str, ...], *, quick: bool, sets: bool) -> tuple[str, ...]:
    """The names that hold one of ``only`` (all if it is empty). Raises ContentError for a word that none holds."""
    for word in only:
        if not any(word.casefold() in name.casefold() for name in UNITS):
            raise ContentError(f"nothing that is measured is called `{word}`; there are {', '.join(UNITS)}")
    return tuple(
        name
        for name, unit in UNITS.items()
        if (not only or any(word.casefold() in name.casefold() for word in only))
        and (unit.minutes == 0 or not quick)
        and (sets or not unit.sets)
    )
