"""Who may see and do what."""

from typing import get_args

import pytest

from conversation.policy import Policy, Team
from conversation.records import Card, Operator, Role
from conversation.state import Closed, Parked, Phase, WithBot, WithOperator
from handoff.rights import RIGHTS, Right, at_home, may, sees, sees_card
from tests.support.storing import NOW, closed, held, parked
from tests.support.storing import later as seconds

ANN = Operator(id="ann", name="Ann", password="", teams=("support",))
FREE = Operator(id="free", name="Free", password="")
SALES = "sales"


def as_role(role: Role) -> Operator:
    return Operator(id="ann", name="Ann", password="", role=role, teams=("support",))


def test_every_role_is_in_the_table_and_only_those() -> None:
    assert set(RIGHTS) == set(get_args(Role))


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        ("operator", {"chats"}),
        ("supervisor", {"chats", "all_teams", "others"}),
        ("editor", {"dialogs"}),
        ("admin", set(get_args(Right))),
    ],
)
def test_role_has_its_rights_and_no_other(role: Role, rights: set[Right]) -> None:
    assert {right for right in get_args(Right) if may(as_role(role), right)} == rights


def test_a_role_of_a_newer_version_may_do_nothing() -> None:
    stranger = Operator(id="ann", name="Ann", password="", role="owner")  # type: ignore[arg-type]
    assert not any(may(stranger, right) for right in get_args(Right))
    assert not sees(stranger, WithBot())


@pytest.mark.parametrize(
    ("phase", "seen"),
    [
        (WithBot(), True),
        (parked(), True),
        (parked(team=SALES), False),
        (held(operator="ann", team=SALES), True),
        (held(operator="ben"), True),
        (held(operator="ben", team=SALES), False),
        (closed(), True),
    ],
)
def test_operator_sees_own_teams_own_chats_and_what_no_team_has(phase: Phase, *, seen: bool) -> None:
    assert sees(ANN, phase) is seen
    assert sees(FREE, phase), "who has no team has all"
    assert sees(as_role("supervisor"), phase)
    assert sees(as_role("admin"), phase)
    assert not sees(as_role("editor"), phase)


def test_who_is_wanted_asked_in_or_had_it_sees_it_across_teams() -> None:
    wanted: list[Phase] = [
        Parked(team=SALES, since=seconds(0), expires=seconds(9), prefer="ann"),
        WithOperator(team=SALES, operator="ben", name="Ben", since=seconds(0), consulted=("cy", "ann")),
        Closed(outcome="solved", at=seconds(0), team=SALES, operator="ann"),
    ]
    assert all(sees(ANN, phase) and sees_card(ANN, card(phase)) for phase in wanted[:2])
    assert sees(ANN, wanted[2])
    others: list[Phase] = [
        Parked(team=SALES, since=seconds(0), expires=seconds(9), prefer="ben"),
        WithOperator(team=SALES, operator="ben", name="Ben", since=seconds(0), consulted=("cy",)),
        Closed(outcome="solved", at=seconds(0), team=SALES, operator="ben"),
    ]
    assert not any(sees(ANN, phase) for phase in others)
    assert not any(sees_card(ANN, card(phase)) for phase in others[:2])
    assert sees_card(as_role("supervisor"), card(others[0]))
    assert not sees_card(as_role("editor"), card(wanted[0]))


def card(phase: Phase) -> Card:
    """With what a list knows of the phase."""
    about = {name: getattr(phase, name) for name in ("prefer", "consulted", "operator") if hasattr(phase, name)}
    words = dict.fromkeys(("chat", "channel", "name", "language", "operator", "operator_name", "preview"), "")
    now = seconds(0)
    fields = {**words, **about, "conversation": "c", "phase": "parked", "team": SALES, "since": now}
    return Card(**fields, unanswered=False, version=1)


def test_who_waits_for_a_team_that_is_no_more_is_the_first_teams_business_and_what_it_had_is_not() -> None:
    policy = Policy(time_zone="UTC", teams={"support": Team(name="support"), SALES: Team(name=SALES)})
    waiting = Parked(team="gone", since=NOW, expires=NOW)
    over = Closed(outcome="solved", at=NOW, team="gone", operator="eva")
    assert not sees(ANN, waiting)
    assert sees(ANN, at_home(policy, waiting))
    assert not sees(ANN, at_home(policy, over))
    assert at_home(policy, Parked(team=SALES, since=NOW, expires=NOW)).team == SALES  # type: ignore[union-attr]
    assert at_home(Policy(time_zone="UTC", teams={}), waiting) == waiting
