"""Random bots that passed the checks, and random lives with them: what the checks proved holds at run time."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.bot_folder import product_texts
from bots.limits import all_limits
from conversation.state import Closed, Parked
from dialogs.problems import BotError
from dialogs.saying.templates import Expression
from dialogs.walking.walk import Walk
from engine.rules import Rules, check_files, compile_rules
from tests.support.bots import nordnetz, nordnetz_files
from tests.support.random_bots import Bot, bots
from tests.support.random_lives import Life, Move, moves
from tests.support.random_ways import alone, leads_to, way_from
from tests.support.replay import Recording, lived, recorded, replayed
from tests.support.repository import ROOT

PRODUCT, CHANNELS = product_texts(), all_limits()


def rules_of(bot: Bot) -> Rules:
    """A bot that the checks refuse is not the point."""
    found = check_files(bot.raw(), PRODUCT, channels=CHANNELS).rules
    assume(found is not None)
    assert found is not None
    return found


@contextmanager
def nothing_is_patched_up(*, known: bool) -> Iterator[None]:
    """Nothing ever goes in circles; and, where ``known``, no condition names a variable that is not there."""
    evaluate = Expression.__call__

    def strict(self: Expression, variables: Mapping[str, object]) -> object:
        missing = [name for name in self.names if name not in variables]
        assert not missing, f"{self.source}: {missing} not known"
        return evaluate(self, variables)

    def escape(self: Walk) -> None:
        raise AssertionError(f"in circles at {self.frame.dialog}/{self.frame.step}")

    with patch.object(Walk, "escape", escape), patch.object(Expression, "__call__", strict if known else evaluate):
        yield


def live(rules: Rules, bot: Bot, played: list[Move]) -> Life:
    life = Life(rules, bot)
    life.play(("free", 0))
    for move in played:
        life.play(move)
    return life


@pytest.fixture
def effort(request: pytest.FixtureRequest) -> Callable[..., settings]:
    def sized(examples: int, *, same: bool = False) -> settings:
        deep = bool(request.config.getoption("--deep"))
        return settings(
            max_examples=examples * 10 if deep else examples,
            derandomize=same and not deep,
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )

    return sized


@pytest.mark.timeout(3600)
def test_any_life_with_any_bot_that_passed_the_checks_can_be_led_to_a_person_and_to_an_end(
    effort: Callable[..., settings],
) -> None:
    @given(bots(), st.lists(moves(40), min_size=1, max_size=2))
    def holds(bot: Bot, lives: list[list[Move]]) -> None:
        rules = rules_of(bot)
        with nothing_is_patched_up(known=True):
            for played in lives:
                life = live(rules, bot, played)
                here = way_from(life)
                assert leads_to(here, Closed)
                if not isinstance(here.state.phase, Closed):
                    assert leads_to(here, Parked)
                    assert alone(here)

    effort(1000)(holds)()


@pytest.mark.timeout(3600)
def test_the_events_of_any_life_lead_to_the_same_states_in_a_process_that_knows_nothing_else(
    effort: Callable[..., settings],
) -> None:
    """From the first state, and from any state between, with the bot read from its files once more."""

    @given(bots(), moves(40), st.integers(0, 40))
    def holds(bot: Bot, played: list[Move], between: int) -> None:
        life = live(rules_of(bot), bot, played)
        again = compile_rules(bot.raw(), PRODUCT)
        assert replayed(again, recorded(life)) == lived(life)
        first = between % len(life.log)
        assert replayed(again, recorded(life, first)) == lived(life, first)

    effort(200)(holds)()


@pytest.mark.timeout(3600)
def test_a_bent_way_or_a_name_that_may_be_unknown_is_refused_or_does_no_harm(effort: Callable[..., settings]) -> None:
    """Bots that are valid but for a thing or two: the checks see it, or it holds all the same. ``--deep`` tries others each time."""

    @given(bots(daring=True, longest=8), moves(40))
    def holds(bot: Bot, played: list[Move]) -> None:
        try:
            rules = compile_rules(bot.raw(), PRODUCT)
        except BotError:
            return
        with nothing_is_patched_up(known=False):
            life = live(rules, bot, played)
            for command in ("/stop", "/menu"):
                way_from(life).says(command)

    effort(300, same=True)(holds)()


@pytest.mark.parametrize("seed", ["0", "1", "77"])
def test_another_process_comes_to_the_same_states(recordings: tuple[bytes, list[list[str]]], seed: str) -> None:
    """Sets have another order there."""
    raw, expected = recordings
    found = subprocess.run(
        [sys.executable, "-m", "tests.support.replay"],
        input=raw,
        capture_output=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    assert msgspec.json.decode(found.stdout) == expected


@pytest.fixture(scope="module")
def recordings() -> tuple[bytes, list[list[str]]]:
    """Lives with the example and with a dozen other bots, always the same; and what came of them."""
    found: list[tuple[Recording, list[str]]] = []

    @settings(max_examples=15, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(bots(longest=8), moves(40))
    def record(bot: Bot, played: list[Move]) -> None:
        for files, rules in ((bot.raw(), rules_of(bot)), (dict(nordnetz_files()), nordnetz())):
            life = live(rules, bot, played)
            found.append((Recording(files=files, turns=recorded(life)), lived(life)))

    record()
    return msgspec.json.encode([recording for recording, _ in found]), [after for _, after in found]
