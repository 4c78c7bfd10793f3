"""Who is at the desk, and what they could take. Pure: who is there comes in."""

from collections.abc import Collection, Iterable
from datetime import datetime

from conversation.records import Card, Operator, Status
from conversation.value import Value
from handoff.rights import may


class Seat(Value, frozen=True, kw_only=True):
    """An operator as routing sees one. No ``teams``: all of them; no ``languages``: any.

    ``load``: chats they hold; ``since``: when they last got one, None if that is not known (long ago, or never).
    """

    operator: str
    name: str = ""
    teams: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    capacity: int = 4
    load: int = 0
    status: Status = "available"
    present: bool = True
    since: datetime | None = None

    @property
    def takes(self) -> bool:
        """Whether new chats may be given to them, if there is room."""
        return self.present and self.status == "available"

    @property
    def room(self) -> int:
        """How many more chats they may be given."""
        return max(0, self.capacity - self.load)

    def of(self, team: str) -> bool:
        return not self.teams or team in self.teams


def seats(operators: Iterable[Operator], present: Collection[str], cards: Iterable[Card] = ()) -> tuple[Seat, ...]:
    """Everybody who may have chats, with what they hold. ``present``: ids of those who are there."""
    held: dict[str, list[datetime]] = {}
    for card in cards:
        if card.phase == "with_operator":
            held.setdefault(card.operator, []).append(card.since)
    return tuple(
        Seat(
            operator=each.id,
            name=each.name,
            teams=each.teams,
            skills=each.skills,
            languages=each.languages,
            capacity=each.capacity,
            load=len(held.get(each.id, ())),
            status=each.status,
            present=each.id in present,
            since=max(held.get(each.id, ()), default=None),
        )
        for each in operators
        if may(each, "chats")
    )


def active(team: str, there: Iterable[Seat]) -> int:
    """How many serve the team now: who is busy works on chats, and will have room again; who is away does not."""
    return sum(seat.present and seat.status != "away" and seat.of(team) for seat in there)


def places(team: str, there: Iterable[Seat]) -> int:
    """How many chats those who are active in the team can have at a time."""
    return sum(seat.capacity for seat in there if seat.present and seat.status != "away" and seat.of(team))
