"""Who counts as being there for a team."""

import pytest

from conversation.records import Operator, Status
from handoff.seats import active, places, seats


def operator(name: str, *teams: str, status: Status = "available", capacity: int = 4) -> Operator:
    return Operator(id=name, name=name.title(), password="", teams=teams, status=status, capacity=capacity)


@pytest.mark.parametrize(
    ("one", "counts"),
    [
        (operator("anna"), True),
        (operator("anna", "support"), True),
        (operator("anna", "billing"), False),
        (operator("anna", "billing", "support"), True),
        (operator("anna", status="busy"), True),
        (operator("anna", status="away"), False),
    ],
)
def test_an_operator_who_is_there_is_active_in_their_teams_unless_away(one: Operator, counts: bool) -> None:
    there = seats([one], {"anna"})

    assert active("support", there) == counts
    assert places("support", there) == counts * 4


def test_an_operator_who_is_not_there_is_not_active() -> None:
    assert active("support", seats([operator("anna"), operator("boris")], {"boris"})) == 1


def test_an_editor_has_no_seat_at_the_desk() -> None:
    editor = Operator(id="eva", name="Eva", password="", role="editor")

    assert seats([editor], {"eva"}) == ()
