"""Random bots that passed the checks, and random lives with them: what the checks proved holds at run time."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.bot_folder import product_texts
from conversation.events import Event
from conversation.state import Closed, Conversation, Parked
from dialogs.problems import BotError
from dialogs.templates import Expression
from dialogs.walk import Walk
from engine.rules import Rules, compile_rules
from engine.step import step
from tests.support.random_bots import Bot, bots
from tests.support.random_lives import Life, Move, moves
from tests.support.random_ways import alone, leads_to, way_from

PRODUCT = product_texts()


def rules_of(bot: Bot) -> Rules:
    """A bot that the checks refuse is not the point."""
    try:
        return compile_rules(bot.raw(), PRODUCT)
    except BotError as error:
        assume(not error.problems)
        raise


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


def replayed(rules: Rules, log: list[tuple[Conversation, Event]], state: Conversation) -> Conversation:
    """The last state, from the events alone and another reading of the same files, as a process does that knows nothing else.

    Where the log goes on with another conversation, that one is taken as it began.
    """
    for before, event in log:
        assert before == state or before.turns == 0
        state = decoded(step(before if before != state else state, read_event(event), rules)[0])
    return state


def decoded(state: Conversation) -> Conversation:
    return msgspec.json.decode(msgspec.json.encode(state), type=Conversation)


def read_event(event: Event) -> Event:
    return msgspec.json.decode(msgspec.json.encode(event), type=Event)  # type: ignore[no-any-return]


@pytest.fixture
def effort(request: pytest.FixtureRequest) -> Callable[[int], settings]:
    def sized(examples: int) -> settings:
        deep = bool(request.config.getoption("--deep"))
        return settings(
            max_examples=examples * 10 if deep else examples,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )

    return sized


@pytest.mark.timeout(3600)
def test_any_life_with_any_bot_that_passed_the_checks_can_be_led_to_a_person_and_to_an_end(
    effort: Callable[[int], settings],
) -> None:
    @given(bots(), st.lists(moves(40), min_size=1, max_size=2))
    def holds(bot: Bot, lives: list[list[Move]]) -> None:
        rules = rules_of(bot)
        with nothing_is_patched_up(known=True):
            for played in lives:
                life = live(rules, bot, played)
                here = way_from(life)
                assert leads_to(here, Closed)
                if not isinstance(life.state.phase, Closed):
                    assert leads_to(here, Parked)
                    assert alone(here)

    effort(1000)(holds)()


def test_a_bent_way_or_a_name_that_may_be_unknown_is_refused_or_does_no_harm(effort: Callable[[int], settings]) -> None:
    """Bots that are valid but for one thing: the checks see it, or it holds all the same."""

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

    effort(300)(holds)()
