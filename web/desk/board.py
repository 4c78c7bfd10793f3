"""The list of chats and people that all desks share: a state, and what changes it. Pure.

A page that applies the events to what it has gets what a fresh page is given.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from conversation.records import Card, Operator
from handoff.rights import may, sees_card
from web.access import shown_card
from web.desk.outgoing import CardChanged, FeedEvent, Seat, SeatChanged

LISTED = ("parked", "with_operator")
"""Phases of chats that the list shows."""


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """By conversation, and by operator."""

    cards: Mapping[str, Card] = {}
    seats: Mapping[str, Seat] = {}


def apply(board: Board, event: FeedEvent) -> Board:
    """What a page does with an event."""
    match event:
        case CardChanged(card=card):
            others = {name: each for name, each in board.cards.items() if name != card.conversation}
            shown = {card.conversation: card} if card.phase in LISTED else {}
            return msgspec.structs.replace(board, cards={**others, **shown})
        case SeatChanged(seat=seat):
            others_there = {name: each for name, each in board.seats.items() if name != seat.operator}
            there = {seat.operator: seat} if seat.present else {}
            return msgspec.structs.replace(board, seats={**others_there, **there})


def seats_of(operators: Iterable[Operator], present: Collection[str], cards: Iterable[Card]) -> dict[str, Seat]:
    """Everybody who may have chats and is there."""
    held = [card.operator for card in cards if card.phase == "with_operator"]
    return {
        each.id: Seat(
            operator=each.id,
            name=each.name,
            role=each.role,
            status=each.status,
            present=True,
            load=held.count(each.id),
            capacity=each.capacity,
            teams=each.teams,
            skills=each.skills,
            languages=each.languages,
        )
        for each in operators
        if each.id in present and may(each, "chats")
    }


def explained(cards: Mapping[str, Card], why: Mapping[str, str]) -> dict[str, Card]:
    """With the reason why each that waits still does."""
    return {
        name: msgspec.structs.replace(card, why=why.get(name, "")) if card.phase == "parked" else card
        for name, card in cards.items()
    }


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A chat that changed: ``after`` None: it is no chat of people any more, ``left`` says what it is."""

    before: Card | None = None
    after: Card | None = None
    left: Card | None = None


def changes(before: Mapping[str, Card], after: Mapping[str, Card], left: Mapping[str, Card]) -> list[Change]:
    """What became of each chat. ``left``: how those stand that are not listed any more, where that is known."""
    gone = [
        Change(before=card, left=left.get(name, msgspec.structs.replace(card, phase="closed")))
        for name, card in before.items()
        if name not in after
    ]
    new = [Change(before=before.get(name), after=card) for name, card in after.items() if before.get(name) != card]
    return [*gone, *new]


def moves(before: Mapping[str, Seat], after: Mapping[str, Seat]) -> list[Seat]:
    """Who came, left, or is seen otherwise now."""
    left = [msgspec.structs.replace(seat, present=False, load=0) for name, seat in before.items() if name not in after]
    return [*left, *(seat for name, seat in after.items() if before.get(name) != seat)]


def shown(operator: Operator, change: Change) -> Card | None:
    """What this operator is told of the change; None: nothing. A chat that goes to another team leaves their list without a word
    about what it is now."""
    could = change.before is not None and sees_card(operator, change.before)
    if change.after is not None and sees_card(operator, change.after):
        return bare(change.after)
    if not could or change.before is None:
        return None
    return bare(shown_card(operator, change.after or change.left or change.before))


def bare(card: Card) -> Card:
    """As pages get it: who is wanted is told to those who are."""
    return msgspec.structs.replace(card, calls=())
