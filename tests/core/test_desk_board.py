"""The list that all desks share: an old state with the events applied is the fresh one, for each operator by what they may see."""

from datetime import UTC, datetime
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from conversation.calls import Call
from conversation.records import Card, Operator, Role
from web.desk.board import Board, Change, apply, changes, moves, seats_of, shown
from web.desk.outgoing import CardChanged, SeatChanged

AT: Final = datetime(2026, 3, 2, 11, tzinfo=UTC)
ROLES: Final[tuple[tuple[str, tuple[str, ...], Role], ...]] = (
    ("ann", ("support",), "operator"),
    ("ben", ("billing",), "operator"),
    ("sue", (), "supervisor"),
    ("edi", (), "editor"),
)
PEOPLE: Final = tuple(
    Operator(id=name, name=name.title(), password="", teams=teams, role=role) for name, teams, role in ROLES
)


def card(name: str, phase: str, team: str, operator: str, version: int) -> Card:
    held = operator if phase == "with_operator" else ""
    return Card(
        conversation=name,
        chat=f"chat-{name}",
        channel="webchat",
        name="Eva",
        language="de",
        phase=phase,
        team=team,
        operator=held,
        operator_name=held.title(),
        since=AT,
        preview=f"words {version}",
        unanswered=True,
        version=version,
        calls=(Call(kind="mention", operator="ben", text="Ben?", seq=version),),
    )


CHANGES: Final = st.tuples(
    st.sampled_from(("a", "b", "c", "d")),
    st.sampled_from(("parked", "with_operator", "closed", "with_bot")),
    st.sampled_from(("support", "billing")),
    st.sampled_from(("ann", "ben")),
    st.sets(st.sampled_from([each.id for each in PEOPLE])),
)


def seen(operator: Operator, board: Board) -> Board:
    """What a fresh page of the operator is given."""
    cards = {name: found for name, each in board.cards.items() if (found := shown(operator, Change(after=each)))}
    return Board(cards=cards, seats=board.seats)


@given(st.lists(CHANGES, max_size=40), st.integers(0, 40))
def test_an_old_state_and_what_followed_is_the_fresh_state_for_each_operator(
    lives: list[tuple[str, str, str, str, set[str]]], joined: int
) -> None:
    board = Board()
    pages: dict[str, Board] = {}
    for number, (name, phase, team, operator, present) in enumerate(lives):
        if number == joined:
            pages = {each.id: seen(each, board) for each in PEOPLE}
        cards, left = dict(board.cards), dict[str, Card]()
        new = card(name, phase, team, operator, number)
        (cards if phase in ("parked", "with_operator") else left)[name] = new
        if phase not in ("parked", "with_operator"):
            cards.pop(name, None)
        after = Board(cards=cards, seats=seats_of(PEOPLE, present, cards.values()))
        for each in PEOPLE:
            if each.id in pages:
                for change in changes(board.cards, after.cards, left):
                    told = shown(each, change)
                    if told:
                        pages[each.id] = apply(pages[each.id], CardChanged(event="", card=told))
                for seat in moves(board.seats, after.seats):
                    pages[each.id] = apply(pages[each.id], SeatChanged(event="", seat=seat))
        board = after
    for each in PEOPLE:
        if each.id in pages:
            assert pages[each.id] == seen(each, board), each.id
            assert all(not shown_card.calls for shown_card in pages[each.id].cards.values())


def test_a_chat_that_goes_to_another_team_leaves_without_a_word_about_what_it_is_now() -> None:
    before, after = card("a", "parked", "support", "", 1), card("a", "parked", "billing", "", 2)
    (change,) = changes({"a": before}, {"a": after}, {})
    ann, ben, *_ = PEOPLE
    told = shown(ann, change)
    assert told
    assert (told.phase, told.name, told.preview, told.chat) == ("closed", "", "", "")
    assert shown(ben, change) == apply(Board(), CardChanged(event="", card=shown(ben, change) or after)).cards["a"]
    (again,) = changes({"a": after}, {"a": card("a", "parked", "billing", "", 3)}, {})
    assert shown(ann, again) is None


def test_load_counts_the_chats_that_somebody_holds() -> None:
    cards = [card(str(number), "with_operator", "support", "ann", 1) for number in range(3)]
    seats = seats_of(PEOPLE, {"ann", "ben", "edi"}, cards)
    assert {name: seat.load for name, seat in seats.items()} == {"ann": 3, "ben": 0}
