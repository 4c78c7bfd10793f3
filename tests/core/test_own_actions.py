"""The product's own actions: what they take, what they give, and whose they are."""

from datetime import UTC, datetime

import pytest

from app.bot_folder import product_texts
from app.rehearsal.calendar import own_result
from conversation.effects import RunAction
from conversation.value import Data
from dialogs.own_actions import OWN_ACTIONS
from engine.rules import compile_rules
from engine.shell.callbacks import Callbacks
from tests.support.bots import fresh, nordnetz, nordnetz_files

SATURDAY = datetime(2026, 2, 28, 10, tzinfo=UTC)


def run(name: str, **arguments: Data) -> dict[str, Data] | None:
    request = RunAction(request="r", name=name, arguments=arguments, limit=10)
    did = own_result(nordnetz(), fresh(), SATURDAY, request)
    return did.result if did else None


def test_an_action_of_the_catalogue_takes_the_place_of_the_products() -> None:
    own = Callbacks(store=None, rules=lambda _: nordnetz(), clock=None, theirs={"book_callback"})  # type: ignore[arg-type]
    assert not own.does("book_callback")
    assert own.does("free_slots")
    assert not own.does("create_ticket")
    files = dict(nordnetz_files())
    files["actions/catalogue.yaml"] += (
        b"free_slots: {gives: {slots: {list: time_slot}}, takes: {team: text}, repeat: safe}\n"
    )
    actions = compile_rules(files, product_texts()).bot.actions
    assert (actions["free_slots"].own, actions["book_callback"].own) == (False, True)


@pytest.mark.parametrize("name", OWN_ACTIONS)
def test_what_an_action_gives_is_what_it_promises(name: str) -> None:
    given = run(name, slot="2026-03-02T09:00:00+01:00", phone="+49 30 1234567")
    assert given is not None
    spec = OWN_ACTIONS[name]
    assert set(given) == set(spec.gives)
    assert {field for field, value in given.items() if value is None} <= set(spec.may_be_empty)


def test_of_a_stretch_of_a_day_the_first_free_time_is_booked() -> None:
    given = run("book_callback", slot="2026-03-02T13:10:00+01:00/2026-03-02T18:00:00+01:00")
    assert given is not None
    assert (given["booked"], given["begin"]) == (True, "2026-03-02T12:30:00+00:00")


@pytest.mark.parametrize(
    "slot",
    [
        "2026-03-02T09:10:00+01:00",  # between two
        "2026-03-02T12:30:00+01:00",  # the break
        "2026-03-01T10:00:00+01:00",  # a Sunday
        "2026-02-28T10:30:00+01:00",  # over
        "2026-03-20T10:00:00+01:00",  # too far ahead
    ],
)
def test_a_time_that_is_none_of_the_teams_is_not_booked_and_others_are_offered(slot: str) -> None:
    given = run("book_callback", slot=slot)
    assert given is not None
    assert given["booked"] is False
    assert given["slots"]


def test_a_time_without_an_offset_is_on_the_companys_clock() -> None:
    given = run("book_callback", slot="2026-03-02T09:00")
    assert given is not None
    assert (given["booked"], given["begin"]) == (True, "2026-03-02T08:00:00+00:00")


@pytest.mark.parametrize(("team", "slot"), [("billing", "2026-03-02T09:00:00+01:00"), ("", "soon")])
def test_what_can_not_be_understood_fails(team: str, slot: str) -> None:
    assert run("book_callback", slot=slot, team=team) is None


def test_a_text_can_say_when_the_team_is_back() -> None:
    hours = nordnetz().hours(SATURDAY)["support"]
    assert (hours["open"], hours["next_open"]) == (False, "2026-02-28T21:00:00+00:00")
    assert nordnetz().hours(datetime(2026, 3, 2, 10, tzinfo=UTC))["support"]["next_open"] == "2026-03-02T10:00:00+00:00"
